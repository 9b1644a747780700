/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/late: system calls that are reported after a later one of the same descriptor.
 * They displace nothing; their connection is written together with its end.
 */
#ifndef NETLOG_LATE_H
#define NETLOG_LATE_H

#include "parser/track/state.h"

/* Returns true if f is late; what it means was done. */
bool late_event(struct track *t, const struct event *f);
/* Does the same for an event whose process has exited. Its pid may have been reused, so this is
 * called before the process is looked up. */
bool late_after_exit(struct track *t, const struct event *f);

/* f, a connect(), is of a socket that has lost its descriptor; it ended at ms. */
void late_connect(struct track *t, const struct event *f, int64_t ms);

#endif
