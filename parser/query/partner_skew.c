// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/partner_skew: how far the clocks of two hosts differ, by the connections between
 * them. */
#include <stdlib.h>

#include "parser/query/partner_store.h"

static bool measured(const struct partners *p, const char *a, const char *b, int64_t *skew)
{
	for (size_t i = 0; i < p->skew_count; i++) {
		const struct skew *s = &p->skews[i];

		if (s->from == a && s->to == b)
			*skew = s->median;
		else if (s->from == b && s->to == a)
			*skew = -s->median;
		else
			continue;
		return true;
	}
	return false;
}

/* Uses a third host to which both talk if they do not talk to each other. */
bool partners_skew_known(const struct partners *p, const char *a, const char *b, int64_t *skew)
{
	int64_t first, second;

	*skew = 0;
	if (a == b || measured(p, a, b, skew))
		return true;
	for (size_t i = 0; i < p->skew_count; i++) {
		const struct skew *s = &p->skews[i];
		const char *third = s->from == a ? s->to : s->to == a ? s->from : NULL;

		if (!third || !measured(p, a, third, &first) || !measured(p, third, b, &second))
			continue;
		*skew = first + second;
		return true;
	}
	return false;
}

int64_t partners_skew(const struct partners *p, const char *a, const char *b)
{
	int64_t skew;

	partners_skew_known(p, a, b, &skew);
	return skew;
}

struct difference {
	const char *from, *to;
	int64_t ms;
};

static int by_nodes(const void *a, const void *b)
{
	const struct difference *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->ms > y->ms) - (x->ms < y->ms);
}

/* Returns false unless the ends were used once, between two hosts. */
static bool difference_of(const struct group *g, struct difference *d)
{
	const struct side *a = g->lists[0], *b = g->lists[1], *opener, *other;

	if (!a || !b || a->in_group || b->in_group || a->node == b->node || a->failed ||
	    b->failed || a->began < 0 || b->began < 0 || a->unknown_direction ||
	    b->unknown_direction || a->inbound == b->inbound)
		return false;
	opener = a->inbound ? b : a;
	other = a->inbound ? a : b;
	*d = (struct difference){ opener->node, other->node, other->began - opener->began };
	return true;
}

static struct skew *reverse_of(struct partners *p, const struct skew *s)
{
	for (struct skew *r = p->skews; r < s; r++)
		if (r->from == s->to && r->to == s->from)
			return r;
	return NULL;
}

/* An accept is later than its connect by the same time in both directions: half of the
 * difference between the two medians is the clocks'. */
static void join_directions(struct partners *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->skew_count; i++) {
		struct skew *s = &p->skews[i], *r = reverse_of(p, s);

		if (r) {
			r->median = (r->median - s->median) / 2;
			r->least = -s->most < r->least ? -s->most : r->least;
			r->most = -s->least > r->most ? -s->least : r->most;
			r->count += s->count;
			r->both_ways = true;
		} else {
			p->skews[kept++] = *s;
		}
	}
	p->skew_count = kept;
}

void partners_measure(struct partners *p)
{
	struct difference *all = calloc(HASH_COUNT(p->groups) + 1, sizeof(*all));
	struct group *g, *next;
	size_t count = 0;

	p->skews = calloc(HASH_COUNT(p->groups) + 1, sizeof(*p->skews));
	if (!all || !p->skews) {
		p->out_of_memory = true;
		free(all);
		return;
	}
	HASH_ITER(hh, p->groups, g, next)
		count += difference_of(g, &all[count]);
	qsort(all, count, sizeof(*all), by_nodes);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i; end < count && all[end].from == all[i].from && all[end].to == all[i].to;)
			end++;
		p->skews[p->skew_count++] = (struct skew){
			.from = all[i].from, .to = all[i].to, .count = end - i,
			.median = all[i + (end - i) / 2].ms, .least = all[i].ms,
			.most = all[end - 1].ms,
		};
	}
	free(all);
	join_directions(p);
}
