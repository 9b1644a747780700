// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/choose: which of the logs of this host a question needs. */
#include "parser/query/choose.h"

#include <stdio.h>
#include <unistd.h>

#include "parser/query/clock.h"
#include "parser/query/own.h"

#define CHUNK 65536

static void on_covered_line(const struct stamp *time, bool begins, void *arg)
{
	coverage_line(arg, stamp_ms(time), begins);
}

static void skip_entry(const struct entry *e, void *arg)
{
	(void)e;
	(void)arg;
}

static void skip_error(uint64_t number, const char *line, size_t len, void *arg)
{
	(void)number;
	(void)line;
	(void)len;
	(void)arg;
}

/* Reads one log of the plugin for the times that it covers, and rewinds it. */
static bool cover(struct aunetlog_source *s, struct own *own, struct aunetlog_log *log)
{
	bool begun = false;
	enum own_kind kind = OWN_NOT;
	char buf[CHUNK];
	const char *why;
	ssize_t n;

	while ((n = aunetlog_source_read(s, log, buf, sizeof(buf), 0)) > 0) {
		if (!begun)
			kind = own_recognize(buf, n, &why);
		if (kind != OWN_LINE && kind != OWN_JSON)
			return false;	/* a format that leaves out parts */
		if (!begun)
			own_begin(own, kind);
		begun = true;
		own_feed(own, buf, n);
	}
	own_end(own);
	return aunetlog_source_again(s, log);
}

static void leave_out(struct aunetlog_source *s, bool own, bool debug)
{
	for (size_t i = 0; i < s->count; i++) {
		struct aunetlog_log *log = &s->logs[i];

		if (log->own != own || log->fd < 0)
			continue;
		if (debug)
			fprintf(stderr, "aunetlog: %s: not needed\n", log->path);
		close(log->fd);
		log->fd = -1;
	}
	s->both = false;
}

/* How many files of the one or the other are read, and which is the youngest. */
static const char *youngest(const struct aunetlog_source *s, bool own, size_t *count)
{
	const char *path = NULL;

	*count = 0;
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].own == own && s->logs[i].fd >= 0) {
			path = s->logs[i].path;
			(*count)++;
		}
	return path;
}

static void report_one(const struct aunetlog_source *s, bool own)
{
	size_t count;
	const char *path = youngest(s, own, &count);

	if (!path)
		return;
	fprintf(stderr, "aunetlog: reading %s", path);
	if (count > 1)
		fprintf(stderr, " and %zu older", count - 1);
	fputc('\n', stderr);
}

static void report_both(const struct aunetlog_source *s, const struct coverage *c, bool utc)
{
	size_t own_count, count;
	const char *own = youngest(s, true, &own_count), *log = youngest(s, false, &count);

	for (size_t i = 0; i < c->count; i++) {
		struct stamp from = clock_stamp(c->spans[i].from), to = clock_stamp(c->spans[i].to);
		char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];

		clock_text(&from, utc, first);
		clock_text(&to, utc, last);
		fprintf(stderr, "aunetlog: reading %s for %s to %s\n", own, first, last);
	}
	fprintf(stderr, "aunetlog: reading %s for the rest\n", log);
}

/* Printed on a terminal, or on request, so that an answer can be traced to its log. */
static void report(const struct aunetlog_source *s, const struct aunetlog_options *o,
		   const struct coverage *c)
{
	if ((!o->debug && !isatty(STDERR_FILENO)) || o->input_count || !s->count ||
	    s->logs[0].live)
		return;
	if (s->both)
		report_both(s, c, o->utc);
	else
		report_one(s, youngest(s, true, &(size_t){ 0 }));
}

void choose_logs(struct aunetlog_source *s, const struct aunetlog_options *o, struct coverage *c)
{
	const struct match *m = &o->match;
	struct own_io io = { .emit = skip_entry, .error = skip_error, .line = on_covered_line,
			     .times = true, .arg = c };
	struct own *own = s->both ? own_new(&io) : NULL;
	bool usable = own;

	for (size_t i = 0; usable && i < s->count; i++)
		if (s->logs[i].own && s->logs[i].fd >= 0)
			usable = cover(s, own, &s->logs[i]);
	own_free(own);
	/* entries written while the log is followed are not covered yet */
	if (s->both && (!usable || !c->count || o->follow))
		leave_out(s, true, o->debug);
	else if (s->both && m->has_from && m->has_to && o->view != AUNETLOG_NEW &&
		 coverage_has_all(c, stamp_ms(&m->from), stamp_ms(&m->to)))
		leave_out(s, false, o->debug);
	report(s, o, c);
}
