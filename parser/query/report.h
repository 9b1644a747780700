/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/report: rows of text that are printed as a table or as CSV at the end. */
#ifndef NETLOG_QUERY_REPORT_H
#define NETLOG_QUERY_REPORT_H

#include "parser/query/view.h"

#define REPORT_COLUMNS 10

struct report {
	const char *const *heads;	/* ">count" is adjusted to the right; NULL ends them */
	unsigned int columns;
	char **cells;			/* owned, row by row */
	size_t count, room;
	bool failed;			/* out of memory: rows are missing */
};

void report_init(struct report *r, const char *const *heads);
void report_fini(struct report *r);
/* Adds the next cell of a row. */
void report_cell(struct report *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Writes all rows, or the first of them that --top asks for, and counts them. */
void report_print(struct report *r, struct view *v);

#endif
