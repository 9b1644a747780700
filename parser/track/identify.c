// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/identify: finds the socket of a connection. A socket that was destroyed before
 * it could be found is recognised only if it must be the one, and only one fits.
 */
#include "parser/track/identify.h"

#include <errno.h>
#include <netinet/in.h>

#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/passed.h"

/* Returns true if sock cannot be the accepted c by its local end. A transparent proxy's
 * connections have the local ends that their peers asked for, which no listener has. */
static bool is_of_another(const struct conn *c, const struct diag_sock *sock)
{
	if (!c->local.port || sock->active != 0)
		return false;
	return netaddr_is_any(&c->local) ? c->local.port != sock->local.port :
					   !defer_same_end(&c->local, &sock->local);
}

/* Takes sock, which is c's. Its local end shows whether c's process had the listener that it was
 * presumed to have; if not, the process has lost that one, or never had it. */
static void check_listener(struct track *t, const struct conn *c, const struct diag_sock *sock)
{
	const struct conn_diag *d = c->diag;
	struct proc *p = d->listener >= 0 ? process_find(&t->processes, c->key.node, d->pid) : NULL;
	struct fdent *fd = p ? fdtable_find(&t->fds, p, d->listener) : NULL;

	if (!fd || fd->serial >= c->start.serial || fd->conn->kind != KIND_LISTEN ||
	    !netaddr_equal(conn_local(fd->conn), &c->local))
		return;
	if (is_of_another(c, sock))
		ending_fd_gone(t, fd, VIA_REUSE);
	else
		fd->presumed = false;
}

void identify_learn(struct track *t, struct conn *c, const struct diag_sock *sock)
{
	conn_learn(c, sock);
	if (c->presumed_local) {
		check_listener(t, c, sock);
		c->local = sock->local;
		c->proto = sock->proto;
		c->presumed_local = false;
	}
	c->tentative = false;
	if (c->proto == PROTO_UNKNOWN)
		c->proto = sock->proto;
	if (c->direction == CONN_INBOUND && !c->remote.has_addr)
		c->remote = sock->remote;
}

/* Returns true if the lookup of l, a listener, has found a socket that can be l's. */
static bool is_found(const struct conn *l)
{
	const struct diag_sock *found = &l->diag->found;

	return l->diag->question == QUESTION_FOUND && found->state == STATE_LISTEN &&
	       (!l->local.port || l->local.port == found->local.port);
}

/* Returns true if l, which audit reported before c, has the local end and, if it is known, the
 * namespace of the listener that was found for c. Its own lookup found the same socket, or is not
 * answered yet. */
static bool is_same_end(const struct conn *l, const struct conn *c)
{
	const struct diag_sock *found = &c->diag->found;

	return l != c && l->kind == KIND_LISTEN && !l->tentative && !l->diag->cookie &&
	       l->key.node == c->key.node && l->start.serial < c->start.serial &&
	       (l->proto == found->proto || l->proto == PROTO_UNKNOWN) &&
	       (!l->diag->netns_sure || l->diag->netns == found->netns) &&
	       (!is_found(l) || l->diag->found.cookie == found->cookie) &&
	       netaddr_equal(conn_local(l), &found->local);
}

static int64_t announced_until(const struct conn_diag *d)
{
	return d->question == QUESTION_GONE ? d->answered_ms + IDENTIFY_ANNOUNCED_NS / 1000000 :
					      INT64_MAX;
}

struct destroyed_pattern identify_pattern(const struct conn *c)
{
	const struct conn_diag *d = c->diag;
	struct destroyed_pattern p = {
		.proto = c->proto,
		.netns = d->netns_sure ? d->netns : 0,
		.local = *conn_sure_local(c),
		.remote = c->remote,
		.unconnected = c->kind == KIND_LISTEN,
		.established = c->direction != CONN_INBOUND && d->via == VIA_NONE &&
			       c->kind == KIND_CONNECT,
		.since_ms = stamp_ms(&c->start),
		.until_ms = announced_until(d),
	};

	if (c->kind == KIND_LISTEN)
		p.remote = (struct netaddr){ .has_port = true };
	return p;
}

static bool is_closed(const struct conn *l)
{
	return l->diag->question == QUESTION_GONE || l->diag->question == QUESTION_AGAIN;
}

/* Returns true if a socket that may have been l was destroyed, other than the one found. */
static bool may_have_ended(struct track *t, const struct conn *l, uint64_t found)
{
	struct destroyed_pattern p = identify_pattern(l);
	bool several = false;
	struct destroyed *dead = destroyed_only(&t->diag.destroyed, &p, &several);

	return several || (dead && dead->sock.cookie != found);
}

