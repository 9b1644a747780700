/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/contradict: system calls whose result is impossible for the socket believed to be
 * at the descriptor, such as a second connect() of a connected TCP socket. Events were lost: the
 * number was assigned to another file, of unknown kind.
 */
#ifndef NETLOG_CONTRADICT_H
#define NETLOG_CONTRADICT_H

#include "parser/track/state.h"

/*
 * Returns true if f belonged to the previous socket of the descriptor, and was handled. Otherwise
 * f belongs to the present socket; a present socket that contradicts f is forgotten.
 */
bool contradict_event(struct track *t, const struct event *f);
/* Returns true if the call was entered before fd was assigned to its present socket: a thread
 * waited in the call while another one closed the descriptor. */
bool contradict_precedes(const struct track *t, const struct event *f, const struct fdent *fd);

#endif
