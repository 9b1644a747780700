// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/reassemble: auparse events to facts; the only file that includes auparse.h. */
#include "parser/audit/reassemble.h"

#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <uthash.h>

#include "parser/audit/filter.h"
#include "parser/audit/fragment.h"

/*
 * auparse's list of unfinished events never shrinks by itself, and every line
 * walks it to its longest extent: after a burst of unfinished events all is
 * slow for good. So when more than this many seem to be open, they are flushed
 * out as they are and the list is reset; pieces find together again here.
 */
#define UNFINISHED_MAX 256

/* Events held back for a missing piece. */
#define HELD_MAX 1024
/* How many events later, or how many calls of reassemble_age, a piece is given up. */
#define HELD_EVENTS 8192
#define HELD_UNTITLED 64	/* the same where the site excludes PROCTITLE */
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

struct reassembler {
	auparse_state_t *au;
	event_fn event;
	void *arg;
	struct input_errors *complaints;
	struct filter filter;
	uint64_t opened_before;	/* filter.opened when the list was last empty */
	uint64_t given;		/* SYSCALL records that came back since */
	struct reassemble_stats stats;
	struct held *held;
	TAILQ_HEAD(, held) fifo;
};

static void to_auparse(const char *data, size_t len, void *arg)
{
	struct reassembler *r = arg;

	if (auparse_feed(r->au, data, len))
		input_error(r->complaints, INPUT_ERROR_PARSER, "auparse_feed", 12);
}

