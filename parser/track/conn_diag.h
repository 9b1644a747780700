/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn_diag: sock_diag's part of a connection (struct conn_diag), the requests to
 * sock_diag about it, and the doubts about its end.
 */
#ifndef NETLOG_CONN_DIAG_H
#define NETLOG_CONN_DIAG_H

#include "parser/track/conn.h"

/* Gives c, which has none, that part. NULL without memory. */
struct conn_diag *conn_add_diag(struct conn_table *t, struct conn *c);
/* Frees that part, if c has it: c is neither followed nor waiting then. */
void conn_drop_diag(struct conn_table *t, struct conn *c);
/* Returns the connection that is followed by this cookie, or NULL. */
struct conn *conn_by_cookie(const struct conn_table *t, uint64_t cookie);
/* Follows c by its cookie, learnt at mono (ns); cookie 0: no longer. */
void conn_follow(struct conn_table *t, struct conn *c, uint64_t cookie, int64_t mono);
/* Takes network namespace and local end of the socket. */
void conn_learn(struct conn *c, const struct diag_sock *sock);

/* Returns true if a request is outstanding, or to be sent. */
bool conn_waits(const struct conn *c);
/* Lists c as waiting; its request is sent at the end of the event. */
void conn_wait(struct conn_table *t, struct conn *c);
void conn_stop_waiting(struct conn_table *t, struct conn *c);
#define RIVALS_MAX 256		/* limit of rivals compared per search */
/* Waiting connections that may have this remote end; NULL: those whose remote end is unknown. */
const struct rival_list *conn_rivals(const struct conn_table *t, const struct netaddr *remote);
/* Returns the connection that the request of this number is about, or NULL. */
struct conn *conn_by_question(const struct conn_table *t, uint64_t id);
/* Sets the number of the request about c, which waits. */
void conn_ask(struct conn_table *t, struct conn *c, uint64_t id);
/* Drops the outstanding request about c, if there is one: its answer is ignored. */
void conn_forget_question(struct conn_table *t, struct conn *c);

/* Sets or clears that the end of c is in doubt and no scan will decide it soon. */
void conn_set_unsure(struct conn_table *t, struct conn *c, bool unsure);
/* Notes that a scan at that time did not find the socket of c. */
void conn_set_missed(struct conn_table *t, struct conn *c, const struct stamp *at);
void conn_forget_missed(struct conn_table *t, struct conn *c);

#endif
