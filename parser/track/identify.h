/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/identify: finds the socket of a connection. c->diag is set in all of these.
 */
#ifndef NETLOG_IDENTIFY_H
#define NETLOG_IDENTIFY_H

#include "parser/track/state.h"

/* Delay after which the kernel has reported every socket destroyed before a lookup. */
#define IDENTIFY_ANNOUNCED_NS 100000000LL

/* Copies the ends of sock, which is c's socket, and values that c lacks. */
void identify_learn(struct track *t, struct conn *c, const struct diag_sock *sock);
/*
 * Merges c into the known listener that was found at c's descriptor, and frees c: a process that
 * was passed the descriptor, or inherited it, called listen() or accept(). Returns false, and
 * changes nothing, if c is another socket. Returns true without a change while the lookup of the
 * only candidate is awaited, unless late.
 */
bool identify_same_listener(struct track *t, struct conn *c, bool late);
/* c is a listener whose listen() event arrived late, and which cannot be looked up: its descriptor was
 * closed, too many wait, or no answer came. Merges c into the listener whose start was already logged at
 * the same local end, and frees c. Returns false, and changes nothing, if there is no such listener. */
bool identify_late_listener(struct track *t, struct conn *c);
/* Returns true if every living socket that fits is known to be another connection's. */
bool identify_lives_nowhere(const struct track *t, const struct conn_diag *d);
/* Returns true if c, an accepted connection or a listener that its process closed, must be the open
 * socket in c->diag->found: no other one has its ends, and none with these ends was destroyed. */
bool identify_lives(struct track *t, const struct conn *c);
/* Returns the pattern that c's socket must match, as far as it is known. */
struct destroyed_pattern identify_pattern(const struct conn *c);
/*
 * Returns the destroyed socket that c must have been, or NULL; sets *several if more than one fits.
 * Returns NULL until audit has reported all connections from before that socket's end. If c's
 * namespace is only probable, the socket must be the only one of all namespaces that fits, and c
 * the only connection. If c's peer is unknown, and the socket has another local end than c is
 * presumed to have, returns NULL and sets c's local end to unknown.
 */
struct destroyed *identify_only(struct track *t, struct conn *c, bool *several);
/* Returns true if the socket found at c's descriptor may be a later accepted one: c's peer is
 * unknown, and a socket with this local end was destroyed since. */
bool identify_may_be_next(struct track *t, const struct conn *c);
/* Writes the deferred start of c and its stop: dead was its socket. Frees c if it was never
 * established. */
void identify_claim(struct track *t, struct conn *c, struct destroyed *dead);

#endif
