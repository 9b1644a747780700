/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unused: datagram sockets that get a peer and never a datagram, as those of
 * libc's address selection. On request their connections are left out, where the kernel's
 * side reports which ones they are (NETLOG_F_DATA): the start waits for the end, or for a
 * time that the caller sets.
 */
#ifndef NETLOG_UNUSED_H
#define NETLOG_UNUSED_H

#include "parser/track/state.h"

/* Takes the start of c, by the event in hand. Returns false if it is to be written now. */
bool unused_defer(struct track *t, struct conn *c);
/* The event in hand ends c: drops it if it was never used. */
void unused_end(struct track *t, struct conn *c);
/* Writes the starts that have waited long enough by the event in hand. */
void unused_decide(struct track *t);
/* The kernel's side reports no more: writes all starts of the node of the event in hand. */
void unused_give_up(struct track *t);

#endif
