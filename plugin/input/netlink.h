/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/netlink: takes audit records straight from the kernel, for --live. Where
 * auditd runs, beside it, by the read-only multicast group; where none does, as
 * the audit daemon for as long as it lasts. What it changes (rules, the enabled
 * flag, the backlog) it puts back.
 */
#ifndef NETLOG_LIVE_H
#define NETLOG_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_input;

/* rules: a file to load, or NULL. NULL with error filled on failure, with all as
 * it was. */
struct netlink_input *netlink_open(const char *rules, char *error, size_t size);
/* Takes the state back. Returns false, with error filled, when something could
 * not be put back. Frees. */
bool netlink_close(struct netlink_input *l, char *error, size_t size);

int netlink_fd(const struct netlink_input *l);
bool netlink_beside_auditd(const struct netlink_input *l);

/*
 * Reads what is there, without waiting, as text lines for reassemble_feed(), to buf.
 * Returns the length, 0 when there is nothing more now, or -errno; -ENOBUFS
 * means that records were lost, and reading goes on.
 */
int netlink_read(struct netlink_input *l, char *buf, size_t size);

/*
 * One message as auditd writes it: "type=SYSCALL msg=audit(…): …" and a newline. Every
 * byte below 0x20 becomes a blank, as in auditd: the kernel writes some names unescaped,
 * and a newline in one of them would begin another record. Returns the length, 0 for a
 * message that is no record.
 */
int netlink_record(int type, const char *message, int len, char *buf, size_t size);

#endif
