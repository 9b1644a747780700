// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/request: requests matched with the sockets of a dump. */
#include "plugin/resolve/request.h"

#include <netinet/in.h>
#include <string.h>

#include "plugin/clock.h"
#include "plugin/resolve/procfs.h"

struct pending *requests_add(struct requests *rs, const struct request *q)
{
	struct pending *p;

	if (rs->count == REQUESTS_MAX)
		return NULL;
	p = &rs->at[rs->count++];
	*p = (struct pending){ .q = *q };
	return p;
}

void pending_read_descriptor(struct pending *p)
{
	int found = procfs_socket(p->q.pid, p->q.fd, &p->ino);
	struct stamp now = clock_stamp();

	p->looked_ms = stamp_ms(&now);
	p->hidden = found < 0;
	if (found <= 0)
		p->ino = 0;
}

/* ---- the index ---- */

static bool has_remote_end(const struct netaddr *a)
{
	return a->has_port && a->port && a->has_addr && !netaddr_is_any(a);
}

/* Hashes the parts that note_living() compares: not the scope. */
static unsigned int bucket_of(const struct netaddr *a)
{
	unsigned int h = a->port;

	for (size_t i = 0; i < sizeof(a->addr); i++)
		h = h * 31 + a->addr[i];
	return h % REQUEST_BUCKETS;
}

static void index_by_ino(struct requests *rs, struct pending *p)
{
	struct pending *first;

	HASH_FIND(hh, rs->by_ino, &p->ino, sizeof(p->ino), first);
	if (first) {
		p->next = first->next;
		first->next = p;
	} else {
		HASH_ADD(hh, rs->by_ino, ino, sizeof(p->ino), p);
	}
}

static void index_by_cookie(struct requests *rs, struct pending *p)
{
	struct pending *first;

	HASH_FIND(hh, rs->by_cookie, &p->q.cookie, sizeof(p->q.cookie), first);
	if (first) {
		p->next = first->next;
		first->next = p;
	} else {
		HASH_ADD(hh, rs->by_cookie, q.cookie, sizeof(p->q.cookie), p);
	}
}

static void index_by_end(struct requests *rs, struct pending *p)
{
	struct pending **list = has_remote_end(&p->q.remote) ?
				      &rs->buckets[bucket_of(&p->q.remote)] :
				      &rs->any_end;

	p->next = *list;
	*list = p;
}

static void index_one(struct requests *rs, struct pending *p)
{
	p->next = NULL;
	if (p->hidden)
		return;
	if (p->q.kind == REQUEST_HELD) {
		p->ino = p->q.ino;
		if (p->q.cookie)
			index_by_cookie(rs, p);
		else if (p->ino)
			index_by_ino(rs, p);
		else
			index_by_end(rs, p);
	} else if (p->ino) {
		index_by_ino(rs, p);
	} else {
		index_by_end(rs, p);
	}
}

void requests_index(struct requests *rs)
{
	rs->by_ino = rs->by_cookie = rs->any_end = NULL;
	rs->netns = 0;
	memset(rs->buckets, 0, sizeof(rs->buckets));
	for (unsigned int i = 0; i < rs->count; i++)
		index_one(rs, &rs->at[i]);
}

void requests_unindex(struct requests *rs)
{
	HASH_CLEAR(hh, rs->by_ino);
	HASH_CLEAR(hh, rs->by_cookie);
}

/* ---- matching ---- */

static bool end_fits(const struct netaddr *want, const struct netaddr *is)
{
	if (want->has_port && want->port && want->port != is->port)
		return false;
	return !want->has_addr || netaddr_is_any(want) ||
	       (want->family == is->family && !memcmp(want->addr, is->addr, 16));
}

static bool looks_in(const struct pending *p, int64_t netns)
{
	return p->everywhere || p->netns == netns;
}

/* An accepted connection has the local end of its listener. */
static bool may_listen(const struct diag_sock *sock)
{
	return !sock->remote.port &&
	       (sock->proto != IPPROTO_TCP || sock->state == STATE_LISTEN);
}

static bool fits(const struct pending *p, const struct diag_sock *sock)
{
	return (!p->q.listens || may_listen(sock)) &&
	       (p->q.proto == PROTO_UNKNOWN || p->q.proto == sock->proto) &&
	       looks_in(p, sock->netns) && end_fits(&p->q.local, &sock->local) &&
	       end_fits(&p->q.remote, &sock->remote);
}

static void take_found(struct pending *p, const struct diag_sock *sock)
{
	/* orphans and sockets in TIME_WAIT have no inode: no process has them */
	if (p->q.kind == REQUEST_HELD && (!sock->ino || !fits(p, sock)))
		return;
	p->sock = *sock;
	p->found = true;
}

static void match_end(struct pending *p, const struct diag_sock *sock)
{
	for (; p; p = p->next) {
		if (p->q.kind == REQUEST_HELD) {
			take_found(p, sock);
			continue;
		}
		if (p->q.proto != sock->proto || !fits(p, sock))
			continue;
		if (!p->live_count)
			p->sock = *sock;
		if (p->live_count < DIAG_LIVE_MAX)
			p->live[p->live_count] = sock->cookie;
		p->live_count++;
	}
}

/* Returns true if sock, with a peer, has the port of a listener: it was accepted. */
static bool note_listener(struct requests *rs, const struct diag_sock *sock)
{
	uint64_t *at = &rs->listeners[sock->local.port / 64], bit = 1ULL << sock->local.port % 64;

	if (sock->proto != IPPROTO_TCP || !sock->netns)
		return false;
	if (rs->netns != sock->netns)
		memset(rs->listeners, 0, sizeof(rs->listeners));
	rs->netns = sock->netns;
	if (sock->state == STATE_LISTEN)
		*at |= bit;
	return sock->remote.port && *at & bit;
}

void requests_match(struct requests *rs, const struct diag_sock *found)
{
	struct diag_sock with = *found, *sock = &with;
	struct pending *p = NULL;

	if (note_listener(rs, sock) && sock->active < 0)
		sock->active = 0;
	if (sock->ino)
		HASH_FIND(hh, rs->by_ino, &sock->ino, sizeof(sock->ino), p);
	for (; p; p = p->next)
		take_found(p, sock);
	HASH_FIND(hh, rs->by_cookie, &sock->cookie, sizeof(sock->cookie), p);
	for (; p; p = p->next)
		take_found(p, sock);
	match_end(rs->buckets[bucket_of(&sock->remote)], sock);
	match_end(rs->any_end, sock);
}

bool requests_want(const struct requests *rs, int proto, int64_t netns)
{
	for (unsigned int i = 0; i < rs->count; i++) {
		const struct pending *p = &rs->at[i];
		int wanted = p->q.proto;

		if (!p->hidden && (wanted == proto || wanted == PROTO_UNKNOWN) &&
		    looks_in(p, netns))
			return true;
	}
	return false;
}
