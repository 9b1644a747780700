/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/checkpoint: the file of --checkpoint. It has the position up to which the logs
 * were read, and the audit records of the sockets that were open then. The records are read
 * again before new input.
 */
#ifndef NETLOG_QUERY_CHECKPOINT_H
#define NETLOG_QUERY_CHECKPOINT_H

#include <stdio.h>

#include "parser/query/source.h"

struct checkpoint {
	const char *path;
	bool found;		/* there is one of an earlier run */
	uint64_t device, inode, offset, before;	/* before: hash of the bytes before offset */
	char *state;		/* owned; lines */
	size_t state_len;
};

/* Reads the file; a missing file is an empty one. Returns 0, or the exit status 10 with the
 * reason printed. */
int checkpoint_read(struct checkpoint *c, const char *path);
void checkpoint_fini(struct checkpoint *c);

/*
 * Skips input that was read before. Returns 0, or the exit status 12 if the log is missing or
 * was replaced, with the reason printed.
 */
int checkpoint_skip(const struct checkpoint *c, struct aunetlog_source *s);

/*
 * Begins a new file next to the old one, with the end of the last log whose lines are read.
 * Returns NULL with the reason printed. The caller writes the state after it, then calls
 * checkpoint_end().
 */
FILE *checkpoint_begin(const struct checkpoint *c, const struct aunetlog_source *s);
/* Puts it in the place of the old one. Returns 0, or the exit status 11 with the reason printed. */
int checkpoint_end(const struct checkpoint *c, FILE *f);

#endif
