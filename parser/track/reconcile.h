/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/reconcile: scans of all sockets against what the tracker knows: what was open
 * before audit reported (snapshot), or when this program last ended (state file), who
 * holds what, and what is open no more (sweep).
 */
#ifndef NETLOG_RECONCILE_H
#define NETLOG_RECONCILE_H

#include "parser/track/state.h"

void reconcile_open(struct track *t, const struct event *f);	/* DIAG_OPEN */
void reconcile_held(struct track *t, const struct event *f);	/* DIAG_HELD */
void reconcile_known(struct track *t, const struct event *f);	/* DIAG_KNOWN */
void reconcile_sweep(struct track *t, const struct diag *d);	/* DIAG_SWEEP */

#endif
