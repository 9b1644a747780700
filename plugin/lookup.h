/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/lookup: questions of the tracker, and what is known of the answers: from /proc
 * when they are asked, then from the sockets of a dump. */
#ifndef NETLOG_LOOKUP_H
#define NETLOG_LOOKUP_H

#include <uthash.h>

#include "../parser/diag.h"

#define LOOKUPS_MAX 8192
#define LOOKUP_BUCKETS 256

struct lookup {
	struct diag_question q;
	uint64_t ino;			/* 0: the descriptor is no socket any more */
	int64_t netns;			/* the process's when it was asked; 0: not known */
	bool netns_sure;		/* that of all its threads */
	bool everywhere;		/* not only in that one, if it is watched */
	int64_t looked_ms;
	bool hidden, found, answered;
	struct diag_sock sock;
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	struct lookup *next;		/* with the same inode, or of the same bucket */
	UT_hash_handle hh;		/* by inode */
};

/* Those that one look at all sockets serves. */
struct lookups {
	struct lookup at[LOOKUPS_MAX];
	unsigned int count;
	struct lookup *by_ino, *any_port;
	struct lookup *buckets[LOOKUP_BUCKETS];	/* gone, by remote port */
};

/* NULL when there are too many: the tracker asks again, or gives up in time. */
struct lookup *lookups_add(struct lookups *ls, const struct diag_question *q);
/* Reads the descriptor, now. */
void lookup_descriptor(struct lookup *l);

/* Before the first and after the last socket of a dump. */
void lookups_index(struct lookups *ls);
void lookups_unindex(struct lookups *ls);
/* Somebody asks for sockets of the protocol in that network namespace. */
bool lookups_want(const struct lookups *ls, int proto, int64_t netns);
void lookups_match(struct lookups *ls, const struct diag_sock *sock);

#endif
