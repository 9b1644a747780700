/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/attempt: connects whose descriptor is closed. A connect that does not wait makes
 * two events, its attempt and its outcome. If one of them comes after the descriptor was
 * closed, this table shows that the other one has been reported. Bounded; the oldest entry is
 * evicted first.
 */
#ifndef NETLOG_ATTEMPT_H
#define NETLOG_ATTEMPT_H

#include "parser/track/conn.h"

#define ATTEMPTS_MAX 256

struct attempt {
	int64_t pid, until_ms;
	uint64_t serial;	/* of the event that reported it; 0: an empty place */
	uint64_t since, until;	/* of the events that opened and closed its descriptor */
	uint32_t node;
	int fd;
	bool uncollected;	/* its outcome is yet to come */
	struct netaddr peer;	/* family 0: not known, it failed */
};

struct attempt_table {
	struct attempt at[ATTEMPTS_MAX];
	unsigned int next;
};

/* Adds the connection of fd, if it is outbound and audit reported it. The event of that number
 * and time is about to remove fd. */
void attempt_add(struct attempt_table *t, const struct fdent *fd, uint64_t until, int64_t ms);
/* Adds f, a late connect of that node, reported after its descriptor was closed. pending: the
 * outcome is yet to come. */
void attempt_add_late(struct attempt_table *t, uint32_t node, const struct event *f, bool pending);
/* Returns true if f, a late connect of that node, is the other event of a known attempt. */
bool attempt_has(const struct attempt_table *t, uint32_t node, const struct event *f);
/* Drops all attempts of the node, at its boot. */
void attempt_forget_node(struct attempt_table *t, uint32_t node);

#endif
