// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/packet/owners_pick: of the connections that the log has between two ends, one
 * after the other, the one that a packet belongs to.
 */
#include <netinet/in.h>

#include "parser/packet/ends.h"

/* The next one between these ends; in another namespace they are other ends. */
static struct owner *after(const struct owner *g)
{
	struct owner *next = g->next;

	while (next && !owners_same_netns(g, next))
		next = next->next;
	return next;
}

/* Returns true if g has ended when the next one began, whatever the log has as its end. Two
 * sockets can be bound to one port. */
static bool is_replaced(const struct owner *g, const struct owner *next)
{
	const struct ends_key *key = &g->ends->key;

	if (g->late_end && key->kind != ENDS_REMOTE)
		return true;
	if (key->kind != ENDS_BOTH || key->proto != IPPROTO_TCP)
		return false;
	if (g->netns >= 0 && next->netns >= 0)
		return true;
	return g->ended == OWNERS_OPEN && g->netns == next->netns;
}

/* Its end, or the beginning of the next one: the time of an inferred end can be late. */
static int64_t end_of(const struct owner *g)
{
	const struct owner *next = after(g);
	int64_t end = g->lapsed && g->lapsed < g->ended ? g->lapsed : g->ended;

	return next && next->began < end && is_replaced(g, next) ? next->began : end;
}

bool owners_is_over(const struct owner *g, int64_t ns)
{
	return end_of(g) < ns - ENDS_TOLERANCE;
}

static bool has_begun(const struct owner *g, int64_t ns)
{
	return g->began == OWNERS_UNKNOWN || g->began - ENDS_TOLERANCE <= ns;
}

/* The log may lack the local end or a part of it. Returns true if the known part matches. */
static bool agrees(const struct owner *g, const struct netaddr *local)
{
	if (g->local.has_port && g->local.port != local->port)
		return false;
	return !g->local.has_addr || netaddr_is_any(&g->local) ||
	       (g->local.family == local->family && !memcmp(g->local.addr, local->addr, 16));
}

struct question {
	struct owner_ends *ends;
	struct pick *p;
	const struct netaddr *local;
	int64_t ns;
	bool outbound, datagram;
};

static bool is_asked(const struct question *q, const struct owner *g)
{
	int64_t netns = q->p->local_netns;

	/* a socket that is bound to every address, but of another namespace */
	if (q->ends->key.kind == ENDS_LOCAL && g->netns >= 0 && netns >= 0 && g->netns != netns)
		return false;
	return q->ends->key.kind == ENDS_BOTH || agrees(g, q->local);
}

static bool can_begin(const struct owner *g, int64_t ns)
{
	return g->earliest == OWNERS_UNKNOWN || g->earliest - ENDS_TOLERANCE <= ns;
}

/* Returns true if a SYN of that time comes too late to begin it. */
static bool began_before(const struct owner *g, int64_t ns)
{
	return g->connected < ns - ENDS_TOLERANCE;
}

/* Returns true if another namespace has the same ends at the same time. */
static bool has_double(const struct question *q, const struct owner *g, int64_t ns)
{
	bool is_later = false;

	for (const struct owner *other = q->ends->first; other; other = other->next) {
		bool same = is_later ? owners_same_netns(g, other) : owners_same_netns(other, g);

		is_later |= other == g;
		if (other != g && !same && owners_differ(other, g) && can_begin(other, ns) &&
		    !owners_is_over(other, ns))
			return true;
	}
	return false;
}

/* Returns true if a SYN of that time can also be the next one's. */
static bool is_ending(const struct question *q, const struct owner *g, int64_t ns)
{
	const struct owner *next = after(g);

	return next && end_of(g) - ENDS_TOLERANCE < ns && can_begin(next, ns) && owners_differ(g, next) &&
	       (next->inbound != q->outbound || next->unknown_direction);
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
		g = after(g);	/* else the previous SYN was a failed attempt */
	for (; g; g = g->next) {
		if (owners_is_over(g, ns) || began_before(g, ns) || !is_asked(q, g))
			continue;
		if (g->inbound == q->outbound && !g->unknown_direction)
			continue;
		if (!can_begin(g, ns))
			return NULL;
		if (!has_double(q, g, ns) && !is_ending(q, g, ns))
			return g;
		q->p->why = WHY_AMBIGUOUS;
		return NULL;
	}
	return NULL;
}

static bool is_syn(const struct question *q)
{
	return q->p->flow->proto == IPPROTO_TCP && q->p->flow->syn;
}

/* The latest packet's connection, or one that has begun since without a SYN in the capture. */
static struct owner *goes_on(const struct question *q)
{
	struct owner *g = q->ends->now, *next;

