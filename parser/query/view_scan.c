// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_scan: --scan: one source that tries many ends. The rule is in the manual:
 * within 60 s, 20 different ports of one address, or 15 different ends with at least half of
 * the attempts refused or unanswered.
 *
 * The source of an accepted connection is the remote address; the source of an opened one is
 * the process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/report.h"

#define WINDOW_MS 60000
#define PORTS_MIN 20
#define ENDS_MIN 15
#define TRIES_MAX 256		/* per source in the window: the latest */
#define KEY_MAX 2300

struct try {
	int64_t ms;
	struct netaddr end;
	bool failed;
};

struct source {
	char *key;		/* owned: "address", "program[pid]" */
	struct try *tries;	/* owned, the oldest first */
	unsigned int count, room;
	uint64_t total, refused;	/* since the scan was noticed, what noticed it included */
	int64_t first, last;	/* of the scan, ms */
	unsigned int ends;	/* most different ends in one window */
	const char *why;	/* NULL: no scan */
	UT_hash_handle hh;
};

struct scan {
	struct view v;
	struct source *sources;
	bool out_of_memory;
};

static bool is_refusal(const struct entry *e)
{
	return e->what == CONNECT_FAIL &&
	       (e->err == ECONNREFUSED || e->err == ETIMEDOUT || e->err == EHOSTUNREACH ||
		e->err == ECONNRESET);
}

static size_t put_source(const struct entry *e, char *key)
{
	struct put p = { .to = key, .end = key + KEY_MAX - 1 };
	enum field_id id = e->identity->exe ? FIELD_EXE : FIELD_COMM;
	struct field_value v = field_get(id, e);
	char ip[NETADDR_TEXT_MAX];

	if (entry_direction(e) == DIRECTION_IN) {
		put_bytes(&p, ip, netaddr_format_ip(&e->remote, ip));
	} else {
		line_put_value(&p, id, &v);
		v = field_get(FIELD_PID, e);
		put_char(&p, '[');
		line_put_value(&p, FIELD_PID, &v);
		put_char(&p, ']');
	}
	if (e->node) {
		put_string(&p, " on ");
		v = field_get(FIELD_NODE, e);
		line_put_value(&p, FIELD_NODE, &v);
	}
	*p.to = 0;
	return p.to - key;
}

static struct source *find(struct scan *s, const char *key, size_t len)
{
	struct source *one;

	HASH_FIND(hh, s->sources, key, len, one);
	if (one)
		return one;
	one = calloc(1, sizeof(*one));
	if (one)
		one->key = strdup(key);
	if (!one || !one->key) {
		free(one);
		s->out_of_memory = true;
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, s->sources, one->key, len, one);
	return one;
}

static bool add_try(struct source *s, const struct try *t)
{
	unsigned int old = 0;

	while (old < s->count && s->tries[old].ms < t->ms - WINDOW_MS)
		old++;
	if (s->count == TRIES_MAX && !old)
		old = 1;
	s->count -= old;
	if (old)
		memmove(s->tries, s->tries + old, s->count * sizeof(*s->tries));
	if (s->count == s->room) {
		unsigned int room = s->room ? s->room * 4 : 4;
		struct try *tries = reallocarray(s->tries, room, sizeof(*tries));

		if (!tries)
			return false;
		s->tries = tries;
		s->room = room;
	}
	s->tries[s->count++] = *t;
	return true;
}

static int by_end(const void *a, const void *b)
{
	const struct netaddr *x = &((const struct try *)a)->end, *y = &((const struct try *)b)->end;
	int order = memcmp(x->addr, y->addr, sizeof(x->addr));

	return order ? order : (int)x->port - (int)y->port;
}

