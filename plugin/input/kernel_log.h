/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/kernel_log: audit's lost count from the kernel's log. While audit's backlog is
 * full, the kernel lets every thread that asks for the count sleep; it writes the count to its
 * log when it begins to lose records, a few times in 5 s.
 */
#ifndef NETLOG_KERNEL_LOG_H
#define NETLOG_KERNEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the log at its end; needs CAP_SYSLOG, or dmesg_restrict = 0, now but not later. Returns
 * a descriptor of the caller's that does not block, or -errno. */
int kernel_log_open(void);

/* Reads what was added, at most KERNEL_LOG_MAX records. Returns true, with the last count of
 * lost records in *lost, if there was one. fd < 0: false. */
bool kernel_log_lost(int fd, uint32_t *lost);

#define KERNEL_LOG_MAX 256

/* Returns true if this is the kernel's own record (not one that a program wrote to the log),
 * with the count in *lost. record: as read from /dev/kmsg, with a 0 behind it. */
bool kernel_log_parse(const char *record, uint32_t *lost);

#endif
