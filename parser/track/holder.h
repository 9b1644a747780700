/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/holder: connections whose record of the connect was lost, so that no process is
 * known. A scan of the kernel's side names the process that holds the socket: the start waits for
 * it, as a start waits in unused.c, in the same list.
 */
#ifndef NETLOG_HOLDER_H
#define NETLOG_HOLDER_H

#include "parser/track/state.h"

/* Defers the start of c if its opener is unknown and scans name holders. Returns false if the
 * start must be written now. */
bool holder_await(struct track *t, struct conn *c);
/* A scan found c, held by the process of the event in hand. */
void holder_found(struct track *t, struct conn *c);
/* All that is open since mono (ns) was found: writes the starts from before. */
void holder_scanned(struct track *t, int64_t mono);

#endif
