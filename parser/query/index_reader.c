// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_reader: the entries of a block that can matter. */
#include "parser/query/index_reader.h"

#include <stdlib.h>

struct index_reader {
	struct index_decoder *decoder;
	struct index_coded coded;	/* hot NULL: the bytes could not be read */
	unsigned char *bytes;
	size_t size;
	uint16_t numbers[INDEX_BLOCK];
};

struct index_reader *index_reader_new(void)
{
	struct index_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->decoder = index_decoder_new();
	if (r->decoder)
		return r;
	free(r);
	return NULL;
}

void index_reader_free(struct index_reader *r)
{
	if (!r)
		return;
	index_decoder_free(r->decoder);
	free(r->bytes);
	free(r);
}

void index_reader_read(struct index_reader *r, const struct index_file *file,
		       const struct index_block *b)
{
	size_t len = (size_t)b->hot_len + b->cold_len;

	r->coded.hot = NULL;
	if (r->size < len) {
		unsigned char *more = realloc(r->bytes, len);

		if (!more)
			return;
		r->bytes = more;
		r->size = len;
	}
	if (!index_file_read(file, b, r->bytes))
		return;
	r->coded = (struct index_coded){
		.hot = r->bytes, .hot_len = b->hot_len, .hot_size = b->hot_size,
		.cold = r->bytes + b->hot_len, .cold_len = b->cold_len,
		.cold_size = b->cold_size, .count = b->count, .identities = b->identities,
		.addresses = b->addresses, .from = b->from,
	};
}

/* Sets numbers and *count to the entries that can matter. Returns false on damage. */
static bool read_heads(struct index_reader *r, const struct index_filter *f, unsigned int *count)
{
	struct index_heads heads = { 0 };

	if (r->coded.hot)
		heads = index_decoder_heads(r->decoder, &r->coded);
	if (heads.hot)
		*count = index_filter_entries(f, &heads, r->numbers);
	return heads.hot;
}

bool index_reader_each(struct index_reader *r, const struct index_filter *f, entry_fn fn,
		       void *arg)
{
	unsigned int count;

	return read_heads(r, f, &count) &&
	       (!count || index_decoder_each(r->decoder, &r->coded, r->numbers, count, fn, arg));
}

struct index_entries index_reader_entries(struct index_reader *r, const struct index_filter *f)
{
	struct index_entries e = { .damaged = true };

	if (!read_heads(r, f, &e.count))
		return e;
	if (e.count)
		e.at = index_decoder_entries(r->decoder, &r->coded, r->numbers, e.count);
	e.damaged = e.count && !e.at;
	return e;
}
