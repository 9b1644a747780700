/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets with a connect under way, and who called it. The key is the struct
 * socket, never dereferenced here: an MPTCP socket and its first subflow share
 * it, and it lives from tcp_connect() to inet_release().
 */
#ifndef NETLOG_PENDING_H
#define NETLOG_PENDING_H

#include <linux/types.h>

#include "record.h"

struct pending {
	struct netlog_sock sock;	/* as it was when the SYN left */
	struct netlog_task task;	/* who called connect() */
	bool told;			/* lean, and op=connect has named it */
};

void pending_init(void);

/* Forget all. No probe may be running. */
void pending_fini(void);

/*
 * Remember a copy of p; replaces what was there for key. When the table is
 * full or there is no memory this is counted and the completion goes unseen.
 */
void pending_add(const void *key, const struct pending *p);

/* Move the entry of key to *p. False when there is none. Any context. */
bool pending_take(const void *key, struct pending *p);

/*
 * Take the entry of key away and call then() with it, which must not sleep.
 * Nobody finds the entry gone before then() is over: a release on another
 * processor waits, and its record comes after the one that then() writes.
 */
bool pending_take_then(const void *key,
		       void (*then)(struct pending *p, void *arg), void *arg);

unsigned int pending_count(void);
u64 pending_full(void);

extern unsigned int pending_max;	/* parameter pending_max= */

#endif
