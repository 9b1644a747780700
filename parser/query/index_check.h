/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_check: compares parts of an index with their checksums before the index is used:
 * a query could not revoke printed entries of a damaged index.
 */
#ifndef NETLOG_QUERY_INDEX_CHECK_H
#define NETLOG_QUERY_INDEX_CHECK_H

#include "parser/query/index_filter.h"

/* Checks the blocks that the filter selects; NULL: all blocks. Returns NULL, or the defect. */
const char *index_check_blocks(const struct index_file *f, const struct index_filter *filter);

/* Checks the state at the end of the log. Returns the same. */
const char *index_check_state(const struct index_file *f);

#endif
