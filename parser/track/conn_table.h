/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn_table: all connections: adds, drops and finds them by number. The table is
 * bounded: the caller makes room before it adds one (bounds.c).
 */
#ifndef NETLOG_CONN_TABLE_H
#define NETLOG_CONN_TABLE_H

#include "parser/track/conn.h"
#include "parser/track/conn_diag.h"
#include "parser/track/conn_lists.h"

/* Walks all connections, the least recently used first. The body may drop any of them; it
 * must not walk. */
#define CONN_EACH(t, c)							\
	for ((c) = TAILQ_FIRST(&(t)->lru);				\
	     (c) && ((t)->next = TAILQ_NEXT(c, lru), true); (c) = (t)->next)

/* max: connections at one time. errors and fds are borrowed. */
void conn_init(struct conn_table *t, unsigned int max, struct fd_table *fds,
	       struct input_errors *errors);
/* Drops all connections. */
void conn_fini(struct conn_table *t);

/* Returns a new connection of owner (owner.h), without a reference: the caller adds one, or drops
 * the connection. The table must have room (bounds.c). NULL without memory. */
struct conn *conn_new(struct conn_table *t, unsigned int owner);
/* Frees c and all references to it, without an entry. */
void conn_drop(struct conn_table *t, struct conn *c);
/* Makes c the most recently used connection. */
void conn_touch(struct conn_table *t, struct conn *c);
/* Returns the connection to evict: the least recently used one of the user with the most
 * connections. */
struct conn *conn_victim(const struct conn_table *t);

/* by: KEY_COOKIE or conn_by_inode(): an inode number has 32 bits, and is reused. */
struct conn *conn_by_number(const struct conn_table *t, uint32_t node, uint64_t number,
			    uint32_t by);
void conn_set_number(struct conn_table *t, struct conn *c, uint32_t node, uint64_t number,
		     uint32_t by);
void conn_clear_number(struct conn_table *t, struct conn *c);

#endif
