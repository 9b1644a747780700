// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/track: what the audit rules' system calls mean for connections. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/internal.h"

static bool is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

/*
 * A process that is new here may hold what its parent held when it was forked.
 * The fork itself is not audited by default, so this is as far as the rules
 * show it: what the parent is known to hold now. After an exec (another exe
 * than the parent's) only descriptors without FD_CLOEXEC are left.
 */
static void inherit(struct track *t, struct proc *child, struct proc *parent,
		    bool exec, bool presumed)
{
	struct fdent *f;

	LIST_FOREACH(f, &parent->fds, of_proc) {
		if (exec && f->cloexec)
			continue;
		if (HASH_COUNT(t->sockets.by_fd) >= t->sockets.fd_max ||
		    socket_fd_add(&t->sockets, child, f->key.fd, f->sock,
				  f->cloexec)) {
			input_error(t->complaints, INPUT_ERROR_EVICTED, "", 0);
			return;
		}
		LIST_FIRST(&child->fds)->presumed = presumed || f->presumed;
	}
}

static void new_process(struct track *t, const struct event *f)
{
	struct proc *parent;

	process_update(t->proc, &f->task);
	if (f->kind == EVENT_EXIT_GROUP || f->task.ppid < 0)
		return;
	parent = process_find(&t->processes, t->node_index, f->task.ppid);
	if (parent && parent != t->proc && parent->identity)
		inherit(t, t->proc, parent,
			parent->identity->exe && f->task.exe &&
			strcmp(parent->identity->exe, f->task.exe), true);
}

static void know_process(struct track *t, const struct event *f)
{
	t->proc = track_proc(t);
	if (!t->proc)
		return;
	if (!t->proc->identity)
		new_process(t, f);
	else if (process_update(t->proc, &f->task) && !t->node->module)
		track_fds_gone(t, t->proc, true, VIA_EXEC);
}

/* Whatever had this descriptor number must have closed it, unseen. */
static void free_fd(struct track *t, int fd)
{
	struct fdent *old = socket_fd(&t->sockets, t->proc, fd);

	if (old)
		track_fd_gone(t, old, VIA_REUSE);
}

static struct sock *add_socket(struct track *t, int fd, bool cloexec)
{
	struct sock *s;

	free_fd(t, fd);
	s = socket_new(&t->sockets);
	if (!s) {
		input_error(t->complaints, INPUT_ERROR_MEMORY, "socket", 6);
		return NULL;
	}
	s->key.node = t->node_index;
	if (socket_fd_add(&t->sockets, t->proc, fd, s, cloexec)) {
		input_error(t->complaints, INPUT_ERROR_MEMORY, "descriptor", 10);
		socket_drop(&t->sockets, s);
		return NULL;
	}
	return s;
}

static struct sock *find_socket(struct track *t, int fd)
{
	struct fdent *f = socket_fd(&t->sockets, t->proc, fd);

	if (!f || track_diag_over(t, f->sock))
		return NULL;
	f->presumed = false;
	socket_touch(&t->sockets, f->sock);
	return f->sock;
}

static void on_socket(struct track *t, const struct event *f)
{
	struct sock *s;

	if (f->result < 0)
		return;
	if (!is_inet(f->family)) {
		free_fd(t, f->result);
		return;
	}
	s = add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	s->family = f->family;
	s->type = f->type;
	s->proto = track_socket_proto(f->type, f->proto);
	s->ignored = s->proto == PROTO_UNKNOWN;
}

/* The socket of a bind or connect; made when it was opened unseen. NULL when
 * the descriptor turns out to be something that is not logged. */
static struct sock *named_socket(struct track *t, const struct event *f)
{
	struct sock *s = find_socket(t, f->fd);

	if (!is_inet(f->sa_family)) {
		/* only success proves that the socket is of that family */
		if (f->has_sockaddr && f->sa_family != AF_UNSPEC && f->result >= 0)
			free_fd(t, f->fd);
		return NULL;
	}
	if (!s) {
		s = add_socket(t, f->fd, false);
		if (s)
			s->family = f->sa_family;
	}
	return s && !s->ignored ? s : NULL;
}

