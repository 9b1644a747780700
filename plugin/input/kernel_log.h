/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/kernel_log: audit's lost count from the kernel's log. While audit's backlog is
 * full, every thread that asks for the count sleeps in the kernel, which writes the count to its log
 * when it begins to lose records, a few times in 5 s.
 */
#ifndef NETLOG_KERNEL_LOG_H
#define NETLOG_KERNEL_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* Opens the log at its end; needs CAP_SYSLOG, or dmesg_restrict = 0; reading needs neither. Returns a
 * non-blocking descriptor that the caller owns, or -errno. */
int kernel_log_open(void);

/* Reads new records, at most KERNEL_LOG_MAX. Returns true, with the latest count of lost records in
 * *lost, if one was logged. fd < 0: false. */
bool kernel_log_lost(int fd, uint32_t *lost);

#define KERNEL_LOG_MAX 256

/* Returns true, with the count in *lost, if the record is the kernel's own, not written to the log by a
 * program. record: as read from /dev/kmsg, NUL-terminated. */
bool kernel_log_parse(const char *record, uint32_t *lost);

#endif
