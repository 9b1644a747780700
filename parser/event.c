// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/event: auparse events to facts; the only file that includes auparse.h. */
#include "event.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uthash.h>

#include "lines.h"
#include "piece.h"

/*
 * auparse's list of unfinished events never shrinks by itself, and every line
 * walks it to its longest extent: after a burst of unfinished events all is
 * slow for good. So when more than this many seem to be open, they are flushed
 * out as they are and the list is reset; pieces find together again here.
 */
#define UNFINISHED_MAX 256

/* Events held back for a missing piece. */
#define HELD_MAX 1024
/* How many events later, or how many calls of event_age, a piece is given up. */
#define HELD_EVENTS 8192
#define HELD_AGES 5

struct held_key {
	int64_t sec;
	uint64_t serial;
	uint32_t milli, node;
};

struct held {
	struct held_key key;
	struct piece *piece;
	uint64_t since;		/* event count */
	unsigned int ages;
	TAILQ_ENTRY(held) fifo;
	UT_hash_handle hh;
};

struct event_reader {
	auparse_state_t *au;
	fact_fn fact;
	void *arg;
	struct complaints *complaints;
	struct lines lines;
	uint64_t opened_before;	/* lines.opened when the list was last empty */
	uint64_t given;		/* SYSCALL records that came back since */
	struct event_stats stats;
	struct held *held;
	TAILQ_HEAD(, held) fifo;
};

static void to_auparse(const char *data, size_t len, void *arg)
{
	struct event_reader *r = arg;

	if (auparse_feed(r->au, data, len))
		complain(r->complaints, COMPLAINT_PARSER, "auparse_feed", 12);
}

/* False when it was broken, and that was complained about. */
static bool give(struct event_reader *r, struct piece *p)
{
	struct fact f;
	enum complaint_kind why;

	switch (piece_fact(p, &f, &why)) {
	case PIECE_FACT:
		r->stats.facts++;
		r->fact(&f, r->arg);
		break;
	case PIECE_BROKEN:
		complain(r->complaints, why, p->complaint, strlen(p->complaint));
		return false;
	case PIECE_NOTHING:
		break;
	}
	return true;
}

static uint32_t node_hash(const char *node)
{
	uint32_t h = 0;

	while (node && *node)
		h = h * 31 + (unsigned char)*node++;
	return h;
}

static struct held_key key_of(const struct piece *p)
{
	struct held_key key = {
		.sec = p->stamp.sec,
		.serial = p->stamp.serial,
		.milli = p->stamp.milli,
		.node = node_hash(p->node),
	};

	return key;
}

static void unhold(struct event_reader *r, struct held *h)
{
	HASH_DEL(r->held, h);
	TAILQ_REMOVE(&r->fifo, h, fifo);
	piece_free(h->piece);
	free(h);
}

/* Gives up waiting: what there is must do. */
static void release_held(struct event_reader *r, struct held *h)
{
	if (!h->piece->has_syscall)
		complain(r->complaints, COMPLAINT_ORPHAN, "", 0);
	else if (give(r, h->piece))
		complain(r->complaints, COMPLAINT_INCOMPLETE, "", 0);
	unhold(r, h);
}

static void hold(struct event_reader *r, struct piece *p)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h)
		h->piece = piece_copy(p);
	if (!h || !h->piece) {
		free(h);
		complain(r->complaints, COMPLAINT_MEMORY, "event", 5);
		give(r, p);
		return;
	}
	if (HASH_COUNT(r->held) >= HELD_MAX)
		release_held(r, TAILQ_FIRST(&r->fifo));
	h->key = key_of(p);
	h->since = r->stats.events;
	HASH_ADD(hh, r->held, key, sizeof(h->key), h);
	TAILQ_INSERT_TAIL(&r->fifo, h, fifo);
}

static struct held *find_held(struct event_reader *r, const struct piece *p)
{
	struct held_key key = key_of(p);
	struct held *h;

	HASH_FIND(hh, r->held, &key, sizeof(key), h);
	return h;
}

/* False without memory. */
static bool merge(struct event_reader *r, struct held *h, const struct piece *first,
		  const struct piece *more)
{
	struct piece *copy = piece_copy(first), *joined = NULL;

	if (copy)
		joined = piece_merge(copy, more);
	if (!joined) {
		if (copy)
			piece_free(copy);
		complain(r->complaints, COMPLAINT_MEMORY, "event", 5);
		return false;
	}
	r->stats.joined++;
	piece_free(h->piece);
	h->piece = joined;
	return true;
}

/* A piece of an event another piece of which may be waiting. When records come out of
 * order, auparse can hand out a later piece before the one with the SYSCALL record. */
static void join(struct event_reader *r, struct piece *p)
{
	struct held *h = r->held ? find_held(r, p) : NULL;
	bool first = p->has_syscall;

	if (!h) {
		/* a PROCTITLE alone belongs to an event that did not wait for it */
		if (first || p->has_saddr || p->has_call)
			hold(r, p);
		return;
	}
	if (!merge(r, h, first ? p : h->piece, first ? h->piece : p))
		return;
	if (!h->piece->has_syscall || !piece_complete(h->piece))
		return;
	give(r, h->piece);
	unhold(r, h);
}

