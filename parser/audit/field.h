/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/audit/field: the value of one field of a record, as the kernel writes it. */
#ifndef NETLOG_FIELD_H
#define NETLOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns true if s is that text of a few characters: cheaper than strcmp(), and asked a
 * dozen times a record. */
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

/* Each returns false, and leaves *out, if the value is not such a number. Base 16 has no 0x
 * and no capitals. */
bool field_u64(const char *s, unsigned int base, uint64_t *out);
bool field_s64(const char *s, int64_t *out);
/* A user, process or session, ID_UNSET for unset. */
bool field_id(const char *s, int64_t *out);

/* Sets *text to the value, which is borrowed, unless it is empty, (null) or (none). */
void field_text(const char **text, const char *value);

#endif
