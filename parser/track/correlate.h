/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/correlate: which of the connections that wait is the socket that sock_diag
 * reports. Called from the top, once for each event, over the waiting list.
 */
#ifndef NETLOG_CORRELATE_H
#define NETLOG_CORRELATE_H

#include "parser/track/state.h"

/* Takes the answer to a question. */
void correlate_answer(struct track *t, const struct diag *d);
/* Takes the kernel's report that a socket was destroyed: the event in hand. */
void correlate_destroyed(struct track *t, const struct event *f);
/* Asks what this event put on the waiting list; on a tick, decides what waits. */
void correlate(struct track *t);

#endif
