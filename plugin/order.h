/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/order: holds texts until nothing older can arrive, sorted by time. It has no access to
 * outputs or clocks.
 */
#ifndef NETLOG_ORDER_H
#define NETLOG_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "parser/event.h"

#define ORDER_MAX 8192 /* texts held at one time */
#define ORDER_SPARE_MS 200

TAILQ_HEAD(order_list, order_item);

struct order {
	struct order_list list; /* oldest first; those of one time in order of arrival */
	unsigned int count;
};

void order_init(struct order *o);
void order_fini(struct order *o);

/* Copies the text. It never overtakes one with the same key, whatever their times; key 0 is no
 * key. Returns false, and takes nothing, if there are ORDER_MAX already, or without memory. */
bool order_add(struct order *o, const struct stamp *time, uint64_t key, const void *text,
	       size_t len);

/*
 * Returns the time (ms since 1970) before which texts may be released: that of the oldest event
 * that waits, INT64_MAX if none does. No text waits longer than either wait and
 * ORDER_SPARE_MS, for the answers to be worked on.
 */
int64_t order_limit(int64_t oldest_ms, int64_t now_ms, unsigned int diag_wait_ms,
		    unsigned int other_wait_ms);

/* Calls fn for each text from before that time (ms since 1970), oldest first, and drops
 * it. */
void order_release(struct order *o, int64_t before_ms,
		   void (*fn)(const char *text, size_t len, void *arg), void *arg);

#endif
