/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/process: each process: its identity (an immutable, counted struct identity,
 * shared by all its connections) and the socket descriptors that it holds. A bounded table: the
 * least recently seen process of the user with the most processes is evicted first.
 */
#ifndef NETLOG_PROCESS_H
#define NETLOG_PROCESS_H

#include <stddef.h>
#include <sys/queue.h>
#include <uthash.h>

#include "parser/entry/identity.h"
#include "parser/event.h"
#include "parser/track/owner.h"

struct fdent;
TAILQ_HEAD(fd_list, fdent);

struct proc_key {
	int64_t pid;
	uint32_t node;		/* index given by the tracker */
	uint32_t zero;
};

struct proc {
	struct proc_key key;
	struct identity *identity;
	char *stale_title;	/* proctitle of a program that it ran before, or NULL */
	uint64_t serial;	/* serial and time of its latest audit event */
	int64_t ms;
	int64_t began_ms[2];	/* last new connection by the kernel's side: out, in */
	bool born;		/* its fork was audited: so are its own forks */
	/* When its first child was seen: one that runs the same program, and any. 0: none. */
	int64_t forked_ms, child_ms;
	struct fd_list fds;	/* oldest first */
	unsigned int fd_count;
	unsigned int owner;	/* its user, when it was first seen */
	TAILQ_ENTRY(proc) lru, of_owner;
	UT_hash_handle hh;
};

/* The processes of one owner. */
struct proc_owner {
	unsigned int count;
	TAILQ_HEAD(, proc) lru;		/* least recently seen first */
};

#define PROCESS_RECENT 2048
#define PROCESS_NUMBERS_BITS 17

struct process_table {
	struct proc *hash;
	struct proc *recent[PROCESS_RECENT];	/* found last, by hash: most are found again */
	uint8_t numbers[1 << PROCESS_NUMBERS_BITS];	/* processes by hash; 0: there is none */
	TAILQ_HEAD(, proc) lru;		/* least recently seen first */
	struct proc_owner owners[OWNERS];
};

void process_init(struct process_table *t);

struct proc *process_find(struct process_table *t, uint32_t node, int64_t pid);
/* Adds a process; NULL without memory. The caller keeps the count bounded
 * (process_count, process_victim). */
struct proc *process_add(struct process_table *t, uint32_t node, int64_t pid,
			 unsigned int owner);
/* Makes p the most recently seen process. */
void process_touch(struct process_table *t, struct proc *p);
/* Its descriptors must have been removed. */
void process_remove(struct process_table *t, struct proc *p);
struct proc *process_oldest(struct process_table *t);
/* Returns the process to evict, never the most recently touched one. The table has two or more. */
struct proc *process_victim(struct process_table *t);
unsigned int process_count(const struct process_table *t);

enum process_change {
	PROCESS_SAME,
	PROCESS_EXEC,		/* another exe: the process has executed a program */
	PROCESS_REPLACED	/* its pid was reused */
};

/* Drops everything known about p: another process has its pid. */
void process_forget_identity(struct proc *p);

/*
 * Updates p->identity from an event. A field that the event lacks keeps its old value as long
 * as comm is the same. execs: the event is an exec, perhaps of the same program.
 */
enum process_change process_update(struct proc *p, const struct task *t, bool execs);

#endif
