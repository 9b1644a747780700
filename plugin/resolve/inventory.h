/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/inventory: one look at all sockets and at who holds them, for the snapshot at the
 * start and for the sweeps. */
#ifndef NETLOG_SURVEY_H
#define NETLOG_SURVEY_H

#include "parser/diag.h"

struct inventory;

/* sees_all: we may look at every process's descriptors. */
struct inventory *inventory_new(bool sees_all);
void inventory_free(struct inventory *v);

/* For the next look: nothing is known. */
void inventory_clear(struct inventory *v);
void inventory_add(struct inventory *v, const struct diag_sock *sock);
/* All that were added are known. False: they are not (no memory). */
bool inventory_sort(struct inventory *v);

/* What has become of a socket; arg is the survey. Unless we see all processes, one that
 * is missing is said to be alive. */
enum diag_life inventory_life(uint64_t cookie, uint64_t ino, void *arg);

/* Calls fn for each socket of the wanted network namespaces, if we see all processes:
 * first with the process to be named as its opener, then, with DIAG_HELD, for each other
 * descriptor. */
/* Looks for all who hold sockets, unless that was done; takes a while. False: unless we
 * see all processes, some may be missing. */
bool inventory_scan(struct inventory *v);
/* Calls fn for each descriptor of each of the wanted sockets. */
void inventory_holders(const struct inventory *v, bool (*wanted)(uint64_t cookie, void *arg),
		    void (*fn)(const struct diag_sock *sock, int64_t pid, int fd, void *arg),
		    void *arg);

typedef void (*inventory_fn)(enum diag_op op, const struct diag_sock *sock,
			  const struct task *task, int fd, bool cloexec, void *arg);
void inventory_open(struct inventory *v, bool (*wanted)(int64_t netns, void *arg), inventory_fn fn,
		 void *arg);

#endif
