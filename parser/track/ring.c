// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/ring: the last things of a kind. */
#include "parser/track/ring.h"

#include <stdlib.h>
#include <string.h>

void *ring_add(struct ring *r, unsigned int max, size_t each)
{
	unsigned int size = r->size ? r->size * 2 : 16;
	void *more, *place;

	if (r->next == r->size && r->size < max) {
		more = reallocarray(r->at, size, each);
		if (more) {
			r->at = more;
			r->size = size;
		}
	}
	if (!r->size)
		return NULL;
	place = (char *)r->at + r->next++ % r->size * each;
	return memset(place, 0, each);
}

unsigned int ring_count(const struct ring *r)
{
	return r->next < r->size ? r->next : r->size;
}

void ring_clear(struct ring *r)
{
	free(r->at);
	*r = (struct ring){ .at = NULL };
}

void ring_image(struct ring *r, struct image *i, unsigned int max, size_t each)
{
	uint64_t count = ring_count(r);

	if (i->loading)
		r->at = NULL;
	i->bad |= r->size > max;
	image_count(i, &count);
	if (i->loading && r->size && !i->bad) {
		r->at = calloc(r->size, each);
		i->bad |= !r->at;
	}
	i->bad |= count != ring_count(r);
	if (i->bad)
		ring_clear(r);
	else if (count)
		image_bytes(i, r->at, count * each);
}
