/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/destroyed: sockets that the kernel reported as destroyed and that no known
 * connection has claimed yet. The report usually arrives before audit's event of the socket's
 * connect. Bounded; the oldest is evicted first.
 */
#ifndef NETLOG_DESTROYED_H
#define NETLOG_DESTROYED_H

#include <sys/queue.h>
#include <uthash.h>

#include "parser/diag.h"
#include "parser/event.h"

struct destroyed {
	struct diag_sock sock;
	struct stamp at;		/* time of the report */
	int64_t mono;
	TAILQ_ENTRY(destroyed) all;
	TAILQ_ENTRY(destroyed) same_remote, same_port;	/* of one bucket, newest first */
	UT_hash_handle hh;		/* by cookie */
};

#define DESTROYED_BUCKETS 4096

struct destroyed_table {
	TAILQ_HEAD(destroyed_list, destroyed) list;	/* oldest first */
	struct destroyed_list by_remote[DESTROYED_BUCKETS];	/* address and port */
	struct destroyed_list by_port[DESTROYED_BUCKETS];	/* of the local end */
	struct destroyed *by_cookie;
	unsigned int count, max;
	/* Before incomplete_ms (real time) reports were lost; before incomplete_away_ms, reports of
	 * namespaces other than home. */
	int64_t incomplete_ms, incomplete_away_ms;
	int64_t home;			/* our own network namespace */
};

/* A pattern for destroyed sockets. Unknown parts match any. */
struct destroyed_pattern {
	int proto;
	int64_t netns;			/* 0: any */
	struct netaddr local, remote;
	bool unconnected;		/* without a remote end */
	bool established;		/* the connect is known to have succeeded */
	int64_t since_ms, until_ms;	/* reported no earlier, no later */
};

void destroyed_init(struct destroyed_table *t, unsigned int max, int64_t home);
void destroyed_fini(struct destroyed_table *t);

/* Drops all sockets, and forgets that reports were lost. */
void destroyed_clear(struct destroyed_table *t);

void destroyed_add(struct destroyed_table *t, const struct diag_sock *sock,
		   const struct stamp *at, int64_t mono);
void destroyed_remove(struct destroyed_table *t, struct destroyed *d);
/* Notes that reports were lost up to now; away: none of our own network namespace. */
void destroyed_lost(struct destroyed_table *t, const struct stamp *now, bool away);

struct destroyed *destroyed_by_cookie(struct destroyed_table *t, uint64_t cookie);
/*
 * Returns the socket that fits, if exactly one fits and no report was lost. Sets *several if more
 * than one fits, or if too many similar ones would have to be checked.
 */
struct destroyed *destroyed_only(struct destroyed_table *t,
				 const struct destroyed_pattern *p, bool *several);

/*
 * Returns the time of the last report that fits (real time, ms), or -1 if none fits. Returns
 * p->until_ms if reports were lost, or if too many sockets are similar.
 */
int64_t destroyed_latest(struct destroyed_table *t, const struct destroyed_pattern *p);

#endif
