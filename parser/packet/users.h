/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/users: the processes that used the socket of one connection, one after the
 * other: its opener, and those of the log's "connect use" lines. Such a line says at which
 * byte of the two streams its process began. So the data in a TCP packet has one user, if
 * the capture has the connection's SYN. Without that, time must decide, and often cannot.
 */
#ifndef NETLOG_PACKET_USERS_H
#define NETLOG_PACKET_USERS_H

#include "parser/packet/dissect.h"
#include "parser/packet/process.h"

/* A process, and what its packets have. */
struct owner_user {
	struct owner_user *next;
	struct packet_process *process;	/* holds a reference; NULL: unknown */
	char *comment;			/* key=value, as the fields that were asked for */
	bool matched;			/* the conditions hold for it */
	void *kept;			/* the writer's; freed with free() */
};

/* A change of user. */
struct owner_use {
	int64_t ns;
	int64_t tx, rx;			/* bytes before it; -1: unknown */
	struct owner_user *user;
};

/* One direction of TCP. */
struct owner_stream {
	bool known;			/* its SYN was seen */
	uint32_t first;			/* sequence number of its first byte */
	int64_t last;			/* place of a byte not far from the next one */
};

struct owner_users {
	struct owner_user opener;	/* its next: all others, each once */
	struct owner_use *uses;		/* in the order of time */
	size_t count, room;
	bool cut;			/* earlier ones were dropped */
	bool unplaced;			/* of one the bytes before it are unknown */
	struct owner_stream sent, received;
};

void users_free(struct owner_users *u);		/* what it holds, not u */

/* The user with that process, or a new one that takes the reference. Returns NULL without
 * memory; the reference is put. */
struct owner_user *users_get(struct owner_users *u, struct packet_process *process);
/* A change of user. most: so many are kept, 0: all. Returns false without memory. */
bool users_add(struct owner_users *u, const struct owner_use *use, size_t most);

/* A packet of the connection: of a SYN the numbers are remembered. */
void users_see(struct owner_users *u, const struct flow *f, bool outbound);
/* Returns the user that the packet belongs to; NULL: more than one is possible. */
struct owner_user *users_find(struct owner_users *u, const struct flow *f, int64_t ns,
			      bool outbound);

#endif
