/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/ending: blocks to write between packets, by time: ends of connections that
 * the file has, and events of processes. */
#ifndef NETLOG_PACKET_ENDING_H
#define NETLOG_PACKET_ENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/packet/process.h"

struct ending {
	int64_t ns;
	enum entry_kind what;	/* CONNECT_STOP, or PROC_* */
	uint32_t number;	/* of the connection */
	struct packet_process *process;	/* the caller's reference goes with it */
	uint64_t order;		/* set by endings_add(): of two at one time the first is first */
};

struct endings;

struct endings *endings_new(void);		/* NULL without memory */
void endings_free(struct endings *e);		/* puts the processes; may be NULL */

size_t endings_count(const struct endings *e);

bool endings_add(struct endings *e, const struct ending *ending);	/* false: no memory */
/* Takes the earliest one that is not later than ns. Returns false if there is none. */
bool endings_next(struct endings *e, int64_t ns, struct ending *ending);

#endif
