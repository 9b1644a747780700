/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/holder: connections without a known process, because the record of their connect
 * was lost. The start waits for a scan of the kernel's side, which names the process that holds the
 * socket. unused.c uses the same list.
 */
#ifndef NETLOG_HOLDER_H
#define NETLOG_HOLDER_H

#include "parser/track/state.h"

/* Defers the start of c if its opener is unknown and scans name holders. Returns false if the
 * start must be written now. */
bool holder_await(struct track *t, struct conn *c);
/* Notes that a scan found c, held by the process of the current event. */
void holder_found(struct track *t, struct conn *c);
/* Writes the starts from before mono (ns): a scan has found all sockets open since then. */
void holder_scanned(struct track *t, int64_t mono);

#endif
