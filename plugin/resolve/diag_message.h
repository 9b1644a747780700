/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/diag_message: messages of NETLINK_SOCK_DIAG. Pure; no length in a message is
 * trusted. */
#ifndef NETLOG_DIAG_MESSAGE_H
#define NETLOG_DIAG_MESSAGE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "parser/diag.h"

typedef void (*diag_message_fn)(const struct diag_sock *sock, void *arg);

/* Returns true if the message with its padding is within len bytes. */
bool diag_message_is_whole(const struct nlmsghdr *m, size_t len);
/* Returns the message after m, which is whole, and subtracts m from *left. */
const struct nlmsghdr *diag_message_next(const struct nlmsghdr *m, size_t *left);

/* Reads one socket, from a dump or a notification. Returns false for another or an incomplete message.
 * proto is unknown unless the message has it; netns is always unknown. */
bool diag_message_parse(const struct nlmsghdr *message, size_t len, struct diag_sock *out);

/* A running dump: values that its messages do not have. */
struct diag_query {
	unsigned int seq;
	int proto;
	int64_t netns;
};

/* Calls fn for each socket in one received buffer of a dump. Messages of another seq are
 * skipped. Returns 1 if the dump continues, 0 at its end, -errno if it failed. */
int diag_message_read_dump(const struct diag_query *q, const void *buf, size_t len,
			   diag_message_fn fn, void *arg);
/* Returns true if the buffer has the end of the dump of that seq. */
bool diag_message_ends_dump(const void *buf, size_t len, unsigned int seq);

#endif
