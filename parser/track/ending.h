/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/ending: how connections end: a descriptor is closed, the last holder exits,
 * the kernel reports the socket's destruction.
 */
#ifndef NETLOG_ENDING_H
#define NETLOG_ENDING_H

#include "parser/track/life.h"

/* Removes a descriptor. If it was the last, the stop follows; with sock_diag this end is
 * inferred and waits for the kernel's report. */
void ending_fd_gone(struct track *t, struct fdent *fd, enum entry_via via);
void ending_fds_gone(struct track *t, struct proc *p, bool cloexec_only,
		     enum entry_via via);
/* The process in hand executes a program: descriptors with FD_CLOEXEC are closed, it keeps the
 * others. */
void ending_exec(struct track *t);

/* A process holds it: an inferred end is dropped. seen_ms: real time at which a process was found
 * to hold it, so that one that had let go before was not the last; 0: none was. */
void ending_held(struct track *t, struct conn *c, int64_t seen_ms);
/* The kernel reported its destruction. The stop is written by ending_bury(). */
void ending_destroyed(struct track *t, struct conn *c, const struct diag_sock *sock,
		      const struct stamp *at, int64_t mono);
/* Does the same for a report that came before the connection was known. */
void ending_claim(struct track *t, struct conn *c, struct destroyed *d);
/* Writes the stop of a destroyed connection and drops it. */
void ending_bury(struct track *t, struct conn *c);
/* Returns true if such a stop was among the last ones. */
bool ending_was_buried(const struct track *t, uint64_t cookie);
/* Buries c if it was destroyed before the event in hand. Returns true if it did. */
bool ending_over(struct track *t, struct conn *c);
/* No more will be learnt about its start: writes what is known. An inferred end is requested. */
void ending_give_up(struct track *t, struct conn *c);
/*
 * Writes the inferred end. sure: no process has the socket; else this is unknown, and
 * connections that an unseen child may have inherited stay open.
 */
void ending_settle(struct track *t, struct conn *c, bool sure);
/* Asks again about an inferred end that is not certain yet. */
void ending_ask_again(struct track *t, struct conn *c);
/* c had a descriptor whose number was assigned to another socket at that time. */
void ending_displaced(struct track *t, struct conn *c, int64_t ms, enum entry_via via);

#endif
