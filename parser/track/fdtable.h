/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/fdtable: which process holds which connection by which descriptor. A bounded
 * table; the caller makes room before it adds an entry (bounds.c).
 */
#ifndef NETLOG_FDTABLE_H
#define NETLOG_FDTABLE_H

#include "parser/track/process.h"

struct conn;

struct fd_key {
	struct proc *proc;
	int64_t fd;
};

struct fdent {
	struct fd_key key;
	struct conn *conn;
	struct identity *since;	/* identity of key.proc when it was last known to have the socket */
	bool cloexec;
	bool presumed;		/* inherited, unless the descriptor was closed before the fork */
	/* Audit's event that assigned this number to the socket; serial 0: none. */
	uint64_t serial;
	int64_t ms;
	uint64_t used;		/* latest event of a call that used the number since; 0: none */
	uint32_t clock;		/* node.clock at that event */
	unsigned int seen;	/* the scan (fd_table.round) that found it last */
	TAILQ_ENTRY(fdent) of_proc;	/* oldest first */
	LIST_ENTRY(fdent) of_conn;
	UT_hash_handle hh;
};

LIST_HEAD(fd_holders, fdent);

/* The descriptors of the processes of one owner. */
struct fd_owner {
	unsigned int count;
	struct proc *most;	/* a process with the most descriptors; may be NULL */
};

struct fd_table {
	struct fdent *hash;
	unsigned int max;
	struct fd_owner owners[OWNERS];
	unsigned int round;	/* scans of all processes' descriptors so far */
};

void fdtable_init(struct fd_table *t, unsigned int max);

/* Returns NULL if p has no socket at fd. */
struct fdent *fdtable_find(const struct fd_table *t, const struct proc *p, int fd);
bool fdtable_full(const struct fd_table *t);
/* The number must be free in p. holders is the list of c. NULL without memory. */
struct fdent *fdtable_add(struct fd_table *t, struct proc *p, int fd, struct conn *c,
			  struct fd_holders *holders, bool cloexec);
/* Makes f a descriptor of c, which is the same socket. holders is the list of c. */
void fdtable_move(struct fdent *f, struct conn *c, struct fd_holders *holders);
/* Notes that f's process, with its current identity, has the socket. */
void fdtable_confirm(struct fdent *f);
/* Returns the descriptor to evict: the oldest one of the process with the most, of the user with
 * the most. NULL: unknown. */
struct fdent *fdtable_victim(const struct fd_table *t);
/* Drops the owner's pointer to p, which is about to be freed. */
void fdtable_forget(struct fd_table *t, const struct proc *p);
/* Frees f. Returns its connection. */
struct conn *fdtable_remove(struct fd_table *t, struct fdent *f);

#endif
