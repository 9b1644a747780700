// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/pieces: joins pieces of events, and passes on the events. */
#include "parser/audit/pieces.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Events held back for a missing piece. */
#define HELD_MAX 1024
/* How many events later, or how many calls of pieces_age(), a piece is given up. */
#define HELD_EVENTS 8192
#define HELD_UNTITLED 64	/* the same while no PROCTITLE came: the site excludes them */
#define HELD_AGES 5

struct held_key {
	int64_t sec;
	uint64_t serial;
	uint32_t milli, node;
};

struct held {
	struct held_key key;
	struct fragment *piece;
	uint64_t since;		/* event count */
	unsigned int ages;
	TAILQ_ENTRY(held) fifo;
	UT_hash_handle hh;
};

/* False when it was broken, and that was complained about. */
static bool give(struct pieces *p, struct fragment *f)
{
	struct event ev;
	enum input_error_kind why;

	switch (fragment_event(f, &ev, &why)) {
	case FRAGMENT_FACT:
		p->facts++;
		p->event(&ev, p->arg);
		break;
	case FRAGMENT_BROKEN:
		input_error(p->complaints, why, f->complaint, strlen(f->complaint));
		return false;
	case FRAGMENT_NOTHING:
		break;
	}
	return true;
}

static uint32_t node_hash(const char *node)
{
	uint32_t h = 0;

	while (node && *node)
		h = (h ^ (unsigned char)*node++) * 0x01000193;
	return h;
}

static struct held_key key_of(const struct fragment *f)
{
	struct held_key key = {
		.sec = f->stamp.sec,
		.serial = f->stamp.serial,
		.milli = f->stamp.milli,
		.node = node_hash(f->node),
	};

	return key;
}

static void unhold(struct pieces *p, struct held *h)
{
	HASH_DEL(p->held, h);
	TAILQ_REMOVE(&p->fifo, h, fifo);
	fragment_free(h->piece);
	free(h);
}

/* Gives up waiting: what there is must do. */
static void release_held(struct pieces *p, struct held *h)
{
	if (!h->piece->has_syscall)
		input_error(p->complaints, INPUT_ERROR_ORPHAN, "", 0);
	else if (give(p, h->piece) && p->titles)
		input_error(p->complaints, INPUT_ERROR_INCOMPLETE, "", 0);
	unhold(p, h);
}

static void add_held(struct pieces *p, struct held *h)
{
	h->key = key_of(h->piece);
	HASH_ADD(hh, p->held, key, sizeof(h->key), h);
	TAILQ_INSERT_TAIL(&p->fifo, h, fifo);
}

static void hold(struct pieces *p, struct fragment *f)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h)
		h->piece = fragment_copy(f);
	if (!h || !h->piece) {
		free(h);
		input_error(p->complaints, INPUT_ERROR_MEMORY, "event", 5);
		give(p, f);
		return;
	}
	if (HASH_COUNT(p->held) >= HELD_MAX)
		release_held(p, TAILQ_FIRST(&p->fifo));
	h->since = p->events;
	add_held(p, h);
}

static struct held *find_held(struct pieces *p, const struct fragment *f)
{
	struct held_key key = key_of(f);
	struct held *h;

	HASH_FIND(hh, p->held, &key, sizeof(key), h);
	return h;
}

/* False without memory. */
static bool merge(struct pieces *p, struct held *h, const struct fragment *first,
		  const struct fragment *more)
{
	struct fragment *copy = fragment_copy(first), *joined = NULL;

	if (copy)
		joined = fragment_merge(copy, more);
	if (!joined) {
		if (copy)
			fragment_free(copy);
		input_error(p->complaints, INPUT_ERROR_MEMORY, "event", 5);
		return false;
	}
	p->joined++;
	fragment_free(h->piece);
	h->piece = joined;
	return true;
}

/* Takes a piece of an event, of which another piece may be waiting. If records arrive out of
 * order, auparse can return a later piece before the one with the SYSCALL record. */
static void join(struct pieces *p, struct fragment *f)
{
	struct held *h = p->held ? find_held(p, f) : NULL;
	bool first = f->has_syscall;

	if (!h) {
		/* a PROCTITLE alone belongs to an event that did not wait for it */
		if (first || f->has_saddr || f->has_call)
			hold(p, f);
		return;
	}
	if (!merge(p, h, first ? f : h->piece, first ? h->piece : f))
		return;
	if (!h->piece->has_syscall || !fragment_complete(h->piece))
		return;
	give(p, h->piece);
	unhold(p, h);
}

static void release_old(struct pieces *p)
{
	uint64_t most = p->titles ? HELD_EVENTS : HELD_UNTITLED;
	struct held *h;

	while ((h = TAILQ_FIRST(&p->fifo)) && p->events - h->since > most)
		release_held(p, h);
}

void pieces_take(struct pieces *p, struct fragment *f)
{
	p->syscalls += f->has_syscall;
	p->titles |= f->has_proctitle;
	if (f->malformed)
		input_error(p->complaints, INPUT_ERROR_FIELD, f->complaint,
			 strlen(f->complaint));
	else if (f->has_syscall && fragment_complete(f))
		give(p, f);
	else
		join(p, f);
}

void pieces_module(struct pieces *p, const struct fragment *f, struct module_record *m)
{
	if (module_record_end(m)) {
		input_error(p->complaints, INPUT_ERROR_MODULE, m->complaint,
			 strlen(m->complaint));
		return;
	}
	m->event.stamp = f->stamp;
	m->event.node = f->node;
	p->facts++;
	p->event(&m->event, p->arg);
}

void pieces_begin(struct pieces *p)
{
	p->events++;
}

void pieces_end(struct pieces *p)
{
	release_old(p);
}

void pieces_age(struct pieces *p)
{
	struct held *h, *next;

	for (h = TAILQ_FIRST(&p->fifo); h; h = next) {
		next = TAILQ_NEXT(h, fifo);
		if (++h->ages > HELD_AGES)
			release_held(p, h);
	}
}

void pieces_release(struct pieces *p)
{
	while (!TAILQ_EMPTY(&p->fifo))
		release_held(p, TAILQ_FIRST(&p->fifo));
}

static void load_held(struct pieces *p, struct image *i)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h)
		h->piece = fragment_image(NULL, i);
	if (!h || !h->piece) {
		free(h);
		i->bad = true;
		return;
	}
	IMAGE(i, h->since);
	IMAGE(i, h->ages);
	add_held(p, h);
}

void pieces_image(struct pieces *p, struct image *i)
{
	uint64_t count = HASH_COUNT(p->held);
	struct held *h;

	IMAGE(i, p->titles);
	IMAGE(i, p->events);
	IMAGE(i, p->facts);
	IMAGE(i, p->joined);
	IMAGE(i, p->syscalls);
	image_count(i, &count);
	while (i->loading && count-- && !i->bad)
		load_held(p, i);
	if (i->loading)
		return;
	TAILQ_FOREACH(h, &p->fifo, fifo) {
		fragment_image(h->piece, i);
		IMAGE(i, h->since);
		IMAGE(i, h->ages);
	}
}

unsigned int pieces_held(const struct pieces *p)
{
	return HASH_COUNT(p->held);
}

void pieces_init(struct pieces *p, event_fn event, void *arg, struct input_errors *complaints)
{
	memset(p, 0, sizeof(*p));
	p->event = event;
	p->arg = arg;
	p->complaints = complaints;
	TAILQ_INIT(&p->fifo);
}

void pieces_fini(struct pieces *p)
{
	while (!TAILQ_EMPTY(&p->fifo))
		unhold(p, TAILQ_FIRST(&p->fifo));
}