/* False when it was broken, and that was complained about. */
static bool give(struct reassembler *r, struct fragment *p)
{
	struct event f;
	enum input_error_kind why;

	switch (fragment_event(p, &f, &why)) {
	case FRAGMENT_FACT:
		r->stats.facts++;
		r->event(&f, r->arg);
		break;
	case FRAGMENT_BROKEN:
		input_error(r->complaints, why, p->complaint, strlen(p->complaint));
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
		h = h * 31 + (unsigned char)*node++;
	return h;
}

static struct held_key key_of(const struct fragment *p)
{
	struct held_key key = {
		.sec = p->stamp.sec,
		.serial = p->stamp.serial,
		.milli = p->stamp.milli,
		.node = node_hash(p->node),
	};

	return key;
}

static void unhold(struct reassembler *r, struct held *h)
{
	HASH_DEL(r->held, h);
	TAILQ_REMOVE(&r->fifo, h, fifo);
	fragment_free(h->piece);
	free(h);
}

/* Gives up waiting: what there is must do. */
static void release_held(struct reassembler *r, struct held *h)
{
	if (!h->piece->has_syscall)
		input_error(r->complaints, INPUT_ERROR_ORPHAN, "", 0);
	else if (give(r, h->piece) && r->filter.titles)
		input_error(r->complaints, INPUT_ERROR_INCOMPLETE, "", 0);
	unhold(r, h);
}

static void hold(struct reassembler *r, struct fragment *p)
{
	struct held *h = calloc(1, sizeof(*h));

	if (h)
		h->piece = fragment_copy(p);
	if (!h || !h->piece) {
		free(h);
		input_error(r->complaints, INPUT_ERROR_MEMORY, "event", 5);
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

static struct held *find_held(struct reassembler *r, const struct fragment *p)
{
	struct held_key key = key_of(p);
	struct held *h;

	HASH_FIND(hh, r->held, &key, sizeof(key), h);
	return h;
}

/* False without memory. */
static bool merge(struct reassembler *r, struct held *h, const struct fragment *first,
		  const struct fragment *more)
{
	struct fragment *copy = fragment_copy(first), *joined = NULL;

	if (copy)
		joined = fragment_merge(copy, more);
	if (!joined) {
		if (copy)
			fragment_free(copy);
		input_error(r->complaints, INPUT_ERROR_MEMORY, "event", 5);
		return false;
	}
	r->stats.joined++;
	fragment_free(h->piece);
	h->piece = joined;
	return true;
}

/* A piece of an event another piece of which may be waiting. When records come out of
 * order, auparse can hand out a later piece before the one with the SYSCALL record. */
static void join(struct reassembler *r, struct fragment *p)
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
	if (!h->piece->has_syscall || !fragment_complete(h->piece))
		return;
	give(r, h->piece);
	unhold(r, h);
}

static void release_old(struct reassembler *r)
{
	uint64_t most = r->filter.titles ? HELD_EVENTS : HELD_UNTITLED;
	struct held *h;

	while ((h = TAILQ_FIRST(&r->fifo)) && r->stats.events - h->since > most)
		release_held(r, h);
}

static void take_piece(struct reassembler *r, struct fragment *p)
{
	if (p->has_syscall)
		r->given++;
	if (p->malformed)
		input_error(r->complaints, INPUT_ERROR_FIELD, p->complaint,
			 strlen(p->complaint));
	else if (p->has_syscall && fragment_complete(p))
		give(r, p);
	else
		join(r, p);
}

static void on_module(struct reassembler *r, struct fragment *p)
{
	struct event f;

	if (fragment_module_event(p, &f)) {
		input_error(r->complaints, INPUT_ERROR_MODULE, p->complaint,
			 strlen(p->complaint));
		return;
	}
	r->stats.facts++;
	r->event(&f, r->arg);
}

static void read_fields(auparse_state_t *au, struct fragment *p, int type)
{
	if (auparse_first_field(au) != 1)
		return;
	fragment_record(p);
	do {
		const char *name = auparse_get_field_name(au);
		const char *value = auparse_get_field_str(au);

		if (name && value)
			fragment_field(p, type, name, value);
	} while (auparse_next_field(au) == 1);
}

static void on_event(auparse_state_t *au, auparse_cb_event_t type, void *arg)
{
	struct reassembler *r = arg;
	const au_event_t *e = auparse_get_timestamp(au);
	struct fragment p;
	bool any = false;

	if (type != AUPARSE_CB_EVENT_READY || !e || auparse_first_record(au) != 1)
		return;
	r->stats.events++;
	fragment_init(&p, e->sec, e->milli, e->serial, e->host);
	do {
		int record = auparse_get_type(au);

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
static void trim(struct reassembler *r)
{
	if (r->filter.opened - r->opened_before <= r->given + UNFINISHED_MAX)
		return;
	auparse_flush_feed(r->au);
	auparse_reset(r->au);
	r->stats.resets++;
	r->opened_before = r->filter.opened;
	r->given = 0;
}

/* Nothing of the time before is still to come. */
static void on_boot(const struct head *h, void *arg)
{
	static const struct task unknown = TASK_UNKNOWN;
	struct reassembler *r = arg;
	char *node = h->node_name ? strndup(h->node_name, h->node_len) : NULL;
	struct event e = {
		.kind = EVENT_BOOT,
		.stamp = { .sec = h->time / 1000, .milli = h->time % 1000,
			   .serial = h->serial },
		.node = node,
		.task = unknown,
		.mono = -1,
	};

	auparse_flush_feed(r->au);
	auparse_reset(r->au);
	while (!TAILQ_EMPTY(&r->fifo))
		release_held(r, TAILQ_FIRST(&r->fifo));
	r->stats.facts++;
	r->event(&e, r->arg);
	free(node);
}

struct reassembler *reassemble_open(event_fn event, void *arg,
				struct input_errors *complaints)
{
	struct reassembler *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->au = auparse_init(AUSOURCE_FEED, NULL);
	if (!r->au) {
		free(r);
		return NULL;
	}
	auparse_add_callback(r->au, on_event, r, NULL);
	r->event = event;
	r->arg = arg;
	r->complaints = complaints;
	r->filter.out = to_auparse;
	r->filter.arg = r;
	r->filter.complaints = complaints;
	filter_init(&r->filter);
	TAILQ_INIT(&r->fifo);
	return r;
}

void reassemble_close(struct reassembler *r)
{
	if (!r)
		return;
	while (!TAILQ_EMPTY(&r->fifo))
		unhold(r, TAILQ_FIRST(&r->fifo));
	auparse_destroy(r->au);
	filter_fini(&r->filter);
	free(r);
}

void reassemble_feed(struct reassembler *r, const char *data, size_t len)
{
	/* In portions, so that trim() looks often enough during a burst. */
	while (len) {
		size_t n = len < FILTER_OUT ? len : FILTER_OUT;

		filter_feed(&r->filter, data, n);
		trim(r);
		data += n;
		len -= n;
	}
}

void reassemble_push(struct reassembler *r)
{
	filter_push(&r->filter, false);
	trim(r);
}

void reassemble_age(struct reassembler *r)
{
	struct held *h, *next;

	reassemble_push(r);
	auparse_feed_age_events(r->au);
	serials_age(&r->filter.serials);
	for (h = TAILQ_FIRST(&r->fifo); h; h = next) {
		next = TAILQ_NEXT(h, fifo);
		if (++h->ages > HELD_AGES)
			release_held(r, h);
	}
}

void reassemble_flush(struct reassembler *r)
{
	filter_push(&r->filter, true);
	serials_end(&r->filter.serials);
	auparse_flush_feed(r->au);
	while (!TAILQ_EMPTY(&r->fifo))
		release_held(r, TAILQ_FIRST(&r->fifo));
}

void reassemble_replay(struct reassembler *r, bool pasted)
{
	r->filter.boot = on_boot;
	r->filter.pasted = pasted;
}

uint64_t reassemble_prefixed(const struct reassembler *r)
{
	return r->filter.prefixed;
}

uint64_t reassemble_line(const struct reassembler *r)
{
	return r->filter.number;
}

void reassemble_new_source(struct reassembler *r)
{
	filter_push(&r->filter, true);
	r->filter.number = 0;
}

void reassemble_serials_since(struct reassembler *r, uint64_t ms)
{
	r->filter.serials_since = ms;
}

void reassemble_stats(const struct reassembler *r, struct reassemble_stats *out)
{
	*out = r->stats;
	out->lines = r->filter.number;
	out->dropped = r->filter.dropped;
	out->held = HASH_COUNT(r->held);
	out->gaps = r->filter.serials.lost;
}
