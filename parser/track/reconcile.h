/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/reconcile: compares scans of all sockets with the tracker's state: sockets that
 * were open before audit reported (snapshot) or when this program last ended (state file),
 * their holders, and sockets that are no longer open (sweep).
 */
#ifndef NETLOG_RECONCILE_H
#define NETLOG_RECONCILE_H

#include "parser/track/state.h"

void reconcile_open(struct track *t, const struct event *f);	/* DIAG_OPEN */
void reconcile_held(struct track *t, const struct event *f);	/* DIAG_HELD */
void reconcile_known(struct track *t, const struct event *f);	/* DIAG_KNOWN */
void reconcile_sweep(struct track *t, const struct diag *d);	/* DIAG_SWEEP */

#endif
