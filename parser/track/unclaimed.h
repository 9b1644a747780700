/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unclaimed: connects and accepts that succeeded by the rules' word, and that
 * no record of the kernel's side claims within its time: they are written, and counted. A
 * socket that no probe sees shows itself so.
 *
 * A call is claimed if its process began any connection of that direction since the socket
 * was made, or the accept was entered: threads may hide each other's, and nothing is
 * written twice.
 */
#ifndef NETLOG_UNCLAIMED_H
#define NETLOG_UNCLAIMED_H

#include "parser/track/life.h"

/* The kernel's side reports that the process in hand began a connection. */
void unclaimed_began(struct track *t, bool inbound);
/* By the event in hand, c (remote and direction are set) is connected, or was accepted;
 * since: its process began none from then on, unless it is claimed. */
void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms);
/* c's process, the one in hand, exits. */
void unclaimed_exit(struct track *t, struct conn *c);
/* Writes those whose time is over. Once an event. */
void unclaimed_decide(struct track *t);

#endif
