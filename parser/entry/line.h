/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/line: a record as one line of text, the project's public contract. */
#ifndef NETLOG_FORMAT_H
#define NETLOG_FORMAT_H

#include <stddef.h>

#include "parser/entry/entry.h"

/* Longer lines than this are not made: long strings are cut. */
#define FORMAT_LINE_MAX 8192

/*
 * Writes the line, without time and newline, NUL-terminated, into buf (at least
 * FORMAT_LINE_MAX bytes). Returns its length.
 */
size_t format_line(const struct entry *r, char *buf);

/* "2026-11-21 06:00:51.123 " in local time; returns its length (at most 40). */
size_t format_time(const struct stamp *time, char *buf);

/* Copies text, escaping what is outside printable ASCII and space, quote,
 * backslash as \xHH. Stops before *to* would reach end. Returns the new to. */
char *format_escape(char *to, const char *end, const char *text, size_t len);

#endif
