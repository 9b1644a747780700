// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/batch: many lines of a log, read ahead. */
#include "parser/audit/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/audit/filter.h"

#define FIRST_SIZE 1024

static struct record *add(struct batch *b)
{
	unsigned int size = b->size ? b->size * 2 : FIRST_SIZE;
	struct record *more;

	if (b->count < b->size)
		return &b->records[b->count++];
	more = reallocarray(b->records, size, sizeof(*more));
	if (!more)
		return NULL;
	b->records = more;
	b->size = size;
	return &b->records[b->count++];
}

int batch_read(struct batch *b, char *text, size_t len, bool first, bool pasted)
{
	struct record_tails tails = { 0 };
	struct record_how how = { .prefixes = pasted, .fields = true, .tails = &tails };
	char *end = text + len, *newline;

	b->count = 0;
	record_scan(&how, text, len);
	if (first && len >= 3 && !memcmp(text, FILTER_BYTE_ORDER_MARK, 3))
		text += 3;
	for (; text < end; text = newline + 1) {
		struct record *r = add(b);

		if (!r)
			return -ENOMEM;
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		if (newline - text > FILTER_MAX)
			record_too_long(r, text, newline - text);
		else
			record_read(r, text, newline - text, &how);
	}
	return 0;
}

void batch_fini(struct batch *b)
{
	free(b->records);
}
