// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/gather: the records of each event together, in auparse's order. */
#include "parser/audit/gather.h"

#include <errno.h>
#include <stdlib.h>

#include "parser/audit/slot.h"

#define TIMEOUT 2000		/* ms; end_of_event_timeout of auparse */

struct gather {
	gather_fn event;
	void *arg;
	struct slot **slots;
	unsigned int used, size;	/* slots that may not be empty; all */
	unsigned int complete, given, building;	/* slots in that state */
	uint64_t oldest;	/* time of the oldest that builds, or before */
};

struct gather *gather_new(gather_fn event, void *arg)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (g)
		*g = (struct gather){ .event = event, .arg = arg };
	return g;
}

int gather_keep(struct gather *g)
{
	for (unsigned int i = 0; i < g->used; i++)
		if (slot_keep(g->slots[i]))
			return -ENOMEM;
	return 0;
}

/* ---- slots ---- */

static void empty(struct gather *g, struct slot *s)
{
	slot_forget(s);
	s->state = SLOT_EMPTY;
	while (g->used && g->slots[g->used - 1]->state == SLOT_EMPTY)
		g->used--;
}

static struct slot *new_slot(struct gather *g)
{
	struct slot **slots, *s;

	if (g->used == g->size) {
		slots = reallocarray(g->slots, g->size + 1, sizeof(*slots));
		s = slots ? slot_new() : NULL;
		if (slots)
			g->slots = slots;
		if (!s)
			return NULL;
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

/* Returns the oldest event; others: only of those not yet passed on. NULL: there is none. */
static struct slot *oldest(const struct gather *g, bool others)
{
	struct slot *first = NULL;

	for (unsigned int i = 0; i < g->used; i++) {
		struct slot *s = g->slots[i];

		if (s->state == SLOT_EMPTY || (others && s->state == SLOT_GIVEN))
			continue;
		if (!first || is_before(s, first))
			first = s;
	}
	return first;
}

static void give(struct gather *g, struct slot *s)
{
	struct gathered e = { s->records, s->count };

	/* auparse has no event at the second 0 */
	if (s->time >= 1000)
		g->event(&e, g->arg);
	g->complete--;
}

void gather_drain(struct gather *g)
{
	while (g->complete || g->given) {
		struct slot *first = oldest(g, false);

		if (!first || first->state == SLOT_BUILDING)
			return;
		if (first->state == SLOT_GIVEN)
			g->given--;
		else
			give(g, first);
		empty(g, first);
	}
}

void gather_push(struct gather *g)
{
	while (g->complete) {
		struct slot *first = oldest(g, true);

		if (!first || first->state == SLOT_BUILDING)
			return;
		give(g, first);
		slot_forget(first);
		first->state = SLOT_GIVEN;
		g->given++;
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
		err = slot_append(s, r, stays);
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
	err = slot_append(s, r, stays);
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

/* Empty slots too: a later event takes the first empty one. */
void gather_image(struct gather *g, struct image *i)
{
	uint64_t used = g->used;

	image_count(i, &used);
	for (uint64_t n = 0; n < used && !i->bad; n++) {
		struct slot *s = i->loading ? new_slot(g) : g->slots[n];

		i->bad |= !s;
		if (s)
			slot_image(s, i);
	}
	IMAGE(i, g->complete);
	IMAGE(i, g->given);
	IMAGE(i, g->building);
	IMAGE(i, g->oldest);
}

bool gather_waits(const struct gather *g)
{
	return g->complete || g->building;
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
	for (unsigned int i = 0; i < g->size; i++)
		slot_free(g->slots[i]);
	free(g->slots);
	free(g);
}
