/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/choose: which of the logs of this host a question needs. */
#ifndef NETLOG_QUERY_CHOOSE_H
#define NETLOG_QUERY_CHOOSE_H

#include "parser/query/coverage.h"
#include "parser/query/source.h"

/*
 * Of the plugin's own log and the audit log (s->both): one alone where it has all of the time
 * that is asked for; the plugin's is much faster to read. c gets the times of the plugin's, and
 * s->both is false behind this if one is enough. On a terminal, or with --debug, what is read is
 * reported.
 */
void choose_logs(struct aunetlog_source *s, const struct aunetlog_options *o, struct coverage *c);

#endif
