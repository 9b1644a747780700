/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unclaimed: connects and accepts that succeeded according to the rules, but that
 * no record of the kernel's side claims in time: they are written, and counted. This shows
 * sockets that no probe sees.
 *
 * begun.h states how a record claims a call. In doubt a call counts as claimed, so that no
 * connection is written twice.
 */
#ifndef NETLOG_UNCLAIMED_H
#define NETLOG_UNCLAIMED_H

#include "parser/track/life.h"

/* Takes the current event, by which the kernel's side reports a new connection of the current
 * process. */
void unclaimed_began(struct track *t);
/* Takes the current event, the non-blocking connect of c, whose remote is set. claimed: the record
 * of the call is known. */
void unclaimed_attempt(struct track *t, struct conn *c, bool claimed);
/* Adds c, which the current event connected or accepted; remote and direction are set. Its record
 * is not older than since_ms. */
void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms);
/* Takes the exit of c's process, the current one. */
void unclaimed_exit(struct track *t, struct conn *c);
/* Writes the calls that have waited long enough. Called once per event. */
void unclaimed_decide(struct track *t);

#endif
