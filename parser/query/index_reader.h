/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/index_reader: reads the entries of a block that the filter selects, in two steps: the
 * bytes of the file, then the entries in them. */
#ifndef NETLOG_QUERY_INDEX_READER_H
#define NETLOG_QUERY_INDEX_READER_H

#include "parser/query/index_filter.h"

struct index_reader;

struct index_reader *index_reader_new(void);	/* NULL without memory */
void index_reader_free(struct index_reader *r);	/* may be NULL */

/* Reads the bytes. index_reader_entries() reports an error. */
void index_reader_read(struct index_reader *r, const struct index_file *file,
		       const struct index_block *b);

struct index_entries {
	const struct entry *at;
	unsigned int count;
	bool damaged;		/* or without memory */
};
/* Returns the selected entries of that block, valid until the next call. */
struct index_entries index_reader_entries(struct index_reader *r, const struct index_filter *f);
/* Calls fn with each of them instead; see index_decoder_each(). */
bool index_reader_each(struct index_reader *r, const struct index_filter *f, entry_fn fn,
		       void *arg);

#endif
