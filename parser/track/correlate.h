/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/correlate: finds the waiting connection of a socket that sock_diag reports.
 * Called from the top, once for each event, over the waiting list.
 */
#ifndef NETLOG_CORRELATE_H
#define NETLOG_CORRELATE_H

#include "parser/track/state.h"

/* Takes the answer to a request. */
void correlate_answer(struct track *t, const struct diag *d);
/* Takes f, the kernel's report that a socket was destroyed: the current event. */
void correlate_destroyed(struct track *t, const struct event *f);
/* Sends the requests that this event put on the waiting list; on a tick, decides waiting
 * connections. */
void correlate(struct track *t);

#endif
