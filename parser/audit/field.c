// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/field: the value of one field of a record. */
#include "parser/audit/field.h"

#include "parser/event.h"

/* strtoull() without its locale, signs and spaces. */
bool field_u64(const char *s, const char *end, unsigned int base, uint64_t *out)
{
	uint64_t v = 0;

	if (s == end)
		return false;
	for (; s < end; s++) {
		unsigned int c = (unsigned char)*s, digit = c - '0';

		if (digit > 9) {
			if (base != 16 || c < 'a' || c > 'f')
				return false;
			digit = c - 'a' + 10;
		}
		if (v > UINT64_MAX / 16)
			return false;
		v = v * base + digit;
	}
	*out = v;
	return true;
}

bool field_s64(const char *s, const char *end, int64_t *out)
{
	bool minus = s < end && *s == '-';
	uint64_t v;

	if (!field_u64(s + minus, end, 10, &v) || v > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

bool field_id(const char *s, const char *end, int64_t *out)
{
	uint64_t v;

	/* audit writes unset as 4294967295, older kernels as -1 */
	if (end - s == 2 && !memcmp(s, "-1", 2))
		*out = ID_UNSET;
	else if (field_u64(s, end, 10, &v) && v <= ID_UNSET)
		*out = v;
	else
		return false;
	return true;
}

bool field_is_none(const char *s, const char *end)
{
	return end - s == 6 && (!memcmp(s, "(null)", 6) || !memcmp(s, "(none)", 6));
}

void field_text(const char **text, const char *value)
{
	if (*value != '(' ? *value : !FIELD_IS(value, "(null)") && !FIELD_IS(value, "(none)"))
		*text = value;
}
