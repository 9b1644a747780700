// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_check: compares parts of an index with their checksums. */
#include "parser/query/index_check.h"

#include <stdlib.h>

#include "parser/query/index_layout.h"

static size_t length(const struct index_block *b)
{
	return (size_t)b->hot_len + b->cold_len;
}

/* Bytes of the largest block. */
static size_t largest(const struct index_file *f)
{
	const struct index_block *b = index_file_blocks(f);
	size_t most = 1;

	for (uint32_t i = 0; i < index_file_head(f)->block_count; i++)
		if (length(&b[i]) > most)
			most = length(&b[i]);
	return most;
}

const char *index_check_blocks(const struct index_file *f, const struct index_filter *filter)
{
	const struct index_block *b = index_file_blocks(f);
	uint32_t count = index_file_head(f)->block_count;
	unsigned char *bytes = malloc(largest(f));
	const char *wrong = bytes ? NULL : "there is no memory to read it";

	for (uint32_t i = 0; i < count && !wrong; i++, b++) {
		if (!index_filter_block(filter, f, b))
			continue;
		if (!index_file_read(f, b, bytes))
			wrong = "a part of it cannot be read";
		else if (index_sum(bytes, length(b), 0) != b->sum)
			wrong = "the checksum of a part is wrong";
	}
	free(bytes);
	return wrong;
}

const char *index_check_state(const struct index_file *f)
{
	size_t len;
	void *state = index_file_state(f, &len);

	free(state);
	return state ? NULL : "the checksum of the state at its end is wrong";
}
