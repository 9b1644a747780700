/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_kernel_scan: connections that the kernel's side reported before this
 * program was restarted, and scans of open sockets, which find those that ended unseen.
 */
#ifndef NETLOG_FROM_KERNEL_SCAN_H
#define NETLOG_FROM_KERNEL_SCAN_H

#include "parser/track/state.h"

/* EVENT_KEPT: a connection that is open, and whose start was written before. */
void from_kernel_kept(struct track *t, const struct event *f);

/* Takes op=found, a socket that a scan found open or connecting. Returns true if its connect is in
 * progress and new: the caller then takes f as op=connect. */
bool from_kernel_found(struct track *t, const struct event *f);

/* EVENT_SCANNED: stops the sockets that two consecutive scans did not find (via=sweep). Without a
 * counted loss, stops only those of kinds of which a scan visits every socket. */
void from_kernel_scanned(struct track *t, const struct event *f);

/* Returns true if c is followed by the kernel's side, open, and its start is written. */
bool from_kernel_follows(const struct conn *c);

#endif