/* Returns true if l, which listener_at() returned, must be the socket that was found for c: no
 * other that fits exists, or was destroyed since. */
static bool is_only_one(struct track *t, const struct conn *l, const struct conn *c)
{
	const struct conn_diag *d = l->diag;
	bool late = t->diag.mono >= d->deadline;	/* no answer about l is awaited any more */
	uint64_t found = c->diag->found.cookie;

	if (!is_closed(l) || defer_is_stranger(d))
		return false;
	return d->live_count ? d->live_count == 1 && d->live[0] == found :
			       late || destroyed_by_cookie(&t->diag.destroyed, found);
}

/* Returns the listener that audit reported at this local end, if there is only one: with
 * SO_REUSEPORT several processes may listen at one port. */
static struct conn *listener_at(struct track *t, const struct conn *c)
{
	struct conn *only = NULL;
	const struct conn_diag *d;
	int looked_at = 0;

	LIST_FOREACH(d, conn_rivals(&t->conns, NULL), rival) {
		if (++looked_at == RIVALS_MAX)
			return NULL;
		if (!is_same_end(d->conn, c))
			continue;
		if (only)
			return NULL;
		only = d->conn;
	}
	return only && is_closed(only) && may_have_ended(t, only, c->diag->found.cookie) ? NULL : only;
}

/* Follows l, which audit reported, by the cookie of the socket that was found. */
static void follow_listener(struct track *t, struct conn *l, const struct diag_sock *found)
{
	conn_stop_waiting(&t->conns, l);
	l->diag->confirming = false;
	conn_follow(&t->conns, l, found->cookie, t->diag.mono);
	l->diag->found = *found;
	identify_learn(t, l, found);
	life_write_start(t, l);
}

static void merge(struct track *t, struct conn *known, struct conn *c)
{
	struct fdent *fd;

	while ((fd = LIST_FIRST(&c->fds)))
		fdtable_move(fd, known, &known->fds);
	life_withdraw(t, c);
	conn_drop(&t->conns, c);
}

bool identify_same_listener(struct track *t, struct conn *c, bool late)
{
	const struct diag_sock *found = &c->diag->found;
	struct conn *known = conn_by_cookie(&t->conns, found->cookie);
	struct destroyed *dead;

	if (!known && c->tentative && c->kind == KIND_LISTEN && ending_was_buried(t, found->cookie)) {
		life_withdraw(t, c);
		conn_drop(&t->conns, c);
		return true;
	}
	if (!known && c->tentative && c->kind == KIND_LISTEN && found->state == STATE_LISTEN) {
		known = listener_at(t, c);
		if (known && is_only_one(t, known, c))
			follow_listener(t, known, found);
		else if (known && !is_found(known) && !late)
			return true;	/* its own answer shows whether it is this socket */
	}
	if (!known || known == c || !c->tentative || c->kind != KIND_LISTEN ||
	    known->kind != KIND_LISTEN || known->proto != found->proto)
		return false;
	ending_held(t, known, c->diag->looked_ms);
	dead = destroyed_by_cookie(&t->diag.destroyed, found->cookie);
	merge(t, known, c);
	if (dead)
		ending_claim(t, known, dead);
	return true;
}

bool identify_late_listener(struct track *t, struct conn *c)
{
	struct conn *known = c->tentative && c->kind != KIND_CONNECT && c->local.port ?
			     passed_listener(t, c, c->start.serial) : NULL;

	if (!known)
		return false;
	merge(t, known, c);
	return true;
}

bool identify_lives_nowhere(const struct track *t, const struct conn_diag *d)
{
	if (d->live_count > DIAG_LIVE_MAX)
		return false;
	for (unsigned int i = 0; i < d->live_count; i++)
		if (!conn_by_cookie(&t->conns, d->live[i]))
			return false;
	return true;
}

/* Returns true if another waiting connection has the same known ends as c. */
static bool has_twin(const struct track *t, const struct conn *c)
{
	bool listens = c->kind == KIND_LISTEN;
	const struct conn_diag *d;
	int looked_at = 0;

	LIST_FOREACH(d, conn_rivals(&t->conns, listens ? NULL : &c->remote), rival) {
		const struct conn *o = d->conn;

		if (++looked_at == RIVALS_MAX)
			return true;
		if (o != c && o->kind == c->kind &&
		    (listens ? !o->tentative && o->local.port == c->local.port :
			       netaddr_equal(&o->remote, &c->remote)))
			return true;
	}
	return false;
}

