/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/inventory: all sockets of one round of dumps, and the processes that hold them. Pure
 * data, indexed by cookie, inode and listening port: no operation walks all sockets. Bounded; omitted
 * entries set cut.
 */
#ifndef NETLOG_INVENTORY_H
#define NETLOG_INVENTORY_H

#include <uthash.h>

#include "parser/diag.h"

#define INVENTORY_SOCKETS_MAX 1048576
#define INVENTORY_OTHERS_MAX 262144 /* inodes that are in no dump */
#define INVENTORY_HOLDERS_MAX 64    /* of one socket */
#define INVENTORY_SAME_MAX 8	    /* descriptors of one socket in one process */

struct inventory_sock {
	struct diag_sock sock;
	bool destroyed;		     /* notified since the dump */
	struct inventory_sock *next; /* of the same inode: subflows of MPTCP */
	UT_hash_handle hh;	     /* by cookie, in the order of the dumps */
};

struct inventory_holder {
	int64_t pid, ppid;
	int fd;
	struct inventory_holder *next;
};

/* An inode that is in a dump, or at a descriptor, or both. */
struct inventory_inode {
	uint64_t ino;
	struct inventory_sock *socks; /* NULL: in no dump */
	struct inventory_holder *first, *last;
	unsigned int holders, in_process;
	int64_t last_pid; /* of the latest holder */
	UT_hash_handle hh;
};

struct inventory {
	struct inventory_sock *socks;
	struct inventory_inode *inodes;
	struct inventory_listener *listeners;
	struct inventory_block *blocks;
	bool cut;	  /* of sockets: some are missing */
	bool holders_cut; /* of inodes: some holders are missing */
};

/* Empties it; safe on a zeroed struct. */
void inventory_clear(struct inventory *v);

void inventory_add(struct inventory *v, const struct diag_sock *sock);
/* Notes the kernel's report of the socket's destruction: it must not be reported as open. dumping: an
 * earlier piece of the current dump may still show it. */
void inventory_destroyed(struct inventory *v, uint64_t cookie, bool dumping);

struct inventory_sock *inventory_find(const struct inventory *v, uint64_t cookie);
struct inventory_inode *inventory_inode(const struct inventory *v, uint64_t ino);

/* Returns true if a socket listens on the local port of s. */
bool inventory_has_listener(const struct inventory *v, const struct diag_sock *s);

/* Notes that a process holds an inode, and returns the inode; NULL if it has too many holders, and only
 * counts as held. */
struct inventory_inode *inventory_hold(struct inventory *v, uint64_t ino, int64_t pid);
/* Keeps the holder that inventory_hold() counted last, for the snapshot. */
void inventory_keep_holder(struct inventory *v, struct inventory_inode *n, int64_t ppid,
			   int fd);

#endif
