/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/contradict: system calls whose result the socket thought to be at the descriptor
 * cannot give, such as a second connect() of a connected TCP socket. Events between are missing:
 * the number was assigned to another file, of unknown kind.
 */
#ifndef NETLOG_CONTRADICT_H
#define NETLOG_CONTRADICT_H

#include "parser/track/state.h"

/*
 * Returns true if f is of the socket that had the descriptor before, and was handled. Otherwise
 * f is of the present socket, or that was found to be another one and is forgotten.
 */
bool contradict_event(struct track *t, const struct event *f);
/* Returns true if the call was entered before fd was assigned to its present socket: one thread
 * waited while another one closed the descriptor. */
bool contradict_precedes(const struct track *t, const struct event *f, const struct fdent *fd);

#endif
