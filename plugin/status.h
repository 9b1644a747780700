/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/status: the counters of the running program: "netlog lost", "netlog state", and
 * the file for node_exporter. Part of the event loop. */
#ifndef NETLOG_STATUS_H
#define NETLOG_STATUS_H

#include "plugin/plugin.h"

/* Write notes on folded connections ([ignore] repeat): on one kind; on all kinds whose window has
 * ended, or with all on every kind. */
void status_folded(const struct repeat_folded *f, void *plugin);
void status_check_folded(struct plugin *p, bool all);
/* Follows the journal as long as an output writes to syslog(3): for netlog lost suppressed=. */
void status_watch_journal(struct plugin *p);
/* Writes "netlog lost" if a loss occurred since the last call. */
void status_check_losses(struct plugin *p);
/* Writes "netlog state", for SIGUSR1. */
void status_report(struct plugin *p);
/* Writes [status] metrics, every 10 s; now: at once. */
void status_write_metrics(struct plugin *p, bool now);

#endif
