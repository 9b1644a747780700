// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_beacons: --beacons: a program that connects to one end at regular
 * intervals: 8 or more with a median of 10 s or more. The median deviation is at most a
 * tenth of the median interval, and eight in ten deviate by at most a half of it.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/report.h"

#define INTERVALS_MIN 8
#define INTERVAL_MIN_MS 10000
#define TIMES_MAX 1024		/* kept per program and end: the latest */
#define KEY_MAX 2300

struct course {
	char *key;		/* owned: program, a tab, end */
	int64_t *times;		/* owned ring, ms */
	unsigned int room, count;
	uint64_t total;
	UT_hash_handle hh;
};

struct beacons {
	struct view v;
	struct course *courses;
	bool failed;
};

static void put(struct put *p, enum field_id id, const struct entry *e)
{
	struct field_value v = field_get(id, e);

	line_put_value(p, id, &v);
}

static struct course *find(struct beacons *b, const char *key, size_t len)
{
	struct course *c;

	HASH_FIND(hh, b->courses, key, len, c);
	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (c)
		c->key = strdup(key);
	if (!c || !c->key) {
		free(c);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, b->courses, c->key, len, c);
	return c;
}

static bool add_time(struct course *c, int64_t ms)
{
	if (c->count == c->room && c->room < TIMES_MAX) {
		unsigned int room = c->room ? c->room * 4 : 4;
		int64_t *times = reallocarray(c->times, room, sizeof(*times));

		if (!times)
			return false;
		c->times = times;
		c->room = room;
	}
	if (c->count == c->room)
		memmove(c->times, c->times + 1, --c->count * sizeof(*c->times));
	c->times[c->count++] = ms;
	c->total++;
	return true;
}

static bool beacons_open(struct view *v, char *error, size_t size)
{
	(void)v;
	(void)error;
	(void)size;
	return true;
}

static void beacons_entry(struct view *v, const struct entry *e, bool matched)
{
	struct beacons *b = (struct beacons *)v;
	char key[KEY_MAX];
	struct put p = { .to = key, .end = key + sizeof(key) - 1 };
	struct course *c;

	if (!matched || (e->what != CONNECT_START && e->what != CONNECT_FAIL) ||
	    entry_direction(e) != DIRECTION_OUT || !e->remote.has_addr)
		return;
	put(&p, e->identity->exe ? FIELD_EXE : FIELD_COMM, e);
	if (e->node) {
		put_string(&p, " on ");
		put(&p, FIELD_NODE, e);
	}
	put_char(&p, '\t');
	put(&p, FIELD_REMOTE, e);
	*p.to = 0;
	c = find(b, key, p.to - key);
	b->failed |= !c || !add_time(c, stamp_ms(&e->time));
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Intervals between the times; connects within a second are one, as of both families of
 * addresses, or of a retry. */
static unsigned int intervals(const struct course *c, int64_t *out)
{
	unsigned int n = 0;
	int64_t last = c->count ? c->times[0] : 0;

	for (unsigned int i = 1; i < c->count; i++) {
		if (c->times[i] - last < 1000)
			continue;
		out[n++] = c->times[i] - last;
		last = c->times[i];
	}
	return n;
}

/* Returns true if they are regular, with the median interval and deviation. */
static bool is_regular(const struct course *c, int64_t *median, int64_t *deviation)
{
	int64_t between[TIMES_MAX], off[TIMES_MAX];
	unsigned int n = intervals(c, between);

	if (n < INTERVALS_MIN)
		return false;
	qsort(between, n, sizeof(*between), by_size);
	*median = between[n / 2];
	if (*median < INTERVAL_MIN_MS)
		return false;
	for (unsigned int i = 0; i < n; i++)
		off[i] = llabs(between[i] - *median);
	qsort(off, n, sizeof(*off), by_size);
	*deviation = off[n / 2];
	return *deviation <= *median / 10 && off[(n * 8 - 1) / 10] <= *median / 2;
}

static int more_first(const struct course *a, const struct course *b)
{
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return strcmp(a->key, b->key);
}

static void put_row(struct report *r, const struct course *c, int64_t median,
		    int64_t deviation, bool utc)
{
	struct stamp last = clock_stamp(c->times[c->count - 1]);
	char text[CLOCK_TEXT_MAX];
	int program = strcspn(c->key, "\t");

	clock_text(&last, utc, text);
	report_cell(r, "%llu", (unsigned long long)c->total);
	report_cell(r, "%lld.%03llds", (long long)median / 1000, (long long)median % 1000);
	report_cell(r, "%lld.%03llds", (long long)deviation / 1000, (long long)deviation % 1000);
	report_cell(r, "%s", text);
	report_cell(r, "%s", c->key + program + 1);
	report_cell(r, "%.*s", program, c->key);
}

static void beacons_finish(struct view *v)
{
	static const char *const heads[] = { ">count", ">every", ">deviation", "last", "remote",
					     "program", NULL };
	struct beacons *b = (struct beacons *)v;
	int64_t median, deviation;
	struct report r;

	report_init(&r, heads);
	HASH_SORT(b->courses, more_first);
	for (struct course *c = b->courses; c; c = c->hh.next)
		if (is_regular(c, &median, &deviation))
			put_row(&r, c, median, deviation, v->options->utc);
	r.failed |= b->failed;
	report_print(&r, v);
	report_fini(&r);
}

static void beacons_close(struct view *v)
{
	struct beacons *b = (struct beacons *)v;
	struct course *c, *next;

	HASH_ITER(hh, b->courses, c, next) {
		HASH_DEL(b->courses, c);
		free(c->times);
		free(c->key);
		free(c);
	}
}

const struct view_ops view_beacons = {
	.needs = VIEW_MATCHES, .size = sizeof(struct beacons), .open = beacons_open, .entry = beacons_entry,
	.finish = beacons_finish, .close = beacons_close,
};
