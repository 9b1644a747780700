/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/closer: the process that a stop names: the one that closed the last descriptor. In
 * doubt a stop names the last known holder or the opener, never a process that only has its pid.
 * The identities returned are borrowed.
 */
#ifndef NETLOG_CLOSER_H
#define NETLOG_CLOSER_H

#include "parser/track/state.h"

/* Returns the process that closes fd at the current event; NULL if unknown. */
struct identity *closer_of_fd(const struct track *t, const struct fdent *fd,
			      enum entry_via via);
/* Returns the process to name for c, whose destruction was reported; NULL if unknown. */
struct identity *closer_last_holder(const struct conn *c);
/* Notes that who (may be NULL) closed a descriptor of c, which sock_diag follows, at the current
 * event. presumed: only if who had inherited the descriptor. */
void closer_note(struct track *t, struct conn *c, struct identity *who, bool presumed);

#endif
