/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/passed: connections accepted on a listener that the process did not open: it was
 * passed the descriptor, or inherited it.
 */
#ifndef NETLOG_PASSED_H
#define NETLOG_PASSED_H

#include "parser/track/state.h"

/* s was accepted on l: it has its family, protocol and local end, and is logged if l is. */
void passed_on(struct conn *s, const struct conn *l);

enum passed { PASSED_UNKNOWN, PASSED_ASKED, PASSED_KNOWN };

/*
 * The lookup of c, which is tentative, has found nothing. If its listener is known by now, c is a
 * connection of that listener, and no longer tentative: KNOWN. ASKED: the listener is being
 * looked up.
 */
enum passed passed_take(struct track *t, struct conn *c);
/* The start of c, a listener that was passed or inherited, is written. */
void passed_started(struct track *t, const struct conn *c);
/* serial: of a listen() of s. Returns the listener at its local end that has its start already, from a
 * later call of a process that it was passed to; NULL if there is none, or it has ended. */
struct conn *passed_listener(const struct track *t, const struct conn *s, uint64_t serial);
/* Returns true if there is one, or was: it may have ended. */
bool passed_is_started(const struct track *t, const struct conn *s, uint64_t serial);

#endif
