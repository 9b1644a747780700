// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/id_text: id= and ev= as the line has them. */
#include "parser/entry/id_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Digits of that base, at least one; not above max. Moves *text past them. strtoull() takes four
 * times as long, and each line of the plugin has five such numbers. */
static bool read_digits(const char **text, unsigned int base, uint64_t max, uint64_t *out)
{
	const char *p = *text;
	uint64_t v = 0, most = max / base;	/* which another digit may follow */

	for (;; p++) {
		unsigned int c = (unsigned char)*p, digit = c - '0';

		if (digit > 9)
			digit = (c | 0x20) >= 'a' ? (c | 0x20) - 'a' + 10 : base;
		if (digit >= base)
			break;
		if (v > most || (v == most && digit > max - most * base))
			return false;
		v = v * base + digit;
	}
	if (p == *text)
		return false;
	*text = p;
	*out = v;
	return true;
}

int id_text_read_event(const char *text, struct stamp *ev)
{
	uint64_t sec = 0, milli;
	const char *point;

	*ev = (struct stamp){ .sec = -1 };
	if (strchr(text, ':')) {
		if (!read_digits(&text, 10, INT64_MAX, &sec) || *text != '.')
			return -EINVAL;
		point = text++;
		if (!read_digits(&text, 10, 999, &milli) || text - point != 4 || *text++ != ':')
			return -EINVAL;
		ev->sec = sec;
		ev->milli = milli;
	}
	return read_digits(&text, 10, UINT64_MAX, &ev->serial) && !*text ? 0 : -EINVAL;
}

int id_text_read(const char *text, struct conn_id *id)
{
	const char *boot = text;
	uint64_t number, nth;

	*id = (struct conn_id){ 0 };
	if (*text != '-') {
		if (!read_digits(&text, 16, UINT32_MAX, &number) || text - boot != 8)
			return -EINVAL;
		id->has_boot = true;
		id->boot = number;
	} else {
		text++;
	}
	if (*text++ != '-')
		return -EINVAL;
	id->by_serial = *text == 's';
	text += id->by_serial;
	if (!read_digits(&text, 16, UINT64_MAX, &id->number))
		return -EINVAL;
	if (*text == '.' && isdigit((unsigned char)text[1])) {
		text++;
		if (!read_digits(&text, 10, UINT32_MAX, &nth) || !nth)
			return -EINVAL;
		id->nth = nth;
	}
	return *text ? -EINVAL : 0;
}
