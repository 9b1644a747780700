/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_processes: system calls that change which process holds which descriptor:
 * close, dup, fork, exec, exit. t->proc is the process of the current event.
 */
#ifndef NETLOG_FROM_PROCESSES_H
#define NETLOG_FROM_PROCESSES_H

#include "parser/track/state.h"

/* Sets t->proc and updates its identity. A new process inherits the sockets that its parent is
 * known to hold. NULL without pid or memory. */
void from_processes_know(struct track *t, const struct event *f);
/* Ends the socket at fd, which was closed unseen: a new socket has its number. */
void from_processes_reuse(struct track *t, int fd);
void from_processes_close(struct track *t, const struct event *f);
void from_processes_dup(struct track *t, const struct event *f);
/* Sets or clears FD_CLOEXEC of f->fd, if it was a socket's before the event. */
void from_processes_cloexec(struct track *t, const struct event *f);
void from_processes_fork(struct track *t, const struct event *f);
/* Handles the exit of t->proc. Without the module, drops the process and sets t->proc to NULL. */
void from_processes_exit(struct track *t, enum entry_via via);

#endif
