/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/ahead: reads the files of a query ahead on all processors, in portions of whole
 * lines, in order: decompresses them, and reads the lines of an audit log as far as possible without
 * other lines (parser/audit/batch.h).
 */
#ifndef NETLOG_QUERY_AHEAD_H
#define NETLOG_QUERY_AHEAD_H

#include "parser/audit/batch.h"
#include "parser/query/index_reader.h"
#include "parser/query/own.h"
#include "parser/query/sieve.h"
#include "parser/query/source.h"

/* Work that the reading thread does on the entries of an index. All zero at first. */
struct ahead_text {
	char *at;		/* owned; whole lines */
	size_t len, size;
	uint64_t lines, unknown;	/* lines; entries that could match */
	void *state;		/* state of text(), for the portions that use this slot */
	bool failed;		/* without memory */
};

struct ahead_how {
	const struct sieve *sieve;	/* for the plugin's own files; NULL: all lines matter */
	const struct index_filter *filter;	/* for indexes; NULL: all entries matter */
	bool pasted;		/* see reassemble_replay() */
	/* NULL: the portion has the entries. Any thread calls it. */
	void (*text)(const struct entry *e, enum own_kind kind, struct ahead_text *out, void *arg);
	void (*text_free)(void *state);
	void *arg;
};

struct ahead_portion {
	struct aunetlog_log *log;
	bool first;		/* of that file */
	enum own_kind kind;	/* what the file is */
	const char *why;	/* OWN_REFUSED: the reason; the file is not read further */
	char *text;		/* whole lines, in a buffer with room for a NUL after them */
	size_t len;
	struct batch batch;	/* the lines; only if kind is OWN_NOT */
	struct sieve_lines lines;	/* relevant lines, of OWN_LINE and OWN_JSON */

	/* For a log that has an index, in place of text, batch and lines: */
	const struct index_file *index;
	const struct index_block *block;	/* NULL: only the warnings of the index */
	struct index_entries entries;	/* relevant ones */
	struct ahead_text out;	/* in place of entries, if text() makes one */
};

struct ahead;

/* Reads logs first to last, none of them live, of the source, which nothing else reads
 * meanwhile. *how is copied, what it points to is borrowed. NULL without memory. */
struct ahead *ahead_new(struct aunetlog_source *s, size_t first, size_t last,
			const struct ahead_how *how);
void ahead_free(struct ahead *a);	/* may be NULL */

/* The next portion, valid until the next call; NULL: it was the last. */
struct ahead_portion *ahead_next(struct ahead *a);

#endif
