/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/sockdiag: the kernel's socket diagnostics, by libmnl. One netlink socket hears
 * of each destroyed TCP and UDP socket of its network namespace; another one dumps
 * those that are alive, piece by piece, so that the event loop goes on meanwhile.
 */
#ifndef NETLOG_SOCKDIAG_H
#define NETLOG_SOCKDIAG_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "parser/diag.h"

struct sockdiag;

typedef void (*sockdiag_fn)(const struct diag_sock *sock, void *arg);

/* Of the network namespace that we are in; netns is its inode. NULL with errno set when
 * the kernel has no socket diagnostics for us. */
struct sockdiag *sockdiag_open(int64_t netns);
void sockdiag_close(struct sockdiag *d);

/* Subscribes to the destroy groups (CAP_NET_ADMIN). Returns 0 or -errno. */
int sockdiag_subscribe(struct sockdiag *d);
int sockdiag_events_fd(const struct sockdiag *d);	/* -1: not subscribed */
/* Hands out what is there, without waiting. Returns 0, or -ENOBUFS when some were
 * lost: there may be more. */
int sockdiag_read_events(struct sockdiag *d, sockdiag_fn fn, void *arg);

/* Asks for all sockets of a family and protocol, but for those in TIME_WAIT; with info
 * also for what tells who opened a connection. Returns 0 or -errno. */
int sockdiag_dump(struct sockdiag *d, int family, int proto, bool info);
int sockdiag_dump_fd(const struct sockdiag *d);
/* Hands out what is there, without waiting. Returns 1 while there is more to come, 0
 * at the end, -errno when the dump failed. */
int sockdiag_read_dump(struct sockdiag *d, sockdiag_fn fn, void *arg);

/* Reads one message of either kind. False: it is none, or not whole. */
bool sockdiag_parse(const struct nlmsghdr *message, size_t len, struct diag_sock *out);

#endif
