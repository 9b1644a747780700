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

#endif
