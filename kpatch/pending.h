/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pending: the sockets with a connect in progress, and the tasks that called connect().
 */
#ifndef NETLOG_PENDING_H
#define NETLOG_PENDING_H

#include "record.h"

struct pending {
	struct sockinfo sock;		/* the socket when the SYN was sent */
	struct record_task task;	/* the caller of connect() */
	const void *of;			/* SCTP: the association; a socket may try several */
	int icmp_err;			/* error of an ICMP message that arrived, or 0 */
};

/* of */
#define PENDING_ACCEPTED ((void *)1)	/* accepted, without a descriptor yet */
#define PENDING_UNUSED ((void *)2)	/* a connected datagram socket without a datagram yet */

/* Stores a copy of p. Returns false without memory: counted as lost, and the completion names no
 * task. Any context. */
bool pending_add(const struct pending *p);

/* Moves the entry of sock to *p if of is NULL or equals the entry's. Returns false if there was
 * none. */
bool pending_take(struct socket *sock, const void *of, struct pending *p);

/* Notes the error of an ICMP message in the entry of sock, if there is one. */
void pending_icmp(struct socket *sock, int err);

/* Returns the errno of an attempt that ended without sk_err: the ICMP error, or ECONNABORTED. */
static inline int pending_reason(const struct pending *p)
{
	return p->icmp_err ?: ECONNABORTED;
}

/* Frees all entries. No handler may run any more. */
void pending_fini(void);

#endif
