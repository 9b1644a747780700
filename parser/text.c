// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/text: strings as audit writes them: quoted, hex or bare. */
#include "parser/text.h"

#include <stdint.h>
#include <string.h>
#include <sys/types.h>

size_t audit_text_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

const char *audit_text_copy(const char *s, char **to)
{
	char *start = *to;
	size_t n = audit_text_size(s);

	if (!s)
		return NULL;
	memcpy(start, s, n);
	*to += n;
	return start;
}

/* 0 to 15, or 255 for what is no hex digit. */
static const uint8_t hex_value[256] = {
	[0 ... 255] = 255,
	['0'] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	['A'] = 10, 11, 12, 13, 14, 15,
	['a'] = 10, 11, 12, 13, 14, 15,
};

/* Returns the number of bytes, or -1 when it is not all hex. */
static ssize_t decode_hex(const char *s, size_t len, char *buf, size_t max)
{
	const unsigned char *h = (const unsigned char *)s;
	size_t n = len / 2;
	unsigned int wrong = 0;

	if (!len || len % 2)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned int hi = hex_value[h[2 * i]], lo = hex_value[h[2 * i + 1]];

		wrong |= (hi | lo) & 0xf0;
		if (i < max)
			buf[i] = hi << 4 | lo;
	}
	return wrong ? -1 : (ssize_t)(n < max ? n : max);
}

size_t audit_text(const char *s, char *buf, size_t size)
{
	size_t len = strlen(s);
	ssize_t n;

	if (*s == '"') {
		s++;
		len--;
		if (len && s[len - 1] == '"')
			len--;
	} else {
		n = decode_hex(s, len, buf, size - 1);
		if (n >= 0) {
			buf[n] = 0;
			return n;
		}
	}
	if (len > size - 1)
		len = size - 1;
	memcpy(buf, s, len);
	buf[len] = 0;
	return len;
}
