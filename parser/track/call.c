// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/call: interprets descriptor, address and error of a system call. */
#include "parser/track/call.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/track/bounds.h"
#include "parser/track/ending.h"
#include "parser/track/from_processes.h"

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

struct conn *call_find_socket(struct track *t, int fd)
{
	struct fdent *f = fdtable_find(&t->fds, t->proc, fd);

	if (!f || ending_over(t, f->conn))
		return NULL;
	f->presumed = false;
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
	s->proto = life_socket_proto(f->type, f->proto);
	s->unlogged = s->proto == PROTO_UNKNOWN;
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
	return !f->addr.port && (life_is_datagram(s->proto) || s->proto == PROTO_UNKNOWN);
}

bool call_is_misuse(int err)
{
	return err == EBADF || err == ENOTSOCK || err == EFAULT ||
	       err == EALREADY || err == EISCONN || err == EINVAL ||
	       err == EAFNOSUPPORT;
}
