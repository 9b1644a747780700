/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/late: system calls that are reported after a later one of the same descriptor.
 * They do not displace the present socket; their connection's start and stop are written together.
 */
#ifndef NETLOG_LATE_H
#define NETLOG_LATE_H

#include "parser/track/state.h"

/* Returns true if f is late, and was handled. */
bool late_event(struct track *t, const struct event *f);
/* Does the same for an event whose process has exited. Its pid may have been reused, so this is
 * called before the process is looked up. */
bool late_after_exit(struct track *t, const struct event *f);

/* Writes the connection of f, a connect() whose socket was closed at ms. */
void late_connect(struct track *t, const struct event *f, int64_t ms);

#endif
