/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/order: holds texts, sorted by time, until no older text can arrive. Independent of outputs and
 * clocks.
 */
#ifndef NETLOG_ORDER_H
#define NETLOG_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/event.h"

#define ORDER_MAX 8192 /* texts held at one time */
#define ORDER_SPARE_MS 200

struct order_item;

struct order {
	unsigned int count;
	uint64_t added;			    /* texts since the start */
	struct order_item *by_key;	    /* of each key the last text that is held */
	struct order_item *heap[ORDER_MAX]; /* the first one is the next to release */
};

void order_init(struct order *o);
void order_fini(struct order *o);

/* Copies the text, which never overtakes another one with the same key, whatever their times; 0: no
 * key. Texts of one time are released in the order of arrival. Returns false if ORDER_MAX texts are
 * held, or without memory. */
bool order_add(struct order *o, const struct stamp *time, uint64_t key, const void *text,
	       size_t len);

/*
 * Returns the time (ms since 1970) before which texts may be released. oldest_ms: time of the oldest
 * waiting event; INT64_MAX: none. No text waits longer than the longer wait and ORDER_SPARE_MS, in
 * which answers are processed.
 */
int64_t order_limit(int64_t oldest_ms, int64_t now_ms, unsigned int diag_wait_ms,
		    unsigned int other_wait_ms);

/* Calls fn for each text from before that time (ms since 1970), oldest first, and drops
 * it. */
void order_release(struct order *o, int64_t before_ms,
		   void (*fn)(const char *text, size_t len, void *arg), void *arg);

#endif
