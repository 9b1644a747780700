// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_new: --new: peers, listeners and programs that were seen for the first
 * time at or after -ts.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/report.h"

#define KEY_MAX 2300

struct sight {
	char *key;		/* owned: "peer", a blank, what was seen */
	int64_t first;		/* ms */
	uint64_t count;
	char comm[64];		/* of the first entry */
	UT_hash_handle hh;
};

struct newcomers {
	struct view v;
	struct match always;	/* the conditions without -ts; borrowed */
	struct sight *sights;	/* in the order of their first appearance */
	int64_t oldest;		/* ms, of all entries; -1: none */
	bool failed;
};

static bool new_open(struct view *v, char *error, size_t size)
{
	struct newcomers *n = (struct newcomers *)v;

	if (!v->options->match.has_from) {
		snprintf(error, size, "--new needs a time: --new --since TIME");
		return false;
	}
	n->always = v->options->match;
	n->always.has_from = false;
	n->oldest = -1;
	return true;
}

static void note(struct newcomers *n, const char *kind, const struct entry *e,
		 enum field_id id, bool ip)
{
	struct field_value value = field_get(id, e), comm = field_get(FIELD_COMM, e);
	char key[KEY_MAX];
	struct put p = { .to = key, .end = key + sizeof(key) - 1 };
	struct sight *s;

	put_string(&p, kind);
	put_char(&p, ' ');
	if (!value.known || (ip && !value.address->has_addr))
		return;
	if (ip) {
		char text[NETADDR_TEXT_MAX];

		put_bytes(&p, text, netaddr_format_ip(value.address, text));
	} else {
		line_put_value(&p, id, &value);
	}
	*p.to = 0;
	HASH_FIND(hh, n->sights, key, (size_t)(p.to - key), s);
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (s)
			s->key = strdup(key);
		if (!s || !s->key) {
			free(s);
			n->failed = true;
			return;
		}
		s->first = stamp_ms(&e->time);
		p = (struct put){ .to = s->comm, .end = s->comm + sizeof(s->comm) - 1 };
		line_put_value(&p, FIELD_COMM, &comm);
		HASH_ADD_KEYPTR(hh, n->sights, s->key, strlen(s->key), s);
	}
	s->count++;
}

/* A stop is no first occurrence, unless its start is older than the log. */
static void new_entry(struct view *v, const struct entry *e, bool matched)
{
	struct newcomers *n = (struct newcomers *)v;

	(void)matched;
	if (n->oldest < 0)
		n->oldest = stamp_ms(&e->time);
	if (!match_entry(&n->always, e) || e->what == LISTEN_STOP ||
	    (e->what == CONNECT_STOP && !e->incomplete))
		return;
	if (e->what == LISTEN_START)
		note(n, "listener", e, FIELD_LOCAL, false);
	else
		note(n, "peer", e, FIELD_REMOTE, true);
	note(n, "program", e, FIELD_EXE, false);
}

static int earlier_first(const struct sight *a, const struct sight *b)
{
	return (a->first > b->first) - (a->first < b->first);
}

static void new_finish(struct view *v)
{
	static const char *const heads[] = { "first", "new", "what", "process", ">since", NULL };
	struct newcomers *n = (struct newcomers *)v;
	int64_t from = stamp_ms(&v->options->match.from);
	struct report r;

	if (n->oldest >= from)
		fprintf(stderr, "aunetlog: nothing in the logs is older than that time: "
			"everything is new\n");
	report_init(&r, heads);
	HASH_SORT(n->sights, earlier_first);
	for (struct sight *s = n->sights; s; s = s->hh.next) {
		struct stamp at = clock_stamp(s->first);
		char text[CLOCK_TEXT_MAX];
		int kind = strcspn(s->key, " ");

		if (s->first < from)
			continue;
		clock_text(&at, v->options->utc, text);
		report_cell(&r, "%s", text);
		report_cell(&r, "%.*s", kind, s->key);
		report_cell(&r, "%s", s->key + kind + 1);
		report_cell(&r, "%s", s->comm);
		report_cell(&r, "%llu", (unsigned long long)s->count);
	}
	r.failed |= n->failed;
	report_print(&r, v);
	report_fini(&r);
}

static void new_close(struct view *v)
{
	struct newcomers *n = (struct newcomers *)v;
	struct sight *s, *next;

	HASH_ITER(hh, n->sights, s, next) {
		HASH_DEL(n->sights, s);
		free(s->key);
		free(s);
	}
}

const struct view_ops view_new = {
	.needs = VIEW_ALL, .size = sizeof(struct newcomers), .open = new_open, .entry = new_entry,
	.finish = new_finish, .close = new_close,
};
