// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/waiting: blocks of a live capture, until the log has caught up with them. */
#include "parser/packet/waiting.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct node {
	struct waiting_block w;		/* first */
	struct node *next;
	uint8_t bytes[];
};

struct waiting {
	struct node *first, **last;
	size_t bytes;
};

struct waiting *waiting_new(void)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (w)
		w->last = &w->first;
	return w;
}

void waiting_free(struct waiting *w)
{
	while (w && w->first)
		waiting_drop(w);
	free(w);
}

int64_t waiting_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static size_t size_of(const struct node *n)
{
	return sizeof(*n) + n->w.block.len;
}

bool waiting_add(struct waiting *w, const struct pcapng_block *b)
{
	struct node *n = malloc(sizeof(*n) + b->len);
	struct pcapng_block *copy = n ? &n->w.block : NULL;

	if (!n)
		return false;
	memcpy(n->bytes, b->bytes, b->len);
	*copy = *b;
	copy->bytes = n->bytes;
	if (b->data)
		copy->data = n->bytes + (b->data - b->bytes);
	if (b->options)
		copy->options = n->bytes + (b->options - b->bytes);
	n->w.since_ms = waiting_now_ms();
	n->next = NULL;
	*w->last = n;
	w->last = &n->next;
	w->bytes += size_of(n);
	return true;
}

const struct waiting_block *waiting_first(const struct waiting *w)
{
	return w->first ? &w->first->w : NULL;
}

void waiting_drop(struct waiting *w)
{
	struct node *n = w->first;

	w->first = n->next;
	if (!w->first)
		w->last = &w->first;
	w->bytes -= size_of(n);
	free(n);
}

bool waiting_is_full(const struct waiting *w)
{
	return w->bytes > WAITING_BYTES_MAX;
}
