/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/bounds: makes room in the bounded tables. An open connection that is dropped for
 * it is counted (evicted).
 */
#ifndef NETLOG_BOUNDS_H
#define NETLOG_BOUNDS_H

#include "parser/track/life.h"

/* A new connection of the node in hand, without a reference; the least recently used one
 * may go. NULL without memory, which is counted. */
struct conn *bounds_conn(struct track *t);
/* Gives c a descriptor; the number must be free. NULL without memory, or if only c itself
 * could make room. */
struct fdent *bounds_fd(struct track *t, struct proc *p, int fd, struct conn *c,
			bool cloexec);
/* The process of the event in hand, made when new. NULL without pid or memory. */
struct proc *bounds_event_process(struct track *t);
/* Adds a new process of the current node. It may evict any other process except the one that was
 * touched last. NULL without memory, which is counted. */
struct proc *bounds_process(struct track *t, int64_t pid);
void bounds_forget_process(struct track *t, struct proc *p);

#endif
