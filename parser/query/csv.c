// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/csv: writes a cell as in RFC 4180. */
#include "parser/query/csv.h"

#include <string.h>

size_t csv_put(char *to, const char *text, size_t len)
{
	char *start = to;

	if (!memchr(text, ',', len) && !memchr(text, '"', len)) {
		memcpy(to, text, len);
		return len;
	}
	*to++ = '"';
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			*to++ = '"';
		*to++ = text[i];
	}
	*to++ = '"';
	return to - start;
}
