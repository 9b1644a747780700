// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/order: holds texts until no older text can arrive. */
#include "plugin/order.h"

#include <stdlib.h>
#include <string.h>

struct order_item {
	TAILQ_ENTRY(order_item) link;
	int64_t ms;
	uint64_t key;
	size_t len;
	char text[];
};

void order_init(struct order *o)
{
	TAILQ_INIT(&o->list);
	o->count = 0;
}

static void drop_first(struct order *o)
{
	struct order_item *i = TAILQ_FIRST(&o->list);

	TAILQ_REMOVE(&o->list, i, link);
	o->count--;
	free(i);
}

void order_fini(struct order *o)
{
	while (o->count)
		drop_first(o);
}

/* From the end: most texts arrive in order. */
static void insert(struct order *o, struct order_item *i)
{
	struct order_item *before = TAILQ_LAST(&o->list, order_list);

	while (before && before->ms > i->ms && (!i->key || before->key != i->key))
		before = TAILQ_PREV(before, order_list, link);
	if (before)
		TAILQ_INSERT_AFTER(&o->list, before, i, link);
	else
		TAILQ_INSERT_HEAD(&o->list, i, link);
	o->count++;
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
	i->key = key;
	i->len = len;
	memcpy(i->text, text, len);
	insert(o, i);
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
	struct order_item *i;

	while ((i = TAILQ_FIRST(&o->list)) && i->ms < before_ms) {
		fn(i->text, i->len, arg);
		drop_first(o);
	}
}
