/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/waiting: blocks of a live capture that wait for the log to catch up. */
#ifndef NETLOG_PACKET_WAITING_H
#define NETLOG_PACKET_WAITING_H

#include "parser/packet/pcapng.h"

#define WAITING_BYTES_MAX (64u << 20)

struct waiting_block {
	struct pcapng_block block;	/* its bytes are owned */
	int64_t since_ms;		/* monotonic arrival time */
};

struct waiting;

struct waiting *waiting_new(void);		/* NULL without memory */
void waiting_free(struct waiting *w);		/* may be NULL */

int64_t waiting_now_ms(void);			/* the clock of since_ms */

bool waiting_add(struct waiting *w, const struct pcapng_block *b);	/* false: no memory */
const struct waiting_block *waiting_first(const struct waiting *w);	/* NULL: none */
void waiting_drop(struct waiting *w);		/* the first one */
bool waiting_is_full(const struct waiting *w);

#endif
