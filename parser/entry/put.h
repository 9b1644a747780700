/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/put: writes text into a buffer of fixed size, and cuts it at the end. The caller
 * reserves one byte after end for the NUL.
 */
#ifndef NETLOG_PUT_H
#define NETLOG_PUT_H

#include <stdint.h>
#include <string.h>

#include "parser/digits.h"

struct put {
	char *to;		/* next byte to write */
	const char *end;	/* first byte that must not be written */
};

static inline void put_bytes(struct put *p, const char *text, size_t len)
{
	size_t room = p->end - p->to;

	if (len > room) {
		memcpy(p->to, text, room);
		p->to += room;
		return;
	}
	memcpy(p->to, text, len);	/* inlined if len is a constant */
	p->to += len;
}

static inline void put_string(struct put *p, const char *text)
{
	put_bytes(p, text, strlen(text));
}

static inline void put_char(struct put *p, char c)
{
	if (p->to < p->end)
		*p->to++ = c;
}

static inline void put_uint(struct put *p, uint64_t v)
{
	char digits[DIGITS_MAX];

	if (p->end - p->to >= DIGITS_MAX)
		p->to += digits_put(p->to, v);
	else
		put_bytes(p, digits, digits_put(digits, v));
}

/* Writes at least width (at most 16) digits in lower case. */
static inline void put_hex(struct put *p, uint64_t v, int width)
{
	char digits[16], *to = p->end - p->to >= (int)sizeof(digits) ? p->to : digits;
	int len = v ? (67 - __builtin_clzll(v)) / 4 : 1;

	if (len < width)
		len = width;
	for (int n = len; n; v >>= 4)
		to[--n] = "0123456789abcdef"[v & 15];
	if (to == digits)
		put_bytes(p, digits, len);
	else
		p->to += len;
}

/* "1204.007": whole and three digits of milli. */
static inline void put_milli(struct put *p, uint64_t whole, unsigned int milli)
{
	char text[4] = { '.', '0' + milli / 100 % 10, '0' + milli / 10 % 10, '0' + milli % 10 };

	put_uint(p, whole);
	put_bytes(p, text, sizeof(text));
}

#endif
