// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/owners_find: finds the owners of a packet. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/packet/ends.h"

static const char *const texts[WHY_COUNT] = {
#define OWNERS_WHY_TEXT(name, text) [WHY_##name] = text,
	OWNERS_WHYS(OWNERS_WHY_TEXT)
#undef OWNERS_WHY_TEXT
};

const char *owners_why_text(enum owners_why why)
{
	return texts[why];
}

bool owners_always_local(const struct netaddr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == AF_INET ? a->addr[0] == 127 : !memcmp(a->addr, one, 16);
}

static bool is_multicast(const struct netaddr *a)
{
	return a->family == AF_INET ? a->addr[0] >= 224 : a->addr[0] == 0xff;
}

static const struct local_address *find_local(const struct owners *o, const struct netaddr *a)
{
	struct local_address *found;
	uint8_t bytes[17] = { a->family };

	memcpy(bytes + 1, a->addr, 16);
	HASH_FIND(hh, o->locals, bytes, sizeof(bytes), found);
	return found;
}

static bool is_local(const struct owners *o, const struct netaddr *a)
{
	return owners_always_local(a) || find_local(o, a);
}

/* The namespace that has the address; -1: unknown. */
static int64_t netns_of(const struct owners *o, const struct netaddr *a)
{
	const struct local_address *found = find_local(o, a);

	if (owners_always_local(a))
		return o->netns;
	return found && !found->many_netns ? found->netns : -1;
}

/* The socket that is bound to the end, or to its port on every address. */
static struct owner *bound(struct owners *o, const struct netaddr *local, struct pick *p)
{
	static const struct netaddr none = { 0 };
	struct netaddr any[2] = { { .family = AF_INET }, { .family = AF_INET6 } };
	struct owner *hit = NULL;

	for (int i = -1; i < 2 && !hit; i++) {
		const struct netaddr *at = i < 0 ? local : &any[i];
		struct owner_ends *ends;
		struct ends_key key;

		if (i == 0 && local->family != AF_INET)
			continue;
		p->local_netns = netns_of(o, local);
		any[1].port = any[0].port = local->port;
		key = ends_key(ENDS_LOCAL, p->flow->proto, at, &none);
		ends = ends_find(o, &key);
		if (ends)
			hit = owners_pick(ends, p);
		if (ends && p->why == WHY_AMBIGUOUS)
			return NULL;
	}
	return hit;
}

/* Without the local port in the log, one that this host opened could be any of several. */
static struct owner *by_remote(struct owner_ends *ends, struct pick *p, bool local)
{
	struct owner *g = owners_pick(ends, p);

	if (!g || (g->inbound && !g->unknown_direction) || (g->local.has_port && local))
		return g;
	p->why = WHY_NO_PORT;
	return NULL;
}

static bool is_usable(const struct owner_user *user, struct pick *p)
{
	if (user->matched && user->process)
		return true;
	p->why = user->matched ? WHY_NO_PID : WHY_FILTERED;
	return false;
}

/* Returns the user among its users, or NULL. */
static struct owner_user *user_of(struct owner *g, struct pick *p, struct owners_found *found)
{
	struct owner_user *user;

	users_see(&g->users, p->flow, p->outbound);
	user = users_find(&g->users, p->flow, p->ns, p->outbound);
	if (user)
		return is_usable(user, p) ? user : NULL;
	p->why = WHY_USER;
	found->near = g;
	return NULL;
}

/* A datagram after the end of its connection belongs to a socket that is still bound to the port,
 * if there is one: the kernel delivers it there. */
static struct owner *still_bound(struct owners *o, const struct netaddr *local, struct owner *g,
				 struct pick *p)
{
	struct pick second = *p;
	struct owner *hit;

