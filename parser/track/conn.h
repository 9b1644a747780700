/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn: the sockets that are known, who holds them by which
 * descriptor, and the bounds on both. Lifetimes only: what a socket's life
 * means as log lines is track's business.
 *
 * A socket lives while a descriptor refers to it (learnt from the rules) or
 * while it is listed under its inode number (learnt from the module), or is followed
 * with sock_diag. Whoever
 * takes the last of these away (socket_unused) reports its end and drops it.
 */
#ifndef NETLOG_SOCKET_H
#define NETLOG_SOCKET_H

#include <sys/queue.h>
#include <uthash.h>

#include "parser/event.h"
#include "parser/track/process.h"
#include "parser/entry/entry.h"

struct follow;

/* The record that is open for a socket: a start without its stop. */
enum sock_open { OPEN_NONE, OPEN_CONNECT, OPEN_LISTEN };

struct sock_ino {
	uint64_t ino;
	uint32_t node;
	uint32_t zero;
};

struct sock {
	struct sock_ino key;	/* ino 0: not listed under an inode */
	enum sock_open open;
	int proto, family, type;
	bool ignored;		/* not a protocol that is logged (raw, ping, …) */
	bool bound;		/* local was chosen by bind() */
	bool connecting;	/* connect under way, outcome unknown */
	bool inbound, unknown_direction;
	bool other_netns;	/* not looked for: its process is in a netns that is not
				 * watched */
	bool unknown_start;	/* when it began is not known exactly */
	struct netaddr local, remote;
	struct netaddr learnt;	/* local end as sock_diag told it; family 0: not */
	struct stamp ev, start;
	uint64_t cookie;	/* 0: not known */
	struct conn_id id;	/* of the connection that is open; nth 0: not numbered yet */
	uint32_t nth;		/* connections numbered on this socket */
	bool left_out;		/* the ignore list has it */
	int64_t mono, netns;
	struct identity *opener;
	struct follow *follow;	/* track_diag's, or NULL */
	LIST_HEAD(, fdent) fds;
	TAILQ_ENTRY(sock) lru;
	UT_hash_handle hh;
};

struct fd_key {
	struct proc *proc;
	int64_t fd;
};

struct fdent {
	struct fd_key key;
	struct sock *sock;
	bool cloexec;
	bool presumed;		/* its parent has it: it may be from before the fork */
	unsigned int seen;	/* the table's round in which it was last known to be */
	LIST_ENTRY(fdent) of_proc, of_sock;
	UT_hash_handle hh;
};

struct socket_table {
	struct sock *by_ino;
	struct fdent *by_fd;
	TAILQ_HEAD(, sock) lru;		/* least recently used first */
	unsigned int count, max;	/* sockets */
	unsigned int fd_max;		/* descriptors */
	unsigned int round;		/* of looks at all processes' descriptors */
	void (*evicted)(struct sock *s, void *arg);
	void (*dropped)(struct sock *s, void *arg);	/* may be NULL */
	void *arg;
};

/* max bounds the sockets and, at four times as many, the descriptors. evicted()
 * is told of each socket thrown out because the table was full. */
void socket_init(struct socket_table *t, unsigned int max,
		 void (*evicted)(struct sock *, void *), void *arg);
void socket_fini(struct socket_table *t);

/* A new socket with no reference yet: give it one (socket_fd_add or
 * socket_set_ino) or socket_drop it. NULL without memory. */
struct sock *socket_new(struct socket_table *t);
void socket_touch(struct socket_table *t, struct sock *s);
bool socket_unused(const struct sock *s);	/* no reference left */
void socket_drop(struct socket_table *t, struct sock *s);

struct sock *socket_by_ino(struct socket_table *t, uint32_t node, uint64_t ino);
void socket_set_ino(struct socket_table *t, struct sock *s, uint32_t node,
		    uint64_t ino);
void socket_clear_ino(struct socket_table *t, struct sock *s);

struct fdent *socket_fd(struct socket_table *t, struct proc *p, int fd);
/* The number must be free. Returns 0 or -ENOMEM. */
int socket_fd_add(struct socket_table *t, struct proc *p, int fd,
		  struct sock *s, bool cloexec);
/* Takes the descriptor away and returns its socket, which may be unused now. */
struct sock *socket_fd_remove(struct socket_table *t, struct fdent *f);

#endif
