/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unclaimed: connects and accepts that succeeded according to the rules, but that
 * no record of the kernel's side claims in time: they are written, and counted. This shows
 * sockets that no probe sees.
 *
 * A call is claimed if its process began any connection of that direction since the socket was
 * made, or the accept was entered: threads may hide each other's calls, and nothing is written
 * twice.
 */
#ifndef NETLOG_UNCLAIMED_H
#define NETLOG_UNCLAIMED_H

#include "parser/track/life.h"

/* The kernel's side reports that the process in hand began a connection. */
void unclaimed_began(struct track *t, bool inbound);
/* By the event in hand, c (remote and direction are set) is connected, or was accepted. since:
 * the call is claimed if its process began a connection from then on. */
void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms);
/* c's process, the one in hand, exits. */
void unclaimed_exit(struct track *t, struct conn *c);
/* Writes the calls whose time is over. Called once per event. */
void unclaimed_decide(struct track *t);

#endif
