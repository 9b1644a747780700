// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_table: one row per connection, for a terminal or as CSV. A row is
 * written when its connection ends; those still open come last.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "parser/query/columns.h"
#include "parser/query/csv.h"
#include "parser/query/view.h"

struct table {
	struct view v;
	struct pairs *pairs;
	struct columns columns;
	bool csv, colour, begun;
};

static int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	int width = columns ? atoi(columns) : 0;

	if (width <= 0 && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
		width = w.ws_col;
	return width > 0 ? width : 80;
}

static bool wants_colour(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(no && *no);
}

static void on_pair(const struct pair *p, void *arg);

static bool table_open(struct view *v, char *error, size_t size)
{
	struct table *t = (struct table *)v;
	char reason[512];

	t->csv = v->options->format && !strcmp(v->options->format, "csv");
	t->colour = !t->csv && wants_colour();
	columns_fit(&t->columns, !t->csv && isatty(STDOUT_FILENO) ? terminal_width() : 0);
	if (v->options->columns &&
	    !columns_read(&t->columns, v->options->columns, reason, sizeof(reason))) {
		snprintf(error, size, "--fields %s", reason);
		return false;
	}
	t->pairs = pairs_new(v->options, on_pair, t);
	if (!t->pairs)
		snprintf(error, size, "out of memory");
	return t->pairs;
}

/* A text that is too long loses its middle: an address keeps its port. */
static size_t put_cell(char *to, const struct column *c, const char *text, size_t len,
		       bool last)
{
	int width = c->width ? c->width : (int)len, pad;
	char *start = to;

	if ((int)len > width && width > 3) {
		size_t tail = width / 3, head = width - 1 - tail;

		memcpy(to, text, head);
		to[head] = '~';
		memcpy(to + head + 1, text + len - tail, tail);
		return width;
	}
	if ((int)len > width)
		len = width;
	pad = width - len;
	if (c->right)
		to = (char *)memset(to, ' ', pad) + pad;
	to = mempcpy(to, text, len);
	if (!c->right && !last)
		to = (char *)memset(to, ' ', pad) + pad;
	return to - start;
}

/* In a narrow table a start has no year and no milliseconds: 11-21 06:38:49. */
static size_t shorten_time(const struct column *c, char **text, size_t len)
{
	if (!c->width || (c->own != COLUMN_START && c->own != COLUMN_END) || len < 19)
		return len;
	(*text)[10] = ' ';
	if (c->width >= 19)
		return 19;
	*text += c->width < 14 ? 11 : 5;
	return c->width < 14 ? 8 : 14;
}

static void write_row(struct table *t, const struct pair *p)
{
	char row[COLUMNS_MAX * (CELL_MAX + 2) + 32], cell[CELL_MAX];
	static const char *const colours[] = { "\033[36m", "", "\033[31m", "\033[33m" };
	const char *colour = t->colour && p ? colours[pair_outcome(p)] : "";
	size_t n = strlen(colour);

	memcpy(row, colour, n);
	for (unsigned int i = 0; i < t->columns.count; i++) {
		const struct column *c = &t->columns.column[i];
		char *text = cell;
		size_t len;

		if (p) {
			len = column_text(c, p, !t->csv, t->v.options->utc, cell);
			len = t->csv ? len : shorten_time(c, &text, len);
		} else {
			len = snprintf(cell, sizeof(cell), "%s", column_name(c));
			for (size_t j = 0; !t->csv && j < len; j++)
				if (cell[j] >= 'a' && cell[j] <= 'z')
					cell[j] += 'A' - 'a';
			if (!t->csv && c->field == FIELD_DIRECTION)
				len = 0;
		}
		if (i)
			row[n++] = t->csv ? ',' : t->v.options->columns ? '\t' : ' ';
		n += t->csv ? csv_put(row + n, text, len) :
		     put_cell(row + n, c, text, len, i + 1 == t->columns.count);
	}
	while (n && row[n - 1] == ' ')
		n--;
	if (*colour)
		n = stpcpy(row + n, "\033[0m") - row;
	row[n++] = '\n';
	view_write(&t->v, row, n);
}

static void on_pair(const struct pair *p, void *arg)
{
	struct table *t = arg;

	if (t->v.done)
		return;
	if (!t->begun)
		write_row(t, NULL);
	t->begun = true;
	write_row(t, p);
	t->v.found += !t->v.write_error;
	t->v.done |= t->v.options->just_one;
}

static void table_entry(struct view *v, const struct entry *e, bool matched)
{
	pairs_entry(((struct table *)v)->pairs, e, matched);
}

static void table_finish(struct view *v)
{
	pairs_finish(((struct table *)v)->pairs);
}

static void table_close(struct view *v)
{
	pairs_free(((struct table *)v)->pairs);
}

const struct view_ops view_table = {
	.size = sizeof(struct table), .open = table_open, .entry = table_entry,
	.finish = table_finish, .close = table_close,
};
