/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ini: a file of [section] and key = value lines. libinih is not used: it takes
 * lines of 199 bytes, reports a longer one as another mistake (version 59) or reads its
 * rest as another line (version 55), and never shows a section without keys.
 *
 * A line is blank, a comment (# or ; first), [section], or key = value. Blanks around all
 * of them are ignored. A comment may also follow a section, or a value after a blank and
 * a semicolon (" ;").
 */
#ifndef NETLOG_INI_H
#define NETLOG_INI_H

#include <stddef.h>
#include <stdio.h>

#define INI_LINE_MAX 4096 /* bytes, without the newline; a comment may be longer */

struct ini_line {
	unsigned int number; /* from 1 */
	const char *section; /* "" before the first */
	const char *key;     /* NULL: the line begins this section */
	const char *value;
};

/*
 * Calls fn for each section and key. fn returns 0 to continue, or -errno with a text in what,
 * which ends the reading. Returns 0; -errno of fn; -EINVAL for a line that cannot be read, with
 * the reason in what; -errno of a read error, with *number 0. *number is the line concerned.
 */
int ini_read(FILE *file, int (*fn)(const struct ini_line *line, char *what, size_t size, void *arg),
	     void *arg, unsigned int *number, char *what, size_t size);

#endif
