// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/packet/pick_syn: a SYN with a new sequence number begins the next connection of the log.
 */
#include "parser/packet/pick.h"

/* Returns true if a SYN of that time comes too late to begin it. */
static bool began_before(const struct owner *g, int64_t ns)
{
	return g->connected < ns - ENDS_TOLERANCE;
}

/* Returns true if a SYN of that time can also be the next one's. */
static bool is_ending(const struct question *q, const struct owner *g, int64_t ns)
{
	const struct owner *next = pick_after(g);

	return next && pick_end(g) - ENDS_TOLERANCE < ns && pick_can_begin(next, ns) &&
	       owners_differ(g, next) && (next->inbound != q->outbound || next->unknown_direction);
}

/* The connection that a SYN of that time begins: the first one after the latest that is not
 * over yet. */
static struct owner *begun_by(const struct question *q, int64_t ns)
{
	struct owner *g = q->ends->now;

	if (!g)
		g = q->ends->first;
	else if ((g->began == OWNERS_UNKNOWN || ns >= g->began) &&
		 (q->ends->has_syn || q->ends->streams_of == g || began_before(g, ns)))
		g = pick_after(g);	/* else the previous SYN was a failed attempt */
	for (; g; g = g->next) {
		if (owners_is_over(g, ns) || began_before(g, ns) || !pick_is_asked(q, g))
			continue;
		if (g->inbound == q->outbound && !g->unknown_direction)
			continue;
		if (!pick_can_begin(g, ns))
			return NULL;
		if (!pick_has_double(q, g, ns) && !is_ending(q, g, ns))
			return g;
		q->p->why = WHY_AMBIGUOUS;
		return NULL;
	}
	return NULL;
}

/* The number with which its opener began: of a SYN, and of the answer to it. */
static uint32_t opener_seq(const struct flow *f)
{
	return f->ack ? f->ack_seq - 1 : f->seq;
}

static void remember_syn(const struct question *q)
{
	q->ends->has_syn = true;
	q->ends->syn_seq = opener_seq(q->p->flow);
	q->ends->syn_ns = q->ns;
	q->ends->syn_outbound = q->outbound;
}

/* A SYN into a connection that is open: its peer was restarted, another namespace has the same
 * ends, or the log is late. */
static struct owner *into_open(const struct question *q, struct owner *now)
{
	if (!now || now->began > q->ns || pick_end(now) - ENDS_TOLERANCE < q->ns)
		return NULL;
	if (q->p->complete && !pick_has_double(q, now, q->ns))
		return now;
	return pick_unsure(q, WHY_AMBIGUOUS);
}

/* Returns true if this host sends or answers a SYN while it has a connection between these ends: the
 * log then lacks the end of this connection, and the new one. */
static bool lacks_end(const struct question *q)
{
	const struct owner *now = q->ends->now;

	return now && now->began != OWNERS_UNKNOWN && q->p->complete && q->outbound &&
	       pick_is_syn(q) && now->began + ENDS_TOLERANCE < q->ns && !owners_is_over(now, q->ns) &&
	       !pick_has_double(q, now, q->ns);
}

/* Packets have no process until the log has the next one. */
static struct owner *end_unseen(const struct question *q)
{
	struct owner *now = q->ends->now;

	now->lapsed = q->ns - ENDS_TOLERANCE - 1;
	q->ends->now = NULL;
	q->ends->syn_unowned = true;
	return NULL;
}

/* A connection that began before the log may also have ended before it. */
static struct owner *outside_log(const struct question *q, enum owners_why why)
{
	q->ends->has_syn = false;
	q->ends->now = NULL;
	q->ends->streams_of = NULL;
	q->p->why = why;
	return NULL;
}

/* A SYN that is no repetition. */
static struct owner *first_syn(const struct question *q)
{
	struct owner *g, *now = q->ends->now;

	if (owners_is_before(q->ends->first->log, q->ns))
		return outside_log(q, WHY_BEFORE);
	if (pick_is_past(q, q->ends->first))
		return outside_log(q, WHY_ENDED);
	g = begun_by(q, q->ns);
	remember_syn(q);
	q->ends->syn_unowned = !g;
	if (g) {
		q->ends->now = g;
		return g;
	}
	return into_open(q, now);
}

bool pick_by_syn(const struct question *q, struct owner **g)
{
	struct owner_ends *e = q->ends;
	struct owner *before = e->now;
	struct question opener = *q;

	/* the process that answers a SYN did not send it */
	opener.outbound = q->outbound != q->p->flow->ack;
	if (pick_is_syn(q) && !(e->has_syn && e->syn_seq == opener_seq(q->p->flow))) {
		*g = first_syn(&opener);
		if (*g == before && lacks_end(q))
			*g = end_unseen(q);
		return true;
	}
	if (!e->has_syn || !e->syn_unowned)
		return false;
	/* the log may have it by now */
	opener.outbound = e->syn_outbound;
	*g = begun_by(&opener, e->syn_ns);
	if (!*g) {
		*g = lacks_end(q) ? end_unseen(q) : into_open(q, e->now);
		return true;
	}
	e->now = *g;
	e->syn_unowned = false;
	return false;
}
