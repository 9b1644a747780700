// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_raw: notes the audit events of what matches; query.c has them printed. */
#include "parser/query/view_raw.h"

#include <stdio.h>
#include <string.h>

#include "parser/query/pairs.h"

struct raw_view {
	struct view v;
	struct raw *raw;
	struct pairs *pairs;	/* with --open-at */
	bool failed;
};

static void note(struct raw_view *r, const struct entry *e)
{
	r->v.found++;
	if (e->ev.serial && raw_note(r->raw, &e->ev, e->node) && !r->failed) {
		fprintf(stderr, "aunetlog: out of memory\n");
		r->failed = r->v.failed = true;
	}
	r->v.done |= r->v.options->just_one;
}

static void on_pair(const struct pair *p, void *arg)
{
	note(arg, pair_entry(p));
}

static bool raw_open(struct view *v, char *error, size_t size)
{
	struct raw_view *r = (struct raw_view *)v;

	r->raw = raw_new();
	if (v->options->has_open_at)
		r->pairs = pairs_new(v->options, on_pair, r);
	if (r->raw && (r->pairs || !v->options->has_open_at))
		return true;
	snprintf(error, size, "out of memory");
	return false;
}

static void raw_entry(struct view *v, const struct entry *e, bool matched)
{
	struct raw_view *r = (struct raw_view *)v;

	if (r->pairs)
		pairs_entry(r->pairs, e, matched);
	else if (matched)
		note(r, e);
}

static void raw_finish(struct view *v)
{
	struct raw_view *r = (struct raw_view *)v;

	if (r->pairs)
		pairs_finish(r->pairs);
}

static void raw_close(struct view *v)
{
	struct raw_view *r = (struct raw_view *)v;

	raw_free(r->raw);
	pairs_free(r->pairs);
}

struct raw *view_raw_events(struct view *v)
{
	return v->ops == &view_raw ? ((struct raw_view *)v)->raw : NULL;
}

const struct view_ops view_raw = {
	.needs = VIEW_MATCHES, .size = sizeof(struct raw_view), .open = raw_open,
	.entry = raw_entry, .finish = raw_finish, .close = raw_close,
};
