/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/process: what is known of each process: who it is (an immutable,
 * counted struct who, shared by all its connections) and which socket
 * descriptors it holds. A bounded table; the least recently heard of goes first.
 */
#ifndef NETLOG_PROCESS_H
#define NETLOG_PROCESS_H

#include <stddef.h>
#include <sys/queue.h>
#include <uthash.h>

#include "fact.h"

/* Identity of a process at one moment. Strings are audit-encoded, see fact.h;
 * NULL when unknown. */
struct who {
	unsigned int refs;
	int64_t pid, ppid, uid, auid, ses, sid;
	const char *comm, *exe, *subj, *proctitle;
	char *extras;		/* its part of a line, made once by format.c, or NULL */
	char text[];
};

struct who *who_new(const struct task *t);
struct who *who_get(struct who *w);
void who_put(struct who *w);

/* Decodes an audit string ("quoted", hex, or bare) into buf: returns the number
 * of bytes (at most size - 1; buf is NUL-terminated, and may hold NULs).
 * NULs inside a proctitle separate arguments. */
size_t audit_text(const char *encoded, char *buf, size_t size);
/* What a copy takes, NUL included (nothing for NULL); the copy, at *to, which moves on. */
size_t audit_text_size(const char *s);
const char *audit_text_copy(const char *s, char **to);

struct fdent;

struct proc_key {
	int64_t pid;
	uint32_t node;		/* index given by the tracker */
	uint32_t zero;
};

struct proc {
	struct proc_key key;
	struct who *who;
	char *stale_title;	/* proctitle of a program it ran before, or NULL */
	LIST_HEAD(, fdent) fds;
	TAILQ_ENTRY(proc) lru;
	UT_hash_handle hh;
};

struct process_table {
	struct proc *hash;
	TAILQ_HEAD(, proc) lru;		/* least recently heard of first */
};

void process_init(struct process_table *t);

struct proc *process_find(struct process_table *t, uint32_t node, int64_t pid);
/* A new entry; NULL without memory. The caller keeps the count bounded
 * (process_count, process_oldest). */
struct proc *process_add(struct process_table *t, uint32_t node, int64_t pid);
/* Moves it to the young end. */
void process_touch(struct process_table *t, struct proc *p);
/* Its descriptors must be gone. */
void process_remove(struct process_table *t, struct proc *p);
struct proc *process_oldest(struct process_table *t);
unsigned int process_count(const struct process_table *t);

/*
 * Brings p->who up to date with what an event says of the task. A field the
 * event does not have keeps its old value as long as comm is the same.
 * Returns true when the program changed (another exe): an exec happened since.
 */
bool process_update(struct proc *p, const struct task *t);

#endif
