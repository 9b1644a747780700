/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/query_state: one running query, shared by the files that answer it: query (from
 * beginning to end), reading (the logs), indexes (read in place of logs), entries (results of
 * both).
 */
#ifndef NETLOG_QUERY_STATE_H
#define NETLOG_QUERY_STATE_H

#include <stdio.h>
#include <sys/utsname.h>

#include "parser/audit/reassemble.h"
#include "parser/query/ahead.h"
#include "parser/query/alive.h"
#include "parser/query/checkpoint.h"
#include "parser/query/coverage.h"
#include "parser/query/extra.h"
#include "parser/query/follow.h"
#include "parser/query/indexing.h"
#include "parser/query/own.h"
#include "parser/query/progress.h"
#include "parser/query/source.h"
#include "parser/query/view.h"
#include "parser/track/track.h"

struct query {
	const struct aunetlog_options *options;
	struct aunetlog_source source;
	struct reassembler *reader;
	struct track *track;
	struct own *own;
	struct coverage coverage;	/* of the plugin's own log, if both are read */
	struct view *view;
	struct extra *extra;
	struct checkpoint checkpoint;
	struct alive *alive;	/* for -r; or NULL */
	const struct event *event;	/* the current one of the tracker; or NULL */
	struct follow *follow;	/* of -F; or NULL */
	struct input_errors errors;
	uint64_t unknown;	/* entries with an unknown end that could match */
	struct sieve *sieve;	/* of the plugin's files; NULL: every line matters */
	struct index_filter *filter;	/* the same for indexes */
	struct indexed_host host;
	struct indexing *indexing;	/* with --index; or NULL */
	/* The state at the end of this log, from its index, must be loaded before an audit log is
	 * read; or NULL. */
	const struct aunetlog_log *behind;
	uint64_t prefixed;	/* records with a prefix, by the indexes */
	bool extras;		/* also CONNECT_USE, PROC_FORK and so on */
	uint64_t own_lines;	/* of the current file, in earlier portions */
	uint64_t own_errors;	/* lines of the plugin's file being read */
	struct utsname name;
	int64_t shown_ms;
	struct progress progress;
	const char *path;	/* being read */
};

#endif
