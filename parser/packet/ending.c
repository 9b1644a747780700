// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/ending: ends of connections that the file has, by time: a heap. */
#include "parser/packet/ending.h"

#include <stdlib.h>

struct endings {
	struct ending *heap;	/* [i] is not later than [2i + 1] and [2i + 2] */
	size_t count, room;
	uint64_t added;
};

static bool is_before(const struct ending *a, const struct ending *b)
{
	return a->ns < b->ns || (a->ns == b->ns && a->order < b->order);
}

struct endings *endings_new(void)
{
	return calloc(1, sizeof(struct endings));
}

void endings_free(struct endings *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->count; i++)
		process_put(e->heap[i].process);
	free(e->heap);
	free(e);
}

size_t endings_count(const struct endings *e)
{
	return e->count;
}

static void swap(struct endings *e, size_t a, size_t b)
{
	struct ending kept = e->heap[a];

	e->heap[a] = e->heap[b];
	e->heap[b] = kept;
}

bool endings_add(struct endings *e, const struct ending *ending)
{
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : 64;
		void *larger = reallocarray(e->heap, room, sizeof(*e->heap));

		if (!larger)
			return false;
		e->heap = larger;
		e->room = room;
	}
	e->heap[e->count] = *ending;
	e->heap[e->count].order = e->added++;
	for (size_t i = e->count++; i && is_before(&e->heap[i], &e->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(e, i, (i - 1) / 2);
	return true;
}

bool endings_next(struct endings *e, int64_t ns, struct ending *ending)
{
	size_t at = 0, least;

	if (!e->count || e->heap[0].ns > ns)
		return false;
	*ending = e->heap[0];
	e->heap[0] = e->heap[--e->count];
	for (;; at = least) {
		size_t left = 2 * at + 1;

		least = at;
		for (size_t i = left; i < left + 2 && i < e->count; i++)
			if (is_before(&e->heap[i], &e->heap[least]))
				least = i;
		if (least == at)
			return true;
		swap(e, at, least);
	}
}
