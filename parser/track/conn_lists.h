/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn_lists: lists of connections that wait for something. Listing c twice is no
 * error; conn_drop() unlists it.
 */
#ifndef NETLOG_CONN_LISTS_H
#define NETLOG_CONN_LISTS_H

#include "parser/track/conn.h"

/* Lists c, which is open in a namespace that is not watched, for later snapshots. */
void conn_list_unseen(struct conn_table *t, struct conn *c);
/* Unlists c, which is closed, or followed by sock_diag. */
void conn_unlist_unseen(struct conn_table *t, struct conn *c);

/* Lists c, which was still open when the module was unloaded, under its opener. */
void conn_list_left(struct conn_table *t, struct conn *c);
void conn_unlist_left(struct conn *c);
/* Returns the list of the connections that pid opened, among others. */
struct left_list *conn_left_by(struct conn_table *t, int64_t pid);

/* Lists c as unclaimed by the kernel's side since ms (real time). */
void conn_list_unclaimed(struct conn_table *t, struct conn *c, int64_t ms);
void conn_unlist_unclaimed(struct conn_table *t, struct conn *c);

/* Lists c, whose start is deferred, as not used yet. */
void conn_list_unused(struct conn_table *t, struct conn *c);
void conn_unlist_unused(struct conn_table *t, struct conn *c);

#endif
