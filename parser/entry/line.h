/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/line: an entry as one line of text, the project's public contract. */
#ifndef NETLOG_LINE_H
#define NETLOG_LINE_H

#include <stddef.h>

#include "parser/entry/fields.h"
#include "parser/entry/put.h"

/* No line is longer, its NUL included: long strings are cut. */
#define FORMAT_LINE_MAX 8192
/* The same for the time in front of it. */
#define FORMAT_TIME_MAX 41

/*
 * The state that the format keeps from one line to the next: the text of identities. One per
 * thread.
 */
struct line_format;

struct line_format *line_format_new(void);	/* NULL without memory */
void line_format_free(struct line_format *f);	/* may be NULL */

/*
 * Writes the line, without time and newline, NUL-terminated, into buf (at least
 * FORMAT_LINE_MAX bytes). Returns its length.
 */
size_t line_format(struct line_format *f, const struct entry *e, char *buf);

/* The text of the second that was written last. One per thread; all zero at first. */
struct line_clock {
	int64_t second;
	size_t len;
	char text[32];
};

/* Writes "2026-11-21 06:00:51.123 ", local time, NUL-terminated, into buf (at least
 * FORMAT_TIME_MAX bytes). Returns its length. */
size_t line_time(struct line_clock *c, const struct stamp *time, char *buf);

/* The same as "2026-11-21T06:00:51.123+01:00", without a blank. */
size_t line_time_zoned(struct line_clock *c, const struct stamp *time, char *buf);

/* Writes one value as the line has it, "-" if it is unknown. */
void line_put_value(struct put *p, enum field_id id, const struct field_value *v);

#endif
