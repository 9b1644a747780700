/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/ending: ends of connections that the file has, by time. */
#ifndef NETLOG_PACKET_ENDING_H
#define NETLOG_PACKET_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/packet/process.h"

struct ending {
	int64_t ns;
	uint32_t number;
	struct packet_process *process;	/* the caller's reference goes with it */
};

struct endings;

struct endings *endings_new(void);		/* NULL without memory */
void endings_free(struct endings *e);		/* puts the processes; may be NULL */

bool endings_add(struct endings *e, const struct ending *ending);	/* false: no memory */
/* Takes the earliest one that is not later than ns. Returns false if there is none. */
bool endings_next(struct endings *e, int64_t ns, struct ending *ending);

#endif
