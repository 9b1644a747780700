// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/beside_kernel: system calls where module or BPF reports connections. */
#include "parser/track/beside_kernel.h"

#include <errno.h>

#include "parser/track/begun.h"
#include "parser/track/bounds.h"
#include "parser/track/call.h"
#include "parser/track/from_processes.h"
#include "parser/track/life.h"
#include "parser/track/protocol.h"
#include "parser/track/unclaimed.h"

/* Returns true if the error needs a packet that was sent: the module has then reported the
 * connect. */
static bool is_from_network(int err)
{
	return err == ECONNREFUSED || err == ETIMEDOUT || err == ECONNRESET ||
	       err == ECONNABORTED;
}

static bool reported_by_module(const struct track *t, const struct event *f)
{
	unsigned int count;
	const struct recent_connect *all = node_connects(t->node, &count);

	for (unsigned int i = 0; i < count; i++) {
		const struct recent_connect *r = &all[i];

		if (!r->pid)
			continue;
		if (r->serial == f->stamp.serial)
			return true;
		/* a second connect() may read the outcome much later */
		if (r->pid == f->task.pid &&
		    (r->sec >= f->stamp.sec || r->err == -f->result) &&
		    netaddr_equal(&r->remote, &f->addr))
			return true;
	}
	return false;
}

/*
 * With the module, only its records make connections. A connect that the kernel refused before
 * it reached the network (no route, no permission) never gets to a probe: the rules' event is
 * the only report.
 */
static void refused_locally(struct track *t, const struct event *f)
{
	int err = f->result < 0 ? -f->result : 0;
	struct conn *s, *of_fd;

	if (!err || call_is_misuse(err) || err == EINPROGRESS || err == EINTR ||
	    is_from_network(err) || !call_is_inet(f->sa_family) ||
	    reported_by_module(t, f))
		return;
	of_fd = call_find_socket(t, f->fd);
	if (of_fd && (of_fd->unlogged || call_is_route_lookup(of_fd, f)))
		return;
	s = bounds_conn(t);
	if (!s)
		return;
	of_fd = call_find_socket(t, f->fd);	/* making room may have dropped the connection */
	s->proto = of_fd ? of_fd->proto : PROTO_UNKNOWN;
	s->remote = call_peer(s, &f->addr);
	life_begin(t, s);
	life_fail(t, s, err, VIA_NONE);
	conn_drop(&t->conns, s);
}

/* Returns the socket of a connect if its transport is known to have connections, and it is not
 * open; else NULL. */
static struct conn *idle_stream(struct track *t, const struct event *f)
{
	struct conn *s = call_find_socket(t, f->fd);

	if (!s || s->phase != CONN_IDLE || s->key.number || s->unlogged || s->unclaimed_ms ||
	    s->proto == PROTO_UNKNOWN || protocol_is_datagram(s->proto) || !f->addr.port)
		return NULL;
	s->remote = call_peer(s, &f->addr);
	s->direction = CONN_OUTBOUND;
	return s;
}

/* joined: the record of this call is known. */
static void connected_beside_module(struct track *t, const struct event *f, bool joined)
{
	struct conn *s = idle_stream(t, f);

	if (!s)
		return;
	if (!joined && !s->attempt_claimed)
		unclaimed_add(t, s, fdtable_find(&t->fds, t->proc, f->fd)->ms);
	s->attempt_claimed = false;
}

static void attempted_beside_module(struct track *t, const struct event *f, bool joined)
{
	struct conn *s = idle_stream(t, f);

	if (s)
		unclaimed_attempt(t, s, joined);
}

static void accepted_beside_module(struct track *t, const struct event *f)
{
	struct conn *s, *l;

	if (f->result < 0 || !f->has_sockaddr || !call_is_inet(f->sa_family) || !f->addr.port)
		return;
	s = call_add_socket(t, f->result, f->cloexec);
	if (!s)
		return;
	l = call_find_socket(t, f->fd);
	s->proto = l ? l->proto : PROTO_UNKNOWN;
	s->family = f->sa_family;
	s->remote = f->addr;
	s->direction = CONN_INBOUND;
	unclaimed_add(t, s, stamp_ms(&f->stamp));
	if (!s->unclaimed_ms)
		conn_drop(&t->conns, s);
}

static void connect_beside_module(struct track *t, const struct event *f)
{
	bool joined;

	if (!call_is_inet(f->sa_family))
		return;
	joined = begun_take_joined(t->node, f);
	if (f->result == -EINPROGRESS || f->result == -EINTR)
		attempted_beside_module(t, f, joined);
	else if (f->result < 0)
		refused_locally(t, f);
	else
		connected_beside_module(t, f, joined);
}

void beside_kernel(struct track *t, const struct event *f)
{
	switch (f->kind) {
	case EVENT_SOCKET:	call_opened(t, f); break;
	case EVENT_CONNECT:	connect_beside_module(t, f); break;
	case EVENT_ACCEPT:	accepted_beside_module(t, f); break;
	case EVENT_EXIT_GROUP:	from_processes_exit(t, VIA_EXIT); break;
	default:		break;
	}
}
