/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unclaimed: connects and accepts that succeeded according to the rules, but that
 * no record of the kernel's side claims in time: they are written, and counted. This shows
 * sockets that no probe sees.
 *
 * begun.h has the rules by which a record claims a call. In doubt a call is claimed: nothing is
 * written twice.
 */
#ifndef NETLOG_UNCLAIMED_H
#define NETLOG_UNCLAIMED_H

#include "parser/track/life.h"

/* By the event in hand the kernel's side reports a new connection of the process in hand. */
void unclaimed_began(struct track *t);
/* By the event in hand c (remote is set) connects, and the call did not wait. claimed: the record
 * of the call is known. */
void unclaimed_attempt(struct track *t, struct conn *c, bool claimed);
/* By the event in hand, c (remote and direction are set) is connected, or was accepted. since:
 * its record is not older. */
void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms);
/* c's process, the one in hand, exits. */
void unclaimed_exit(struct track *t, struct conn *c);
/* Writes the calls whose time is over. Called once per event. */
void unclaimed_decide(struct track *t);

#endif
