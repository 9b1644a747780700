// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/image: a state as bytes. */
#include "parser/image.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct image_number {
	const void *thing;
	uint64_t number;	/* from 1 on */
	UT_hash_handle hh;
};

void image_init(struct image *i)
{
	*i = (struct image){ .loading = false };
}

void image_of(struct image *i, const char *bytes, size_t len)
{
	*i = (struct image){ .loading = true, .at = (char *)bytes, .len = len };
}

void image_fini(struct image *i)
{
	free(i->at);
	image_init(i);
}

static bool make_room(struct image *i, size_t len)
{
	size_t size = i->size * 2 + len;
	char *more;

	if (i->size - i->len >= len)
		return true;
	more = realloc(i->at, size);
	if (!more) {
		i->bad = true;
		return false;
	}
	i->at = more;
	i->size = size;
	return true;
}

static void load(struct image *i, void *data, size_t len)
{
	if (len > i->len - i->pos)
		i->bad = true;
	if (i->bad) {
		memset(data, 0, len);
		return;
	}
	memcpy(data, i->at + i->pos, len);
	i->pos += len;
}

void image_bytes(struct image *i, void *data, size_t len)
{
	if (i->loading) {
		load(i, data, len);
	} else if (make_room(i, len)) {
		memcpy(i->at + i->len, data, len);
		i->len += len;
	}
}

void image_same(struct image *i, uint64_t value)
{
	uint64_t was = value;

	IMAGE(i, was);
	i->bad |= was != value;
}

void image_count(struct image *i, uint64_t *count)
{
	IMAGE(i, *count);
	if (!i->loading || *count <= i->len - i->pos)
		return;
	i->bad = true;
	*count = 0;
}

void image_text(struct image *i, const char **text)
{
	uint64_t len = !i->loading && *text ? strlen(*text) + 1 : 0;

	image_count(i, &len);
	if (!i->loading) {
		if (len)
			image_bytes(i, (char *)*text, len);
		return;
	}
	*text = len ? i->at + i->pos : NULL;
	i->pos += len;
	if (len && i->at[i->pos - 1]) {
		i->bad = true;
		*text = NULL;
	}
}

/* ---- pointers ---- */

static bool make_number_room(struct image_numbers *n)
{
	uint64_t size = n->size * 2 + 64;
	void **more;

	if (n->count < n->size)
		return true;
	more = reallocarray(n->at, size, sizeof(*more));
	if (!more)
		return false;
	n->at = more;
	n->size = size;
	return true;
}

void image_add(struct image *i, struct image_numbers *n, void *thing)
{
	struct image_number *number;

	if (i->loading) {
		if (make_number_room(n))
			n->at[n->count++] = thing;
		else
			i->bad = true;
		return;
	}
	number = calloc(1, sizeof(*number));
	if (!number) {
		i->bad = true;
		return;
	}
	number->thing = thing;
	number->number = ++n->count;
	HASH_ADD_PTR(n->by_pointer, thing, number);
}

static struct image_number *find(const struct image_numbers *n, const void *thing)
{
	struct image_number *number;

	HASH_FIND_PTR(n->by_pointer, &thing, number);
	return number;
}

bool image_knows(const struct image_numbers *n, const void *thing)
{
	return find(n, thing);
}

void image_pointer(struct image *i, struct image_numbers *n, void **thing)
{
	const struct image_number *known = i->loading || !*thing ? NULL : find(n, *thing);
	uint64_t number = known ? known->number : 0;

	if (!i->loading && *thing && !known)
		i->bad = true;
	IMAGE(i, number);
	if (!i->loading)
		return;
	if (number > n->count)
		i->bad = true;
	*thing = number && !i->bad ? n->at[number - 1] : NULL;
}

void image_numbers_fini(struct image_numbers *n)
{
	struct image_number *number, *next;

	HASH_ITER(hh, n->by_pointer, number, next) {
		HASH_DEL(n->by_pointer, number);
		free(number);
	}
	free(n->at);
	*n = (struct image_numbers){ 0 };
}
