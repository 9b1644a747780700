/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/batch: many lines of a log, read ahead (record.h): by any thread, before it
 * is known what came before them.
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
 * Reads whole lines; a last one need not end with a newline. The text is borrowed, and must be
 * writable, until the batch was given to reassemble_batch(). first: it is the beginning of a file.
 * pasted: see reassemble_replay(). Returns -ENOMEM, and has the lines up to there.
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

/* Another processor has read the records: those after the one at i come while it is worked on. */
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
