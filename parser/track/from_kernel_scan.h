/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_kernel_scan: connections that the kernel's side reported before this
 * program was restarted, and scans of open sockets, which find those that ended unseen.
 */
#ifndef NETLOG_FROM_KERNEL_SCAN_H
#define NETLOG_FROM_KERNEL_SCAN_H

#include "parser/track/state.h"

/* EVENT_KEPT: it is open, and its start is written. */
void from_kernel_kept(struct track *t, const struct event *f);

/* EVENT_SCANNED: a socket that is missing from two scans in a row has ended (via=sweep). If
 * nothing is known to be lost, this holds only for sockets of which the scan visits all. */
void from_kernel_scanned(struct track *t, const struct event *f);

/* Returns true if c is followed by the kernel's side, open, and its start is written. */
bool from_kernel_follows(const struct conn *c);

#endif
