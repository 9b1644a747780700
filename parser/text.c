// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/text: strings as audit writes them (quoted, hex or bare), and escaping. */
#include "parser/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

size_t text_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

const char *text_copy(const char *s, char **to)
{
	char *start = *to;
	size_t n = text_size(s);

	if (!s)
		return NULL;
	memcpy(start, s, n);
	*to += n;
	return start;
}

/* 0 to 15; 255: not a hex digit. */
static const uint8_t hex_value[256] = {
	[0 ... 255] = 255,
	['0'] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	['A'] = 10, 11, 12, 13, 14, 15,
	['a'] = 10, 11, 12, 13, 14, 15,
};

/* Returns the number of bytes, or -1 unless all of s is hex. */
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

char *text_escape(char *to, const char *end, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	static const bool plain[256] = {
		['!'] = true, ['#' ... '&'] = true, ['(' ... '['] = true,
		[']' ... '~'] = true,
	};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (plain[c]) {
			if (to >= end)
				break;
			*to++ = c;
			continue;
		}
		if (end - to < 4)
			break;
		*to++ = '\\';
		*to++ = 'x';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

static bool is_escape(const char *text, size_t len)
{
	return len >= 4 && text[0] == '\\' && text[1] == 'x' &&
	       hex_value[(unsigned char)text[2]] < 16 &&
	       hex_value[(unsigned char)text[3]] < 16;
}

size_t text_unescape(char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; n++) {
		if (!is_escape(text + i, len - i)) {
			text[n] = text[i++];
			continue;
		}
		text[n] = hex_value[(unsigned char)text[i + 2]] << 4 |
			  hex_value[(unsigned char)text[i + 3]];
		i += 4;
	}
	return n;
}
