// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/owners_ends: connections indexed by their ends, each followed by the next one. */
#include <netinet/in.h>
#include <stdlib.h>
#include <utlist.h>

#include "parser/packet/ends.h"

static uint8_t proto_of(int proto)
{
	return proto == PROTO_MPTCP ? IPPROTO_TCP : proto == PROTO_UNKNOWN ? 0 : proto;
}

struct ends_key ends_key(enum ends_kind kind, int proto, const struct netaddr *local,
			 const struct netaddr *remote)
{
	struct ends_key k;

	memset(&k, 0, sizeof(k));
	k.kind = kind;
	k.proto = proto_of(proto);
	if (kind != ENDS_REMOTE) {
		memcpy(k.local, local->addr, sizeof(k.local));
		k.local_port = local->port;
		k.local_family = local->family;
	}
	if (kind != ENDS_LOCAL) {
		memcpy(k.remote, remote->addr, sizeof(k.remote));
		k.remote_port = remote->port;
		k.remote_family = remote->family;
	}
	return k;
}

struct owner_ends *ends_find(struct owners *o, const struct ends_key *key)
{
	struct owner_ends *e;

	HASH_FIND(hh, o->ends, key, sizeof(*key), e);
	return e;
}

static struct owner_ends *ends_get(struct owners *o, const struct ends_key *key)
{
	struct owner_ends *e = ends_find(o, key);

	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->key = *key;
	HASH_ADD(hh, o->ends, key, sizeof(e->key), e);
	return e;
}

void ends_leave(struct owners *o, struct owner *g)
{
	struct owner_ends *e = g->ends;

	if (!e)
		return;
	LL_DELETE(e->first, g);
	if (e->now == g) {
		e->now = NULL;
		e->has_syn = false;
	}
	if (e->streams_of == g)
		e->streams_of = NULL;
	g->ends = NULL;
	g->next = NULL;
	if (e->first)
		return;
	HASH_DEL(o->ends, e);
	free(e);
}

/* Its start is unknown: after the end of the previous one. */
static void bound_beginning(const struct owner_ends *e, struct owner *g, int64_t noticed)
{
	for (const struct owner *before = e->first; before; before = before->next) {
		int64_t ended = before->ended < noticed ? before->ended : noticed;

		if (ended > g->began && owners_same_netns(before, g))
			g->began = ended;
	}
}

/* The log is in the order of time, so mostly at the end. */
static void join_ends(struct owner_ends *e, struct owner *g, int64_t noticed)
{
	struct owner **at = &e->first;

	if (g->began == OWNERS_UNKNOWN)
		bound_beginning(e, g, noticed);
	while (*at && (*at)->began <= g->began)
		at = &(*at)->next;
	g->next = *at;
	*at = g;
	g->ends = e;
}

bool ends_place(struct owners *o, struct owner *g, const struct entry *e)
{
	enum ends_kind kind = entry_is_listen(e) ? ENDS_LOCAL :
			      ends_known(&e->local) && !netaddr_is_any(&e->local) ? ENDS_BOTH :
			      ENDS_REMOTE;
	struct owner_ends *ends;
	struct ends_key key;

	if (kind == ENDS_LOCAL ? !ends_known(&e->local) : !ends_known(&e->remote))
		return false;
	key = ends_key(kind, e->proto, &e->local, &e->remote);
	ends = ends_get(o, &key);
	if (!ends)
		return false;
	g->local = e->local;
	join_ends(ends, g, ends_ns(&e->time));
	return true;
}
