/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/identify: finds the socket of a connection. c->diag is set in all of these.
 */
#ifndef NETLOG_IDENTIFY_H
#define NETLOG_IDENTIFY_H

#include "parser/track/state.h"

/* Delay after which the kernel has announced every socket destroyed before a lookup. */
#define IDENTIFY_ANNOUNCED_NS 100000000LL

/* sock is c's socket: copies its ends, and values that c lacks. */
void identify_learn(struct track *t, struct conn *c, const struct diag_sock *sock);
/*
 * c is the known listener that was found at its descriptor: a process was passed the descriptor,
 * or inherited it, and called listen() or accept(). That listener gets c's descriptors, c is
 * freed. Returns false, and changes nothing, if it is not. Returns true without a change if the
 * lookup of the only listener that may be it is awaited, unless late.
 */
bool identify_same_listener(struct track *t, struct conn *c, bool late);
/* c is a listener whose listen() event arrived late, and which cannot be looked up: its descriptor was
 * closed, too many wait, or no answer came. Merges c into the listener whose start was already logged at
 * the same local end, and frees c. Returns false, and changes nothing, if there is no such listener. */
bool identify_late_listener(struct track *t, struct conn *c);
/* Returns true if all living sockets that it could be are known to be others. */
bool identify_lives_nowhere(const struct track *t, const struct conn_diag *d);
/*
 * c, accepted or a listener, was closed by its process. Returns true if it must be the only open socket
 * that has its ends, because none that has was destroyed: another process holds it. c is followed then.
 */
bool identify_living(struct track *t, struct conn *c);
/* The pattern that c's socket must match, as far as it is known. */
struct destroyed_pattern identify_pattern(const struct conn *c);
/*
 * Returns the destroyed socket that c must have been, or NULL; *several: more than one fits.
 * Audit has reported all connections that began before its end. If c's namespace is only a
 * likely one, or one of the watched ones, then no other process's connection fits, and no other
 * socket of any namespace. If c's peer is unknown, and the socket has another local end than c is presumed
 * to have, it is neither: c's local end is then unknown, too.
 */
struct destroyed *identify_only(struct track *t, struct conn *c, bool *several);
/* Returns true if the socket found at c's descriptor may be a later one that was accepted: c's peer is
 * unknown, and a socket of this local end was destroyed since. */
bool identify_may_be_next(struct track *t, const struct conn *c);
/* c was dead: writes its waiting lines, and its end. Frees c if it never was established. */
void identify_claim(struct track *t, struct conn *c, struct destroyed *dead);

#endif
