/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/alive_table: sockets by process and descriptor, each with the audit events
 * that it has had. For parser/query/alive.
 */
#ifndef NETLOG_QUERY_ALIVE_TABLE_H
#define NETLOG_QUERY_ALIVE_TABLE_H

#include <sys/queue.h>
#include <uthash.h>

#include "parser/event.h"

#define ALIVE_MAX 65536		/* sockets; the one without an event for longest is dropped */
#define ALIVE_STAMPS 8		/* per socket: the first ones, and the latest */
#define ALIVE_NODE_MAX 256

/* Compared byte by byte, so every byte is set. */
struct alive_key {
	uint64_t node;
	int64_t pid, fd;
};

struct alive_socket {
	struct alive_key key;
	struct stamp stamps[ALIVE_STAMPS];
	unsigned int count;
	char *node;
	LIST_ENTRY(alive_socket) of_process;
	UT_hash_handle hh;
};

struct alive_process {
	struct alive_key key;	/* fd 0 */
	LIST_HEAD(, alive_socket) sockets;
	UT_hash_handle hh;
};

/* All zero: empty. */
struct alive_table {
	struct alive_socket *sockets;	/* in the order of their latest events */
	struct alive_process *processes;
};

/* A number for a node's name; NULL is 0. */
uint64_t alive_node(const char *node);

/* Both return NULL if there is none. The process is that of the key, whatever its fd. */
struct alive_socket *alive_find(const struct alive_table *t, const struct alive_key *k);
struct alive_process *alive_find_process(const struct alive_table *t, struct alive_key k);

/*
 * Adds an event to a socket, and a new socket. A full table (ALIVE_MAX) evicts the socket without an
 * event for longest, so that any pointer to a socket may be invalid afterwards. Without memory
 * nothing is added.
 */
void alive_append(struct alive_table *t, const struct event *e, struct alive_key k);
/* Does the same for another socket with that number: its earlier events are dropped. */
void alive_begin(struct alive_table *t, const struct event *e, struct alive_key k);
/* Does the same for a socket that starts with the events of another one. */
void alive_copy(struct alive_table *t, const struct event *e, const struct alive_socket *from,
		struct alive_key k);

/* Frees the socket, and its process if that has no other. */
void alive_drop(struct alive_table *t, struct alive_socket *s);
/* Does the same if the socket exists. */
void alive_end(struct alive_table *t, struct alive_key k);

void alive_table_fini(struct alive_table *t);

#endif
