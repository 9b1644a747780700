/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_filter: selects the blocks of an index, and the entries of a block, that can
 * match a query. In doubt an entry is selected: the query then compares the whole entry.
 */
#ifndef NETLOG_QUERY_INDEX_FILTER_H
#define NETLOG_QUERY_INDEX_FILTER_H

#include "parser/entry/match.h"
#include "parser/query/index_file.h"

struct index_filter;

/* pairs: the view needs start and stop of a connection if either of them matches. match
 * outlives the filter. NULL without memory. */
struct index_filter *index_filter_new(const struct match *m, bool pairs);
void index_filter_free(struct index_filter *f);	/* may be NULL */

/* Any thread may call these. f NULL: everything is selected. */
bool index_filter_block(const struct index_filter *f, const struct index_file *file,
			const struct index_block *b);
/* Writes the numbers of the selected entries. Returns how many there are. */
unsigned int index_filter_entries(const struct index_filter *f, const struct index_heads *h,
				  uint16_t numbers[INDEX_BLOCK]);

#endif
