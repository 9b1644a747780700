// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_syscalls: turns the audit rules' system calls into connections. */
#include "parser/track/from_syscalls.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/beside_kernel.h"
#include "parser/track/call.h"
#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/from_processes.h"
#include "parser/track/late.h"

/* With sock_diag a bind is remembered, because the socket may listen next and is then not
 * looked up. */
static void other_family(struct track *t, const struct event *f)
{
	struct conn *s;

	from_processes_reuse(t, f->fd);
	if (!t->diag.on || f->kind != EVENT_BIND)
		return;
	s = call_add_socket(t, f->fd, false);
	if (s)
		s->unlogged = true;
}

/* Returns the socket of a bind or connect; makes it if it was opened unseen. NULL if the
 * descriptor turns out to be something that is not logged. */
static struct conn *named_socket(struct track *t, const struct event *f)
{
	struct conn *s = call_find_socket(t, f->fd);

	if (!call_is_inet(f->sa_family)) {
		/* only success proves that the socket is of that family */
		if (f->has_sockaddr && f->sa_family != AF_UNSPEC && f->result >= 0)
			other_family(t, f);
		return NULL;
	}
	if (!s) {
		s = call_add_socket(t, f->fd, false);
		if (s)
			s->family = f->sa_family;
	}
	return s && !s->unlogged ? s : NULL;
}

/* The number belongs to another socket now, although no event has shown that: time and process
 * of the first one's close are unknown. */
static void displaced(struct track *t, struct conn *s)
{
	bool same = s->opener && t->proc->identity && s->opener->pid == t->proc->identity->pid;

	life_close(t, s, ENDING(.via = VIA_REUSE, .identity = same ? s->opener : NULL));
}

static void listen_start(struct track *t, struct conn *s)
{
	life_begin(t, s);
	life_open(t, s, KIND_LISTEN, VIA_NONE);
}

static void on_bind(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	s = f->sa_family == AF_UNSPEC ? call_find_socket(t, f->fd) : named_socket(t, f);
	if (!s || s->unlogged)
		return;
	s->local = f->addr;
	s->bound = true;
	if (life_is_datagram(s->proto) && !s->kind)
		listen_start(t, s);
}

/*
 * A socket that was opened unseen may be a Unix socket; the record does not show this.
 * sock_diag does: its descriptor is looked up. Nothing is written before the answer.
 */
static void open_tentative(struct track *t, struct conn *s, enum conn_kind kind,
			   const char *call)
{
	if (s) {
		s->tentative = true;
		life_begin(t, s);
		s->unknown_start = kind == KIND_CONNECT;
		life_open(t, s, kind, VIA_NONE);
	}
	if (s && s->unwritten)
		return;
	input_error(t->errors, INPUT_ERROR_UNATTRIBUTED, call, 6);
	if (s)
		conn_drop(&t->conns, s);
}

static void listen_unknown(struct track *t, const struct event *f)
{
	open_tentative(t, t->diag.on ? call_add_socket(t, f->fd, false) : NULL, KIND_LISTEN,
		       "listen");
}

static void on_listen(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	s = call_find_socket(t, f->fd);
	if (!s) {
		listen_unknown(t, f);
		return;
	}
	if (s->unlogged || s->kind == KIND_LISTEN)
		return;
	displaced(t, s);
	listen_start(t, s);
}

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
	if (s->bound && life_is_datagram(s->proto))
		listen_start(t, s);
}

static void connect_start(struct track *t, struct conn *s,
			  const struct event *f, enum entry_via via)
{
	displaced(t, s);
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
	if (life_is_datagram(s->proto)) {
		connect_datagram(t, s, f);
		return;
	}
	if (s->uncollected) {
		s->uncollected = false;
		established(s, f);
		return;
	}
	if (call_is_route_lookup(s, f))
		displaced(t, s);
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

static void on_connect(struct track *t, const struct event *f)
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
	s = named_socket(t, f);
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

/* The program did not ask for the peer's address, and the listener is unknown: inherited, or
 * passed. */
static void accept_unknown(struct track *t, const struct event *f)
{
	struct conn *s = NULL;

	from_processes_reuse(t, f->result);
	if (t->diag.on)
		s = call_add_socket(t, f->result, f->cloexec);
	if (s)
		s->direction = CONN_INBOUND;
	open_tentative(t, s, KIND_CONNECT, "accept");
}

/* A child's accept, from before its parent exited, arrives after the exit: the listener,
 * stopped with it, was inherited. */
static struct conn *inherited_listener(struct track *t, const struct event *f)
{
	struct inferred_stop *s = corrected_listener(&t->corrected, t->node->index,
						     f->task.ppid, f->fd,
						     stamp_ms(&f->stamp));
	struct conn *l = s ? call_add_socket(t, f->fd, false) : NULL;

	if (!l)
		return NULL;
	corrected_restore(s, l);
	life_correct(t, l, KIND_LISTEN);
	corrected_forget(&t->corrected, s);
	return l;
}

static void on_accept(struct track *t, const struct event *f)
{
	struct conn *l, *s;

	if (f->result < 0)
		return;
	l = call_find_socket(t, f->fd);
	if (!l)
		l = inherited_listener(t, f);
	if (f->has_sockaddr && !call_is_inet(f->sa_family)) {
		if (l)
			from_processes_reuse(t, f->fd);
		from_processes_reuse(t, f->result);
		return;
	}
	if (l && l->unlogged && !f->has_sockaddr) {
		from_processes_reuse(t, f->result);
		return;
	}
	if ((!l || l->tentative) && !f->has_sockaddr) {
		accept_unknown(t, f);
		return;
	}
	s = call_add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	l = call_find_socket(t, f->fd);	/* making room may have dropped it */
	if (l) {
		s->family = l->family;
		s->type = l->type;
		s->proto = l->proto;
		s->unlogged = l->unlogged;
		s->local = l->local;
		l->served |= l->opener && l->opener->pid == f->task.pid;
	}
	s->remote = f->addr;
	s->direction = CONN_INBOUND;
	if (s->unlogged)
		return;
	life_begin(t, s);
	/* its time is the earliest possible one: see set_time() */
	s->unknown_start = true;
	life_open(t, s, KIND_CONNECT, VIA_NONE);
}

static void rules_alone(struct track *t, const struct event *f)
{
	if (late_event(t, f))
		return;
	switch (f->kind) {
	case EVENT_SOCKET:	call_opened(t, f); break;
	case EVENT_BIND:		on_bind(t, f); break;
	case EVENT_LISTEN:	on_listen(t, f); break;
	case EVENT_CONNECT:	on_connect(t, f); break;
	case EVENT_ACCEPT:	on_accept(t, f); break;
	case EVENT_CLOSE:	from_processes_close(t, f); break;
	case EVENT_DUP:		from_processes_dup(t, f); break;
	case EVENT_CLOEXEC:	from_processes_cloexec(t, f); break;
	case EVENT_FORK:		from_processes_fork(t, f); break;
	case EVENT_EXEC:		ending_exec(t); break;
	case EVENT_EXIT_GROUP:	from_processes_exit(t, VIA_EXIT); break;
	case EVENT_GONE:		from_processes_exit(t, VIA_GONE); break;
	default:		break;
	}
}

void from_syscalls(struct track *t, const struct event *f)
{
	if (!t->node->module && late_after_exit(t, f))
		return;
	if (f->kind == EVENT_GONE)
		t->proc = process_find(&t->processes, t->node->index, f->task.pid);
	else
		from_processes_know(t, f);
	if (!t->proc)
		return;
	if (t->node->module)
		beside_kernel(t, f);
	else
		rules_alone(t, f);
}
