/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/ahead: the files of a query in portions of whole lines, in order, read ahead
 * on all processors: decompressed, and the lines of an audit log read as far as one line
 * alone can be (parser/audit/batch.h).
 */
#ifndef NETLOG_QUERY_AHEAD_H
#define NETLOG_QUERY_AHEAD_H

#include "parser/audit/batch.h"
#include "parser/query/own.h"
#include "parser/query/sieve.h"
#include "parser/query/source.h"

struct ahead_portion {
	struct aunetlog_log *log;
	bool first;		/* of that file */
	enum own_kind kind;	/* what the file is */
	const char *why;	/* OWN_REFUSED: what it holds; nothing more comes of it */
	char *text;		/* whole lines, in a buffer with room for a NUL behind them */
	size_t len;
	struct batch batch;	/* the lines; only if kind is OWN_NOT */
	struct sieve_lines lines;	/* those that can matter, of OWN_LINE and OWN_JSON */
};

struct ahead;

/* Reads logs first to last, none of them live, of the source, which nothing else reads
 * meanwhile. sieve: for the plugin's own files, borrowed; NULL: all lines matter. pasted: see
 * reassemble_replay(). NULL without memory. */
struct ahead *ahead_new(struct aunetlog_source *s, size_t first, size_t last,
			const struct sieve *sieve, bool pasted);
void ahead_free(struct ahead *a);	/* may be NULL */

/* The next portion, valid until the next call; NULL: it was the last. */
struct ahead_portion *ahead_next(struct ahead *a);

#endif
