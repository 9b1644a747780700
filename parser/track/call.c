// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/call: interprets descriptor, address and error of a system call. */
#include "parser/track/call.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/track/bounds.h"
#include "parser/track/ending.h"
#include "parser/track/from_processes.h"
#include "parser/track/life.h"
#include "parser/track/protocol.h"

bool call_is_inet(int family)
{
	return family == AF_INET || family == AF_INET6;
}

struct conn *call_add_socket(struct track *t, int fd, bool cloexec)
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

/* Returns true if the call alone does not show that the process has c: with sock_diag the local
 * end of an accepted socket does. */
static bool awaits_lookup(const struct track *t, const struct conn *c)
{
	return t->diag.on && t->event->kind == EVENT_ACCEPT && c->kind == KIND_LISTEN;
}

struct conn *call_find_socket(struct track *t, int fd)
{
	struct fdent *f = fdtable_find(&t->fds, t->proc, fd);

	if (!f || conn_is_placeholder(f->conn) || ending_over(t, f->conn))
		return NULL;
	f->presumed &= awaits_lookup(t, f->conn);
	if (t->event->stamp.serial > f->used)
		f->used = t->event->stamp.serial;
	fdtable_confirm(f);
	conn_touch(&t->conns, f->conn);
	return f->conn;
}

void call_opened(struct track *t, const struct event *f)
{
	struct conn *s;

	if (f->result < 0)
		return;
	if (!call_is_inet(f->family)) {
		from_processes_reuse(t, f->result);
		return;
	}
	s = call_add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	s->family = f->family;
	s->type = f->type;
	s->proto = protocol_of_socket(f->type, f->proto);
	s->unlogged = s->proto == PROTO_UNKNOWN;
}

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

struct conn *call_named_socket(struct track *t, const struct event *f)
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

void call_displaced(struct track *t, struct conn *s)
{
	bool same = s->opener && t->proc->identity && s->opener->pid == t->proc->identity->pid;

	life_close(t, s, ENDING(.via = VIA_REUSE, .identity = same ? s->opener : NULL));
}

void call_listens(struct track *t, struct conn *s)
{
	life_begin(t, s);
	life_open(t, s, KIND_LISTEN, VIA_NONE);
}

struct netaddr call_peer(const struct conn *s, const struct netaddr *asked)
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

bool call_is_route_lookup(const struct conn *s, const struct event *f)
{
	return !f->addr.port && (protocol_is_datagram(s->proto) || s->proto == PROTO_UNKNOWN);
}

bool call_is_misuse(int err)
{
	return err == EBADF || err == ENOTSOCK || err == EFAULT ||
	       err == EALREADY || err == EISCONN || err == EINVAL ||
	       err == EAFNOSUPPORT;
}
