/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/query: runs one query. */
#ifndef NETLOG_QUERY_QUERY_H
#define NETLOG_QUERY_QUERY_H

#include "parser/query/options.h"

/* Exit codes, those of grep(1). */
enum aunetlog_exit {
	AUNETLOG_FOUND, AUNETLOG_NOTHING, AUNETLOG_FAILED,
	/* as in ausearch */
	AUNETLOG_CHECKPOINT_INVALID = 10, AUNETLOG_CHECKPOINT_FAILED, AUNETLOG_CHECKPOINT_GONE
};

/* Reads the logs and prints what matches. Errors are reported on standard error. */
int query_run(const struct aunetlog_options *o);

#endif
