// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/gather: the records of each event together, in auparse's order. */
#include "parser/audit/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT 2000		/* ms; end_of_event_timeout of auparse */

enum slot_state { SLOT_EMPTY, SLOT_BUILDING, SLOT_COMPLETE };

struct slot {
	enum slot_state state;
	uint64_t time, serial, node;
	struct record **records;
	unsigned int count, size;
	uint64_t owned[2];	/* bits: the first records that are copies */
	struct record *few[GATHER_RECORDS];
};

struct gather {
	gather_fn event;
	void *arg;
	struct slot **slots;
	unsigned int used, size;	/* slots that may not be empty; all */
	unsigned int complete, building;
	uint64_t oldest;	/* time of the oldest that builds, or before */
};

struct gather *gather_new(gather_fn event, void *arg)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (g)
		*g = (struct gather){ .event = event, .arg = arg };
	return g;
}

/* ---- records ---- */

static bool is_owned(const struct slot *s, unsigned int n)
{
	return n >= 128 || s->owned[n / 64] >> n % 64 & 1;
}

static void set_owned(struct slot *s, unsigned int n)
{
	if (n < 128)
		s->owned[n / 64] |= 1ULL << n % 64;
}

static void forget_records(struct slot *s)
{
	for (unsigned int n = 0; n < s->count; n++)
		if (is_owned(s, n))
			free(s->records[n]);
	s->count = 0;
	s->owned[0] = s->owned[1] = 0;
}

static const char *moved(const char *p, const char *from, char *to)
{
	return p ? to + (p - from) : NULL;
}

/* A copy of a record and its line in one piece. */
static struct record *copy_record(const struct record *r)
{
	const char *from = r->head.text;
	size_t len = r->head.end - from;
	struct record *c = malloc(sizeof(*c) + len + 1);
	char *to;

	if (!c)
		return NULL;
	to = (char *)(c + 1);
	*c = *r;
	memcpy(to, from, len);
	to[len] = 0;
	c->head.text = to;
	c->head.end = to + len;
	c->head.body = moved(r->head.body, from, to);
	c->head.stamp = moved(r->head.stamp, from, to);
	c->head.node_name = moved(r->head.node_name, from, to);
	c->end = moved(r->end, from, to);
	if (r->odd || r->head.type == RECORD_EOE || r->head.type == RECORD_KERNEL)
		return c;
	if (r->head.type != RECORD_SYSCALL) {
		c->value.at = moved(r->value.at, from, to);
		return c;
	}
	c->syscall.comm.at = moved(r->syscall.comm.at, from, to);
	c->syscall.exe.at = moved(r->syscall.exe.at, from, to);
	c->syscall.subj.at = moved(r->syscall.subj.at, from, to);
	return c;
}

static bool make_room(struct slot *s)
{
	unsigned int size = s->size * 2;
	struct record **more = malloc(size * sizeof(*more));

	if (!more)
		return false;
	memcpy(more, s->records, s->count * sizeof(*more));
	if (s->records != s->few)
		free(s->records);
	s->records = more;
	s->size = size;
	return true;
}

static int append(struct slot *s, struct record *r, bool stays)
{
	/* few events have that many records, and there are no more bits */
	bool copy = !stays || s->count >= 128;

	if (s->count == s->size && !make_room(s))
		return -ENOMEM;
	if (copy)
		r = copy_record(r);
	if (!r)
		return -ENOMEM;
	if (copy)
		set_owned(s, s->count);
	s->records[s->count++] = r;
	return 0;
}

int gather_keep(struct gather *g)
{
	for (unsigned int i = 0; i < g->used; i++) {
		struct slot *s = g->slots[i];

		for (unsigned int n = 0; n < s->count; n++) {
			struct record *copy;

			if (is_owned(s, n))
				continue;
			copy = copy_record(s->records[n]);
			if (!copy)
				return -ENOMEM;
			s->records[n] = copy;
			set_owned(s, n);
		}
	}
	return 0;
}

/* ---- slots ---- */

static void empty(struct gather *g, struct slot *s)
{
	forget_records(s);
	s->state = SLOT_EMPTY;
	while (g->used && g->slots[g->used - 1]->state == SLOT_EMPTY)
		g->used--;
}

static struct slot *new_slot(struct gather *g)
{
	struct slot **slots, *s;

