// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/partner_match: decides which sides between two ends are one connection.
 * Successive connections use the same pair of ends, and the same addresses can exist in several
 * network namespaces, or on several hosts, at the same time.
 */
#include <stdlib.h>

#include "parser/query/partner_store.h"

#define PASSES 8
#define TOGETHER_MS 250		/* network delay, of clocks that are equal */

/* Returns how far apart they are, ms; 0: at the same time. */
static int64_t distance(const struct side *a, const struct side *b, int64_t skew)
{
	int64_t from = a->began, to = a->ended, other_from = b->began, other_to = b->ended;

	if (other_from >= 0)
		other_from -= skew;
	if (other_to >= 0)
		other_to -= skew;
	if (to >= 0 && other_from > to)
		return other_from - to;
	if (other_to >= 0 && from > other_to)
		return from - other_to;
	return 0;
}

/* Returns true if both are known to be in one network. */
static bool same_place(const struct side *a, const struct side *b)
{
	return a->node == b->node && (a->netns < 0 || b->netns < 0 || a->netns == b->netns);
}

static bool fit(const struct partners *p, const struct side *a, const struct side *b,
		int64_t tolerance)
{
	bool one_way = !a->unknown_direction && !b->unknown_direction && a->inbound == b->inbound;

	return !one_way && !a->failed && !b->failed &&
	       (!partners_loopback(&a->local) || same_place(a, b)) &&
	       distance(a, b, partners_skew(p, a->node, b->node)) <= tolerance;
}

/* ms between their beginnings. */
static int64_t gap(const struct partners *p, const struct side *a, const struct side *b)
{
	return a->began < 0 || b->began < 0 ? 0 :
	       llabs(b->began - partners_skew(p, a->node, b->node) - a->began);
}

/* Each received what the other one sent. */
static bool same_bytes(const struct side *a, const struct side *b)
{
	return a->tx >= 0 && a->rx >= 0 && a->tx == b->rx && a->rx == b->tx && a->tx + a->rx > 0;
}

/* Begins so much later than the end of s that later sides do not fit either. */
static bool is_behind(const struct partners *p, const struct side *s, const struct side *o,
		      int64_t tolerance)
{
	return s->ended >= 0 && o->began >= 0 &&
	       o->began - partners_skew(p, s->node, o->node) > s->ended + tolerance;
}

/* The side of the list that began nearest to s. */
static struct side *nearest(const struct partners *p, const struct side *s, struct side *list,
			    int64_t tolerance)
{
	struct side *best = NULL;

	for (struct side *o = list; o; o = o->in_group) {
		if (o->peer || !fit(p, s, o, tolerance))
			continue;
		if (!best || gap(p, s, o) < gap(p, s, best))
			best = o;
		if (is_behind(p, s, o, tolerance))
			break;
	}
	return best;
}

/* Another side than b, elsewhere, could also be the peer of a. Byte counts of both sides can
 * decide. */
static bool has_rival(const struct partners *p, const struct side *a, const struct side *b,
		      const struct side *list, int64_t tolerance)
{
	for (const struct side *o = list; o; o = o->in_group) {
		if (o == b || same_place(o, b) || !fit(p, a, o, tolerance))
			continue;
		if (!same_bytes(a, b) || same_bytes(a, o))
			return true;
	}
	return false;
}

/* Without a known difference of the clocks, another side between these ends could also be the peer
 * of a, at whatever time, unless a and b begin almost together. Byte counts of both sides can
 * decide. */
static bool has_unplaced_rival(const struct partners *p, const struct side *a, const struct side *b,
			       const struct side *list)
{
	int64_t skew;

	if (partners_skew_known(p, a->node, b->node, &skew) || gap(p, a, b) <= TOGETHER_MS)
		return false;
	for (const struct side *o = list; o; o = o->in_group)
		if (o != b && same_place(o, b) && fit(p, a, o, INT64_MAX) &&
		    (!same_bytes(a, b) || same_bytes(a, o)))
			return true;
	return false;
}

static bool join(const struct partners *p, struct group *g, struct side *a, int64_t tolerance)
{
	struct side *b = nearest(p, a, g->lists[1], tolerance);

	if (!b || nearest(p, b, g->lists[0], tolerance) != a)
		return false;
	if (has_rival(p, a, b, g->lists[1], tolerance) ||
	    has_rival(p, b, a, g->lists[0], tolerance) ||
	    has_unplaced_rival(p, a, b, g->lists[1]) || has_unplaced_rival(p, b, a, g->lists[0])) {
		a->ambiguous = b->ambiguous = true;
		return false;
	}
	a->peer = b;
	b->peer = a;
	return true;
}

/* Byte counts decide which sides belong together if several places have the addresses. */
static bool join_by_bytes(const struct partners *p, struct group *g, struct side *a,
			  int64_t tolerance)
{
	struct side *found = NULL;

	for (struct side *b = g->lists[1]; b; b = b->in_group) {
		if (b->peer || !same_bytes(a, b) || !fit(p, a, b, tolerance))
			continue;
		if (found)
			return false;
		found = b;
	}
	if (!found || has_rival(p, a, found, g->lists[1], tolerance) ||
	    has_rival(p, found, a, g->lists[0], tolerance) ||
	    has_unplaced_rival(p, a, found, g->lists[1]) ||
	    has_unplaced_rival(p, found, a, g->lists[0]))
		return false;
	a->peer = found;
	found->peer = a;
	return true;
}

void partners_match(const struct partners *p, struct group *g)
{
	struct side *first = g->lists[0], *second = g->lists[1];
	bool only = first && second && !first->in_group && !second->in_group, changed = true;
	int64_t tolerance = only ? ALONE_TOLERANCE_MS : TOLERANCE_MS;

	if (!first || !second)
		return;
	for (int pass = 0; changed && pass < PASSES; pass++) {
		changed = false;
		for (struct side *a = first; a; a = a->in_group)
			if (!a->peer && (join(p, g, a, tolerance) ||
					 (a->ambiguous && join_by_bytes(p, g, a, tolerance))))
				changed = true;
	}
}
