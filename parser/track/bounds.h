/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/bounds: makes room in the bounded tables. An open connection that is dropped for
 * it is counted (evicted).
 */
#ifndef NETLOG_BOUNDS_H
#define NETLOG_BOUNDS_H

#include "parser/track/life.h"

/* Returns a new connection of the current node, without a reference; may evict the least recently
 * used one. NULL without memory, which is counted. */
struct conn *bounds_conn(struct track *t);
/* Adds a descriptor of c; the number must be free. NULL without memory, or if only c itself
 * could be evicted. */
struct fdent *bounds_fd(struct track *t, struct proc *p, int fd, struct conn *c,
			bool cloexec);
/* Returns the process of the current event, and adds a new one. NULL without pid or memory. */
struct proc *bounds_event_process(struct track *t);
/* Adds a new process of the current node. May evict any other process except the most recently
 * touched one. NULL without memory, which is counted. */
struct proc *bounds_process(struct track *t, int64_t pid);
void bounds_forget_process(struct track *t, struct proc *p);

#endif
