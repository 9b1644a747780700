/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/field: the value of one field of a record, as the kernel writes it. */
#ifndef NETLOG_FIELD_H
#define NETLOG_FIELD_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Returns true if s equals text, a few characters: cheaper than strcmp(), and called a dozen
 * times per record. */
static inline bool field_is_text(const char *s, const char *text, size_t len)
{
#ifndef __clang__ /* unrolls by itself */
#pragma GCC unroll 16
#endif
	for (size_t i = 0; i < len; i++)
		if (s[i] != text[i])
			return false;
	return !s[len];
}
#define FIELD_IS(s, text) field_is_text(s, text, sizeof(text) - 1)

/* Returns the next blank, or the end. Most values are short: eight bytes at a time. */
static inline const char *field_end(const char *p, const char *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t word, zero;

		memcpy(&word, p, 8);
		word = le64toh(word) ^ 0x2020202020202020;
		/* the lowest bit that is set is of the first zero byte */
		zero = (word - 0x0101010101010101) & ~word & 0x8080808080808080;
		if (zero)
			return p + __builtin_ctzll(zero) / 8;
	}
	while (p < end && *p != ' ')
		p++;
	return p;
}

/* Returns the "=" after a field's name, the blank after a word, or the end. */
static inline const char *field_name_end(const char *p, const char *end)
{
	while (p < end && *p != '=' && *p != ' ')
		p++;
	return p;
}

/* Returns true if auparse would remove punctuation before or after the value. */
static inline bool field_is_trimmed(const char *s, const char *end)
{
	return *s == '(' || end[-1] == ':' || end[-1] == ',' || end[-1] == '\'' ||
	       end[-1] == ')';
}

/* Each returns false, and leaves *out, if the value from s to end is not such a number. Base
 * 16 has no 0x and no capitals. */
bool field_u64(const char *s, const char *end, unsigned int base, uint64_t *out);
bool field_s64(const char *s, const char *end, int64_t *out);
/* A user, process or session, ID_UNSET for unset. */
bool field_id(const char *s, const char *end, int64_t *out);

/* Returns true for (null) and (none): the kernel has no such text. */
bool field_is_none(const char *s, const char *end);

/* Sets *text to the value, which is borrowed, unless it is empty, (null) or (none). */
void field_text(const char **text, const char *value);

#endif
