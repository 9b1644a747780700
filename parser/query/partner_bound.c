// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/partner_bound: the peers of UDP sockets that are connected: a server answers all
 * clients with one socket, which is bound and has no connection of its own.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/partner_store.h"

bool partners_datagram(int proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

static struct bound_port *port_of(const struct partners *p, int proto, uint16_t port)
{
	uint32_t key = (uint32_t)proto << 16 | port;
	struct bound_port *at;

	HASH_FIND(hh, p->ports, &key, sizeof(key), at);
	return at;
}

void partners_add_bound(struct partners *p, struct side *s)
{
	struct bound_port *at = port_of(p, s->proto, s->local.port);

	s->next = p->bound;
	p->bound = s;
	if (!at) {
		at = calloc(1, sizeof(*at));
		if (!at) {
			p->out_of_memory = true;
			return;
		}
		at->key = (uint32_t)s->proto << 16 | s->local.port;
		HASH_ADD(hh, p->ports, key, sizeof(at->key), at);
	}
	s->in_group = at->first;
	at->first = s;
}

/* The place of the remote end of a side. */
struct place {
	const char *node;
	int64_t netns;		/* -1: unknown */
};

static bool place_of(const struct partners *p, const struct side *s, struct place *at)
{
	const struct home *h;

	if (partners_loopback(&s->remote)) {
		*at = (struct place){ s->node, s->netns };
		return true;
	}
	h = partners_home(p, &s->remote);
	if (!h || h->several)
		return false;
	*at = (struct place){ h->node, h->netns };
	return true;
}

/* How well a bound socket fits the address: 0 not; else as the kernel prefers one. */
static int address_fit(const struct side *b, const struct netaddr *a)
{
	if (b->local.family == a->family && !memcmp(b->local.addr, a->addr, 16))
		return 3;
	if (!netaddr_is_any(&b->local))
		return 0;
	return b->local.family == a->family ? 2 : b->local.family == AF_INET6 ? 1 : 0;
}

static int fit(const struct partners *p, const struct side *b, const struct side *s,
	       const struct place *at)
{
	int64_t skew = partners_skew(p, s->node, at->node), when = s->began + skew;

	if (b->node != at->node || !b->local.has_addr || !b->local.has_port || s->began < 0)
		return 0;
	if (b->netns >= 0 && at->netns >= 0 && b->netns != at->netns)
		return 0;
	if (b->began > when + TOLERANCE_MS || (b->ended >= 0 && b->ended < when))
		return 0;
	return address_fit(b, &s->remote);
}

/* The peer has the address that the client sends to. */
static struct side *peer_of(struct partners *p, const struct side *b, struct side *s)
{
	struct held *h = calloc(1, sizeof(*h));

	if (!h) {
		p->out_of_memory = true;
		return NULL;
	}
	h->side = *b;
	h->side.comm = b->comm ? strdup(b->comm) : NULL;
	h->side.exe = b->exe ? strdup(b->exe) : NULL;
	h->side.local = s->remote;
	h->side.remote = s->local;
	h->side.inbound = h->side.bound = true;
	h->side.peer = s;
	h->side.next = p->bound_peers;
	p->bound_peers = &h->side;
	return &h->side;
}

void partners_join_bound(struct partners *p, struct side *s)
{
	const struct bound_port *port = port_of(p, s->proto, s->remote.port);
	const struct side *best = NULL;
	struct place at;
	bool several = false;
	int most = 0;

	if (!port || !partners_datagram(s->proto) || s->failed || s->inbound ||
	    !partners_end_known(&s->remote) || !place_of(p, s, &at))
		return;
	for (const struct side *b = port->first; b; b = b->in_group) {
		int fits = fit(p, b, s, &at);

		if (!fits || fits < most)
			continue;
		several = fits == most && (several || b->pid != best->pid);
		most = fits;
		best = b;
	}
	if (several)
		s->ambiguous = true;
	else if (best)
		s->peer = peer_of(p, best, s);
}
