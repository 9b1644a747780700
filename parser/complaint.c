// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/complaint: counts what was wrong with the input. */
#include "complaint.h"

void complain(struct complaints *c, enum complaint_kind kind,
	      const char *sample, size_t len)
{
	if (c->count[kind]++ == 0 && c->first)
		c->first(kind, sample, len, c->arg);
}

const char *complaint_key(enum complaint_kind kind)
{
	static const char *const keys[] = {
#define COMPLAINT_KEY(name, key, text) key,
		COMPLAINTS(COMPLAINT_KEY)
#undef COMPLAINT_KEY
	};

	return keys[kind];
}

const char *complaint_text(enum complaint_kind kind)
{
	static const char *const texts[] = {
#define COMPLAINT_TEXT(name, key, text) text,
		COMPLAINTS(COMPLAINT_TEXT)
#undef COMPLAINT_TEXT
	};

	return texts[kind];
}

uint64_t complaint_total(const struct complaints *c)
{
	uint64_t total = 0;

	for (int i = 0; i < COMPLAINT_COUNT; i++)
		total += c->count[i];
	return total;
}
