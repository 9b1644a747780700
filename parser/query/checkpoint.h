/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/checkpoint: the file of --checkpoint. It has the position up to which the logs
 * were read, and the state of the query there (resume.h).
 */
#ifndef NETLOG_QUERY_CHECKPOINT_H
#define NETLOG_QUERY_CHECKPOINT_H

#include "parser/query/source.h"

struct checkpoint {
	const char *path;
	bool found;		/* an earlier run wrote the file */
	uint64_t device, inode, offset, before;	/* before: hash of the bytes before offset */
	char *state;		/* owned; packed */
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

/* Reports that its state is not one of this program. Returns the exit status 10. */
int checkpoint_invalid(const struct checkpoint *c);

/*
 * Replaces the file: writes the end of the last log whose lines are read, and the state there;
 * NULL: the state could not be saved. Returns 0, or the exit status 11 with the reason printed.
 */
int checkpoint_write(const struct checkpoint *c, const struct aunetlog_source *s,
		     const void *state, size_t len);

#endif
