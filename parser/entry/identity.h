/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/identity: a process at one moment: pid, user, program. Immutable and
 * reference-counted; all connections of the process share it.
 */
#ifndef NETLOG_IDENTITY_H
#define NETLOG_IDENTITY_H

#include "parser/event.h"

/* Strings are audit-encoded, see event.h; NULL when unknown. */
struct identity {
	unsigned int refs;
	uint64_t generation;	/* no two that identity_new() made have the same; not 0 */
	int64_t pid, ppid, uid, auid, ses, sid;
	struct optional egid, cgroup;
	const char *pcomm;	/* not encoded */
	const char *comm, *exe, *subj, *proctitle;
	bool unparted;		/* blanks of proctitle may be inside an argument or between two */
	char text[];
};

/* Copies the task's strings. One reference, the caller's; NULL without memory. */
struct identity *identity_new(const struct task *t);
/* The identity of an unknown process: one object, never freed. */
struct identity *identity_unknown(void);
/* Returns a generation for an identity that identity_new() did not make. Any thread may call it. */
uint64_t identity_generation(void);
struct identity *identity_get(struct identity *id);	/* one more reference */
void identity_put(struct identity *id);			/* frees with the last; may be NULL */

#endif