/* Returns true if few sockets can have c's ends: a connect's peer may be that of many. */
static bool is_distinct(const struct conn *c)
{
	return c->kind == KIND_LISTEN ? c->local.port && !c->tentative :
					c->direction == CONN_INBOUND && c->remote.has_addr;
}

/* Returns true if a socket that fits was destroyed, or if reports were lost. */
static bool has_ended(struct track *t, struct destroyed_pattern p)
{
	p.until_ms = INT64_MAX;
	return destroyed_latest(&t->diag.destroyed, &p) >= 0;
}

bool identify_lives(struct track *t, const struct conn *c)
{
	const struct conn_diag *d = c->diag;

	return is_distinct(c) && !d->cookie && !defer_is_stranger(d) && d->live_count == 1 &&
	       d->found.cookie == d->live[0] && d->found.ino &&
	       !conn_by_cookie(&t->conns, d->found.cookie) &&
	       !has_ended(t, identify_pattern(c)) && !has_twin(t, c);
}

static bool may_have_been(const struct conn *c, const struct destroyed *dead)
{
	const struct conn_diag *d = c->diag;
	const struct netaddr *local = conn_sure_local(c);
	int64_t at = stamp_ms(&dead->at);

	if (c->proto != dead->sock.proto || at < stamp_ms(&c->start) ||
	    at > announced_until(d) ||
	    (d->netns_sure && d->netns != dead->sock.netns) ||
	    (d->question == QUESTION_FOUND && d->found.cookie != dead->sock.cookie))
		return false;
	if (local->port && local->port != dead->sock.local.port)
		return false;
	if (c->kind == KIND_LISTEN)
		return !dead->sock.remote.port;
	return defer_same_end(&c->remote, &dead->sock.remote);
}

static bool is_among(const struct rival_list *rivals, const struct conn *c,
		     const struct destroyed *dead)
{
	const struct conn_diag *d;
	int looked_at = 0;

	LIST_FOREACH(d, rivals, rival) {
		if (d->pid != c->diag->pid && may_have_been(d->conn, dead))
			return true;
		if (++looked_at == RIVALS_MAX)
			return true;
	}
	return false;
}

/* A waiting start of another process may be the one that was destroyed. If very many are
 * similar, one is assumed to be it. */
static bool has_rival(const struct track *t, const struct conn *c,
		      const struct destroyed *dead)
{
	return is_among(conn_rivals(&t->conns, &dead->sock.remote), c, dead) ||
	       is_among(conn_rivals(&t->conns, NULL), c, dead);
}

bool identify_may_be_next(struct track *t, const struct conn *c)
{
	struct destroyed_pattern p = identify_pattern(c);

	p.local = c->diag->found.local;
	p.proto = c->diag->found.proto;
	return c->presumed_local && !c->remote.has_addr && has_ended(t, p);
}

struct destroyed *identify_only(struct track *t, struct conn *c, bool *several)
{
	const struct conn_diag *d = c->diag;
	struct destroyed_pattern p = identify_pattern(c);
	struct destroyed *dead;

	/* an address without a port is too vague: a socket that audit did not report (io_uring)
	 * may match */
	if (!c->local.port && (c->kind == KIND_LISTEN || !c->remote.has_addr))
		return NULL;
	dead = destroyed_only(&t->diag.destroyed, &p, several);
	if (!dead || !defer_passed(t, stamp_ms(&dead->at), dead->mono) ||
	    (!d->netns_sure &&
	     ((d->netns && d->netns != dead->sock.netns) || has_rival(t, c, dead))))
		return NULL;
	if (c->kind == KIND_CONNECT && !c->remote.has_addr && dead->sock.local.port != c->local.port) {
		conn_forget_local(c);	/* the presumed end may be the wrong one */
		return NULL;
	}
	return dead;
}

void identify_claim(struct track *t, struct conn *c, struct destroyed *dead)
{
	struct conn_diag *d = c->diag;

	identify_learn(t, c, &dead->sock);
	c->cookie = dead->sock.cookie;
	if (c->unwritten && d->via == VIA_PROGRESS && c->proto == IPPROTO_TCP) {
		if (dead->sock.established == 0) {
			life_fail_deferred(t, c, dead->sock.refused ? ECONNREFUSED : 0,
					   VIA_DESTROY);
			destroyed_remove(&t->diag.destroyed, dead);
			conn_drop(&t->conns, c);
			return;
		}
		if (dead->sock.established == 1)
			defer_established(c, stamp_ms(&dead->at));
	}
	life_write_start(t, c);
	conn_follow(&t->conns, c, dead->sock.cookie, t->diag.mono);
	ending_claim(t, c, dead);
}
