// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_syscalls: what the audit rules' system calls mean for connections. */
#include "parser/track/from_syscalls.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/bounds.h"
#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/from_processes.h"
#include "parser/track/unclaimed.h"

static bool is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

static struct conn *add_socket(struct track *t, int fd, bool cloexec)
{
	struct conn *s;

	from_processes_reuse(t, fd);
	s = bounds_conn(t);
	if (!s)
		return NULL;
	if (!bounds_fd(t, t->proc, fd, s, cloexec)) {
		input_error(t->errors, INPUT_ERROR_MEMORY, "descriptor", 10);
		conn_drop(&t->conns, s);
		return NULL;
	}
	return s;
}

static struct conn *find_socket(struct track *t, int fd)
{
	struct fdent *f = fdtable_find(&t->fds, t->proc, fd);

	if (!f || ending_over(t, f->conn))
		return NULL;
	f->presumed = false;
	fdtable_confirm(f);
	conn_touch(&t->conns, f->conn);
	return f->conn;
}

static void on_socket(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	if (!is_inet(f->family)) {
		from_processes_reuse(t, f->result);
		return;
	}
	s = add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	s->family = f->family;
	s->type = f->type;
	s->proto = life_socket_proto(f->type, f->proto);
	s->unlogged = s->proto == PROTO_UNKNOWN;
}

/* With sock_diag it is remembered of a socket that is bound, which may listen next, so that
 * it is not looked up. */
static void other_family(struct track *t, const struct event *f)
{
	struct conn *s;

	from_processes_reuse(t, f->fd);
	if (!t->diag.on || f->kind != EVENT_BIND)
		return;
	s = add_socket(t, f->fd, false);
	if (s)
		s->unlogged = true;
}

/* The socket of a bind or connect; made when it was opened unseen. NULL when
 * the descriptor turns out to be something that is not logged. */
static struct conn *named_socket(struct track *t, const struct event *f)
{
	struct conn *s = find_socket(t, f->fd);

	if (!is_inet(f->sa_family)) {
		/* only success proves that the socket is of that family */
		if (f->has_sockaddr && f->sa_family != AF_UNSPEC && f->result >= 0)
			other_family(t, f);
		return NULL;
	}
	if (!s) {
		s = add_socket(t, f->fd, false);
		if (s)
			s->family = f->sa_family;
	}
	return s && !s->unlogged ? s : NULL;
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
	s = f->sa_family == AF_UNSPEC ? find_socket(t, f->fd) : named_socket(t, f);
	if (!s || s->unlogged)
		return;
	s->local = f->addr;
	s->bound = true;
	if (life_is_datagram(s->proto) && !s->kind)
		listen_start(t, s);
}

