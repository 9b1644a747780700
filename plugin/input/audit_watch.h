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
/* Does not wait for a thread that sleeps in the kernel. w may be NULL. */
void audit_watch_close(struct audit_watch *w);

/*
 * Sends a request, unless an earlier one is outstanding, and waits for the answer, at most wait_ms.
 * Returns 0; -EINPROGRESS without an answer yet, or while the kernel blocks earlier requests; the
 * kernel's -errno; or -ENOMEM if w is NULL. An answer is returned once, by the call that waits for it
 * or by the next one.
 */
int audit_watch_state(struct audit_watch *w, struct audit_state *out, int wait_ms);
int audit_watch_rules(struct audit_watch *w, struct audit_status_rules *out, int wait_ms);

#endif
