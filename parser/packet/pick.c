// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/pick: what the log has of connections that follow each other between two ends. */
#include "parser/packet/pick.h"

#include <netinet/in.h>

struct owner *pick_after(const struct owner *g)
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

int64_t pick_end(const struct owner *g)
{
	const struct owner *next = pick_after(g);
	int64_t end = g->lapsed && g->lapsed < g->ended ? g->lapsed : g->ended;

	return next && next->began < end && is_replaced(g, next) ? next->began : end;
}

bool owners_is_over(const struct owner *g, int64_t ns)
{
	return pick_end(g) < ns - ENDS_TOLERANCE;
}

/* The log may lack the local end or a part of it. Returns true if the known part matches. */
static bool agrees(const struct owner *g, const struct netaddr *local)
{
	if (g->local.has_port && g->local.port != local->port)
		return false;
	return !g->local.has_addr || netaddr_is_any(&g->local) ||
	       (g->local.family == local->family && !memcmp(g->local.addr, local->addr, 16));
}

bool pick_is_asked(const struct question *q, const struct owner *g)
{
	int64_t netns = q->p->local_netns;

	/* a socket that is bound to every address, but of another namespace */
	if (q->ends->key.kind == ENDS_LOCAL && g->netns >= 0 && netns >= 0 && g->netns != netns)
		return false;
	return q->ends->key.kind == ENDS_BOTH || agrees(g, q->local);
}

bool pick_can_begin(const struct owner *g, int64_t ns)
{
	return g->earliest == OWNERS_UNKNOWN || g->earliest - ENDS_TOLERANCE <= ns;
}

bool pick_has_double(const struct question *q, const struct owner *g, int64_t ns)
{
	bool is_later = false;

	for (const struct owner *other = q->ends->first; other; other = other->next) {
		bool same = is_later ? owners_same_netns(g, other) : owners_same_netns(other, g);

		is_later |= other == g;
		if (other != g && !same && owners_differ(other, g) && pick_can_begin(other, ns) &&
		    !owners_is_over(other, ns))
			return true;
	}
	return false;
}

bool pick_is_syn(const struct question *q)
{
	return q->p->flow->proto == IPPROTO_TCP && q->p->flow->syn;
}

bool pick_is_past(const struct question *q, const struct owner *g)
{
	return q->p->log_ends && owners_is_past(g->log, q->ns);
}

struct owner *pick_unsure(const struct question *q, enum owners_why why)
{
	q->p->late = !q->p->complete;
	q->p->why = why;
	return NULL;
}
