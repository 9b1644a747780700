// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/field: the value of one field of a record. */
#include "parser/audit/field.h"

#include "parser/event.h"

/* strtoull() without its locale, signs and spaces. */
bool field_u64(const char *s, unsigned int base, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
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

bool field_s64(const char *s, int64_t *out)
{
	bool minus = *s == '-';
	uint64_t v;

	if (!field_u64(s + minus, 10, &v) || v > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

bool field_id(const char *s, int64_t *out)
{
	uint64_t v;

	/* audit writes unset as 4294967295, older kernels as -1 */
	if (FIELD_IS(s, "-1"))
		*out = ID_UNSET;
	else if (field_u64(s, 10, &v) && v <= ID_UNSET)
		*out = v;
	else
		return false;
	return true;
}

void field_text(const char **text, const char *value)
{
	if (*value != '(' ? *value : !FIELD_IS(value, "(null)") && !FIELD_IS(value, "(none)"))
		*text = value;
}
