/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry/identity: who a process was at one moment. Immutable and reference-counted;
 * all connections of the process share it.
 */
#ifndef NETLOG_IDENTITY_H
#define NETLOG_IDENTITY_H

#include "parser/event.h"

/* Identity of a process at one moment. Strings are audit-encoded, see fact.h;
 * NULL when unknown. */
struct identity {
	unsigned int refs;
	int64_t pid, ppid, uid, auid, ses, sid;
	const char *comm, *exe, *subj, *proctitle;
	char *extras;		/* its part of a line, made once by format.c, or NULL */
	char text[];
};

struct identity *identity_new(const struct task *t);
struct identity *identity_get(struct identity *w);
void identity_put(struct identity *w);

#endif
