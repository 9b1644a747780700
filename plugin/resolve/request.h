/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/request: the tracker's requests, and the results of /proc and the dumps so far. */
#ifndef NETLOG_REQUEST_H
#define NETLOG_REQUEST_H

#include <uthash.h>

#include "parser/diag.h"

#define REQUESTS_MAX 8192
#define REQUEST_BUCKETS 1024

struct pending {
	struct request q;
	uint64_t ino;	   /* of the descriptor; 0: closed, or no socket */
	int64_t netns;	   /* the process's when it was read; 0: unknown */
	bool netns_sure;   /* of all its threads */
	bool everywhere;   /* match sockets of all namespaces, not only netns */
	int64_t looked_ms; /* real time when the descriptor was read */
	bool looked;	   /* in /proc */
	bool hidden, found, answered;
	bool missed;		      /* HELD: one dump has not shown it */
	struct diag_sock sock;	      /* found; closed: the first that fits */
	uint64_t live[DIAG_LIVE_MAX]; /* closed: cookies of the sockets that fit */
	unsigned int live_count;
	struct pending *next; /* of the same inode, cookie or bucket */
	UT_hash_handle hh;    /* by inode or by cookie */
};

/* The requests that one round of dumps serves. */
struct requests {
	struct pending at[REQUESTS_MAX];
	unsigned int count, looked; /* number of requests that have been read in /proc */
	struct pending *by_ino, *by_cookie, *any_end;
	struct pending *buckets[REQUEST_BUCKETS]; /* by remote end */
	/* bit of each port with a TCP listener, in the namespace of the last socket: a dump begins
	 * with these */
	uint64_t listeners[65536 / 64];
	int64_t netns;
};

/* Returns NULL if there are too many: the tracker asks again, or stops asking in time. */
struct pending *requests_add(struct requests *rs, const struct request *q);
/* Reads the descriptor now: ino, hidden, looked_ms. */
void pending_read_descriptor(struct pending *p);

/* Called before the first and after the last socket of a round. */
void requests_index(struct requests *rs);
void requests_unindex(struct requests *rs);
/* Returns true if any request needs the sockets of a protocol in that namespace. */
bool requests_want(const struct requests *rs, int proto, int64_t netns);
void requests_match(struct requests *rs, const struct diag_sock *sock);

#endif
