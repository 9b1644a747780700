/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/netlink: reads audit records from the kernel, for --live. If auditd runs, this
 * listens alongside it, in the read-only multicast group; if not, it is the audit daemon until
 * it closes. It restores everything that it changes: rules, the enabled flag, the backlog.
 */
#ifndef NETLOG_NETLINK_H
#define NETLOG_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_input;

/* rules: a file to load, or NULL. Returns NULL after an error, with the reason in error
 * and every setting as before. */
struct netlink_input *netlink_open(const char *rules, char *error, size_t size);
/* Restores the settings and frees. Returns false, with the reason in error, if one of them
 * could not be restored. */
bool netlink_close(struct netlink_input *l, char *error, size_t size);

int netlink_fd(const struct netlink_input *l);
bool netlink_beside_auditd(const struct netlink_input *l);

/*
 * Reads the available records into buf, without waiting, as lines for reassemble_feed(). Returns their
 * length, 0 if there are none, or -errno; after -ENOBUFS (records were lost) reading may continue.
 */
int netlink_read(struct netlink_input *l, char *buf, size_t size);

/*
 * Writes one message to buf as auditd does: "type=SYSCALL msg=audit(…): …" and a newline. Every
 * byte below 0x20 becomes a blank, as in auditd: the kernel writes some names unescaped,
 * and a newline in one of them would begin another record. Returns the length; 0 for a message that is
 * not a record.
 */
int netlink_record(int type, const char *message, int len, char *buf, size_t size);

#endif
