/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/users: the processes that used the socket of one connection in turn: its opener, and
 * those of the log's "connect use" lines. Such a line has the byte of each stream at which its process
 * began. With the connection's SYN, the data in a TCP packet therefore has one user. Without the SYN
 * only time can decide, and often cannot.
 */
#ifndef NETLOG_PACKET_USERS_H
#define NETLOG_PACKET_USERS_H

#include "parser/packet/dissect.h"
#include "parser/packet/process.h"

/* A process, and the contents of its packets. */
struct owner_user {
	struct owner_user *next;
	struct packet_process *process;	/* holds a reference; NULL: unknown */
	char *comment;			/* key=value, for the requested fields */
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
	int64_t last;			/* place of a byte near the next one */
};

struct owner_users {
	struct owner_user opener;	/* its next: all others, each once */
	struct owner_use *uses;		/* in the order of time */
	size_t count, room;
	bool cut;			/* earlier ones were dropped */
	bool unplaced;			/* of a use, the bytes before it are unknown */
	struct owner_stream sent, received;
};

void users_free(struct owner_users *u);		/* frees the contents, not u */

/* Returns the user with that process, or a new one. Takes the reference. NULL without memory. */
struct owner_user *users_get(struct owner_users *u, struct packet_process *process);
/* Adds a change of user. most: limit of changes, 0: none. Returns false without memory. */
bool users_add(struct owner_users *u, const struct owner_use *use, size_t most);

/* Notes a packet of the connection, of a SYN its sequence number. */
void users_see(struct owner_users *u, const struct flow *f, bool outbound);
/* Returns the user that the packet belongs to; NULL: more than one is possible. */
struct owner_user *users_find(struct owner_users *u, const struct flow *f, int64_t ns,
			      bool outbound);

#endif
