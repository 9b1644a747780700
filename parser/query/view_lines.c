// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_lines: each entry that matches, in one of the formats of entry/. */
#include <stdlib.h>
#include <string.h>

#include "parser/query/clock.h"
#include "parser/query/pairs.h"
#include "parser/query/view.h"

/* An entry to its line; one thread's. */
struct writer {
	struct format *format;
	struct line_clock clock;	/* for the time in front of a line */
	bool utc;
};

struct lines {
	struct view v;
	struct writer writer;
	struct pairs *pairs;		/* of --open-at; or NULL */
};

static void on_pair(const struct pair *p, void *arg);

static bool writer_open(struct writer *w, const struct view *v, char *error, size_t size)
{
	const char *name = v->options->format ? v->options->format : "netlog";
	char reason[512];

	w->utc = v->options->utc;
	w->format = format_open(name, NULL, reason, sizeof(reason));
	if (!w->format)
		snprintf(error, size, "--format %s%s", reason,
			 strstr(reason, "there are:") ? " table csv" : "");
	return w->format;
}

static size_t writer_text(struct writer *w, const struct entry *e, char buf[VIEW_TEXT_MAX])
{
	size_t n = 0, len;

	if (!format_has_time(w->format)) {
		n = w->utc ? clock_utc(&e->time, buf) : line_time(&w->clock, &e->time, buf);
		if (w->utc)
			buf[n++] = ' ';
	}
	len = format_entry(w->format, e, buf + n);
	if (!len)
		return 0;	/* the format has no text for it */
	n += len;
	buf[n++] = '\n';
	return n;
}

static bool lines_open(struct view *v, char *error, size_t size)
{
	struct lines *l = (struct lines *)v;

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
	return writer_open(&l->writer, v, error, size);
}

static void write_line(struct lines *l, const struct entry *e)
{
	struct view *v = &l->v;
	char line[VIEW_TEXT_MAX];
	size_t n = writer_text(&l->writer, e, line);

	if (!n)
		return;
	view_write(v, line, n);
	v->found += !v->write_error;
	v->done |= v->options->just_one;
}

/* For a connection that was open: its start, if it was seen. */
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
	format_close(((struct lines *)v)->writer.format);
	pairs_free(((struct lines *)v)->pairs);
}

static void *lines_text_new(const struct view *v)
{
	struct writer *w = calloc(1, sizeof(*w));
	char error[512];

	if (!w || writer_open(w, v, error, sizeof(error)))
		return w;
	free(w);
	return NULL;
}

static size_t lines_text(void *state, const struct entry *e, char buf[VIEW_TEXT_MAX])
{
	return writer_text(state, e, buf);
}

static void lines_text_free(void *state)
{
	struct writer *w = state;

	format_close(w->format);
	free(w);
}

const struct view_ops view_lines = {
	.needs = VIEW_MATCHES, .size = sizeof(struct lines), .open = lines_open, .entry = lines_entry,
	.finish = lines_finish, .close = lines_close, .text_new = lines_text_new,
	.text = lines_text, .text_free = lines_text_free,
};
