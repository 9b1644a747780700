/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/line: an entry as one line of text, the project's public contract. */
#ifndef NETLOG_LINE_H
#define NETLOG_LINE_H

#include <stddef.h>

#include "parser/entry/fields.h"
#include "parser/entry/put.h"

/* No line is longer, its NUL included: long strings are cut. */
#define FORMAT_LINE_MAX 8192

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

/* Writes one value of that field as the line has it, "-" if it is unknown. */
void line_put_value(struct put *p, enum field_id id, const struct field_value *v);

#endif
