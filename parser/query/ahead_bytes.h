/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/ahead_bytes: reads the bytes of the files, in order, in portions of whole lines, and
 * the frames of indexes: the part of ahead.c that one thread at a time runs.
 */
#ifndef NETLOG_QUERY_AHEAD_BYTES_H
#define NETLOG_QUERY_AHEAD_BYTES_H

#include "parser/query/ahead.h"

enum place_state { PLACE_FREE, PLACE_READING, PLACE_READY };

struct place {
	enum place_state state;
	struct ahead_portion portion;
	size_t size;
	struct index_reader *reader;
};

/* The current file. All zero at first, except source, log, last and filter. */
struct ahead_bytes {
	struct aunetlog_source *source;
	const struct index_filter *filter;
	size_t log, last;	/* being read; the last one */
	uint32_t block;		/* next block of the log's index */
	bool begun;		/* the log was begun */
	enum own_kind kind;
	const char *why;
	char *carry;		/* owned: the beginning of a line */
	size_t carried, carry_size;
};

/* Reads the next portion of any log. Returns false at the end of the last. */
bool ahead_bytes_read(struct ahead_bytes *a, struct place *p);
/* Reports that a part of the portion's log could not be read without memory. */
void ahead_bytes_complain(struct ahead_bytes *a, const struct ahead_portion *o);

#endif
