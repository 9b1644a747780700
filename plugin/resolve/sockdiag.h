/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/sockdiag: the kernel's socket diagnostics, by libmnl. One netlink socket
 * receives a notification for each destroyed TCP and UDP socket of its network namespace;
 * another dumps the living ones, piece by piece, so that the event loop is not blocked.
 *
 * The owner of a namespace may send netlink messages in it. Both sockets are connected to the
 * kernel, which refuses other senders' unicasts; the sender of every message is checked as
 * well, and no length in a message is trusted.
 */
#ifndef NETLOG_SOCKDIAG_H
#define NETLOG_SOCKDIAG_H

#include "plugin/resolve/diag_message.h"

struct sockdiag;

/* Opens both sockets in the network namespace of the caller; netns is its inode. Returns
 * NULL with errno set if the kernel offers no socket diagnostics. Never waits. */
struct sockdiag *sockdiag_open(int64_t netns);
void sockdiag_close(struct sockdiag *d);

/* Subscribes to the destroy groups (CAP_NET_ADMIN). Returns 0 or -errno. */
int sockdiag_subscribe(struct sockdiag *d);
int sockdiag_events_fd(const struct sockdiag *d); /* -1: not subscribed */
/* Calls fn for each notification of one batch, without waiting. Returns 1 if there may be
 * more, 0 if there are none, -ENOBUFS if some were lost (and there may be more). */
int sockdiag_read_events(struct sockdiag *d, diag_message_fn fn, void *arg);

/* Requests all sockets of a family and protocol except those in TIME_WAIT; with info also
 * the fields from which the opener of a connection is known. If an abandoned dump is not
 * over, the request is sent when it is. Returns 0 or -errno. */
int sockdiag_dump(struct sockdiag *d, int family, int proto, bool info);
int sockdiag_dump_fd(const struct sockdiag *d);
/* Calls fn for each socket of one piece of the dump, without waiting. Returns 1 if there is
 * more to read now, 2 if the kernel has sent no more yet, 0 at the end, -errno if the
 * dump failed (-EMSGSIZE: a message was cut off). */
int sockdiag_read_dump(struct sockdiag *d, diag_message_fn fn, void *arg);

#endif
