/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/ending: how connections end: a descriptor is closed, the last holder exits,
 * the kernel reports the socket's destruction.
 */
#ifndef NETLOG_ENDING_H
#define NETLOG_ENDING_H

#include "parser/track/life.h"

/* Removes a descriptor. The last one ends the connection; with sock_diag this end is inferred and
 * waits for the kernel's report. */
void ending_fd_gone(struct track *t, struct fdent *fd, enum entry_via via);
void ending_fds_gone(struct track *t, struct proc *p, bool cloexec_only,
		     enum entry_via via);
/* Removes the descriptors with FD_CLOEXEC of the current process, which executes a program. */
void ending_exec(struct track *t);

/* Drops the inferred end of c, which a process holds. seen_ms: real time at which a process was
 * found to hold it: a process that closed it earlier was not the last; 0: none was found. */
void ending_held(struct track *t, struct conn *c, int64_t seen_ms);
/* Takes the kernel's report of the destruction of c. ending_bury() writes the stop. */
void ending_destroyed(struct track *t, struct conn *c, const struct diag_sock *sock,
		      const struct stamp *at, int64_t mono);
/* Does the same with a report that arrived before the connection was known. */
void ending_claim(struct track *t, struct conn *c, struct destroyed *d);
/* Writes the stop of a destroyed connection and drops it. */
void ending_bury(struct track *t, struct conn *c);
/* Returns true if the stop of this cookie was among the last BURIED_MAX. */
bool ending_was_buried(const struct track *t, uint64_t cookie);
/* Buries c if it was destroyed before the current event. Returns true if it was. */
bool ending_over(struct track *t, struct conn *c);
/* Writes the start of c with the known values: no more will be learnt. An inferred end is then
 * asked about. */
void ending_give_up(struct track *t, struct conn *c);
/*
 * Writes the inferred end. sure: no process holds the socket. Otherwise holders are unknown, and
 * a connection that an unseen child may have inherited stays open.
 */
void ending_settle(struct track *t, struct conn *c, bool sure);
/* Asks again about an inferred end that is not certain yet. */
void ending_ask_again(struct track *t, struct conn *c);
/* Ends c, whose descriptor number was assigned to another socket at that time. */
void ending_displaced(struct track *t, struct conn *c, int64_t ms, enum entry_via via);

#endif
