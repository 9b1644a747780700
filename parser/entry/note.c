// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/note: the plugin's own notes, split into their pairs. */
#include "parser/entry/note.h"

#include <ctype.h>
#include <string.h>

void note_read(struct note *n, const struct stamp *time, const char *text, size_t len)
{
	const char *word = text, *end = text + len;
	size_t letters = 0;

	*n = (struct note){ .time = time, .text = text, .len = len };
	if (len > 7 && !memcmp(text, "netlog ", 7))
		word += 7;
	while (word + letters < end && letters < sizeof(n->word) - 1 &&
	       isalnum((unsigned char)word[letters]))
		letters++;
	memcpy(n->word, word, letters);
	n->pairs = word + letters;
	n->pairs_len = end - n->pairs;
}

bool note_next(struct note *n, struct note_pair *pair)
{
	const char *end = n->pairs + n->pairs_len, *p = n->pairs, *equals;

	while (p < end && *p == ' ')
		p++;
	pair->key = p;
	while (p < end && *p != ' ')
		p++;
	n->pairs = p;
	n->pairs_len = end - p;
	equals = memchr(pair->key, '=', p - pair->key);
	pair->key_len = (equals ? equals : p) - pair->key;
	pair->value = equals ? equals + 1 : p;
	pair->value_len = p - pair->value;
	return p > pair->key;
}
