// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/syscall_connect: connect(2): its result, repetitions and misuse. */
#include "parser/track/syscall_connect.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/call.h"
#include "parser/track/defer.h"
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

/* The program has learnt that its connect succeeded. */
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

static void connect_done(struct track *t, struct conn *s, const struct event *f)
{
	if (protocol_is_datagram(s->proto)) {
		connect_datagram(t, s, f);
		return;
	}
	if (s->uncollected) {
		s->uncollected = false;
		established(s, f);
		return;
	}
	if (call_is_route_lookup(s, f))
		call_displaced(t, s);
	else
		connect_start(t, s, f, VIA_NONE);
}

static void connect_error(struct track *t, struct conn *s, const struct event *f,
			  int err)
{
	if (s->uncollected) {
		/* its start was written when the outcome was unknown */
		s->uncollected = false;
		if (s->unwritten)
			deferred_failed(t, s, err);
		else
			life_close(t, s, ENDING(.err = err));
		return;
	}
	if (s->kind || call_is_route_lookup(s, f))
		return;
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

void syscall_connect(struct track *t, const struct event *f)
{
	int err = f->result < 0 ? -f->result : 0;
	struct conn *s;

	if (f->has_sockaddr && f->sa_family == AF_UNSPEC) {
		disconnect(t, f);
		return;
	}
	if (call_is_misuse(err)) {
		s = err == EISCONN ? call_find_socket(t, f->fd) : NULL;
		if (s) {	/* so it did complete */
			s->uncollected = false;
			established(s, f);
		}
		return;
	}
	s = call_named_socket(t, f);
	if (!s)
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
