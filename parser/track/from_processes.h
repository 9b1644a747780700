/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_processes: system calls that change which process holds which descriptor:
 * close, dup, fork, exec, exit. t->proc is the process of the event in hand.
 */
#ifndef NETLOG_FROM_PROCESSES_H
#define NETLOG_FROM_PROCESSES_H

#include "parser/track/state.h"

/* Sets t->proc and updates its identity. A new process inherits the sockets that its parent is
 * known to hold. NULL without pid or memory. */
void from_processes_know(struct track *t, const struct event *f);
/* A new socket has this number: the old one was closed unseen. */
void from_processes_reuse(struct track *t, int fd);
void from_processes_close(struct track *t, const struct event *f);
void from_processes_dup(struct track *t, const struct event *f);
/* The descriptor f->fd, if it was a socket's before the event, is closed by exec or not. */
void from_processes_cloexec(struct track *t, const struct event *f);
void from_processes_fork(struct track *t, const struct event *f);
/* t->proc exited. Without the module it is forgotten, and t->proc is NULL then. */
void from_processes_exit(struct track *t, enum entry_via via);

#endif
