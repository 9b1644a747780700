/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/indexing: writes indexes of logs that have none and do not grow, while a query without
 * conditions reads these logs.
 */
#ifndef NETLOG_QUERY_INDEXING_H
#define NETLOG_QUERY_INDEXING_H

#include "parser/query/indexed.h"

struct indexing;

/* Counters since the query began: own_losses(), reassemble_prefixed(). */
struct indexing_counts {
	uint64_t losses, prefixed;
};

/* Closes the logs that need no index. NULL with the reason printed. */
struct indexing *indexing_new(struct aunetlog_source *s, const struct aunetlog_options *o,
			      const struct indexed_host *host);
void indexing_free(struct indexing *x);		/* may be NULL */

/* A log begins. */
void indexing_log(struct indexing *x, struct aunetlog_log *log,
		  const struct indexing_counts *counts);
/* Adds an entry, or a message, of the current log; own: a file of the plugin. */
void indexing_entry(struct indexing *x, const struct entry *e, bool own);
void indexing_warning(struct indexing *x, bool own, const char *text);
/* Counts of the problems in the current log, as in struct query. */
void indexing_errors(struct indexing *x, const uint64_t audit[INPUT_ERROR_COUNT], uint64_t own);
/* Drops the index of the current audit log, which is refused. */
void indexing_refuse(struct indexing *x);
/* Returns true while the index of an audit log is written. */
bool indexing_audit(const struct indexing *x);
/* The state at the end of that log; NULL: it has none, and so no index. See
 * index_writer_state(). */
void indexing_state(struct indexing *x, const void *state, size_t len, bool waits);
/* Prints the result and returns an exit status. */
int indexing_finish(struct indexing *x, const struct indexing_counts *counts);

#endif
