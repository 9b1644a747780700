/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/packet_log: chooses the log that is followed while packets are read. */
#ifndef NETLOG_QUERY_PACKET_LOG_H
#define NETLOG_QUERY_PACKET_LOG_H

#include "parser/query/options.h"

/* Makes standard input empty: the query would take a pipe there for the log. */
void packet_log_close_stdin(void);

/* Makes the plugin's stream standard input, the only live stream that the query reads.
 * Returns false, it was reported. */
bool packet_log_connect(const char *path);

/* Chooses one log to follow. Returns true if it is the plugin's own: that log can be read, and
 * the plugin last wrote it at most a minute before auditd wrote its log. */
bool packet_log_is_fresh(const char *own);

/* Returns true if a log of the query is one that this host writes now, so that it has all that
 * happened until now. */
bool packet_log_is_current(const struct aunetlog_options *o);

/* Returns true if the plugin's configuration has uses = yes in [kernel]. */
bool packet_log_has_uses(const char *conf);

#endif
