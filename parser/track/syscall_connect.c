// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/syscall_connect: connect(2): its result, repetitions and misuse. */
#include "parser/track/syscall_connect.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/bounds.h"
#include "parser/track/call.h"
#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/life.h"
#include "parser/track/protocol.h"

/* connect(AF_UNSPEC): a bound datagram socket receives from all again. */
static void disconnect(struct track *t, const struct event *f)
{
	struct conn *s = call_find_socket(t, f->fd);

	if (!s || f->result < 0)
		return;
	s->uncollected = false;
	if (s->kind == KIND_LISTEN)
		return;
	life_close(t, s, ENDING(.via = VIA_NONE));
	memset(&s->remote, 0, sizeof(s->remote));
	if (s->bound && protocol_is_datagram(s->proto))
		call_listens(t, s);
}

static void connect_start(struct track *t, struct conn *s,
			  const struct event *f, enum entry_via via)
{
	call_displaced(t, s);
	s->remote = call_peer(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	life_open(t, s, KIND_CONNECT, via);
}

/* A datagram socket's connect: no packet, no waiting, and it may be repeated. */
static void connect_datagram(struct track *t, struct conn *s,
			     const struct event *f)
{
	struct netaddr peer = call_peer(s, &f->addr);

	if (s->kind == KIND_CONNECT && netaddr_equal(&s->remote, &peer))
		return;
	life_close(t, s, ENDING(.via = VIA_NONE));
	if (!call_is_route_lookup(s, f))
		connect_start(t, s, f, VIA_NONE);
}

/* Notes that the program has learnt of the success of its connect. */
static void established(struct conn *s, const struct event *f)
{
	if (s->unwritten)
		defer_established(s, stamp_ms(&f->stamp));
}

static void deferred_failed(struct track *t, struct conn *s, int err)
{
	life_fail_deferred(t, s, err, VIA_NONE);
	if (s->phase != CONN_DESTROYED)
		conn_drop_diag(&t->conns, s);
}

/* Returns true if f asks for the outcome of a connect that was not seen: a scan found the socket
 * open. */
static bool is_found(const struct conn *s, const struct event *f)
{
	struct netaddr peer = call_peer(s, &f->addr);

	return s->kind == KIND_CONNECT && !s->ev.serial && netaddr_equal(&s->remote, &peer);
}

static void connect_done(struct track *t, struct conn *s, const struct event *f)
{
	if (protocol_is_datagram(s->proto)) {
		connect_datagram(t, s, f);
		return;
	}
	if (s->uncollected || is_found(s, f)) {
		s->uncollected = false;
		established(s, f);
		return;
	}
	if (call_is_route_lookup(s, f))
		call_displaced(t, s);
	else
		connect_start(t, s, f, VIA_NONE);
}

/* Writes the failure of a connect to another peer. The open socket keeps its peer. */
static void fail_beside(struct track *t, const struct event *f, int err)
{
	struct conn *c = bounds_conn(t), *s;

	if (!c)
		return;
	s = call_find_socket(t, f->fd);		/* making room may have dropped it */
	if (s) {
		c->family = s->family;
		c->proto = s->proto;
		c->local = s->local;
	}
	c->remote = s ? call_peer(s, &f->addr) : f->addr;
	life_begin(t, c);
	life_fail(t, c, err, VIA_NONE);
	conn_drop(&t->conns, c);
}

/* Writes a connection that ended when the socket's present one began. */
static void connect_ended(struct track *t, const struct event *f)
{
	struct conn *c = bounds_conn(t), *s = c ? call_find_socket(t, f->fd) : NULL;

	if (!c)
		return;
	c->direction = CONN_OUTBOUND;
	c->remote = f->addr;
	if (s) {
		c->family = s->family;
		c->proto = s->proto;
		c->remote = call_peer(s, &f->addr);
	}
	life_begin(t, c);
	life_open(t, c, KIND_CONNECT, VIA_NONE);
	ending_displaced(t, c, s ? stamp_ms(&s->ev) : 0, VIA_NONE);
}

/*
 * Returns true if f is older than the event of the socket's connection, or of its last failure,
 * and was handled: it changes nothing of that one.
 */
static bool connect_late(struct track *t, struct conn *s, const struct event *f, int err)
{
	struct netaddr peer = call_peer(s, &f->addr);

	if (!state_is_older(f, s->ev.serial, stamp_ms(&s->ev)))
		return false;
	if (err == EINPROGRESS || err == EINTR || call_is_route_lookup(s, f))
		return true;
	if (err)
		fail_beside(t, f, err);
	else if (s->kind != KIND_CONNECT || !netaddr_equal(&s->remote, &peer))
		connect_ended(t, f);
	return true;
}

static void connect_error(struct track *t, struct conn *s, const struct event *f,
			  int err)
{
	if (s->uncollected) {
		/* its start was written before its outcome was known */
		s->uncollected = false;
		if (s->unwritten)
			deferred_failed(t, s, err);
		else
			life_close(t, s, ENDING(.err = err));
		return;
	}
	if (call_is_route_lookup(s, f))
		return;
	if (s->kind) {
		fail_beside(t, f, err);
		return;
	}
	s->remote = call_peer(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	life_fail(t, s, err, VIA_NONE);
	memset(&s->remote, 0, sizeof(s->remote));
}

/* The attempt in progress ended unseen (SO_ERROR), and this is the next one: a call that only
 * continues to wait gives EALREADY or EINTR, never EINPROGRESS. */
static bool is_another(const struct conn *s, const struct event *f, int err)
{
	struct netaddr peer = call_peer(s, &f->addr);

	return err == EINPROGRESS || !netaddr_equal(&s->remote, &peer);
}

/* ERESTARTSYS to ERESTART_RESTARTBLOCK: the kernel repeats the call after a signal. Audit mostly
 * writes EINTR. */
static int error_of(const struct event *f)
{
	int err = f->result < 0 ? -f->result : 0;

	return err >= 512 && err <= 516 ? EINTR : err;
}

void syscall_connect(struct track *t, const struct event *f)
{
	int err = error_of(f);
	struct conn *s;

	if (f->has_sockaddr && f->sa_family == AF_UNSPEC) {
		disconnect(t, f);
		return;
	}
	if (call_is_misuse(err)) {
		s = err == EISCONN ? call_find_socket(t, f->fd) : NULL;
		if (s) {	/* the connect has succeeded */
			s->uncollected = false;
			established(s, f);
		}
		return;
	}
	s = call_named_socket(t, f);
	if (!s || connect_late(t, s, f, err))
		return;
	if (s->uncollected && is_another(s, f, err)) {
		s->uncollected = false;
		life_close(t, s, ENDING(.via = VIA_PROGRESS));
	}
	if (!err) {
		connect_done(t, s, f);
	} else if (err == EINPROGRESS || err == EINTR) {
		if (s->uncollected)
			return;
		connect_start(t, s, f, VIA_PROGRESS);
		s->uncollected = true;
	} else {
		connect_error(t, s, f, err);
	}
}