	while ((next = after(g)) && next->began + ENDS_TOLERANCE <= q->ns)
		g = next;
	q->ends->now = g;
	if (g->ended == OWNERS_OPEN || q->ns <= end_of(g) + ENDS_TAIL)
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
		if (!is_asked(q, g))
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
		     q->ns <= end_of(before) + tail) || (hit->began > q->ns && !q->datagram))) {
		q->p->why = WHY_AMBIGUOUS;
		return NULL;
	}
	if (hit)
		return hit;
	if (before && q->ns <= end_of(before) + tail)
		return before;
	if (before)
		q->p->why = WHY_CLOSED;
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
	if (!now || now->began > q->ns || end_of(now) - ENDS_TOLERANCE < q->ns)
		return NULL;
	if (q->p->complete && !has_double(q, now, q->ns))
		return now;
	q->p->late = !q->p->complete;
	q->p->why = WHY_AMBIGUOUS;
	return NULL;
}

/* This host sends or answers no SYN while it has a connection between these ends: the log lacks
 * the end of the one that it has, and the one that begins. */
static bool lacks_end(const struct question *q)
{
	const struct owner *now = q->ends->now;

	return now && now->began != OWNERS_UNKNOWN && q->p->complete && q->outbound &&
	       is_syn(q) && now->began + ENDS_TOLERANCE < q->ns && !owners_is_over(now, q->ns) &&
	       !has_double(q, now, q->ns);
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

/* After the log its connections may end, and their ends be used again. */
static bool is_past(const struct question *q, const struct owner *g)
{
	return q->p->log_ends && owners_is_past(g->log, q->ns);
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
	if (is_past(q, q->ends->first))
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

static struct owner *unsure(const struct question *q, enum owners_why why)
{
	q->p->late = !q->p->complete;
	q->p->why = why;
	return NULL;
}

/* The next one, if it can have begun by now, without a SYN in the capture. */
static struct owner *perhaps_begun(const struct question *q, const struct owner *g)
{
	struct owner *next = after(g);

	return next && can_begin(next, q->ns) && end_of(g) - ENDS_TOLERANCE < q->ns &&
	       owners_differ(g, next) ? next : NULL;
}

/* The log has g for a packet without a SYN: do its sequence numbers agree? */
static struct owner *by_numbers(const struct question *q, struct owner *g)
{
	struct owner_ends *e = q->ends;
	enum continues continues = CONTINUES_UNKNOWN;
	struct owner *next = perhaps_begun(q, g);
	bool is_ended = end_of(g) < q->ns, is_late = !q->p->complete, other;

	if (e->streams_of == g)
		continues = continuity_check(&e->streams, q->p->flow, q->outbound);
	if (continues == CONTINUES_YES)
		return g;
	other = continues == CONTINUES_NO;
	if (other && next && !is_late && owners_is_over(g, q->ns)) {
		e->now = next;
		return next;
	}
	if (next || has_double(q, g, q->ns))
		return unsure(q, WHY_AMBIGUOUS);
	/* In an open connection packets may be missing. After its end, or while the log is late,
	 * another connection is as likely. */
	if ((other && (is_ended || is_late)) || (is_ended && is_late))
		return unsure(q, WHY_AMBIGUOUS);
	if (is_past(q, g))
		return unsure(q, WHY_ENDED);
	return g;
}

static void remember_numbers(const struct question *q, const struct owner *g)
{
	struct owner_ends *e = q->ends;

	/* an attempt before it may have failed */
	if (e->streams_of != g || (is_syn(q) && continuity_check(&e->streams, q->p->flow, q->outbound) !=
						CONTINUES_YES))
		memset(&e->streams, 0, sizeof(e->streams));
	e->streams_of = g;
	continuity_see(&e->streams, q->p->flow, q->outbound);
}

static struct owner *by_syns(const struct question *q)
{
	struct owner_ends *e = q->ends;
	struct owner *g, *before = q->ends->now;
	struct question opener = *q;

	/* the process that answers a SYN did not send it */
	opener.outbound = q->outbound != q->p->flow->ack;
	if (is_syn(q) && !(e->has_syn && e->syn_seq == opener_seq(q->p->flow))) {
		g = first_syn(&opener);
		return g == before && lacks_end(q) ? end_unseen(q) : g;
	}
	if (e->has_syn && e->syn_unowned) {
		/* the log may have it by now */
		opener.outbound = e->syn_outbound;
		g = begun_by(&opener, e->syn_ns);
		if (!g)
			return lacks_end(q) ? end_unseen(q) : into_open(q, e->now);
		e->now = g;
		e->syn_unowned = false;
	}
	if (e->now)
		return goes_on(q);
	g = at_time(q);
	e->now = g;
	return g;
}

static struct owner *pick_tcp(const struct question *q)
{
	struct owner_ends *e = q->ends;
	struct owner *g = by_syns(q);

	if (g && !is_syn(q))
		g = by_numbers(q, g);
	/* a SYN into an open connection is not of its stream */
	if (g && !(is_syn(q) && e->syn_unowned))
		remember_numbers(q, g);
	return g;
}

static struct owner *by_time(const struct question *q)
{
	struct owner *g = at_time(q);

	if (g && is_past(q, g))
		return unsure(q, WHY_ENDED);
	if (g && end_of(g) < q->ns && !q->p->complete)
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
