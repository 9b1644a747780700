/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/arrival: audit's events as they arrive: late, repeated, and stamped with the time
 * at which a call was entered. t->node is the host of the event.
 */
#ifndef NETLOG_ARRIVAL_H
#define NETLOG_ARRIVAL_H

#include "parser/track/state.h"

/* Returns true if this very event was read a short time ago. */
bool arrival_is_repeated(const struct track *t, const struct event *f);
/* Sets t->when and t->late for f, and the time of its node. */
void arrival_set_time(struct track *t, const struct event *f);

#endif
