/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/batch: many lines of a log, read ahead (record.h) by any thread, independently of
 * the lines before them.
 */
#ifndef NETLOG_BATCH_H
#define NETLOG_BATCH_H

#include "parser/audit/record.h"

/* All zero at first. */
struct batch {
	struct record *records;	/* owned, one a line */
	unsigned int count, size;
};

/*
 * Reads whole lines; the last one need not end with a newline. The text is borrowed, and must be
 * writable, until the batch was passed to reassemble_batch(). first: the text begins a file.
 * pasted: see reassemble_replay(). Returns 0, or -ENOMEM with the lines read so far.
 */
int batch_read(struct batch *b, char *text, size_t len, bool first, bool pasted);
void batch_fini(struct batch *b);

#define BATCH_AHEAD 6		/* records */

static inline void batch_prefetch_text(const struct record *r)
{
	if (!r->matters || r->odd)
		return;
	if (r->head.type == RECORD_SYSCALL)
		__builtin_prefetch(r->syscall.comm.at, 1);
	else
		__builtin_prefetch(r->value.at, 1);
}

/* Prefetches the records after i, which another processor has read. */
static inline void batch_prefetch(const struct batch *b, unsigned int i)
{
	if (i + 2 * BATCH_AHEAD < b->count) {
		const char *r = (const char *)&b->records[i + 2 * BATCH_AHEAD];

		for (size_t at = 0; at < sizeof(*b->records); at += 64)
			__builtin_prefetch(r + at);
	}
	if (i + BATCH_AHEAD < b->count)
		batch_prefetch_text(&b->records[i + BATCH_AHEAD]);
}

#endif
