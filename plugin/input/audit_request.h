/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/audit_request: sends a request to the kernel's audit. While audit's backlog is full, the
 * kernel answers at once, but makes the sender sleep for backlog_wait_time (audit_receive()), a minute
 * and more. Therefore a thread sends, and the caller reads the answer.
 */
#ifndef NETLOG_AUDIT_REQUEST_H
#define NETLOG_AUDIT_REQUEST_H

/* fd is a socket of audit_open() and stays the caller's; type is AUDIT_GET or
 * AUDIT_LIST_RULES. Returns 0, -EINPROGRESS if too many senders sleep, or -errno. */
int audit_request(int fd, int type);

#endif
