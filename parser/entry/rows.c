// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/rows: a compact row for people, as wide as their terminal: time,
 * program[pid], user, both ends, outcome, duration, bytes. The addresses are never cut; the
 * row as a whole is, at the width.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parser/entry/amount.h"
#include "parser/entry/formats.h"
#include "parser/entry/line.h"
#include "parser/entry/user_names.h"

#define WIDTH_DEFAULT 100
#define WIDE 115	/* from here the local end has its address, too */
#define OUTCOME_WIDTH 24 /* "closed 12.3s 1.2K/3.4M" */

struct rows {
	unsigned int width;
	bool color;
	struct user_names users;
};

/* A column being written: its text is not in columns but in bytes, which are ASCII. */
struct row {
	struct put *p;
	char *start;
};

/* ---- columns ---- */

static void begin(struct row *r)
{
	r->start = r->p->to;
}

/* Fills the column with blanks, at least one; a longer text pushes what follows. */
static void end(struct row *r, unsigned int width)
{
	do
		put_char(r->p, ' ');
	while (r->p->to - r->start <= (ptrdiff_t)width && r->p->to < r->p->end);
}

static void put_time(struct put *p, const struct stamp *time, bool wide)
{
	time_t sec = time->sec;
	struct tm tm = { 0 };
	char text[16];

	localtime_r(&sec, &tm);
	put_bytes(p, text, strftime(text, sizeof(text), "%H:%M:%S", &tm));
	if (wide) {
		put_char(p, '.');
		for (unsigned int unit = 100; unit; unit /= 10)
			put_char(p, '0' + time->milli / unit % 10);
	}
}

static void put_field(struct put *p, enum field_id id, const struct entry *e)
{
	struct field_value v = field_get(id, e);

	if (v.known)
		line_put_value(p, id, &v);
	else
		put_char(p, '-');
}

/* "curl[2304]": of a long name the end is cut, never the pid. */
static void put_program(struct put *p, const struct entry *e, unsigned int width)
{
	char pid[24];
	int n = e->identity->pid >= 0 ? snprintf(pid, sizeof(pid), "[%lld]",
						 (long long)e->identity->pid) : 0;
	char *start = p->to;

	put_field(p, FIELD_COMM, e);
	if (p->to - start + n > (ptrdiff_t)width && width > (unsigned int)n)
		p->to = start + width - n;
	put_bytes(p, pid, n);
}

static void put_user(struct put *p, const struct rows *t, const struct entry *e,
		     unsigned int width)
{
	const char *name = user_names_name(&t->users, e->identity->uid);

	if (name)
		put_bytes(p, name, strnlen(name, width));
	else
		put_field(p, FIELD_UID, e);
}

/* The local end is one of few addresses: its port distinguishes more. */
static void put_local(struct put *p, const struct entry *e, bool wide)
{
	if (wide || entry_is_listen(e) || !e->local.has_port) {
		put_field(p, FIELD_LOCAL, e);
		return;
	}
	put_char(p, ':');
	put_uint(p, e->local.port);
}

/* ---- the outcome ---- */

enum color { PLAIN, GREEN, RED, YELLOW, CYAN, DIM };

static const char *const colors[] = {
	[PLAIN] = "", [GREEN] = "\033[32m", [RED] = "\033[31m", [YELLOW] = "\033[33m",
	[CYAN] = "\033[36m", [DIM] = "\033[2m",
};

static const char *outcome(const struct entry *e, enum color *color)
{
	switch (e->what) {
	case CONNECT_START:
		*color = e->via == VIA_PROGRESS ? YELLOW : GREEN;
		return e->via == VIA_PROGRESS ? "in progress" : e->via == VIA_SNAPSHOT ?
			"already open" : "open";
	case CONNECT_STOP:
		*color = e->err ? RED : DIM;
		return e->err ? NULL : "closed";
	case CONNECT_FAIL:
		*color = RED;
		return NULL;
	case LISTEN_START:
		*color = CYAN;
		return "listening";
	default:
		*color = DIM;
		return "not listening";
	}
}

static void put_outcome(struct put *p, const struct entry *e, enum color *color)
{
	const char *text = outcome(e, color);

	if (text)
		put_string(p, text);
	else if (e->err)
		put_field(p, FIELD_ERRNO, e);
	else
		put_string(p, "failed");
	if (e->dur_ms >= 0) {
		put_char(p, ' ');
		amount_put_duration(p, e->dur_ms);
	}
	if (e->tx >= 0 || e->rx >= 0) {
		put_char(p, ' ');
		amount_put_bytes(p, e->tx);
		put_char(p, '/');
		amount_put_bytes(p, e->rx);
	}
}

static void put_colored(struct put *p, const char *text, size_t len, enum color color, bool use)
{
	if (use)
		put_string(p, colors[color]);
	put_bytes(p, text, len);
	if (use && color != PLAIN)
		put_string(p, "\033[0m");
}

/* ---- the row ---- */

struct layout {
	bool wide;
	unsigned int program, user, local, remote;
};