	if (p->flow->proto == IPPROTO_TCP || (g ? !owners_is_over(g, p->ns) : p->why != WHY_CLOSED))
		return g;
	hit = bound(o, local, &second);
	if (hit && !owners_is_over(hit, p->ns))
		return hit;
	if (second.why != WHY_AMBIGUOUS && second.why != WHY_ENDED)
		return g;
	p->why = second.why;
	return NULL;
}

/* Returns true if the log has several namespaces, each has this address, and the log does not name
 * the one of g. */
static bool is_any_netns(const struct owners *o, const struct owner *g, const struct netaddr *local)
{
	bool any = owners_always_local(local) || (g->listens && netaddr_is_any(&g->local));

	return any && g->netns < 0 && o->many_netns;
}

static struct owner_user *side(struct owners *o, const struct flow *f, int64_t ns, bool outbound,
			       struct owners_found *found)
{
	const struct netaddr *local = outbound ? &f->src : &f->dst;
	const struct netaddr *remote = outbound ? &f->dst : &f->src;
	struct pick p = { .flow = f, .ns = ns, .outbound = outbound, .local_netns = -1,
			  .why = WHY_NOT_LOGGED,
			  .complete = ns <= o->complete, .log_ends = o->log_ends };
	struct ends_key key = ends_key(ENDS_BOTH, f->proto, local, remote);
	struct owner_ends *ends = ends_find(o, &key);
	struct owner *g = ends ? owners_pick(ends, &p) : NULL;
	struct owner_user *user;

	g = still_bound(o, local, g, &p);
	if (!g && p.why == WHY_NOT_LOGGED) {
		key = ends_key(ENDS_REMOTE, f->proto, local, remote);
		ends = ends_find(o, &key);
		if (ends)
			g = by_remote(ends, &p, is_local(o, local));
	}
	if (!g && p.why == WHY_NOT_LOGGED && is_local(o, local)) {
		g = bound(o, local, &p);
		/* several processes can listen on one port */
		if (f->proto == IPPROTO_TCP && (g || p.why == WHY_AMBIGUOUS)) {
			found->near = g && is_usable(&g->users.opener, &p) ? g : NULL;
			p.why = WHY_NOT_ACCEPTED;
			g = NULL;
		}
	}
	if (g && is_any_netns(o, g, local)) {
		g->any_netns = true;
		if (g->listens) {
			p.why = WHY_AMBIGUOUS;
			g = NULL;
		}
	}
	user = g ? user_of(g, &p, found) : NULL;
	if (!user && p.why > found->why)
		found->why = p.why;
	/* the other process of this host can be named a little later, and the next user */
	found->late |= p.late || (g && o->has_uses && !p.complete) ||
		       (!user && !p.complete && is_local(o, local) &&
			(p.why == WHY_NOT_LOGGED || p.why == WHY_NOT_ACCEPTED ||
			 p.why == WHY_CLOSED || p.why == WHY_NO_PORT));
	if (user)
		*(outbound ? &found->from : &found->to) = g;
	return user;
}

void owners_find(struct owners *o, const struct flow *f, int64_t ns, struct owners_found *found)
{
	memset(found, 0, sizeof(*found));
	if (ns > o->until) {
		found->why = WHY_FILTERED;
		return;
	}
	found->sender = side(o, f, ns, true, found);
	found->receiver = side(o, f, ns, false, found);
	if (found->from || found->to) {
		found->near = NULL;
		found->why = WHY_NONE;
		return;
	}
	if (found->why != WHY_NOT_ACCEPTED && found->why != WHY_USER)
		found->near = NULL;
	if (found->why != WHY_NOT_LOGGED)
		return;
	if (!o->first || ns < o->first - ENDS_TOLERANCE)
		found->why = WHY_BEFORE;
	else if (o->log_ends && ns > o->latest + ENDS_TOLERANCE)
		found->why = WHY_ENDED;
	else if (o->local_count && !is_local(o, &f->src) && (!is_local(o, &f->dst) || is_multicast(&f->dst)))
		found->why = WHY_FORWARDED;
}
