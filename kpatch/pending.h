/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets with a connect under way, and who called it (and, on old kernels, those
 * accepted that have no descriptor yet: accept_key()). The key is the struct
 * socket, never dereferenced here: an MPTCP socket and its first subflow share
 * it, and it lives from tcp_connect() to inet_release().
 */
#ifndef NETLOG_PENDING_H
#define NETLOG_PENDING_H

#include "record.h"

struct pending {
	struct hlist_node node;		/* this and key: the table's own */
	const void *key;
	struct netlog_sock sock;	/* as it was when the SYN left */
	struct netlog_task task;	/* who called connect() */
	bool told;			/* lean, and op=connect has named it */
};

/*
 * Remember a copy of p for key, for which there is none. When the table is
 * full or there is no memory: false, and counted; the completion names nobody.
 */
bool pending_add(const void *key, const struct pending *p);

/* Move the entry of key to *p. False when there is none. Any context. */
bool pending_take(const void *key, struct pending *p);

/* Forget all. No probe may be running. */
void pending_fini(void);

extern atomic_t pending_count;
extern atomic64_t pending_full;
extern unsigned int pending_max;	/* parameter pending_max= */

#endif