static void listen_start(struct track *t, struct sock *s)
{
	track_begin(t, s);
	track_open(t, s, OPEN_LISTEN, VIA_NONE);
}

static void on_bind(struct track *t, const struct event *f)
{
	struct sock *s;

	if (f->result < 0)
		return;
	s = f->sa_family == AF_UNSPEC ? find_socket(t, f->fd) : named_socket(t, f);
	if (!s || s->ignored)
		return;
	s->local = f->addr;
	s->bound = true;
	if (track_is_datagram(s->proto) && !s->open)
		listen_start(t, s);
}

static void on_listen(struct track *t, const struct event *f)
{
	struct sock *s;

	if (f->result < 0)
		return;
	s = find_socket(t, f->fd);
	if (!s) {
		/* Opened unseen, or a Unix socket's: the record cannot tell. */
		input_error(t->complaints, INPUT_ERROR_UNATTRIBUTED, "listen", 6);
		return;
	}
	if (s->ignored || s->open == OPEN_LISTEN)
		return;
	track_close(t, s, ENDING(.via = VIA_REUSE));
	listen_start(t, s);
}

/* connect(AF_UNSPEC): a datagram socket that was bound receives from all again. */
static void disconnect(struct track *t, const struct event *f)
{
	struct sock *s = find_socket(t, f->fd);

	if (!s || f->result < 0)
		return;
	s->connecting = false;
	if (s->open == OPEN_LISTEN)
		return;
	track_close(t, s, ENDING(.via = VIA_NONE));
	memset(&s->remote, 0, sizeof(s->remote));
	if (s->bound && track_is_datagram(s->proto))
		listen_start(t, s);
}

/*
 * Who a connect is for: to the any-address means to this host (a BSD habit that
 * ip_route_output_key_hash_rcu() and tcp_v6_connect() keep): IPv4 to the address
 * the socket is bound to, else to loopback; IPv6 to loopback.
 */
static struct netaddr peer_of(const struct sock *s, const struct netaddr *asked)
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

static void connect_start(struct track *t, struct sock *s,
			  const struct event *f, enum entry_via via)
{
	track_close(t, s, ENDING(.via = VIA_REUSE));
	s->remote = peer_of(s, &f->addr);
	s->inbound = false;
	track_begin(t, s);
	track_open(t, s, OPEN_CONNECT, via);
}

/* getaddrinfo(3) looking for a route: a datagram socket and port 0. */
static bool is_route_lookup(const struct sock *s, const struct event *f)
{
	return track_is_datagram(s->proto) && !f->addr.port;
}

/* A datagram socket's connect: no packet, no waiting, and it may be repeated. */
static void connect_datagram(struct track *t, struct sock *s,
			     const struct event *f)
{
	struct netaddr peer = peer_of(s, &f->addr);

	if (s->open == OPEN_CONNECT && netaddr_equal(&s->remote, &peer))
		return;
	track_close(t, s, ENDING(.via = VIA_NONE));
	if (!is_route_lookup(s, f))
		connect_start(t, s, f, VIA_NONE);
}

static void connect_done(struct track *t, struct sock *s, const struct event *f)
{
	if (track_is_datagram(s->proto)) {
		connect_datagram(t, s, f);
		return;
	}
	if (s->connecting) {
		s->connecting = false;
		track_diag_established(t, s);
		return;
	}
	connect_start(t, s, f, VIA_NONE);
}

