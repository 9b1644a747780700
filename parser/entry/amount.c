// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/amount: durations and sizes with two digits or three, for people. */
#include "parser/entry/amount.h"

void amount_put_duration(struct put *p, int64_t ms)
{
	static const struct { int64_t ms; char unit; } units[] = {
		{ 86400000, 'd' }, { 3600000, 'h' }, { 60000, 'm' }, { 1000, 's' },
	};

	if (ms < 1000) {
		put_uint(p, ms);
		put_string(p, "ms");
		return;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (ms < units[i].ms)
			continue;
		put_uint(p, ms / units[i].ms);
		if (ms / units[i].ms < 10) {
			put_char(p, '.');
			put_uint(p, ms % units[i].ms * 10 / units[i].ms);
		}
		put_char(p, units[i].unit);
		return;
	}
}

void amount_put_bytes(struct put *p, int64_t v)
{
	static const char units[] = "KMGTPE";
	int64_t rest = 0;
	int i = -1;

	if (v < 0) {
		put_char(p, '-');
		return;
	}
	for (; v >= 1024 && i < 5; i++) {
		rest = v % 1024 * 10 / 1024;
		v /= 1024;
	}
	put_uint(p, v);
	if (i >= 0 && v < 10) {
		put_char(p, '.');
		put_uint(p, rest);
	}
	if (i >= 0)
		put_char(p, units[i]);
}
