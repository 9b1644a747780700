/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/defer: starts that wait for sock_diag's answer. Data only: correlate.c sends
 * requests for the waiting list at the end of the event.
 */
#ifndef NETLOG_DEFER_H
#define NETLOG_DEFER_H

#include "parser/track/state.h"

/* Puts the connection that begins with the current event on the waiting list, if sock_diag can
 * report it. Returns true if its start lacks a value and is to be deferred. */
bool defer_start(struct track *t, struct conn *c, enum entry_via via);
/* Schedules another request, a little later. */
void defer_again(struct track *t, struct conn *c);
/* Notes that the descriptor is no longer that of c, and schedules another request. */
void defer_not_there(struct track *t, struct conn *c);
/* Returns true if the connection's socket may be of a namespace that is not watched. */
bool defer_is_stranger(const struct conn_diag *d);
/* Returns true if the descriptor was closed before the last lookup. */
bool defer_was_reused(const struct conn_diag *d);
/* Notes that the last lookup found another socket at the descriptor. */
void defer_reused(struct conn_diag *d);
/* Notes that the connect in progress has succeeded, at that time (real, ms) or earlier. */
void defer_established(struct conn *c, int64_t by_ms);

/* Returns true if both may be the same end; an unknown end fits any. */
bool defer_same_end(const struct netaddr *known, const struct netaddr *found);
/*
 * Returns true if no audit event from before that moment is still expected: a later one has
 * arrived, or none at all for a while. While older events still arrive, more are expected.
 */
bool defer_passed(const struct track *t, int64_t real_ms, int64_t mono);

/* Returns true if no audit event of any time has arrived for a while. */
bool defer_settled(const struct track *t, int64_t mono);

/* Returns true if the current node is this host. */
bool defer_is_local(const struct track *t);
/* Returns true if sock_diag can be asked about c, which is open by the rules. */
bool defer_can_confirm(const struct track *t, const struct conn *c);
/* Puts c, whose end is inferred, on the waiting list, to ask whether a process still holds it. */
void defer_confirm(struct track *t, struct conn *c);
/* Notes the current event as the latest of audit's stream. */
void defer_stream(struct track *t);

#endif
