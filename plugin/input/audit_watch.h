/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/audit_watch: asks the kernel for the status of audit and for its rules, in a
 * separate thread, so that the event loop does not wait for the answers.
 */
#ifndef NETLOG_AUDIT_WATCH_H
#define NETLOG_AUDIT_WATCH_H

#include "plugin/input/audit_status.h"

struct audit_watch;

/* Starts the thread, which keeps CAP_AUDIT_CONTROL alone. NULL if there can be none. */
struct audit_watch *audit_watch_open(void);
/* Does not wait for a thread that the kernel holds. NULL is allowed. */
void audit_watch_close(struct audit_watch *w);

/*
 * Asks, unless an earlier request is still out, and waits for the answer, at most wait_ms.
 * Returns 0, -EINPROGRESS without an answer yet or while the kernel holds earlier requests,
 * or the kernel's -errno; -ENOMEM if w is NULL. An answer is returned once, by the call that
 * waits for it or by the next one.
 */
int audit_watch_state(struct audit_watch *w, struct audit_state *out, int wait_ms);
int audit_watch_rules(struct audit_watch *w, struct audit_status_rules *out, int wait_ms);

#endif
