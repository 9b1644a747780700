/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/ring: the last things of a kind: an array that grows up to a limit, and then
 * wraps.
 */
#ifndef NETLOG_TRACK_RING_H
#define NETLOG_TRACK_RING_H

#include <stddef.h>

#include "parser/image.h"

struct ring {
	void *at;
	unsigned int size, next;	/* next: things added so far */
};

/* Returns the place of a new thing, zeroed; NULL without memory. max: a power of two, 16 or
 * more. each: size of a thing. */
void *ring_add(struct ring *r, unsigned int max, size_t each);
/* Things that are in it. */
unsigned int ring_count(const struct ring *r);
void ring_clear(struct ring *r);
/* Saves or loads the things; *r itself was saved, or loaded, before. */
void ring_image(struct ring *r, struct image *i, unsigned int max, size_t each);

/* The thing added i before the next one. */
#define RING_BACK(type, ring, i) \
	(&((type *)(ring)->at)[((ring)->next - (i)) % (ring)->size])

#endif
