// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/late: system calls that are reported after a later one of the descriptor. */
#include "parser/track/late.h"

#include <errno.h>

#include "parser/track/bounds.h"
#include "parser/track/call.h"
#include "parser/track/ending.h"
#include "parser/track/life.h"

/* Returns true if f is older than the scan that found the socket at its descriptor. */
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

/* Returns the descriptor of the event, or NULL. */
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

/* Sets the opener: the process as it was at the event. */
static void set_opener(struct conn *s, const struct task *task)
{
	identity_put(s->opener);
	s->opener = identity_new(task);
}

static const struct idle_socket *socket_of(const struct track *t, const struct event *f)
{
	return idle_find(&t->idle, t->node->index, f->task.pid, f->fd, f->stamp.serial);
}

static void late_listener(struct track *t, const struct event *f, int64_t ms,
			  enum entry_via via)
{
	const struct idle_socket *was = socket_of(t, f);
	struct conn *s = was && !was->unlogged ? bounds_conn(t) : NULL;

	if (!was)
		input_error(t->errors, INPUT_ERROR_UNATTRIBUTED, "listen", 6);
	if (!s)
		return;
	idle_restore(was, s);
	life_begin(t, s);
	set_opener(s, &f->task);
	life_open(t, s, KIND_LISTEN, VIA_NONE);
	ending_displaced(t, s, ms, via);
}

/* Writes start and stop of a connection whose descriptor number was assigned to another socket
 * at ms, or whose process exited then. */
static void late_connection(struct track *t, const struct event *f, int64_t ms,
			    enum entry_via via)
{
	bool inbound = f->kind == EVENT_ACCEPT;
	struct conn *l = inbound ? call_find_socket(t, f->fd) : NULL, *s;
	int err = !inbound && f->result < 0 ? -f->result : 0;
	bool pending = err == EINPROGRESS || err == EINTR;
	const struct idle_socket *was = inbound ? NULL : socket_of(t, f);

	if (!f->has_sockaddr || !call_is_inet(f->sa_family) || !f->addr.port || call_is_misuse(err) ||
	    (l && l->unlogged) || (was && was->unlogged))
		return;
	s = bounds_conn(t);
	if (!s)
		return;
	if (was)
		idle_restore(was, s);
	l = inbound ? call_find_socket(t, f->fd) : NULL;	/* making room may have dropped it */
	s->family = f->sa_family;
	if (l) {
		s->proto = l->proto;
		s->local = l->local;
	}
	s->remote = inbound ? f->addr : call_peer(s, &f->addr);
	s->direction = inbound ? CONN_INBOUND : CONN_OUTBOUND;
	life_begin(t, s);
	set_opener(s, &f->task);
	s->unknown_start = inbound;
	if (!inbound)
		attempt_add_late(&t->attempts, t->node->index, f, pending);
	if (err && !pending) {
		life_fail(t, s, err, VIA_NONE);
		conn_drop(&t->conns, s);
		return;
	}
	life_open(t, s, KIND_CONNECT, pending ? VIA_PROGRESS : VIA_NONE);
	ending_displaced(t, s, ms, via);
}

static void late_call(struct track *t, const struct event *f, int64_t ms, enum entry_via via)
{
	if (f->kind == EVENT_CONNECT || (f->kind == EVENT_ACCEPT && f->result >= 0))
		late_connection(t, f, ms, via);
	else if (f->kind == EVENT_LISTEN && f->result >= 0)
		late_listener(t, f, ms, via);
}

/* Returns true if f is of an idle socket that was closed since, and writes its connection. The
 * present socket of that number is unknown. */
static bool is_of_idle(struct track *t, const struct event *f)
{
	const struct idle_socket *was;

	if (t->idle.until <= f->stamp.serial ||		/* nearly always */
	    (f->kind != EVENT_BIND && f->kind != EVENT_LISTEN && f->kind != EVENT_CONNECT))
		return false;
	was = socket_of(t, f);
	if (!was || !state_is_older(f, was->until, was->until_ms))
		return false;
	late_call(t, f, was->until_ms, VIA_REUSE);
	return true;
}

/* Returns true if f is the beginning of an attempt whose outcome was the first event of fd. */
static bool is_begun_attempt(const struct event *f, const struct fdent *fd)
{
	const struct conn *c = fd->conn;

	return f->kind == EVENT_CONNECT && (f->result == -EINPROGRESS || f->result == -EINTR) &&
	       fd->serial == c->ev.serial && (!c->remote.family ||	/* it failed */
					      netaddr_equal(&c->remote, &f->addr));
}

/* Returns true if the other event of the connect arrived in time. */
static bool is_reported(const struct track *t, const struct event *f)
{
	return t->late && f->kind == EVENT_CONNECT && attempt_has(&t->attempts, t->node->index, f);
}

/* Returns true if f assigned or closed the number before the present socket was used at it, and
 * handles f. */
static bool is_replaced(struct track *t, const struct event *f, const struct fdent *fd)
{
	if (!t->late || f->stamp.serial >= fd->used)
		return false;
	if (f->kind == EVENT_ACCEPT)
		late_call(t, f, stamp_ms(&f->stamp), VIA_REUSE);
	return f->kind == EVENT_ACCEPT || f->kind == EVENT_SOCKET || f->kind == EVENT_CLOSE;
}

/* An event older than the socket that it would be of, or displace, displaces nothing: on a
 * busy host some are most of a second late. */
static bool is_late(struct track *t, const struct event *f)
{
	const struct fdent *fd = fd_of(t, f);

	if (!fd)
		return is_of_idle(t, f);
	if (is_replaced(t, f, fd))
		return true;
	if (!state_is_older(f, fd->serial, fd->ms))
		return false;
	if (is_begun_attempt(f, fd))
		return true;
	late_call(t, f, fd->ms, VIA_REUSE);
	return true;
}

void late_connect(struct track *t, const struct event *f, int64_t ms)
{
	late_connection(t, f, ms, VIA_REUSE);
}

bool late_after_exit(struct track *t, const struct event *f)
{
	int64_t ms = node_exit_after(t->node, f->task.pid, f->stamp.serial,
				     stamp_ms(&f->stamp));
	struct proc gone = { .identity = NULL };

	if (!ms)
		return false;
	if (is_reported(t, f))
		return true;
	TAILQ_INIT(&gone.fds);
	gone.identity = identity_new(&f->task);
	t->proc = &gone;
	late_call(t, f, ms, VIA_EXIT);
	t->proc = NULL;
	identity_put(gone.identity);
	return true;
}

bool late_event(struct track *t, const struct event *f)
{
	return (t->diag.on && is_stale(t, f)) || is_reported(t, f) || is_late(t, f);
}