	if (g->used == g->size) {
		slots = reallocarray(g->slots, g->size + 1, sizeof(*slots));
		s = slots ? calloc(1, sizeof(*s)) : NULL;
		if (slots)
			g->slots = slots;
		if (!s)
			return NULL;
		s->records = s->few;
		s->size = GATHER_RECORDS;
		slots[g->size++] = s;
	}
	return g->slots[g->used++];
}

static struct slot *free_slot(struct gather *g)
{
	for (unsigned int i = 0; i < g->used; i++)
		if (g->slots[i]->state == SLOT_EMPTY)
			return g->slots[i];
	return new_slot(g);
}

static struct slot *find_building(struct gather *g, const struct head *h)
{
	for (unsigned int i = 0; g->building && i < g->used; i++) {
		struct slot *s = g->slots[i];

		if (s->state == SLOT_BUILDING && s->serial == h->serial && s->time == h->time &&
		    s->node == h->node)
			return s;
	}
	return NULL;
}

static void completed(struct gather *g, struct slot *s)
{
	s->state = SLOT_COMPLETE;
	g->building--;
	g->complete++;
}

static bool is_last_record(const struct record *r)
{
	return r->head.type == RECORD_PROCTITLE || r->head.type == RECORD_EOE ||
	       r->head.type == RECORD_KERNEL;
}

/* auparse compares whole seconds. */
static bool is_old(const struct slot *s, uint64_t time)
{
	return s->time / 1000 * 1000 + TIMEOUT <= time / 1000 * 1000;
}

static void complete_old(struct gather *g, uint64_t time)
{
	uint64_t oldest = UINT64_MAX;

	if (!g->building || g->oldest / 1000 * 1000 + TIMEOUT > time / 1000 * 1000)
		return;
	for (unsigned int i = 0; i < g->used; i++) {
		struct slot *s = g->slots[i];

		if (s->state == SLOT_BUILDING && is_old(s, time))
			completed(g, s);
		if (s->state == SLOT_BUILDING && s->time < oldest)
			oldest = s->time;
	}
	g->oldest = oldest;
}

static bool is_before(const struct slot *a, const struct slot *b)
{
	return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

void gather_drain(struct gather *g)
{
	while (g->complete) {
		struct slot *first = NULL;
		struct gathered e;

		for (unsigned int i = 0; i < g->used; i++) {
			struct slot *s = g->slots[i];

			if (s->state != SLOT_EMPTY && (!first || is_before(s, first)))
				first = s;
		}
		if (!first || first->state != SLOT_COMPLETE)
			return;
		e = (struct gathered){ first->records, first->count };
		/* auparse has no event at the second 0 */
		if (first->time >= 1000)
			g->event(&e, g->arg);
		g->complete--;
		empty(g, first);
	}
}

int gather_record(struct gather *g, struct record *r, bool late, bool stays)
{
	struct slot *s;
	int err;

	if (late)
		gather_drain(g);
	s = find_building(g, &r->head);
	if (s) {
		err = append(s, r, stays);
		if (!err && is_last_record(r))
			completed(g, s);
		complete_old(g, r->head.time);
		return err;
	}
	if (r->head.type == RECORD_EOE)
		return 0;
	s = free_slot(g);
	if (!s)
		return -ENOMEM;
	err = append(s, r, stays);
	if (err)
		return err;
	s->time = r->head.time;
	s->serial = r->head.serial;
	s->node = r->head.node;
	s->state = SLOT_BUILDING;
	if (!g->building++ || s->time < g->oldest)
		g->oldest = s->time;
	if (is_last_record(r))
		completed(g, s);
	complete_old(g, r->head.time);
	gather_drain(g);
	return 0;
}

void gather_age(struct gather *g, int64_t sec)
{
	complete_old(g, sec * 1000);
	gather_drain(g);
}

void gather_each(const struct gather *g, void (*fn)(const struct head *h, void *arg), void *arg)
{
	for (unsigned int i = 0; i < g->used; i++)
		if (g->slots[i]->state != SLOT_EMPTY)
			fn(&g->slots[i]->records[0]->head, arg);
}

void gather_flush(struct gather *g)
{
	gather_drain(g);
	for (unsigned int i = 0; i < g->used; i++)
		if (g->slots[i]->state == SLOT_BUILDING)
			completed(g, g->slots[i]);
	gather_drain(g);
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	for (unsigned int i = 0; i < g->size; i++) {
		struct slot *s = g->slots[i];

		forget_records(s);
		if (s->records != s->few)
			free(s->records);
		free(s);
	}
	free(g->slots);
	free(g);
}
