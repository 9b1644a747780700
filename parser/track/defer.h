/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/defer: starts that wait for sock_diag's answer. Data only: correlate.c sends
 * requests for the waiting list at the end of the event.
 */
#ifndef NETLOG_DEFER_H
#define NETLOG_DEFER_H

#include "parser/track/state.h"

/* Puts the connection that begins with the event in hand on the waiting list, if sock_diag can
 * report it. Returns true if its start lacks a value and is to be deferred. */
bool defer_start(struct track *t, struct conn *c, enum entry_via via);
/* Schedules another request, a little later. */
void defer_again(struct track *t, struct conn *c);
/* The socket that was found at the descriptor is another one. */
void defer_not_there(struct track *t, struct conn *c);
/* Returns true if its socket may be of a namespace that is not watched. */
bool defer_is_stranger(const struct conn_diag *d);
/* Returns true if the descriptor was closed before the last look at it. */
bool defer_was_reused(const struct conn_diag *d);
/* What was found there last was another socket. */
void defer_reused(struct conn_diag *d);
/* The connect in progress has succeeded, by that time (real, ms) at the latest. */
void defer_established(struct conn *c, int64_t by_ms);

/* Returns true if found may be the end known; an unknown one fits any. */
bool defer_same_end(const struct netaddr *known, const struct netaddr *found);
/*
 * Returns true if no audit event from before that moment is still to come: a later one has
 * arrived, or none at all for a while. While older events still arrive, there may be more.
 */
bool defer_passed(const struct track *t, int64_t real_ms, int64_t mono);

/* Returns true if none of any time has arrived for a while. */
bool defer_settled(const struct track *t, int64_t mono);

/* Returns true if the node in hand is this host. */
bool defer_is_local(const struct track *t);
/* Returns true if sock_diag can be asked about c, which is open by the rules. */
bool defer_can_confirm(const struct track *t, const struct conn *c);
/* Puts c, whose end is inferred, on the waiting list, to ask whether a process still has it. */
void defer_confirm(struct track *t, struct conn *c);
/* The event in hand is the latest of audit's stream. */
void defer_stream(struct track *t);

#endif
