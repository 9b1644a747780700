/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/life: the life of a connection, written as entries: start, stop, failure.
 * Per connection one start (or one failure), and one stop after each start.
 */
#ifndef NETLOG_LIFE_H
#define NETLOG_LIFE_H

#include "parser/track/conn_entry.h"
#include "parser/track/state.h"

/* Begins a connection: its opener is the process of the current event, its start that event's
 * time. */
void life_begin(struct track *t, struct conn *c);
/*
 * Writes the start of a connection or a listener, or defers it if sock_diag must be asked first.
 * remote, local, ev and start must be set; c must not be open.
 */
void life_open(struct track *t, struct conn *c, enum conn_kind kind, enum entry_via via);
/* Does the same for a socket that a scan found open: it is complete, and never deferred. */
void life_open_found(struct track *t, struct conn *c, enum conn_kind kind,
		     enum entry_via via);
/* Opens a connection whose start was written in an earlier run. */
void life_resume(struct track *t, struct conn *c, enum conn_kind kind);
/* Revokes the stop of c: writes its start again, with the same number. */
void life_correct(struct track *t, struct conn *c, enum conn_kind kind);
/* Defers the start of a connection, and lists it as unused; see unused.c and holder.c. */
void life_defer_listed(struct track *t, struct conn *c);
/* Drops a connection whose start is deferred that way: nothing is written for it. */
void life_drop_unused(struct track *t, struct conn *c);
/* Logs that the process of the current event uses the open connection, if the previous user was
 * another. tx, rx: bytes sent and read before; -1: unknown. */
void life_use(struct track *t, struct conn *c, int64_t tx, int64_t rx);
/* Writes the start if it is deferred. */
void life_write_start(struct track *t, struct conn *c);
/* Writes the stop if the connection is open, after a deferred start and the stop of a flow that
 * depends on it. */
void life_close(struct track *t, struct conn *c, const struct ending *e);
/* Writes a failure. The connection must not be open. */
void life_fail(struct track *t, struct conn *c, int err, enum entry_via via);
/* Writes a failure in place of the start that is deferred. */
void life_fail_deferred(struct track *t, struct conn *c, int err, enum entry_via via);
/* Drops a deferred start that is not known to be a connection: writes nothing. */
void life_forget(struct track *t, struct conn *c);
/* Withdraws the deferred start of c, which is a known connection: writes nothing. */
void life_withdraw(struct track *t, struct conn *c);
/* Drops c without its stop, and counts it if it was open. */
void life_lose(struct track *t, struct conn *c);

#endif
