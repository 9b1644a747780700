// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/order: holds texts until no older text can arrive. */
#include "plugin/order.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct order_item {
	UT_hash_handle hh;	/* if it is the last one of its key */
	int64_t ms;		/* no less than that of an earlier text with its key */
	uint64_t number, key;
	bool last;
	size_t len;
	char text[];
};

void order_init(struct order *o)
{
	o->count = 0;
	o->added = 0;
	o->by_key = NULL;
}

static bool is_before(const struct order_item *a, const struct order_item *b)
{
	return a->ms < b->ms || (a->ms == b->ms && a->number < b->number);
}

/* Inserts i into the heap, from its end upwards. */
static void push(struct order *o, struct order_item *i)
{
	unsigned int at = o->count++, up;

	for (; at && is_before(i, o->heap[up = (at - 1) / 2]); at = up)
		o->heap[at] = o->heap[up];
	o->heap[at] = i;
}

/* Removes the first item of the heap: the last one sinks from the top to its place. */
static struct order_item *pop(struct order *o)
{
	struct order_item *first = o->heap[0], *sinks = o->heap[--o->count];
	unsigned int at = 0, down;

	while ((down = 2 * at + 1) < o->count) {
		if (down + 1 < o->count && is_before(o->heap[down + 1], o->heap[down]))
			down++;
		if (!is_before(o->heap[down], sinks))
			break;
		o->heap[at] = o->heap[down];
		at = down;
	}
	o->heap[at] = sinks;
	return first;
}

static void drop_first(struct order *o)
{
	struct order_item *i = pop(o);

	if (i->last)
		HASH_DEL(o->by_key, i);
	free(i);
}

void order_fini(struct order *o)
{
	while (o->count)
		drop_first(o);
}

/* Makes i the last text of its key. It is not released before the previous one. */
static void follow(struct order *o, struct order_item *i)
{
	struct order_item *previous;

	HASH_FIND(hh, o->by_key, &i->key, sizeof(i->key), previous);
	if (previous) {
		if (previous->ms > i->ms)
			i->ms = previous->ms;
		HASH_DEL(o->by_key, previous);
		previous->last = false;
	}
	HASH_ADD(hh, o->by_key, key, sizeof(i->key), i);
	i->last = true;
}

bool order_add(struct order *o, const struct stamp *time, uint64_t key, const void *text,
	       size_t len)
{
	struct order_item *i;

	if (o->count >= ORDER_MAX)
		return false;
	i = malloc(sizeof(*i) + len);
	if (!i)
		return false;
	if (__builtin_mul_overflow(time->sec, 1000, &i->ms))
		i->ms = 0;
	else
		i->ms += time->milli;
	i->number = o->added++;
	i->key = key;
	i->last = false;
	i->len = len;
	memcpy(i->text, text, len);
	if (key)
		follow(o, i);
	push(o, i);
	return true;
}

int64_t order_limit(int64_t oldest_ms, int64_t now_ms, unsigned int diag_wait_ms,
		    unsigned int other_wait_ms)
{
	unsigned int wait = diag_wait_ms > other_wait_ms ? diag_wait_ms : other_wait_ms;
	int64_t latest = now_ms - wait - ORDER_SPARE_MS;

	return oldest_ms > latest ? oldest_ms : latest;
}

void order_release(struct order *o, int64_t before_ms,
		   void (*fn)(const char *text, size_t len, void *arg), void *arg)
{
	while (o->count && o->heap[0]->ms < before_ms) {
		fn(o->heap[0]->text, o->heap[0]->len, arg);
		drop_first(o);
	}
}
