/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/digits: numbers to text, fast: most of a line's bytes are digits. */
#ifndef NETLOG_DIGITS_H
#define NETLOG_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20		/* of an unsigned number of 64 bits */

/* Writes v in decimal, without a NUL. Returns its length, at most DIGITS_MAX. */
static inline size_t digits_put(char *to, uint64_t v)
{
	static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
		"4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
		"828384858687888990919293949596979899";
	char digits[DIGITS_MAX];
	size_t n = sizeof(digits);

	for (; v >= 100; v /= 100)
		memcpy(digits + (n -= 2), pairs + v % 100 * 2, 2);
	if (v >= 10)
		memcpy(digits + (n -= 2), pairs + v * 2, 2);
	else
		digits[--n] = '0' + v;
	memcpy(to, digits + n, sizeof(digits) - n);
	return sizeof(digits) - n;
}

#endif
