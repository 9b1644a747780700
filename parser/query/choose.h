/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/choose: selects the logs of this host that a query needs. */
#ifndef NETLOG_QUERY_CHOOSE_H
#define NETLOG_QUERY_CHOOSE_H

#include "parser/query/coverage.h"
#include "parser/query/source.h"

/*
 * Chooses between the plugin's own log and the audit log (s->both): one alone if it covers the
 * whole requested time; the plugin's log is much faster to read. c gets the times of the
 * plugin's log, and s->both becomes false if one is enough. On a terminal, or with --debug, the
 * choice is reported.
 */
void choose_logs(struct aunetlog_source *s, const struct aunetlog_options *o, struct coverage *c);

#endif
