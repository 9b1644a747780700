// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/partner_join: the two sides of each connection. */
#include <stdlib.h>
#include <string.h>

#include "parser/query/partner_store.h"

static int compare_ends(const struct netaddr *a, const struct netaddr *b)
{
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	return order ? order : (a->port > b->port) - (a->port < b->port);
}

/* As the accepting host has the ends. */
static struct group *group_of(struct partners *p, const struct side *s,
			      const struct conntrack *translations, bool *high)
{
	struct netaddr local = s->local, remote = s->remote;
	struct group *g;
	struct ends k;

	if (translations && !s->inbound)
		conntrack_translate(translations, s->proto, &local, &remote);
	*high = compare_ends(&local, &remote) > 0;
	memset(&k, 0, sizeof(k));
	memcpy(k.low, (*high ? &remote : &local)->addr, 16);
	memcpy(k.high, (*high ? &local : &remote)->addr, 16);
	k.low_port = (*high ? &remote : &local)->port;
	k.high_port = (*high ? &local : &remote)->port;
	k.family = local.family;
	k.proto = s->proto == PROTO_MPTCP ? 6 : s->proto;
	k.node = partners_loopback(&local) ? s->node : NULL;
	HASH_FIND(hh, p->groups, &k, sizeof(k), g);
	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g) {
		p->out_of_memory = true;
		return NULL;
	}
	g->ends = k;
	HASH_ADD(hh, p->groups, ends, sizeof(g->ends), g);
	return g;
}

static void join_group(struct partners *p, struct side *s, const struct conntrack *translations)
{
	bool high;
	struct group *g = group_of(p, s, translations, &high);
	struct side **at = g ? &g->lists[high] : NULL;

	if (!g)
		return;
	while (*at && (*at)->began <= s->began)
		at = &(*at)->in_group;
	s->in_group = *at;
	*at = s;
}

void partners_join(struct partners *p, const struct conntrack *translations)
{
	struct group *g, *next;

	for (struct side *s = p->first; s; s = s->next)
		if (partners_end_known(&s->local) && partners_end_known(&s->remote))
			join_group(p, s, translations);
	partners_measure(p);
	HASH_ITER(hh, p->groups, g, next)
		partners_match(p, g);
	for (struct side *s = p->first; s; s = s->next)
		if (!s->peer)
			partners_join_bound(p, s);
	partners_explain(p);
}
