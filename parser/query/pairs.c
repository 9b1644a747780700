// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/pairs: start and stop of each connection together. */
#include "parser/query/pairs.h"

#include <stdlib.h>
#include <uthash.h>

#include "parser/entry/id_key.h"
#include "parser/query/clock.h"
#include "parser/query/kept.h"

#define OPEN_MAX_PAIRS (1u << 20)

struct open {
	struct id_key key;
	struct entry *start;
	bool matched;
	UT_hash_handle hh;
};

struct pairs {
	const struct aunetlog_options *options;
	pair_fn done;
	void *arg;
	struct open *open;	/* in the order of their starts */
};

int64_t pair_began(const struct pair *p)
{
	const struct entry *stop = p->stop;

	/* these two have the time at which it was noticed */
	if (p->start && entry_inferred(p->start) != VIA_SNAPSHOT &&
	    entry_inferred(p->start) != VIA_CORRECTED)
		return stamp_ms(&p->start->time);
	if (stop && stop->dur_ms >= 0)
		return stamp_ms(&stop->time) - stop->dur_ms;
	return -1;
}

const struct entry *pair_entry(const struct pair *p)
{
	return p->stop ? p->stop : p->start;
}

bool pair_failed(const struct pair *p)
{
	return pair_entry(p)->what == CONNECT_FAIL || (p->stop && p->stop->err);
}

/* A connection that was found open began at that time or before. */
static bool was_open(const struct pair *p, int64_t at)
{
	int64_t began = pair_began(p);

	if (began < 0 && p->start)
		began = stamp_ms(&p->start->time);
	if (began < 0 || began > at)
		return false;
	if (p->stop)
		return stamp_ms(&p->stop->time) > at;
	return p->start->what != CONNECT_FAIL;
}

static void finish_pair(struct pairs *p, const struct entry *start, const struct entry *stop,
			bool matched)
{
	struct pair pair = { .start = start, .stop = stop };

	pair.again = start && entry_inferred(start) == VIA_CORRECTED;
	if (matched && (!p->options->has_open_at || was_open(&pair, p->options->open_at)))
		p->done(&pair, p->arg);
}

static void drop(struct pairs *p, struct open *o)
{
	HASH_DEL(p->open, o);
	kept_free(o->start);
	free(o);
}

static struct open *find(struct pairs *p, const struct entry *e)
{
	struct id_key k = id_key(e);
	struct open *o = NULL;

	if (e->id.nth)
		HASH_FIND(hh, p->open, &k, sizeof(k), o);
	return o;
}

static void keep(struct pairs *p, const struct entry *e, bool matched)
{
	struct open *o = calloc(1, sizeof(*o));

	if (o)
		o->start = kept_new(e);
	if (!o || !o->start) {
		free(o);
		finish_pair(p, e, NULL, matched);
		return;
	}
	o->key = id_key(e);
	o->matched = matched;
	HASH_ADD(hh, p->open, key, sizeof(o->key), o);
	if (HASH_COUNT(p->open) > OPEN_MAX_PAIRS) {
		o = p->open;
		finish_pair(p, o->start, NULL, o->matched);
		drop(p, o);
	}
}

static bool is_start(const struct entry *e)
{
	return e->what == CONNECT_START || e->what == LISTEN_START;
}

void pairs_entry(struct pairs *p, const struct entry *e, bool matched)
{
	struct open *o = find(p, e);

	if (is_start(e) && e->id.nth) {
		/* logged twice, as after a restart of the plugin: the first is the start */
		if (o)
			o->matched |= matched;
		else
			keep(p, e, matched);
		return;
	}
	if (is_start(e) || e->what == CONNECT_FAIL) {
		finish_pair(p, e, NULL, matched);
		return;
	}
	finish_pair(p, o ? o->start : NULL, e, matched || (o && o->matched));
	if (o)
		drop(p, o);
}

void pairs_finish(struct pairs *p)
{
	struct open *o, *next;

	HASH_ITER(hh, p->open, o, next) {
		finish_pair(p, o->start, NULL, o->matched);
		drop(p, o);
	}
}

struct pairs *pairs_new(const struct aunetlog_options *o, pair_fn done, void *arg)
{
	struct pairs *p = calloc(1, sizeof(*p));

	if (p)
		*p = (struct pairs){ .options = o, .done = done, .arg = arg };
	return p;
}

void pairs_free(struct pairs *p)
{
	struct open *o, *next;

	if (!p)
		return;
	HASH_ITER(hh, p->open, o, next)
		drop(p, o);
	free(p);
}