static void release_old(struct event_reader *r)
{
	struct held *h;

	while ((h = TAILQ_FIRST(&r->fifo)) &&
	       r->stats.events - h->since > HELD_EVENTS)
		release_held(r, h);
}

static void take_piece(struct event_reader *r, struct piece *p)
{
	if (p->has_syscall)
		r->given++;
	if (p->malformed)
		complain(r->complaints, COMPLAINT_FIELD, p->complaint,
			 strlen(p->complaint));
	else if (p->has_syscall && piece_complete(p))
		give(r, p);
	else
		join(r, p);
}

static void on_module(struct event_reader *r, struct piece *p)
{
	struct fact f;

	if (piece_module_fact(p, &f)) {
		complain(r->complaints, COMPLAINT_MODULE, p->complaint,
			 strlen(p->complaint));
		return;
	}
	r->stats.facts++;
	r->fact(&f, r->arg);
}

static void on_boot(struct event_reader *r, const struct piece *p)
{
	struct fact f = { .kind = FACT_BOOT, .stamp = p->stamp, .node = p->node,
			  .task = TASK_UNKNOWN };

	r->stats.facts++;
	r->fact(&f, r->arg);
}

static void read_fields(auparse_state_t *au, struct piece *p, int type)
{
	if (auparse_first_field(au) != 1)
		return;
	do {
		const char *name = auparse_get_field_name(au);
		const char *value = auparse_get_field_str(au);

		if (name && value)
			piece_field(p, type, name, value);
	} while (auparse_next_field(au) == 1);
}

static void on_event(auparse_state_t *au, auparse_cb_event_t type, void *arg)
{
	struct event_reader *r = arg;
	const au_event_t *e = auparse_get_timestamp(au);
	struct piece p;
	bool any = false;

	if (type != AUPARSE_CB_EVENT_READY || !e || auparse_first_record(au) != 1)
		return;
	r->stats.events++;
	piece_init(&p, e->sec, e->milli, e->serial, e->host);
	do {
		int record = auparse_get_type(au);

		if (record == AUDIT_SYSTEM_BOOT) {
			on_boot(r, &p);
			continue;
		}
		if (record == AUDIT_EOE)
			p.ended = true;
		read_fields(au, &p, record);
		if (record == AUDIT_KERNEL)
			on_module(r, &p);
		else
			any = true;
	} while (auparse_next_record(au) == 1);
	if (any)
		take_piece(r, &p);
	release_old(r);
}

/* Between two calls into auparse: keeps its list of unfinished events short. */
static void trim(struct event_reader *r)
{
	if (r->lines.opened - r->opened_before <= r->given + UNFINISHED_MAX)
		return;
	auparse_flush_feed(r->au);
	auparse_reset(r->au);
	r->stats.resets++;
	r->opened_before = r->lines.opened;
	r->given = 0;
}

struct event_reader *event_open(fact_fn fact, void *arg,
				struct complaints *complaints)
{
	struct event_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->au = auparse_init(AUSOURCE_FEED, NULL);
	if (!r->au) {
		free(r);
		return NULL;
	}
	auparse_add_callback(r->au, on_event, r, NULL);
	r->fact = fact;
	r->arg = arg;
	r->complaints = complaints;
	r->lines.out = to_auparse;
	r->lines.arg = r;
	r->lines.complaints = complaints;
	lines_init(&r->lines);
	TAILQ_INIT(&r->fifo);
	return r;
}

void event_close(struct event_reader *r)
{
	if (!r)
		return;
	while (!TAILQ_EMPTY(&r->fifo))
		unhold(r, TAILQ_FIRST(&r->fifo));
	auparse_destroy(r->au);
	free(r);
}

void event_feed(struct event_reader *r, const char *data, size_t len)
{
	/* In portions, so that trim() looks often enough during a burst. */
	while (len) {
		size_t n = len < LINES_OUT ? len : LINES_OUT;

		lines_feed(&r->lines, data, n);
		trim(r);
		data += n;
		len -= n;
	}
}

void event_push(struct event_reader *r)
{
	lines_push(&r->lines, false);
	trim(r);
}

void event_age(struct event_reader *r)
{
	struct held *h, *next;

	event_push(r);
	auparse_feed_age_events(r->au);
	gaps_age(&r->lines.gaps);
	for (h = TAILQ_FIRST(&r->fifo); h; h = next) {
		next = TAILQ_NEXT(h, fifo);
		if (++h->ages > HELD_AGES)
			release_held(r, h);
	}
}

void event_flush(struct event_reader *r)
{
	lines_push(&r->lines, true);
	gaps_end(&r->lines.gaps);
	auparse_flush_feed(r->au);
	while (!TAILQ_EMPTY(&r->fifo))
		release_held(r, TAILQ_FIRST(&r->fifo));
}

uint64_t event_line(const struct event_reader *r)
{
	return r->lines.number;
}

void event_new_source(struct event_reader *r)
{
	lines_push(&r->lines, true);
	r->lines.number = 0;
}

void event_gaps_since(struct event_reader *r, uint64_t ms)
{
	r->lines.gaps_since = ms;
}

void event_stats(const struct event_reader *r, struct event_stats *out)
{
	*out = r->stats;
	out->lines = r->lines.number;
	out->dropped = r->lines.dropped;
	out->held = HASH_COUNT(r->held);
	out->gaps = r->lines.gaps.lost;
}
