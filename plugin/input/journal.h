/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/input/journal: counts the lines that the rate limits of journald and rsyslogd's imuxsock have
 * dropped. On most hosts journald receives the lines of syslog(3). It limits the rate of each systemd
 * unit, and logs "Suppressed N messages from UNIT" with the unit's first line after the interval.
 * imuxsock limits each process, if configured, and logs the number in the journal as well. These
 * messages are read by libsystemd; a build without it has journal_none.c.
 */
#ifndef NETLOG_JOURNAL_H
#define NETLOG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* Returns true if this build can read the journal. */
bool journal_readable(void);

/* Starts a thread without capabilities that follows the journal from now on. NULL if journald
 * does not read syslog(3) on this host or does not limit this process, which belongs to no unit;
 * without memory or thread; and in a build without libsystemd. */
struct journal *journal_open(void);
/* Lines of this process, and of the rest of its unit in journald's numbers, that were reported as
 * dropped since journal_open(). NULL: 0. */
uint64_t journal_suppressed(struct journal *j);
/* Does not wait for the thread, which ends within a second. j may be NULL. */
void journal_close(struct journal *j);

/* Reads "MESSAGE=Suppressed 12 messages from auditd.service", or rsyslogd's "MESSAGE=imuxsock[pid: 7]:
 * 12 messages lost due to rate-limiting" (len bytes, not terminated). Returns true, with the number,
 * if it is about this unit or process. */
bool journal_parse(const char *field, size_t len, const char *unit, int64_t pid, uint64_t *count);

#endif
