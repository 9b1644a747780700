/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/request: questions of the tracker, and what is known of the answers: from /proc
 * when they are asked, then from the sockets of a dump. */
#ifndef NETLOG_LOOKUP_H
#define NETLOG_LOOKUP_H

#include <uthash.h>

#include "parser/diag.h"

#define REQUESTS_MAX 8192
#define REQUEST_BUCKETS 256

struct pending {
	struct request q;
	uint64_t ino;			/* 0: the descriptor is no socket any more */
	int64_t netns;			/* the process's when it was asked; 0: not known */
	bool netns_sure;		/* that of all its threads */
	bool everywhere;		/* not only in that one, if it is watched */
	int64_t looked_ms;
	bool hidden, found, answered;
	struct diag_sock sock;
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	struct pending *next;		/* with the same inode, or of the same bucket */
	UT_hash_handle hh;		/* by inode */
};

/* Those that one look at all sockets serves. */
struct requests {
	struct pending at[REQUESTS_MAX];
	unsigned int count;
	struct pending *by_ino, *any_port;
	struct pending *buckets[REQUEST_BUCKETS];	/* gone, by remote port */
};

/* NULL when there are too many: the tracker asks again, or gives up in time. */
struct pending *requests_add(struct requests *ls, const struct request *q);
/* Reads the descriptor, now. */
void pending_descriptor(struct pending *l);

/* Before the first and after the last socket of a dump. */
void requests_index(struct requests *ls);
void requests_unindex(struct requests *ls);
/* Somebody asks for sockets of the protocol in that network namespace. */
bool requests_want(const struct requests *ls, int proto, int64_t netns);
void requests_match(struct requests *ls, const struct diag_sock *sock);

#endif
