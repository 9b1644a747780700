/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/kernel_socket: finds the connection of a record of the kernel's side (module or
 * BPF): by cookie, else by inode, else among those that the rules reported before.
 */
#ifndef NETLOG_KERNEL_SOCKET_H
#define NETLOG_KERNEL_SOCKET_H

#include "parser/track/state.h"

/* Returns the socket's cookie; 0 if it has none of its own. */
uint64_t kernel_socket_cookie(const struct event *f);
/* Returns the cookie, or the inode (which is reused) if the socket has no cookie of its own; 0:
 * neither. */
uint64_t kernel_socket_number(const struct event *f);
/* Returns true if a new connection begins with this record. */
bool kernel_socket_begins(enum netlog_op op);

/* Returns the connection listed under the record's number, or NULL. */
struct conn *kernel_socket_listed(struct track *t, const struct event *f);
/* Does the same, and also finds, and lists, a connection that the rules reported before the
 * module was loaded. */
struct conn *kernel_socket_known(struct track *t, const struct event *f);
/* Does the same, and adds the connection if none is known. NULL without memory. */
struct conn *kernel_socket_get(struct track *t, const struct event *f);
/* Copies protocol, addresses, namespace and numbers of the record into s. */
void kernel_socket_take(struct track *t, struct conn *s, const struct event *f);

#endif
