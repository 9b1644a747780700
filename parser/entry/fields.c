// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/fields: the table of fields.def, and a field's value in an entry. */
#include "parser/entry/fields.h"

#include <string.h>

const struct field fields[FIELD_COUNT] = {
	[FIELD_NONE] = { .key = "" },
#define FIELD(id, ...) [FIELD_##id] = { __VA_ARGS__ },
#include "parser/entry/fields.def"
#undef FIELD
};

enum field_id field_by_key(const char *key, size_t len)
{
	for (int i = FIELD_NONE + 1; i < FIELD_COUNT; i++)
		if (strlen(fields[i].key) == len && !memcmp(fields[i].key, key, len))
			return i;
	return FIELD_NONE;
}

bool field_only_at_end(enum field_id id)
{
	const unsigned int stops = 1u << CONNECT_STOP | 1u << LISTEN_STOP |
				   1u << PROC_END | 1u << CONNECT_USE | 1u << LISTEN_USE;

	return !(fields[id].kinds & ~stops);
}

struct field_value field_get(enum field_id id, const struct entry *e)
{
	return field_value(&fields[id], e);
}
