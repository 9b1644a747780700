/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/indexed: finds the logs of a query whose index can be read instead. A file of the
 * plugin is independent of other files. The lines of an audit log depend on the sockets that were
 * open before: its index is valid only after the same logs as when it was made, and only if all of
 * these have an index. An index also has the state at the end of its log, for the next log.
 */
#ifndef NETLOG_QUERY_INDEXED_H
#define NETLOG_QUERY_INDEXED_H

#include "parser/query/index_filter.h"
#include "parser/query/source.h"
#include "parser/track/track.h"

/* Input that entries depend on, apart from the bytes of the logs. */
struct indexed_host {
	const char *node;	/* of this host; borrowed */
	struct track_boot boot;	/* node NULL: none */
};

/* The key of a log by itself. Returns false if it has none: a pipe, or a format that is
 * refused. */
bool indexed_key(const struct aunetlog_log *log, const struct aunetlog_options *o,
		 const struct indexed_host *host, struct index_key *own);

/* Returns true if a query with these options reads indexes. */
bool indexed_would_help(const struct aunetlog_options *o);

/*
 * Sets index of the logs that have one, after a check of all parts of it that the filter lets the
 * query read; NULL: of all parts. A damaged index is reported on standard error, and not
 * used. Silent if there is none.
 */
void indexed_open(struct aunetlog_source *s, const struct aunetlog_options *o,
		  const struct indexed_host *host, const struct index_filter *filter);

/* Returns the last audit log that has an index, which those without follow; NULL: none has. */
const struct aunetlog_log *indexed_last(const struct aunetlog_source *s);

#endif
