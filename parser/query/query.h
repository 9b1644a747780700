/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/query: runs one query. */
#ifndef NETLOG_QUERY_QUERY_H
#define NETLOG_QUERY_QUERY_H

#include "parser/query/exit_code.h"
#include "parser/query/options.h"

/* Reads the logs and prints what matches. Errors are reported on standard error. */
int query_run(const struct aunetlog_options *o);

#endif
