/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/netns: the network namespaces whose sockets are looked at: our own, and those
 * that are configured, or, with "all", those in which a process makes a connection. A
 * netlink socket stays in the namespace where it was made, so each of them is entered only
 * to make two.
 */
#ifndef NETLOG_NETNS_H
#define NETLOG_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/config.h"
#include "plugin/resolve/sockdiag.h"

#define NETNS_MAX (1 + CONFIG_NETNS_MAX)

struct netns {
	char *path;		/* NULL: our own */
	int64_t ino;		/* 0: it is not watched now */
	struct sockdiag *nl;	/* NULL: not watched, or another of the set is the same */
	bool met;		/* not configured by name: path is that of a process */
	bool fresh;		/* what is open in it was not told yet */
	bool complained;
	bool lost;		/* its file is gone, or is of another one now */
};

struct netns_set {
	struct netns at[NETNS_MAX];	/* the first is our own */
	unsigned int count;
	bool hears_ends;		/* may subscribe to the announcements */
	bool all, full, complained;	/* those met are watched, too; said: too many, and
					 * why one of them is not */
	int own;			/* descriptor of our own's file, or -1 */
};

/* The names are copied. Returns 0, or -errno when our own cannot be watched. */
int netns_open(struct netns_set *set, char *const *names, unsigned int count,
	       bool hears_ends);
void netns_close(struct netns_set *set);

/* Looks which of them are there. Nothing is kept alive: when a file is gone, or is that
 * of another namespace now, the old one is let go. True when something has changed. */
bool netns_check(struct netns_set *set);

/* What is open in some of them was not told yet; it was. */
bool netns_fresh(const struct netns_set *set);
void netns_not_fresh(struct netns_set *set);

/* Where all are to be watched: that of a process, from now on. True when it is new. */
bool netns_meet(struct netns_set *set, int64_t pid, int64_t ino);

/* The one that is watched, or NULL. */
struct netns *netns_find(struct netns_set *set, int64_t ino);
/* True when no other namespace is known to exist: none of a process, none with a name. */
bool netns_all_watched(struct netns_set *set);
/* How many of those that are configured are watched. */
unsigned int netns_watched(const struct netns_set *set);

#endif
