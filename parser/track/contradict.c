// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/contradict: results that a socket in that state cannot give. */
#include "parser/track/contradict.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/track/call.h"
#include "parser/track/from_processes.h"
#include "parser/track/late.h"
#include "parser/track/protocol.h"

/* Returns true for a one-to-many SCTP socket, which has many connections. */
static bool is_one_to_many(const struct conn *s)
{
	return s->type == SOCK_SEQPACKET;
}

/* Returns true if the connect is known to have succeeded, or the socket was accepted. */
static bool is_connected(const struct conn *s)
{
	return s->kind == KIND_CONNECT && !s->uncollected && !is_one_to_many(s);
}

/* Returns true if the error needs a packet: a datagram socket connects without one. */
static bool needs_packet(int err)
{
	return err == EINPROGRESS || err == EINTR || err == ECONNREFUSED || err == ETIMEDOUT ||
	       err == ECONNRESET || err == ECONNABORTED;
}

/* inet_bind() refuses a socket that has a port (EINVAL). A port that the kernel chose is
 * released when a connect fails. */
static bool cannot_bind(const struct conn *s)
{
	return is_connected(s) || (s->bound && s->local.port) ||
	       (s->kind == KIND_LISTEN && !protocol_is_datagram(s->proto));
}

/* inet_listen() refuses a socket with a peer; only streams have it. */
static bool cannot_listen(const struct conn *s)
{
	return is_connected(s) || protocol_is_datagram(s->proto);
}

static bool cannot_accept(const struct conn *s)
{
	return s->kind == KIND_CONNECT || protocol_is_datagram(s->proto);
}

/* __inet_stream_connect() refuses a stream that is connected or listens (EISCONN), unless a
 * security module does before. */
static bool cannot_connect(const struct conn *s, int err)
{
	if (err == EACCES || err == EPERM || call_is_misuse(err))
		return false;
	if (protocol_is_datagram(s->proto))
		return needs_packet(err);
	if (s->proto == PROTO_UNKNOWN && s->kind == KIND_CONNECT)
		return is_connected(s) && needs_packet(err);
	return is_connected(s) || (s->kind == KIND_LISTEN && !is_one_to_many(s));
}

static bool is_impossible(const struct conn *s, const struct event *f)
{
	switch (f->kind) {
	case EVENT_BIND:	return call_is_inet(f->sa_family) && cannot_bind(s);
	case EVENT_LISTEN:	return cannot_listen(s);
	case EVENT_ACCEPT:	return cannot_accept(s);
	case EVENT_CONNECT:
		return call_is_inet(f->sa_family) &&
		       cannot_connect(s, f->result < 0 ? -f->result : 0);
	default:		return false;
	}
}

bool contradict_precedes(const struct track *t, const struct event *f, const struct fdent *fd)
{
	return fd->serial && fd->clock == t->node->clock &&
	       stamp_ms(&f->stamp) + AUDIT_TICK_MS < fd->ms;
}

/* Returns true if the state of s is known from audit, from events before f. */
static bool is_known_before(const struct conn *s, const struct event *f)
{
	if (s->unlogged || (s->phase == CONN_DESTROYED && f->kind == EVENT_CONNECT) ||
	    (s->kind && !s->ev.serial))
		return false;
	return f->stamp.serial > s->ev.serial;
}

/* Returns true if the call is of the socket that had the descriptor number at the call's entry. */
static bool is_of_earlier(struct track *t, const struct event *f, const struct fdent *fd)
{
	int64_t ms;

	if ((f->kind != EVENT_ACCEPT && f->kind != EVENT_CONNECT) || !contradict_precedes(t, f, fd))
		return false;
	ms = node_time_before(t->node, f->stamp.serial);
	if (f->kind == EVENT_CONNECT)
		late_connect(t, f, ms > fd->ms ? ms : fd->ms);
	return true;
}

bool contradict_event(struct track *t, const struct event *f)
{
	struct fdent *fd = fdtable_find(&t->fds, t->proc, f->fd);

	if (!fd || (f->kind != EVENT_CONNECT && f->result < 0) ||
	    !is_known_before(fd->conn, f) || !is_impossible(fd->conn, f))
		return false;
	if (is_of_earlier(t, f, fd))
		return f->kind == EVENT_CONNECT;	/* an accept is still to be written */
	from_processes_reuse(t, f->fd);
	return false;
}