/*
 * What was opened unseen may be a Unix socket: the record cannot tell. sock_diag can: the
 * descriptor is looked up where it was used. Nothing is written until it is known.
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
	open_tentative(t, t->diag.on ? add_socket(t, f->fd, false) : NULL, KIND_LISTEN,
		       "listen");
}

static void on_listen(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	s = find_socket(t, f->fd);
	if (!s) {
		listen_unknown(t, f);
		return;
	}
	if (s->unlogged || s->kind == KIND_LISTEN)
		return;
	life_close(t, s, ENDING(.via = VIA_REUSE));
	listen_start(t, s);
}

/* connect(AF_UNSPEC): a datagram socket that was bound receives from all again. */
static void disconnect(struct track *t, const struct event *f)
{
	struct conn *s = find_socket(t, f->fd);

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

/*
 * Who a connect is for: to the any-address means to this host (a BSD habit that
 * ip_route_output_key_hash_rcu() and tcp_v6_connect() keep): IPv4 to the address
 * the socket is bound to, else to loopback; IPv6 to loopback.
 */
static struct netaddr peer_of(const struct conn *s, const struct netaddr *asked)
{
	static const uint8_t loopback4[4] = { 127, 0, 0, 1 };
	static const uint8_t loopback6[16] = { [15] = 1 };
	struct netaddr peer = *asked;

	if (!netaddr_is_any(asked))
		return peer;
	if (asked->family == AF_INET6)
		netaddr_set_ip(&peer, AF_INET6, loopback6);
	else if (s->bound && s->local.has_addr && !netaddr_is_any(&s->local))
		netaddr_set_ip(&peer, s->local.family, s->local.addr);
	else
		netaddr_set_ip(&peer, AF_INET, loopback4);
	return peer;
}

static void connect_start(struct track *t, struct conn *s,
			  const struct event *f, enum entry_via via)
{
	life_close(t, s, ENDING(.via = VIA_REUSE));
	s->remote = peer_of(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	life_open(t, s, KIND_CONNECT, via);
}

/* Returns true if it is getaddrinfo(3) looking for a route: a datagram socket and port 0.
 * Where socket() is not audited the port alone says so. */
static bool is_route_lookup(const struct conn *s, const struct event *f)
{
	return !f->addr.port && (life_is_datagram(s->proto) || s->proto == PROTO_UNKNOWN);
}

/* A datagram socket's connect: no packet, no waiting, and it may be repeated. */
static void connect_datagram(struct track *t, struct conn *s,
			     const struct event *f)
{
	struct netaddr peer = peer_of(s, &f->addr);

	if (s->kind == KIND_CONNECT && netaddr_equal(&s->remote, &peer))
		return;
	life_close(t, s, ENDING(.via = VIA_NONE));
	if (!is_route_lookup(s, f))
		connect_start(t, s, f, VIA_NONE);
}

/* The program knows that its connect succeeded. */
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
	if (is_route_lookup(s, f))
		life_close(t, s, ENDING(.via = VIA_REUSE));
	else
		connect_start(t, s, f, VIA_NONE);
}

static void connect_error(struct track *t, struct conn *s, const struct event *f,
			  int err)
{
	if (s->uncollected) {
		/* its start was written when the outcome was not known */
		s->uncollected = false;
		if (s->unwritten)
			deferred_failed(t, s, err);
		else
			life_close(t, s, ENDING(.err = err));
		return;
	}
	if (s->kind || is_route_lookup(s, f))
		return;
	s->remote = peer_of(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	life_fail(t, s, err, VIA_NONE);
	memset(&s->remote, 0, sizeof(s->remote));
}

/* Errors that say something of the call, not of a connection. */
static bool is_misuse(int err)
{
	return err == EBADF || err == ENOTSOCK || err == EFAULT ||
	       err == EALREADY || err == EISCONN || err == EINVAL ||
	       err == EAFNOSUPPORT;
}

/* The attempt under way ended unseen (SO_ERROR), and this is the next one: a
 * call that only waits on gives EALREADY or EINTR, never EINPROGRESS. */
static bool is_another(const struct conn *s, const struct event *f, int err)
{
	struct netaddr peer = peer_of(s, &f->addr);

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
	if (is_misuse(err)) {
		s = err == EISCONN ? find_socket(t, f->fd) : NULL;
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

/* The address of the peer was not asked for, and the listener is not known: inherited, or
 * passed. */
static void accept_unknown(struct track *t, const struct event *f)
{
	struct conn *s = NULL;

	from_processes_reuse(t, f->result);
	if (t->diag.on)
		s = add_socket(t, f->result, f->cloexec);
	if (s)
		s->direction = CONN_INBOUND;
	open_tentative(t, s, KIND_CONNECT, "accept");
}

/* A child's accept, from before its parent exited, comes after the exit: the listener,
 * stopped with it, was inherited. */
static struct conn *inherited_listener(struct track *t, const struct event *f)
{
	struct inferred_stop *s = corrected_listener(&t->corrected, t->node->index,
						     f->task.ppid, f->fd,
						     stamp_ms(&f->stamp));
	struct conn *l = s ? add_socket(t, f->fd, false) : NULL;

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
	l = find_socket(t, f->fd);
	if (!l)
		l = inherited_listener(t, f);
	if (f->has_sockaddr && !is_inet(f->sa_family)) {
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
	s = add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	l = find_socket(t, f->fd);	/* making room may have taken it */
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

/* Errors that only a packet that was sent can bring: the module saw it. */
static bool is_from_network(int err)
{
	return err == ECONNREFUSED || err == ETIMEDOUT || err == ECONNRESET ||
	       err == ECONNABORTED;
}

static bool reported_by_module(const struct track *t, const struct event *f)
{
	for (int i = 0; i < RECENT_CONNECTS; i++) {
		const struct recent_connect *r = &t->node->connects[i];

		if (!r->pid)
			continue;
		if (r->serial == f->stamp.serial)
			return true;
		/* a second connect() may ask for the outcome, much later */
		if (r->pid == f->task.pid &&
		    (r->sec >= f->stamp.sec || r->err == -f->result) &&
		    netaddr_equal(&r->remote, &f->addr))
			return true;
	}
	return false;
}

/*
 * With the module, its records alone make connections, but a connect that the
 * kernel refused before it came to the network (no route, no permission) never
 * gets to a probe: the rules' event is all there is.
 */
static void refused_locally(struct track *t, const struct event *f)
{
	int err = f->result < 0 ? -f->result : 0;
	struct conn *s, *of_fd;

	if (!err || is_misuse(err) || err == EINPROGRESS || err == EINTR ||
	    is_from_network(err) || !is_inet(f->sa_family) ||
	    reported_by_module(t, f))
		return;
	of_fd = find_socket(t, f->fd);
	if (of_fd && (of_fd->unlogged || is_route_lookup(of_fd, f)))
		return;
	s = bounds_conn(t);
	if (!s)
		return;
	of_fd = find_socket(t, f->fd);	/* making room may have taken it */
	s->proto = of_fd ? of_fd->proto : PROTO_UNKNOWN;
	s->remote = peer_of(s, &f->addr);
	life_begin(t, s);
	life_fail(t, s, err, VIA_NONE);
	conn_drop(&t->conns, s);
}

/* A socket that is known to be of a transport with connections, and is not open. */
static void connected_beside_module(struct track *t, const struct event *f)
{
	struct fdent *fd = fdtable_find(&t->fds, t->proc, f->fd);
	struct conn *s = fd ? find_socket(t, f->fd) : NULL;

	if (!s || s->phase != CONN_IDLE || s->key.number || s->unlogged || s->unclaimed_ms ||
	    s->proto == PROTO_UNKNOWN || life_is_datagram(s->proto) ||
	    !is_inet(f->sa_family) || !f->addr.port)
		return;
	s->remote = peer_of(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	unclaimed_add(t, s, fd->ms);
}

static void accepted_beside_module(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0 || !f->has_sockaddr || !is_inet(f->sa_family) || !f->addr.port)
		return;
	s = add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	s->family = f->sa_family;
	s->remote = f->addr;
	s->direction = CONN_INBOUND;
	unclaimed_add(t, s, stamp_ms(&f->stamp));
	if (!s->unclaimed_ms)
		conn_drop(&t->conns, s);
}

static void connect_beside_module(struct track *t, const struct event *f)
{
	if (f->result < 0)
		refused_locally(t, f);
	else
		connected_beside_module(t, f);
}

static void rules_beside_module(struct track *t, const struct event *f)
{
	switch (f->kind) {
	case EVENT_SOCKET:	on_socket(t, f); break;
	case EVENT_CONNECT:	connect_beside_module(t, f); break;
	case EVENT_ACCEPT:	accepted_beside_module(t, f); break;
	case EVENT_EXIT_GROUP:	from_processes_exit(t, VIA_EXIT); break;
	default:		break;
	}
}

/* The event is older than the scan that found the socket at its descriptor. */
static bool is_stale(const struct track *t, const struct event *f)
{
	const struct fdent *fd;

	switch (f->kind) {
	case EVENT_SOCKET: case EVENT_ACCEPT: case EVENT_BIND: case EVENT_LISTEN:
	case EVENT_CONNECT:
		break;
	default:
		return false;
	}
	fd = fdtable_find(&t->fds, t->proc, f->kind == EVENT_SOCKET ||
					    f->kind == EVENT_ACCEPT ? f->result : f->fd);
	return fd && fd->conn->diag && fd->conn->diag->opened_ms >= stamp_ms(&f->stamp);
}

/* The descriptor that the event is of. */
static struct fdent *fd_of(struct track *t, const struct event *f)
{
	switch (f->kind) {
	case EVENT_SOCKET: case EVENT_ACCEPT:
		return fdtable_find(&t->fds, t->proc, f->result);
	case EVENT_BIND: case EVENT_LISTEN: case EVENT_CONNECT:
		return fdtable_find(&t->fds, t->proc, f->fd);
	case EVENT_CLOSE:
		return f->fd == f->newfd ? fdtable_find(&t->fds, t->proc, f->fd) : NULL;
	default:
		return NULL;
	}
}

/* A connection of a descriptor whose number was given to another socket at ms. */
static void late_connection(struct track *t, const struct event *f, int64_t ms)
{
	bool inbound = f->kind == EVENT_ACCEPT;
	struct conn *l = inbound ? find_socket(t, f->fd) : NULL, *s;
	int err = !inbound && f->result < 0 ? -f->result : 0;
	bool pending = err == EINPROGRESS || err == EINTR;

	if (!f->has_sockaddr || !is_inet(f->sa_family) || !f->addr.port || is_misuse(err) ||
	    (l && l->unlogged))
		return;
	s = bounds_conn(t);
	if (!s)
		return;
	l = inbound ? find_socket(t, f->fd) : NULL;	/* making room may have taken it */
	s->family = f->sa_family;
	s->proto = l ? l->proto : PROTO_UNKNOWN;
	if (l)
		s->local = l->local;
	s->remote = inbound ? f->addr : peer_of(s, &f->addr);
	s->direction = inbound ? CONN_INBOUND : CONN_OUTBOUND;
	life_begin(t, s);
	s->unknown_start = inbound;
	if (err && !pending) {
		life_fail(t, s, err, VIA_NONE);
		conn_drop(&t->conns, s);
		return;
	}
	life_open(t, s, KIND_CONNECT, pending ? VIA_PROGRESS : VIA_NONE);
	ending_displaced(t, s, ms);
}

/* An event older than the socket that it would be of, or displace, displaces nothing: on a
 * busy host some are most of a second late. */
static bool is_late(struct track *t, const struct event *f)
{
	const struct fdent *fd = fd_of(t, f);

	if (!fd || !state_is_older(f, fd->serial, fd->ms))
		return false;
	if (f->result >= 0 || f->kind == EVENT_CONNECT)
		if (f->kind == EVENT_ACCEPT || f->kind == EVENT_CONNECT)
			late_connection(t, f, fd->ms);
	return true;
}

static void rules_alone(struct track *t, const struct event *f)
{
	if ((t->diag.on && is_stale(t, f)) || is_late(t, f))
		return;
	switch (f->kind) {
	case EVENT_SOCKET:	on_socket(t, f); break;
	case EVENT_BIND:		on_bind(t, f); break;
	case EVENT_LISTEN:	on_listen(t, f); break;
	case EVENT_CONNECT:	on_connect(t, f); break;
	case EVENT_ACCEPT:	on_accept(t, f); break;
	case EVENT_CLOSE:	from_processes_close(t, f); break;
	case EVENT_DUP:		from_processes_dup(t, f); break;
	case EVENT_FORK:		from_processes_fork(t, f); break;
	case EVENT_EXEC:		ending_fds_gone(t, t->proc, true, VIA_EXEC); break;
	case EVENT_EXIT_GROUP:	from_processes_exit(t, VIA_EXIT); break;
	case EVENT_GONE:		from_processes_exit(t, VIA_GONE); break;
	default:		break;
	}
}

void from_syscalls(struct track *t, const struct event *f)
{
	if (f->kind == EVENT_GONE)
		t->proc = process_find(&t->processes, t->node->index, f->task.pid);
	else
		from_processes_know(t, f);
	if (!t->proc)
		return;
	if (t->node->module)
		rules_beside_module(t, f);
	else
		rules_alone(t, f);
}
