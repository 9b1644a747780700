/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/line_time: the time in front of a line. */
#ifndef NETLOG_LINE_TIME_H
#define NETLOG_LINE_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "parser/event.h"

/* No time is longer, its NUL included. */
#define FORMAT_TIME_MAX 41

/* The text of the latest second. One per thread; all zero at first. */
struct line_clock {
	int64_t second;
	size_t len;
	char text[32];
};

/* Writes "2026-11-21 06:00:51.123 ", local time, NUL-terminated, into buf (at least
 * FORMAT_TIME_MAX bytes). Returns its length. */
size_t line_time(struct line_clock *c, const struct stamp *time, char *buf);

/* Does the same in the form "2026-11-21T06:00:51.123+01:00", without a blank. */
size_t line_time_zoned(struct line_clock *c, const struct stamp *time, char *buf);

#endif
