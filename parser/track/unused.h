/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unused: datagram sockets that are connected and never used, such as those of libc's
 * address selection. On request their connections are left out, if the kernel's side reports which
 * sockets are unused (NETLOG_F_DATA): the start waits for the end, or for a time that the caller
 * sets.
 */
#ifndef NETLOG_UNUSED_H
#define NETLOG_UNUSED_H

#include "parser/track/state.h"

/* Defers the start of c, by the current event. Returns false if it must be written now. */
bool unused_defer(struct track *t, struct conn *c);
/* Drops c, which the current event ends, if it was never used. */
void unused_end(struct track *t, struct conn *c);
/* Writes the starts that have waited long enough by the time of the current event. */
void unused_decide(struct track *t);
/* Writes all starts of the current node: the kernel's side no longer reports. */
void unused_give_up(struct track *t);

#endif
