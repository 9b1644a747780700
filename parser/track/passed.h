/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/passed: connections accepted on a listener that the process did not open: it was
 * passed the descriptor, or inherited it.
 */
#ifndef NETLOG_PASSED_H
#define NETLOG_PASSED_H

#include "parser/track/state.h"

/* Copies family, protocol and local end of l to s, which was accepted on l. s is logged if l is. */
void passed_on(struct conn *s, const struct conn *l);

enum passed { PASSED_UNKNOWN, PASSED_ASKED, PASSED_KNOWN };

/*
 * Takes the listener of c, a tentative connection whose lookup found nothing. KNOWN: the listener
 * is known by now, and c is no longer tentative. ASKED: a lookup of the listener is outstanding.
 */
enum passed passed_take(struct track *t, struct conn *c);
/* Notes c, a passed or inherited listener whose start was written. */
void passed_started(struct track *t, const struct conn *c);
/* Returns the open listener at the local end of s whose start was already written, by a later call
 * of a process that was passed the socket; NULL if there is none. serial: of a listen() of s. */
struct conn *passed_listener(const struct track *t, const struct conn *s, uint64_t serial);
/* Returns true if there is one, or was: it may have ended. */
bool passed_is_started(const struct track *t, const struct conn *s, uint64_t serial);

#endif