/* The rule that matches the attempts in the window; NULL: none. */
static const char *judge(struct source *s)
{
	struct try sorted[TRIES_MAX];
	unsigned int ends = 0, failed = 0, ports = 0, most = 0;

	if (s->count < ENDS_MIN)
		return NULL;
	memcpy(sorted, s->tries, s->count * sizeof(*sorted));
	qsort(sorted, s->count, sizeof(*sorted), by_end);
	for (unsigned int i = 0; i < s->count; i++) {
		failed += sorted[i].failed;
		if (i && !by_end(&sorted[i], &sorted[i - 1]))
			continue;
		ends++;
		if (i && !memcmp(sorted[i].end.addr, sorted[i - 1].end.addr, 16))
			ports++;
		else
			ports = 1;
		most = ports > most ? ports : most;
	}
	s->ends = ends > s->ends ? ends : s->ends;
	if (most >= PORTS_MIN)
		return "ports";
	return ends >= ENDS_MIN && failed * 2 >= s->count ? "failures" : NULL;
}

static void take(struct source *s, const struct try *t)
{
	const char *why;

	if (!s->why)
		s->ends = 0;
	why = judge(s);
	if (s->why) {
		s->total++;
		s->refused += t->failed;
		s->last = why ? t->ms : s->last;
		return;
	}
	if (!why)
		return;
	s->why = why;
	s->first = s->tries[0].ms;
	s->last = t->ms;
	s->total = s->count;
	for (unsigned int i = 0; i < s->count; i++)
		s->refused += s->tries[i].failed;
}

static bool scan_open(struct view *v, char *error, size_t size)
{
	(void)v;
	(void)error;
	(void)size;
	return true;
}

static void scan_entry(struct view *v, const struct entry *e, bool matched)
{
	bool in = entry_direction(e) == DIRECTION_IN;
	struct try t = { .ms = stamp_ms(&e->time), .end = in ? e->local : e->remote,
			 .failed = is_refusal(e) };
	struct scan *s = (struct scan *)v;
	char key[KEY_MAX];
	struct source *one;
	size_t len;

	if (!matched || (e->what != CONNECT_START && e->what != CONNECT_FAIL) ||
	    entry_direction(e) == DIRECTION_UNKNOWN || !t.end.has_port ||
	    (in && !e->remote.has_addr))
		return;
	len = put_source(e, key);
	one = find(s, key, len);
	if (!one)
		return;
	if (add_try(one, &t))
		take(one, &t);
	else
		s->out_of_memory = true;
}

static int earlier_first(const struct source *a, const struct source *b)
{
	return (a->first > b->first) - (a->first < b->first);
}

static void put_time(struct report *r, int64_t ms, bool utc)
{
	struct stamp at = clock_stamp(ms);
	char text[CLOCK_TEXT_MAX];

	clock_text(&at, utc, text);
	report_cell(r, "%s", text);
}

static void scan_finish(struct view *v)
{
	static const char *const heads[] = { "first", "last", "many", ">ends", ">tries", ">failed",
					     "source", NULL };
	struct scan *s = (struct scan *)v;
	struct report r;

	report_init(&r, heads);
	HASH_SORT(s->sources, earlier_first);
	for (struct source *one = s->sources; one; one = one->hh.next) {
		if (!one->why)
			continue;
		put_time(&r, one->first, v->options->utc);
		put_time(&r, one->last, v->options->utc);
		report_cell(&r, "%s", one->why);
		report_cell(&r, "%u", one->ends);
		report_cell(&r, "%llu", (unsigned long long)one->total);
		report_cell(&r, "%llu", (unsigned long long)one->refused);
		report_cell(&r, "%s", one->key);
	}
	r.failed |= s->out_of_memory;
	report_print(&r, v);
	report_fini(&r);
}

static void scan_close(struct view *v)
{
	struct scan *s = (struct scan *)v;
	struct source *one, *next;

	HASH_ITER(hh, s->sources, one, next) {
		HASH_DEL(s->sources, one);
		free(one->tries);
		free(one->key);
		free(one);
	}
}

const struct view_ops view_scan = {
	.needs = VIEW_MATCHES, .size = sizeof(struct scan), .open = scan_open, .entry = scan_entry,
	.finish = scan_finish, .close = scan_close,
};
