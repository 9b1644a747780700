// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/packet/owners_pick: of the connections that the log has between two ends, one
 * after the other, the one that a packet belongs to.
 */
#include <netinet/in.h>

#include "parser/packet/pick.h"

static bool has_begun(const struct owner *g, int64_t ns)
{
	return g->began == OWNERS_UNKNOWN || g->began - ENDS_TOLERANCE <= ns;
}

/* The latest packet's connection, or one that has begun since without a SYN in the capture. */
static struct owner *goes_on(const struct question *q)
{
	struct owner *g = q->ends->now, *next;

	while ((next = pick_after(g)) && next->began + ENDS_TOLERANCE <= q->ns)
		g = next;
	q->ends->now = g;
	if (g->ended == OWNERS_OPEN || q->ns <= pick_end(g) + ENDS_TAIL)
		return g;
	q->p->why = WHY_CLOSED;
	return NULL;
}

/* Decides by time alone. */
static struct owner *at_time(const struct question *q)
{
	int64_t tail = q->datagram ? ENDS_TAIL_DATAGRAM : ENDS_TAIL;
	struct owner *hit = NULL, *before = NULL;

	for (struct owner *g = q->ends->first; g && has_begun(g, q->ns); g = g->next) {
		if (!pick_is_asked(q, g))
			continue;
		if (owners_is_over(g, q->ns)) {
			before = g;
			continue;
		}
		if (hit && owners_differ(hit, g)) {
			q->p->why = WHY_AMBIGUOUS;
			return NULL;
		}
		hit = g;
	}
	/* perhaps it begins a moment later */
	if (hit && ((before && hit->began + ENDS_TOLERANCE > q->ns && owners_differ(hit, before) &&
		     q->ns <= pick_end(before) + tail) || (hit->began > q->ns && !q->datagram))) {
		q->p->why = WHY_AMBIGUOUS;
		return NULL;
	}
	if (hit)
		return hit;
	if (before && q->ns <= pick_end(before) + tail)
		return before;
	if (before)
		q->p->why = WHY_CLOSED;
	return NULL;
}

/* The next one, if it can have begun by now, without a SYN in the capture. */
static struct owner *perhaps_begun(const struct question *q, const struct owner *g)
{
	struct owner *next = pick_after(g);

	return next && pick_can_begin(next, q->ns) && pick_end(g) - ENDS_TOLERANCE < q->ns &&
	       owners_differ(g, next) ? next : NULL;
}

/* The log has g for a packet without a SYN: do its sequence numbers agree? */
static struct owner *by_numbers(const struct question *q, struct owner *g)
{
	struct owner_ends *e = q->ends;
	enum continues continues = CONTINUES_UNKNOWN;
	struct owner *next = perhaps_begun(q, g);
	bool is_ended = pick_end(g) < q->ns, is_late = !q->p->complete, other;

	if (e->streams_of == g)
		continues = continuity_check(&e->streams, q->p->flow, q->outbound);
	if (continues == CONTINUES_YES)
		return g;
	other = continues == CONTINUES_NO;
	if (other && next && !is_late && owners_is_over(g, q->ns)) {
		e->now = next;
		return next;
	}
	if (next || pick_has_double(q, g, q->ns))
		return pick_unsure(q, WHY_AMBIGUOUS);
	/* In an open connection packets may be missing. After its end, or while the log is late,
	 * another connection is as likely. */
	if ((other && (is_ended || is_late)) || (is_ended && is_late))
		return pick_unsure(q, WHY_AMBIGUOUS);
	if (pick_is_past(q, g))
		return pick_unsure(q, WHY_ENDED);
	return g;
}

static void remember_numbers(const struct question *q, const struct owner *g)
{
	struct owner_ends *e = q->ends;

	/* an attempt before it may have failed */
	if (e->streams_of != g || (pick_is_syn(q) && continuity_check(&e->streams, q->p->flow, q->outbound) !=
						CONTINUES_YES))
		memset(&e->streams, 0, sizeof(e->streams));
	e->streams_of = g;
	continuity_see(&e->streams, q->p->flow, q->outbound);
}

static struct owner *pick_tcp(const struct question *q)
{
	struct owner_ends *e = q->ends;
	struct owner *g;

	if (!pick_by_syn(q, &g)) {
		g = e->now ? goes_on(q) : at_time(q);
		if (g)
			e->now = g;
	}
	if (g && !pick_is_syn(q))
		g = by_numbers(q, g);
	/* a SYN into an open connection is not of its stream */
	if (g && !(pick_is_syn(q) && e->syn_unowned))
		remember_numbers(q, g);
	return g;
}

static struct owner *by_time(const struct question *q)
{
	struct owner *g = at_time(q);

	if (g && pick_is_past(q, g))
		return pick_unsure(q, WHY_ENDED);
	if (g && pick_end(g) < q->ns && !q->p->complete)
		q->p->late = true;	/* the next one may come */
	return g;
}

struct owner *owners_pick(struct owner_ends *ends, struct pick *p)
{
	const struct flow *f = p->flow;
	struct question q = { .ends = ends, .p = p, .ns = p->ns, .outbound = p->outbound,
			      .local = p->outbound ? &f->src : &f->dst,
			      .datagram = f->proto != IPPROTO_TCP };
	struct owner *g;

	p->why = WHY_NOT_LOGGED;
	/* several connections share the remote end: what the last packet had means nothing */
	if (q.datagram || ends->key.kind != ENDS_BOTH)
		g = by_time(&q);
	else
		g = pick_tcp(&q);
	if (!g || g->began != OWNERS_UNKNOWN || !owners_is_before(g->log, p->ns))
		return g;
	ends->now = NULL;
	ends->streams_of = NULL;
	p->why = WHY_BEFORE;
	return NULL;
}
