// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_lines: each entry that matches, in one of the formats of entry/. */
#include <stdlib.h>
#include <string.h>

#include "parser/entry/format.h"
#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/pairs.h"
#include "parser/query/view.h"

struct lines {
	struct view v;
	struct format *format;
	struct line_clock clock;	/* for the time in front of a line */
	struct pairs *pairs;		/* of --open-at; or NULL */
};

static void on_pair(const struct pair *p, void *arg);

static bool lines_open(struct view *v, char *error, size_t size)
{
	struct lines *l = (struct lines *)v;
	const char *name = v->options->format ? v->options->format : "netlog";
	char reason[512];

	if (v->options->columns) {
		snprintf(error, size, "--fields goes with --format table or csv");
		return false;
	}
	if (v->options->has_open_at) {
		l->pairs = pairs_new(v->options, on_pair, l);
		if (!l->pairs) {
			snprintf(error, size, "out of memory");
			return false;
		}
	}
	l->format = format_open(name, NULL, reason, sizeof(reason));
	if (!l->format)
		snprintf(error, size, "--format %s", reason);
	return l->format;
}

static void write_line(struct lines *l, const struct entry *e)
{
	struct view *v = &l->v;
	char line[FORMAT_TIME_MAX + FORMAT_MAX + 1];
	size_t n = 0, len;

	if (!format_has_time(l->format)) {
		n = v->options->utc ? clock_utc(&e->time, line) :
		    line_time(&l->clock, &e->time, line);
		if (v->options->utc)
			line[n++] = ' ';
	}
	len = format_entry(l->format, e, line + n);
	if (!len)
		return;		/* the format has no text for it */
	n += len;
	line[n++] = '\n';
	view_write(v, line, n);
	v->found += !v->write_error;
	v->done |= v->options->just_one;
}

/* Of a connection that was open: its start, where it was seen. */
static void on_pair(const struct pair *p, void *arg)
{
	struct lines *l = arg;

	if (!l->v.done)
		write_line(l, p->start ? p->start : p->stop);
}

static void lines_entry(struct view *v, const struct entry *e, bool matched)
{
	struct lines *l = (struct lines *)v;

	if (l->pairs)
		pairs_entry(l->pairs, e, matched);
	else if (matched)
		write_line(l, e);
}

static void lines_finish(struct view *v)
{
	struct lines *l = (struct lines *)v;

	if (l->pairs)
		pairs_finish(l->pairs);
}

static void lines_close(struct view *v)
{
	format_close(((struct lines *)v)->format);
	pairs_free(((struct lines *)v)->pairs);
}

const struct view_ops view_lines = {
	.needs = VIEW_MATCHES, .size = sizeof(struct lines), .open = lines_open, .entry = lines_entry,
	.finish = lines_finish, .close = lines_close,
};