static void connect_error(struct track *t, struct sock *s, const struct event *f,
			  int err)
{
	if (s->connecting) {
		/* its start was written when the outcome was not known */
		s->connecting = false;
		if (!track_diag_failed(t, s, err))
			track_close(t, s, ENDING(.err = err));
		return;
	}
	if (s->open || is_route_lookup(s, f))
		return;
	s->remote = peer_of(s, &f->addr);
	s->inbound = false;
	track_begin(t, s);
	track_fail(t, s, err, VIA_NONE);
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
static bool is_another(const struct sock *s, const struct event *f, int err)
{
	struct netaddr peer = peer_of(s, &f->addr);

	return err == EINPROGRESS || !netaddr_equal(&s->remote, &peer);
}

static void on_connect(struct track *t, const struct event *f)
{
	int err = f->result < 0 ? -f->result : 0;
	struct sock *s;

	if (f->has_sockaddr && f->sa_family == AF_UNSPEC) {
		disconnect(t, f);
		return;
	}
	if (is_misuse(err)) {
		s = err == EISCONN ? find_socket(t, f->fd) : NULL;
		if (s) {	/* so it did complete */
			s->connecting = false;
			track_diag_established(t, s);
		}
		return;
	}
	s = named_socket(t, f);
	if (!s)
		return;
	if (s->connecting && is_another(s, f, err)) {
		s->connecting = false;
		track_close(t, s, ENDING(.via = VIA_PROGRESS));
	}
	if (!err) {
		connect_done(t, s, f);
	} else if (err == EINPROGRESS || err == EINTR) {
		if (s->connecting)
			return;
		connect_start(t, s, f, VIA_PROGRESS);
		s->connecting = true;
	} else {
		connect_error(t, s, f, err);
	}
}

static void on_accept(struct track *t, const struct event *f)
{
	struct sock *l, *s;

	if (f->result < 0)
		return;
	l = find_socket(t, f->fd);
	if (f->has_sockaddr && !is_inet(f->sa_family)) {
		if (l)
			free_fd(t, f->fd);
		free_fd(t, f->result);
		return;
	}
	if (!l && !f->has_sockaddr) {
		free_fd(t, f->result);
		input_error(t->complaints, INPUT_ERROR_UNATTRIBUTED, "accept", 6);
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
		s->ignored = l->ignored;
		s->local = l->local;
	}
	s->remote = f->addr;
	s->inbound = true;
	if (s->ignored)
		return;
	track_begin(t, s);
	/* its time is the earliest possible one: see set_time() */
	s->unknown_start = true;
	track_open(t, s, OPEN_CONNECT, VIA_NONE);
}

static void on_close(struct track *t, const struct event *f)
{
	struct fdent *fd, *next;

	if (f->fd == f->newfd && !f->cloexec) {
		fd = socket_fd(&t->sockets, t->proc, f->fd);
		if (fd)
			track_fd_gone(t, fd, VIA_CLOSE);
		return;
	}
	for (fd = LIST_FIRST(&t->proc->fds); fd; fd = next) {
		next = LIST_NEXT(fd, of_proc);
		if (fd->key.fd < (unsigned int)f->fd ||
		    fd->key.fd > (unsigned int)f->newfd)
			continue;
		if (f->cloexec)		/* CLOSE_RANGE_CLOEXEC */
			fd->cloexec = true;
		else
			track_fd_gone(t, fd, VIA_CLOSE);
	}
}

static void on_dup(struct track *t, const struct event *f)
{
	struct fdent *from;

	if (f->result < 0 || f->fd == f->newfd)
		return;
	from = socket_fd(&t->sockets, t->proc, f->fd);
	/* Hold the new reference before the old descriptor's goes: it may be
	 * the same socket. */
	if (from) {
		struct sock *s = from->sock;
		struct fdent *old = socket_fd(&t->sockets, t->proc, f->newfd);

		if (old && old->sock == s)
			return;
		free_fd(t, f->newfd);
		if (socket_fd_add(&t->sockets, t->proc, f->newfd, s, f->cloexec))
			input_error(t->complaints, INPUT_ERROR_MEMORY, "dup", 3);
		return;
	}
	free_fd(t, f->newfd);
}

/* Audit writes a fork at its end, and a vfork ends after the child: what is gone by
 * then holds nothing. */
static bool ended_already(struct track *t, int64_t pid)
{
	for (int i = 0; i < RECENT_EXITS; i++) {
		if (t->node->exited[i] != pid)
			continue;
		t->node->exited[i] = 0;
		return true;
	}
	return false;
}

static void on_fork(struct track *t, const struct event *f)
{
	struct proc *parent = t->proc, *child;
	struct task task = f->task;

	if (f->result <= 0 || ended_already(t, f->result) ||
	    process_find(&t->processes, t->node_index, f->result))
		return;
	task.ppid = task.pid;
	task.pid = f->result;
	child = track_new_proc(t, f->result);
	if (!child)
		return;
	process_update(child, &task);
	inherit(t, child, parent, false, false);
}

static void on_exit_group(struct track *t, enum entry_via via)
{
	struct proc *p = t->proc;
	struct fdent *fd, *next;

	if (!t->node->module) {
		t->node->exited[t->node->next_exited++ % RECENT_EXITS] =
			p->key.pid;
		track_fds_gone(t, p, false, via);
		track_left_gone(t, p->key.pid, via);
		t->proc = NULL;
		process_remove(&t->processes, p);
		return;
	}
	/* The module's releases are yet to come: they close what is open, and
	 * want to know who the process was. */
	for (fd = LIST_FIRST(&p->fds); fd; fd = next) {
		next = LIST_NEXT(fd, of_proc);
		if (!fd->sock->open)
			track_fd_gone(t, fd, VIA_EXIT);
	}
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
		const struct recent_connect *r = &t->node->recent[i];

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
	struct sock *s, *of_fd;

	if (!err || is_misuse(err) || err == EINPROGRESS || err == EINTR ||
	    is_from_network(err) || !is_inet(f->sa_family) ||
	    reported_by_module(t, f))
		return;
	of_fd = find_socket(t, f->fd);
	if (of_fd && (of_fd->ignored || is_route_lookup(of_fd, f)))
		return;
	s = socket_new(&t->sockets);
	if (!s)
		return;
	of_fd = find_socket(t, f->fd);	/* making room may have taken it */
	s->proto = of_fd ? of_fd->proto : PROTO_UNKNOWN;
	s->key.node = t->node_index;
	s->remote = peer_of(s, &f->addr);
	track_begin(t, s);
	track_fail(t, s, err, VIA_NONE);
	socket_drop(&t->sockets, s);
}

static void rules_beside_module(struct track *t, const struct event *f)
{
	switch (f->kind) {
	case EVENT_SOCKET:	on_socket(t, f); break;
	case EVENT_CONNECT:	refused_locally(t, f); break;
	case EVENT_EXIT_GROUP:	on_exit_group(t, VIA_EXIT); break;
	default:		break;
	}
}

static void rules_alone(struct track *t, const struct event *f)
{
	if (t->diag.on && track_diag_stale(t))
		return;
	switch (f->kind) {
	case EVENT_SOCKET:	on_socket(t, f); break;
	case EVENT_BIND:		on_bind(t, f); break;
	case EVENT_LISTEN:	on_listen(t, f); break;
	case EVENT_CONNECT:	on_connect(t, f); break;
	case EVENT_ACCEPT:	on_accept(t, f); break;
	case EVENT_CLOSE:	on_close(t, f); break;
	case EVENT_DUP:		on_dup(t, f); break;
	case EVENT_FORK:		on_fork(t, f); break;
	case EVENT_EXEC:		track_fds_gone(t, t->proc, true, VIA_EXEC); break;
	case EVENT_EXIT_GROUP:	on_exit_group(t, VIA_EXIT); break;
	case EVENT_GONE:		on_exit_group(t, VIA_GONE); break;
	default:		break;
	}
}

void track_rules(struct track *t, const struct event *f)
{
	if (f->kind == EVENT_GONE)
		t->proc = process_find(&t->processes, t->node_index, f->task.pid);
	else
		know_process(t, f);
	if (!t->proc)
		return;
	if (t->node->module)
		rules_beside_module(t, f);
	else
		rules_alone(t, f);
}
