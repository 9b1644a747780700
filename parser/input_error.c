// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/input_error: counts what was wrong with the input. */
#include "parser/input_error.h"

void input_error(struct input_errors *c, enum input_error_kind kind,
	      const char *sample, size_t len)
{
	if (c->count[kind]++ == 0 && c->first)
		c->first(kind, sample, len, c->arg);
}

const char *input_error_key(enum input_error_kind kind)
{
	static const char *const keys[] = {
#define INPUT_ERROR_KEY(name, key, text) key,
		INPUT_ERRORS(INPUT_ERROR_KEY)
#undef INPUT_ERROR_KEY
	};

	return keys[kind];
}

const char *input_error_text(enum input_error_kind kind)
{
	static const char *const texts[] = {
#define INPUT_ERROR_TEXT(name, key, text) (text),
		INPUT_ERRORS(INPUT_ERROR_TEXT)
#undef INPUT_ERROR_TEXT
	};

	return texts[kind];
}

uint64_t input_error_total(const struct input_errors *c)
{
	uint64_t total = 0;

	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		total += c->count[i];
	return total;
}
