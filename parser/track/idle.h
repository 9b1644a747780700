/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/idle: sockets that were closed before they connected or listened, as far as
 * audit's events had arrived. A late event finds the state of its socket here. The table is
 * bounded; the oldest entry is evicted first.
 */
#ifndef NETLOG_IDLE_H
#define NETLOG_IDLE_H

#include "parser/track/conn.h"

#define IDLE_MAX 256

struct idle_socket {
	int64_t pid;
	uint64_t serial;	/* of the event that opened its descriptor; 0: an empty place */
	uint64_t until;		/* of the event that closed it */
	int64_t until_ms;
	uint32_t node;
	int fd;
	int proto, family, type;
	bool bound, unlogged;
	struct netaddr local;
};

struct idle_table {
	struct idle_socket at[IDLE_MAX];
	unsigned int next;
	uint64_t until;		/* of the socket added last */
};

/* Adds the socket of c, which the event of that number and time is about to drop; fd was its last
 * descriptor. */
void idle_add(struct idle_table *t, const struct conn *c, const struct fdent *fd, uint64_t until,
	      int64_t ms);
/* Returns the socket that pid had at fd at the event of that number; NULL: unknown. */
const struct idle_socket *idle_find(const struct idle_table *t, uint32_t node, int64_t pid,
				    int fd, uint64_t serial);
/* Copies the state of the closed socket into c. */
void idle_restore(const struct idle_socket *was, struct conn *c);
/* Drops all sockets of the node, at its boot. */
void idle_forget_node(struct idle_table *t, uint32_t node);

#endif
