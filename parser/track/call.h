/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/call: what descriptor, address and error of a system call mean. t->proc is
 * the process that made it. Making room may drop a connection: one that was found before
 * another is added must be looked for again.
 */
#ifndef NETLOG_CALL_H
#define NETLOG_CALL_H

#include "parser/track/state.h"

/* AF_INET or AF_INET6 */
bool call_is_inet(int family);
/* A new socket at fd, which displaces the one that is there. NULL without room. */
struct conn *call_add_socket(struct track *t, int fd, bool cloexec);
/* The socket at fd, which the process evidently has; NULL if none is known. */
struct conn *call_find_socket(struct track *t, int fd);
/* socket() returned f->result. */
void call_opened(struct track *t, const struct event *f);
/*
 * Returns the address that a connect reaches. The any-address means this host (a BSD habit
 * that ip_route_output_key_hash_rcu() and tcp_v6_connect() keep): with IPv4 the address that
 * the socket is bound to, else loopback; with IPv6 loopback.
 */
struct netaddr call_peer(const struct conn *s, const struct netaddr *asked);
/* Returns true if it is getaddrinfo(3) looking for a route: a datagram socket and port 0.
 * Where socket() is not audited the port alone says so. */
bool call_is_route_lookup(const struct conn *s, const struct event *f);
/* Returns true if the error says something of the call, not of a connection. */
bool call_is_misuse(int err);

#endif
