// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/destroyed: sockets announced as destroyed, until their connection is known. */
#include "parser/track/destroyed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LOOK_MAX 256	/* destroyed sockets to check for one request */

void destroyed_init(struct destroyed_table *t, unsigned int max, int64_t home)
{
	memset(t, 0, sizeof(*t));
	TAILQ_INIT(&t->list);
	for (int i = 0; i < DESTROYED_BUCKETS; i++) {
		TAILQ_INIT(&t->by_remote[i]);
		TAILQ_INIT(&t->by_port[i]);
	}
	t->max = max;
	t->home = home;
	t->incomplete_ms = t->incomplete_away_ms = -1;
}

void destroyed_fini(struct destroyed_table *t)
{
	struct destroyed *d;

	while ((d = TAILQ_FIRST(&t->list)))
		destroyed_remove(t, d);
}

void destroyed_clear(struct destroyed_table *t)
{
	destroyed_fini(t);
	t->incomplete_ms = t->incomplete_away_ms = -1;
}

static struct destroyed_list *by_remote(struct destroyed_table *t, const struct netaddr *a)
{
	return &t->by_remote[netaddr_hash(a) % DESTROYED_BUCKETS];
}

static struct destroyed_list *by_port(struct destroyed_table *t, unsigned int port)
{
	return &t->by_port[port % DESTROYED_BUCKETS];
}

void destroyed_lost(struct destroyed_table *t, const struct stamp *now, bool away)
{
	int64_t ms = stamp_ms(now);

	if (ms > t->incomplete_away_ms)
		t->incomplete_away_ms = ms;
	if (!away && ms > t->incomplete_ms)
		t->incomplete_ms = ms;
}

void destroyed_add(struct destroyed_table *t, const struct diag_sock *sock,
		   const struct stamp *at, int64_t mono)
{
	struct destroyed *d;

	if (destroyed_by_cookie(t, sock->cookie))
		return;
	if (t->count >= t->max) {
		destroyed_lost(t, &TAILQ_FIRST(&t->list)->at, false);
		destroyed_remove(t, TAILQ_FIRST(&t->list));
	}
	d = calloc(1, sizeof(*d));
	if (!d) {
		destroyed_lost(t, at, false);
		return;
	}
	d->sock = *sock;
	d->at = *at;
	d->mono = mono;
	TAILQ_INSERT_TAIL(&t->list, d, all);
	TAILQ_INSERT_HEAD(by_remote(t, &sock->remote), d, same_remote);
	TAILQ_INSERT_HEAD(by_port(t, sock->local.port), d, same_port);
	HASH_ADD(hh, t->by_cookie, sock.cookie, sizeof(d->sock.cookie), d);
	t->count++;
}

void destroyed_remove(struct destroyed_table *t, struct destroyed *d)
{
	HASH_DEL(t->by_cookie, d);
	TAILQ_REMOVE(&t->list, d, all);
	TAILQ_REMOVE(by_remote(t, &d->sock.remote), d, same_remote);
	TAILQ_REMOVE(by_port(t, d->sock.local.port), d, same_port);
	t->count--;
	free(d);
}

struct destroyed *destroyed_by_cookie(struct destroyed_table *t, uint64_t cookie)
{
	struct destroyed *d;

	HASH_FIND(hh, t->by_cookie, &cookie, sizeof(cookie), d);
	return d;
}

/* Compares addresses without their scope, which audit or sock_diag may lack. */
static bool same_ip(const struct netaddr *a, const struct netaddr *b)
{
	return a->family == b->family &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16);
}

static bool end_fits(const struct netaddr *want, const struct netaddr *is)
{
	if (want->has_port && want->port && want->port != is->port)
		return false;
	return !want->has_addr || netaddr_is_any(want) || same_ip(want, is);
}

static bool fits(const struct destroyed *d, const struct destroyed_pattern *p)
{
	const struct diag_sock *s = &d->sock;

	if (s->proto != p->proto || !s->local.port ||
	    (p->netns && p->netns != s->netns) ||
	    stamp_ms(&d->at) > p->until_ms || (p->established && s->established == 0))
		return false;
	if (p->unconnected && (s->remote.port || !netaddr_is_any(&s->remote)))
		return false;
	return end_fits(&p->local, &s->local) && end_fits(&p->remote, &s->remote);
}

/* The lists of newest(). */
enum list { BY_REMOTE, BY_PORT, ALL };

static struct destroyed *newest(struct destroyed_table *t,
				const struct destroyed_pattern *p, enum list *list)
{
	if (p->remote.has_addr && p->remote.port && !netaddr_is_any(&p->remote)) {
		*list = BY_REMOTE;
		return TAILQ_FIRST(by_remote(t, &p->remote));
	}
	if (p->local.port) {
		*list = BY_PORT;
		return TAILQ_FIRST(by_port(t, p->local.port));
	}
	*list = ALL;
	return TAILQ_LAST(&t->list, destroyed_list);
}

static struct destroyed *older(struct destroyed *d, enum list list)
{
	switch (list) {
	case BY_REMOTE:	return TAILQ_NEXT(d, same_remote);
	case BY_PORT:	return TAILQ_NEXT(d, same_port);
	default:	return TAILQ_PREV(d, destroyed_list, all);
	}
}

/* Walks from the newest on, and stops at the second socket that fits: in a storm of similar
 * connections the walk is short. */
struct destroyed *destroyed_only(struct destroyed_table *t,
				 const struct destroyed_pattern *p, bool *several)
{
	struct destroyed *d, *found = NULL;
	int looked_at = 0;
	enum list list;

	*several = false;
	if (p->since_ms <= t->incomplete_ms ||
	    (p->netns != t->home && p->since_ms <= t->incomplete_away_ms))
		return NULL;
	for (d = newest(t, p, &list); d && stamp_ms(&d->at) >= p->since_ms;
	     d = older(d, list)) {
		*several = ++looked_at > LOOK_MAX || (found && fits(d, p));
		if (*several)
			return NULL;
		if (fits(d, p))
			found = d;
	}
	return found;
}

int64_t destroyed_latest(struct destroyed_table *t, const struct destroyed_pattern *p)
{
	struct destroyed *d;
	int looked_at = 0;
	enum list list;

	if (p->since_ms <= t->incomplete_ms ||
	    (p->netns != t->home && p->since_ms <= t->incomplete_away_ms))
		return p->until_ms;
	for (d = newest(t, p, &list); d && stamp_ms(&d->at) >= p->since_ms;
	     d = older(d, list)) {
		if (++looked_at > LOOK_MAX)
			return p->until_ms;
		if (fits(d, p))
			return stamp_ms(&d->at);
	}
	return -1;
}
