/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/unseen: index of the connections that were written with unseen=netns, by the
 * values that a snapshot of their namespace would report. An unknown value fits any socket.
 */
#ifndef NETLOG_UNSEEN_H
#define NETLOG_UNSEEN_H

#include <uthash.h>

#include "parser/event.h"

struct unseen_key {
	uint32_t node;
	int proto;
	bool listens;
	uint16_t local_port, remote_port;	/* 0: not known */
	unsigned int family;			/* of remote; 0: not known, or listens */
	uint8_t remote[16];
};

struct unseen {
	struct unseen_key key;
	UT_hash_handle hh;
};

/* The key of a connection, or of a socket. */
void unseen_key(struct unseen_key *key, uint32_t node, int proto, bool listens,
		const struct netaddr *local, const struct netaddr *remote);
/* NULL without memory. */
struct unseen *unseen_add(struct unseen **index, const struct unseen_key *key);
void unseen_remove(struct unseen **index, struct unseen *u);
/* Returns true if one of them may be the socket of that key. */
bool unseen_may_be(struct unseen *index, const struct unseen_key *socket);

#endif
