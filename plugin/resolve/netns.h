/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/netns: the network namespaces whose sockets are read: our own, the configured ones,
 * and with "all" those in which a process makes a connection. A netlink socket stays in the namespace
 * where it was opened, so a namespace is entered only to open its two sockets.
 */
#ifndef NETLOG_NETNS_H
#define NETLOG_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/config.h"
#include "plugin/resolve/slice.h"
#include "plugin/resolve/procfs.h"
#include "plugin/resolve/sockdiag.h"

#define NETNS_MAX (1 + CONFIG_NETNS_MAX)

struct netns {
	char *path;	     /* NULL: our own */
	int64_t ino;	     /* 0: not watched now */
	struct sockdiag *nl; /* NULL: not watched, or the same as another of the set */
	bool of_process;     /* not configured: path is that of a process */
	bool fresh;	     /* the snapshot of its sockets is still to be reported */
	bool snapshot;	     /* the snapshot is being reported */
	bool complained;
	bool lost; /* its file was removed, or names another namespace now */
};

struct netns_set {
	struct netns at[NETNS_MAX]; /* the first is our own */
	unsigned int count;
	bool may_subscribe;    /* to the notifications */
	bool all;	       /* namespaces of processes are watched as well */
	bool full, complained; /* logged: too many; why one is not watched */
	int own;	       /* descriptor of our own namespace's file, or -1 */
	bool checking;
	struct procfs_walk search; /* for another process in a namespace */
};

/* The names are copied. Returns 0, or -errno if our own cannot be watched. */
int netns_open(struct netns_set *set, char *const *names, unsigned int count,
	       bool may_subscribe);
void netns_close(struct netns_set *set);

/*
 * Checks which namespaces exist. This keeps none of them alive: if a file was removed, or names
 * another namespace, the old one is closed. netns_check_continue() returns false while it needs
 * another slice; then *changed is set if the set has changed.
 */
void netns_check_begin(struct netns_set *set);
bool netns_check_continue(struct netns_set *set, const struct slice *slice, bool *changed);

/* Returns true if any namespace is still to be reported. */
bool netns_fresh(const struct netns_set *set);
/* A round begins that reads the sockets of all fresh namespaces; their snapshots are reported. */
void netns_snapshot_begin(struct netns_set *set);
void netns_snapshot_end(struct netns_set *set);

/* With "all": starts watching the namespace of a process. Returns true if it is new. */
bool netns_watch_process(struct netns_set *set, int64_t pid, int64_t ino);

/* Returns the namespace if it is watched, else NULL. */
struct netns *netns_find(struct netns_set *set, int64_t ino);
/* Returns true if each namespace with a name is watched. */
bool netns_names_watched(struct netns_set *set);
/* Returns how many of the configured namespaces are watched. */
unsigned int netns_watched(const struct netns_set *set);

#endif
