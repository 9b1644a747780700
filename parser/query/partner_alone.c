// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/partner_alone: why a side of a connection has no other one. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/query/partner_store.h"

static const char *const texts[PARTNER_WHY_COUNT] = {
#define PARTNER_WHY_TEXT(name, text) [PARTNER_##name] = text,
	PARTNER_WHYS(PARTNER_WHY_TEXT)
#undef PARTNER_WHY_TEXT
};

const char *partner_why_text(enum partner_why why)
{
	return texts[why];
}

static bool is_private(const struct netaddr *a)
{
	const uint8_t *b = a->addr;

	if (a->family == AF_INET6)
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
	return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	       (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64);
}

static bool covers(const struct partners *p, const struct home *h, const struct side *s)
{
	int64_t at = s->began >= 0 ? s->began : s->ended, first = p->unnamed_first,
		last = p->unnamed_last;
	struct node *n;

	if (h->several || at < 0)
		return true;
	if (h->node) {
		HASH_FIND_STR(p->nodes, h->node, n);
		first = n->first;
		last = n->last;
		at += partners_skew(p, s->node, n->name);
	}
	return at >= first - TOLERANCE_MS && at <= last + TOLERANCE_MS;
}

/* Sides without a peer, by the times of their beginnings. */
struct alone {
	struct side **sides;
	size_t count;
	int64_t window;		/* ms: clocks and tolerance */
};

/* Returns true if o is of the same service at the same time, and shares one end with s. */
static bool is_other_half(const struct partners *p, const struct side *s, const struct side *o)
{
	const struct netaddr *service = s->inbound ? &s->local : &s->remote;
	const struct netaddr *client = s->inbound ? &s->remote : &s->local;
	const struct netaddr *other = o->inbound ? &o->local : &o->remote;
	const struct netaddr *other_client = o->inbound ? &o->remote : &o->local;

	if (o->failed || o->inbound == s->inbound || o->proto != s->proto ||
	    o->unknown_direction || other->port != service->port)
		return false;
	if (client->port != other_client->port && memcmp(other->addr, service->addr, 16) &&
	    memcmp(client->addr, other_client->addr, 16))
		return false;
	return llabs(s->began - o->began + partners_skew(p, s->node, o->node)) <= TOLERANCE_MS;
}

static size_t first_from(const struct alone *a, int64_t ms)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->sides[middle]->began < ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_translated(const struct partners *p, const struct alone *a, const struct side *s)
{
	if (s->began < 0 || s->unknown_direction)
		return false;
	for (size_t i = first_from(a, s->began - a->window);
	     i < a->count && a->sides[i]->began <= s->began + a->window; i++)
		if (is_other_half(p, s, a->sides[i]))
			return true;
	return false;
}

static enum partner_why why_alone(const struct partners *p, const struct alone *a,
				  const struct side *s)
{
	const struct home *h;

	if (s->failed)
		return PARTNER_FAILED;
	if (!partners_end_known(&s->local) || !partners_end_known(&s->remote))
		return PARTNER_UNKNOWN_END;
	if (s->ambiguous)
		return PARTNER_AMBIGUOUS;
	if (!partners_loopback(&s->local) && is_translated(p, a, s))
		return PARTNER_NAT;
	h = partners_home(p, &s->remote);
	if (h)
		return covers(p, h, s) ? PARTNER_NOT_SEEN : PARTNER_NO_LOG;
	return is_private(&s->remote) ? PARTNER_NO_LOG : PARTNER_OUTSIDE;
}

static int by_beginning(const void *x, const void *y)
{
	const struct side *a = *(struct side *const *)x, *b = *(struct side *const *)y;

	return (a->began > b->began) - (a->began < b->began);
}

static bool collect(struct partners *p, struct alone *a)
{
	size_t count = 0;

	*a = (struct alone){ .window = TOLERANCE_MS };
	for (const struct side *s = p->first; s; s = s->next)
		count += !s->peer;
	a->sides = calloc(count + 1, sizeof(*a->sides));
	if (!a->sides)
		return false;
	for (struct side *s = p->first; s; s = s->next)
		if (!s->peer && s->began >= 0)
			a->sides[a->count++] = s;
	qsort(a->sides, a->count, sizeof(*a->sides), by_beginning);
	for (size_t i = 0; i < p->skew_count; i++)
		if (llabs(p->skews[i].median) + TOLERANCE_MS > a->window)
			a->window = llabs(p->skews[i].median) + TOLERANCE_MS;
	return true;
}

void partners_explain(struct partners *p)
{
	struct alone a;

	if (!collect(p, &a)) {
		p->out_of_memory = true;
		return;
	}
	for (struct side *s = p->first; s; s = s->next)
		if (!s->peer)
			s->why = why_alone(p, &a, s);
	free(a.sides);
}