static struct layout layout(unsigned int width)
{
	struct layout l = { .wide = width >= WIDE, .program = 18, .user = 8, .local = 6 };
	unsigned int used;

	if (l.wide) {
		l.program = 23;
		l.local = 21;
	} else if (width < 90) {
		l.program = 15;
		l.user = 6;
	}
	used = (l.wide ? 13 : 9) + l.program + 1 + l.user + 1 + l.local + 1 + 3 + OUTCOME_WIDTH;
	l.remote = width > used + 15 ? width - used - 1 : 15;
	if (l.remote > 47)
		l.remote = 47;
	return l;
}

static void put_row(struct put *p, const struct rows *t, const struct entry *e)
{
	static const char arrows[][3] = {
		[DIRECTION_UNKNOWN] = "- ", [DIRECTION_OUT] = "->", [DIRECTION_IN] = "<-",
	};
	struct layout l = layout(t->width);
	struct row r = { .p = p };

	begin(&r);
	put_time(p, &e->time, l.wide);
	end(&r, l.wide ? 12 : 8);
	begin(&r);
	put_program(p, e, l.program);
	end(&r, l.program);
	begin(&r);
	put_user(p, t, e, l.user);
	end(&r, l.user);
	begin(&r);
	put_local(p, e, l.wide);
	if (entry_is_listen(e)) {
		end(&r, l.local + 1 + 2 + 1 + l.remote);
		return;
	}
	end(&r, l.local);
	put_string(p, arrows[entry_direction(e)]);
	put_char(p, ' ');
	begin(&r);
	put_field(p, FIELD_REMOTE, e);
	end(&r, l.remote);
}

/* Cuts the row at the width, and shows that it was cut. */
static size_t cut(char *text, size_t len, unsigned int width)
{
	if (len <= width)
		return len;
	text[width - 1] = '>';
	return width;
}

static void rows_entry(void *self, const struct entry *e, struct put *p)
{
	const struct rows *t = self;
	char row[1024], result[64];
	struct put of_row = { .to = row, .end = row + sizeof(row) };
	struct put of_result = { .to = result, .end = result + sizeof(result) };
	enum color color;
	size_t len, rest;

	put_row(&of_row, t, e);
	put_outcome(&of_result, e, &color);
	len = cut(row, of_row.to - row, t->width);
	rest = t->width - len;
	put_bytes(p, row, len);
	if (rest)
		put_colored(p, result, cut(result, of_result.to - result, rest), color, t->color);
}

/* "-- netlog lost kernel=12" */
static void rows_note(const void *self, struct note *n, struct put *p)
{
	const struct rows *t = self;
	bool lost = !strcmp(n->word, "lost");
	char row[1200];
	struct put of_row = { .to = row, .end = row + sizeof(row) };

	put_time(&of_row, n->time, t->width >= WIDE);
	put_string(&of_row, " -- ");
	put_bytes(&of_row, n->text, n->len);
	put_colored(p, row, cut(row, of_row.to - row, t->width), lost ? RED : DIM, t->color);
}

/* ---- making and ending ---- */

static void rows_close(void *self)
{
	struct rows *t = self;

	user_names_free(&t->users);
	free(t);
}

/* "", "120", "120,color" */
static bool read_argument(const char *text, struct rows *t)
{
	char *rest;
	unsigned long v;

	if (!text || !*text)
		return true;
	v = strtoul(text, &rest, 10);
	if (rest == text || v < 40 || v > 1000)
		return false;
	t->width = v;
	t->color = !strcmp(rest, ",color");
	return !*rest || t->color;
}

static void *rows_open(const char *argument, const struct format_host *host, char *error,
			size_t size)
{
	struct rows *t = calloc(1, sizeof(*t));

	(void)host;
	if (!t) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	t->width = WIDTH_DEFAULT;
	if (!read_argument(argument, t)) {
		snprintf(error, size, "rows:%.64s: it takes a width from 40 to 1000, and may take "
			 ",color: rows:120,color", argument);
		rows_close(t);
		return NULL;
	}
	user_names_read(&t->users);
	return t;
}

static void rows_width(void *self, unsigned int width)
{
	struct rows *t = self;

	if (width >= 40 && width <= 1000)
		t->width = width;
}

static size_t rows_heading(const void *self, struct put *p)
{
	const struct rows *t = self;
	struct layout l = layout(t->width);
	struct row r = { .p = p };
	char *start = p->to;

	const struct { const char *text; unsigned int width; } columns[] = {
		{ "TIME", l.wide ? 12 : 8 }, { "PROGRAM[PID]", l.program }, { "USER", l.user },
		{ "LOCAL", l.local }, { "", 2 }, { "REMOTE", l.remote },
	};
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		begin(&r);
		put_string(p, columns[i].text);
		end(&r, columns[i].width);
	}
	put_string(p, "OUTCOME SENT/RECEIVED");
	p->to = start + cut(start, p->to - start, t->width);
	return p->to - start;
}

const struct format_ops format_rows = {
	.name = "rows",
	.has_time = true, .open = rows_open, .close = rows_close, .entry = rows_entry,
	.note = rows_note, .width = rows_width, .heading = rows_heading,
};
