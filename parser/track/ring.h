/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/ring: the most recent items of a kind: an array that grows up to a limit, and then
 * wraps.
 */
#ifndef NETLOG_TRACK_RING_H
#define NETLOG_TRACK_RING_H

#include <stddef.h>

#include "parser/image.h"

struct ring {
	void *at;
	unsigned int size, next;	/* next: items added so far */
};

/* Adds an item and returns its place, zeroed; NULL without memory. max: a power of two, 16 or
 * more. each: size of an item. */
void *ring_add(struct ring *r, unsigned int max, size_t each);
/* Returns how many items the ring has. */
unsigned int ring_count(const struct ring *r);
void ring_clear(struct ring *r);
/* Saves or loads the items; *r itself was saved, or loaded, before. */
void ring_image(struct ring *r, struct image *i, unsigned int max, size_t each);

/* Returns the item i places back; 1 is the newest. */
#define RING_BACK(type, ring, i) \
	(&((type *)(ring)->at)[((ring)->next - (i)) % (ring)->size])

#endif
