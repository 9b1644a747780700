/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/keep: reads and periodically writes the state file. */
#ifndef NETLOG_KEEP_H
#define NETLOG_KEEP_H

#include "plugin/resolve/statefile.h"

struct keep {
	struct track *track;
	char *path;				 /* NULL: no file */
	bool exact;				 /* of module or BPF, not of sock_diag */
	const char *node;			 /* of module and BPF; borrowed */
	bool own_numbers;			 /* the source's own, not cookies: void after a restart */
	struct statefile_writer *writer;	 /* NULL: nothing is being written */
	uint64_t saved_entries, writing_entries; /* of the tracker's count */
	bool failed;				 /* logged */
	int64_t cost_ns;			 /* of this file, so far */
	int64_t next_ms;			 /* mono: not before */
};

/* Passes the connections of the file to the tracker. */
void keep_load(struct keep *k);
/* Writes for one slice, if connections have changed since the last file and the next one is due. */
void keep_continue(struct keep *k, const struct slice *slice);
bool keep_writes(const struct keep *k); /* another slice is needed */
/* Writes all at once. Returns false if there is no file, or it could not be written. */
bool keep_save(struct keep *k);
/* Removes the file. */
void keep_remove(struct keep *k);
void keep_fini(struct keep *k);

#endif
