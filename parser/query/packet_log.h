/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/packet_log: chooses the log that is followed while packets are read. */
#ifndef NETLOG_QUERY_PACKET_LOG_H
#define NETLOG_QUERY_PACKET_LOG_H

#include "parser/query/options.h"

/* Replaces standard input by an empty one: the query would read a pipe there as the log. */
void packet_log_close_stdin(void);

/* Makes the plugin's stream standard input, the only live stream that the query reads.
 * Returns false after reporting an error. */
bool packet_log_connect(const char *path);

/* Returns true if the plugin's own log is the one to follow: it is readable, and was last written at
 * most a minute before auditd's log. */
bool packet_log_is_fresh(const char *own);

/* Returns true if this host is writing one of the query's logs, which is then complete up to now. */
bool packet_log_is_current(const struct aunetlog_options *o);

/* Returns true if the plugin's configuration has uses = yes in [kernel]. */
bool packet_log_has_uses(const char *conf);

#endif
