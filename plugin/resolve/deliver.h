/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/deliver: sock_diag's events on their way to the tracker. */
#ifndef NETLOG_DELIVER_H
#define NETLOG_DELIVER_H

#include "parser/diag.h"
#include "parser/track/track.h"

/* Stamps *e with the current time and passes it to the tracker. */
void deliver(struct track *t, struct event *e);

#endif
