// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/report: rows of text that are printed as a table or as CSV at the end. */
#include "parser/query/report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/csv.h"

void report_init(struct report *r, const char *const *heads)
{
	memset(r, 0, sizeof(*r));
	r->heads = heads;
	while (heads[r->columns])
		r->columns++;
}

void report_fini(struct report *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->cells[i]);
	free(r->cells);
	memset(r, 0, sizeof(*r));
}

void report_cell(struct report *r, const char *format, ...)
{
	va_list ap;
	char *text;

	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 256;
		char **cells = reallocarray(r->cells, room, sizeof(*cells));

		if (!cells) {
			r->failed = true;
			return;
		}
		r->cells = cells;
		r->room = room;
	}
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		r->failed = true;
	else
		r->cells[r->count++] = text;
	va_end(ap);
}

static void write_csv(struct report *r, struct view *v, char *const *cells)
{
	for (unsigned int i = 0; i < r->columns; i++) {
		const char *text = cells ? cells[i] : r->heads[i] + (*r->heads[i] == '>');
		char *quoted = malloc(2 * strlen(text) + 3);

		if (!quoted) {
			r->failed = true;
			return;
		}
		view_write(v, quoted, csv_put(quoted, text, strlen(text)));
		view_write(v, i + 1 < r->columns ? "," : "\n", 1);
		free(quoted);
	}
}

static void write_row(struct report *r, struct view *v, char *const *cells,
		      const size_t *widths)
{
	static const char blanks[] = "                                ";

	for (unsigned int i = 0; i < r->columns; i++) {
		bool right = *r->heads[i] == '>', last = i + 1 == r->columns;
		const char *text = cells ? cells[i] : r->heads[i] + right;
		size_t len = strlen(text), pad = widths[i] - len;

		for (size_t n; right && pad; pad -= n) {
			n = pad < sizeof(blanks) - 1 ? pad : sizeof(blanks) - 1;
			view_write(v, blanks, n);
		}
		if (cells)
			view_write(v, text, len);
		for (size_t j = 0; !cells && j < len; j++)
			view_write(v, &(char){ toupper((unsigned char)text[j]) }, 1);
		if (last)
			break;
		for (size_t n; pad; pad -= n) {
			n = pad < sizeof(blanks) - 1 ? pad : sizeof(blanks) - 1;
			view_write(v, blanks, n);
		}
		view_write(v, "  ", 2);
	}
	view_write(v, "\n", 1);
}

void report_print(struct report *r, struct view *v)
{
	bool csv = v->options->format && !strcmp(v->options->format, "csv");
	size_t rows = r->count / r->columns, widths[REPORT_COLUMNS] = { 0 };

	if (v->options->top && rows > v->options->top)
		rows = v->options->top;
	if (!rows)
		return;
	for (unsigned int i = 0; i < r->columns; i++) {
		widths[i] = strlen(r->heads[i]) - (*r->heads[i] == '>');
		for (size_t row = 0; row < rows; row++) {
			size_t len = strlen(r->cells[row * r->columns + i]);

			widths[i] = len > widths[i] ? len : widths[i];
		}
	}
	for (size_t row = 0; row <= rows; row++) {
		char *const *cells = row ? r->cells + (row - 1) * r->columns : NULL;

		if (csv)
			write_csv(r, v, cells);
		else
			write_row(r, v, cells, widths);
	}
	v->found += rows;
	if (r->failed)
		fprintf(stderr, "aunetlog: out of memory: rows are missing\n");
}
