/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/digits: numbers to text, fast: most of a line's bytes are digits. */
#ifndef NETLOG_DIGITS_H
#define NETLOG_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20		/* of an unsigned number of 64 bits */

static inline size_t digits_count(uint64_t v)
{
	size_t n = 1;

	for (; v >= 10000; v /= 10000)
		n += 4;
	return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

/* Writes v in decimal, without a NUL. Returns its length, at most DIGITS_MAX. */
static inline size_t digits_put(char *to, uint64_t v)
{
	static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
		"4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
		"828384858687888990919293949596979899";
	size_t len = digits_count(v), n = len;

	for (; v >= 100; v /= 100)
		memcpy(to + (n -= 2), pairs + v % 100 * 2, 2);
	if (v >= 10)
		memcpy(to, pairs + v * 2, 2);
	else
		*to = '0' + v;
	return len;
}

#endif
