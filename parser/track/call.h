/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/call: interprets descriptor, address and error of a system call. t->proc is the
 * process that made it. Making room may drop a connection: look up a connection again after
 * another was added.
 */
#ifndef NETLOG_CALL_H
#define NETLOG_CALL_H

#include "parser/track/state.h"

/* AF_INET or AF_INET6 */
bool call_is_inet(int family);
/* Adds a new socket at fd, which displaces the one with that number. NULL without room. */
struct conn *call_add_socket(struct track *t, int fd, bool cloexec);
/* Returns the socket at fd, which the call shows to be open; NULL if none is known. */
struct conn *call_find_socket(struct track *t, int fd);
/*
 * Returns the socket of a bind or connect, and adds one that was opened unseen. NULL if the
 * descriptor is of a kind that is not logged.
 */
struct conn *call_named_socket(struct track *t, const struct event *f);
/* Writes the stop of s: the call shows that its connection has ended unseen, at an unknown time.
 * The stop names the process of the call, or the opener if both have the same pid. */
void call_displaced(struct track *t, struct conn *s);
/* Opens s as a listener, or as a bound datagram socket. */
void call_listens(struct track *t, struct conn *s);
/* Adds the socket that socket() returned as f->result. */
void call_opened(struct track *t, const struct event *f);
/*
 * Returns the address that a connect reaches. The any-address means this host (a BSD habit
 * that ip_route_output_key_hash_rcu() and tcp_v6_connect() keep): with IPv4 the address that
 * the socket is bound to, else loopback; with IPv6 loopback.
 */
struct netaddr call_peer(const struct conn *s, const struct netaddr *asked);
/* Returns true if the call is a route lookup of getaddrinfo(3): a datagram socket and port 0.
 * If socket() is not audited, the port alone decides. */
bool call_is_route_lookup(const struct conn *s, const struct event *f);
/* Returns true if the error concerns the call, not a connection. */
bool call_is_misuse(int err);

#endif
