// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_kernel: turns records of the kernel's side (module or BPF) into
 * connections. */
#include "parser/track/from_kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "parser/track/bounds.h"
#include "parser/track/ending.h"
#include "parser/track/from_kernel_process.h"
#include "parser/track/unclaimed.h"
#include "parser/track/unused.h"

#define ADOPT_MAX 1024	/* sockets of a process to check */

static void know_process(struct track *t, const struct event *f)
{
	t->proc = bounds_event_process(t);
	if (t->proc)
		process_update(t->proc, &f->task, false);
}

/* Returns true if s, learnt from the rules, may be the socket of the record. */
static bool may_be(const struct conn *s, const struct event *f)
{
	if (s->key.number || (s->proto != PROTO_UNKNOWN && s->proto != f->proto))
		return false;
	if (s->local.port && f->local.port && s->local.port != f->local.port)
		return false;
	switch (f->op) {
	case NETLOG_OP_LISTEN:
	case NETLOG_OP_BIND:
		return s->kind == KIND_LISTEN && s->local.port;
	case NETLOG_OP_RELEASE:
		if (s->kind == KIND_LISTEN)
			return s->local.port && !f->remote.port;
		/* fall through */
	case NETLOG_OP_ESTABLISHED:
	case NETLOG_OP_FAIL:
	case NETLOG_OP_DISCONNECT:
	case NETLOG_OP_FOUND:
		if (s->kind == KIND_LISTEN)
			return f->op == NETLOG_OP_FOUND && s->local.port && !f->remote.port;
		return s->kind == KIND_CONNECT &&
		       netaddr_equal(&s->remote, &f->remote);
	default:	/* connect, accept, dgram: a new connection begins */
		return false;
	}
}

static uint64_t cookie_of(const struct event *f)
{
	return conn_has_cookie(f->proto) ? f->cookie : 0;
}

/* The cookie, or the inode, which is reused, if the socket has no cookie of its own. */
static uint64_t number_of(const struct event *f)
{
	return cookie_of(f) ? cookie_of(f) : f->ino;
}

static void list(struct track *t, struct conn *s, const struct event *f)
{
	conn_set_number(&t->conns, s, t->node->index, number_of(f),
			cookie_of(f) ? KEY_COOKIE : conn_by_inode(f->proto));
}

/* Finds it by its cookie; else by its inode, unless that is known to be another socket's. */
static struct conn *listed(struct track *t, const struct event *f)
{
	struct conn *s = cookie_of(f) ? conn_by_number(&t->conns, t->node->index,
						    cookie_of(f), KEY_COOKIE) : NULL;

	if (s || !f->ino)
		return s;
	s = conn_by_number(&t->conns, t->node->index, f->ino,
			   conn_by_inode(f->proto));
	if (!s || (cookie_of(f) && s->cookie && s->cookie != cookie_of(f)))
		return NULL;
	if (cookie_of(f))
		list(t, s, f);
	return s;
}

static bool begins_anew(enum netlog_op op)
{
	return op == NETLOG_OP_CONNECT || op == NETLOG_OP_ACCEPT ||
	       op == NETLOG_OP_DGRAM || op == NETLOG_OP_FLOW;
}

/*
 * A socket that the rules learnt before the module was loaded is known by its descriptor only:
 * finds it by its process and its peer, if only one fits.
 */
static struct conn *adopt(struct track *t, const struct event *f)
{
	struct conn *found = NULL;
	struct fdent *fd;
	int looked_at = 0;

	if (!t->proc || begins_anew(f->op))
		return NULL;
	/* oldest first: those from before the module are there */
	TAILQ_FOREACH(fd, &t->proc->fds, of_proc) {
		if (++looked_at > ADOPT_MAX)
			break;
		if (fd->conn == found || !may_be(fd->conn, f))
			continue;
		if (found)
			return NULL;
		found = fd->conn;
	}
	if (found)
		list(t, found, f);
	return found;
}

static struct conn *known_socket(struct track *t, const struct event *f)
{
	struct conn *s = listed(t, f);

	if (!s)
		s = adopt(t, f);
	if (s)
		conn_touch(&t->conns, s);
	return s;
}

static void take_fields(struct track *t, struct conn *s, const struct event *f)
{
	s->proto = f->proto;
	s->family = f->family;
	s->netns = f->netns;
	s->ino = f->ino;
	if (cookie_of(f) && cookie_of(f) != s->cookie) {
		s->cookie = cookie_of(f);
		s->nth = node_take_failure(t->node, cookie_of(f));
	}
	s->local = f->local;
	s->remote = f->remote;
}

static struct conn *socket_of(struct track *t, const struct event *f)
{
	struct conn *s = known_socket(t, f);

	if (s)
		return s;
	s = bounds_conn(t);
	if (!s)
		return NULL;
	list(t, s, f);
	take_fields(t, s, f);
	return s;
}

/* Ends connections whose release was lost. By the cookie the process of f has the same socket;
 * by the inode it may have another one. */
static void end_lost(struct track *t, struct conn *s, const struct event *f)
{
	struct identity *who = cookie_of(f) ? NULL : s->opener ? s->opener : life_nobody();

	life_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono, .identity = who));
}

static void forget(struct track *t, struct conn *s)
{
	conn_drop(&t->conns, s);
}

static void on_connect(struct track *t, const struct event *f)
{
	struct conn *s = socket_of(t, f);

	node_add_connect(t->node, f);
	if (s && s->phase == CONN_DESTROYED) {	/* the inode is another socket's now */
		ending_bury(t, s);
		s = socket_of(t, f);
	}
	if (!s)
		return;
	/* The release of an open connection was lost here. */
	end_lost(t, s, f);
	take_fields(t, s, f);
	s->direction = CONN_OUTBOUND;
	if (conn_step(&t->conns, s, STEP_CONNECT))
		life_begin(t, s);
}

static void on_established(struct track *t, const struct event *f)
{
	struct conn *s = node_has_release(t->node, number_of(f)) ? NULL : socket_of(t, f);

	if (!s || s->kind == KIND_CONNECT)
		return;
	if (s->phase != CONN_CONNECTING) {	/* the record of its connect was lost */
		end_lost(t, s, f);
		life_begin(t, s);
	}
	take_fields(t, s, f);
	/* the connection begins now, its evidence is still the connect */
	s->start = t->when;
	s->mono = f->mono;
	life_open(t, s, KIND_CONNECT, VIA_NONE);
}

/*
 * An SCTP socket that was shut down while its connect was in progress is CLOSE_WAIT at its
 * release, as if it had been connected: the tracker remembers that it was not. TCP's is CLOSE.
 */
static void after_failure(struct track *t, struct conn *s)
{
	if (s->proto != IPPROTO_SCTP) {
		if (s->cookie)
			node_add_failure(t->node, s->cookie, s->nth);
		forget(t, s);
		return;
	}
	identity_put(s->opener);
	s->opener = NULL;
}

static void on_fail(struct track *t, const struct event *f)
{
	struct conn *s = node_has_release(t->node, number_of(f)) ? NULL : socket_of(t, f);

	node_add_connect(t->node, f);
	if (!s)
		return;
	if (s->kind) {
		life_close(t, s, ENDING(.err = f->err, .mono = f->mono));
	} else {
		take_fields(t, s, f);
		if (!s->opener)
			life_begin(t, s);
		life_fail(t, s, f->err, VIA_NONE);
	}
	after_failure(t, s);
}

static void on_accept(struct track *t, const struct event *f)
{
	struct conn *s = socket_of(t, f);

	if (!s)
		return;
	end_lost(t, s, f);
	take_fields(t, s, f);
	s->direction = CONN_INBOUND;
	life_begin(t, s);
	life_open(t, s, KIND_CONNECT, VIA_NONE);
}

/* op=listen, and op=bind of a datagram socket. */
static void on_listen(struct track *t, const struct event *f)
{
	struct conn *s = socket_of(t, f);

	if (!s || s->kind == KIND_LISTEN)
		return;
	end_lost(t, s, f);
	take_fields(t, s, f);
	memset(&s->remote, 0, sizeof(s->remote));
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	life_open(t, s, KIND_LISTEN, VIA_NONE);
}

static void on_datagram(struct track *t, const struct event *f, struct conn *s)
{
	if (!s || (s->kind == KIND_CONNECT &&
		   netaddr_equal(&s->remote, &f->remote)))
		return;
	life_close(t, s, ENDING(.mono = f->mono));
	if (!f->remote.port)	/* getaddrinfo(3) looking for a route */
		return;
	take_fields(t, s, f);
	s->direction = CONN_OUTBOUND;
	life_begin(t, s);
	if (!unused_defer(t, s))
		life_open(t, s, KIND_CONNECT, VIA_NONE);
}

static struct conn *add_flow(struct track *t, const struct event *f)
{
	struct conn *flow = bounds_conn(t), *listener;

	if (!flow)
		return NULL;
	/* making room may have dropped it */
	listener = listed(t, f);
	if (!listener) {
		conn_drop(&t->conns, flow);
		return NULL;
	}
	conn_set_flow(listener, flow);
	return flow;
}

/* A datagram to a peer by an unconnected socket. A bound socket goes on receiving from all: the
 * flow is written in addition to the listener. */
static void on_flow(struct track *t, const struct event *f)
{
	struct conn *s = socket_of(t, f), *flow;

	if (!s || s->kind != KIND_LISTEN) {
		on_datagram(t, f, s);
		return;
	}
	flow = s->flow ? s->flow : f->remote.port ? add_flow(t, f) : NULL;
	if (!flow)
		return;
	conn_touch(&t->conns, flow);
	on_datagram(t, f, flow);
}

/* connect(AF_UNSPEC), or shutdown() of a listener. A datagram socket that still has its port
 * reports it by a following op=bind. */
static void on_disconnect(struct track *t, const struct event *f)
{
	struct conn *s = known_socket(t, f);

	if (!s)
		return;
	unused_end(t, s);
	life_close(t, s, ENDING(.mono = f->mono, .tx = f->tx, .rx = f->rx));
	if (s->phase != CONN_CONNECTING)	/* its failure is still to be written */
		memset(&s->remote, 0, sizeof(s->remote));
}

/* The end of a socket whose beginning was not seen, if the socket was worth a line. */
static void unseen_release(struct track *t, const struct event *f)
{
	bool listener = f->state == STATE_LISTEN;
	struct conn *s;

	if (!listener && (!f->remote.has_port || !f->remote.port ||
			  (f->state == STATE_CLOSE && !life_is_datagram(f->proto))))
		return;
	s = socket_of(t, f);
	if (!s)
		return;
	life_resume(t, s, listener ? KIND_LISTEN : KIND_CONNECT);
	life_close(t, s, ENDING(.tx = f->tx, .rx = f->rx, .err = f->err));
	forget(t, s);
}

/* Its release was read before the outcome of its connect. Its state decides: if it is still in
 * SYN_SENT, or has an error, the connection was never established. */
static void release_connecting(struct track *t, struct conn *s,
			       const struct event *f)
{
	bool failed = f->state == STATE_SYN_SENT || f->state == STATE_SYN_RECV ||
		      f->state == STATE_CLOSE;

	if (failed) {
		/* SCTP's error may have been read by the program: unknown */
		life_fail(t, s, f->err || f->proto == IPPROTO_SCTP ? f->err : ECONNABORTED,
			  VIA_CLOSE);
		return;
	}
	life_open(t, s, KIND_CONNECT, VIA_NONE);
	life_close(t, s, ENDING(.mono = f->mono, .tx = f->tx, .rx = f->rx,
				 .err = f->err));
}

static void on_release(struct track *t, const struct event *f)
{
	struct conn *s = known_socket(t, f);

	if (!s) {
		unseen_release(t, f);
		return;
	}
	if (s->phase == CONN_CONNECTING) {
		release_connecting(t, s, f);
		node_add_release(t->node, number_of(f));
	} else {
		unused_end(t, s);
		life_close(t, s, ENDING(.mono = f->mono, .tx = f->tx,
					 .rx = f->rx, .err = f->err));
	}
	forget(t, s);
}

/* The socket was open when the source began. It may be a connect in progress. */
static void on_found(struct track *t, const struct event *f)
{
	bool listener = f->state == STATE_LISTEN ||
			(life_is_datagram(f->proto) && !f->remote.has_port);
	struct conn *s = known_socket(t, f);

	if (s) {
		s->scan = t->scans + 1;
		s->absent = false;
	}
	/* open, but thought to be connecting: the record of its outcome was lost */
	if (s && s->phase == CONN_CONNECTING && f->state != STATE_SYN_SENT &&
	    f->state != STATE_SYN_RECV)
		life_open(t, s, KIND_CONNECT, VIA_FOUND);
	if (s && (conn_is_open(s) || s->phase != CONN_IDLE))
		return;
	if (f->task.pid == ID_UNKNOWN)	/* no process holds it: only compared */
		return;
	if (f->state == STATE_SYN_SENT) {
		on_connect(t, f);
		return;
	}
	s = socket_of(t, f);
	if (!s)
		return;
	take_fields(t, s, f);
	s->scan = t->scans + 1;
	s->direction = life_is_datagram(f->proto) ? CONN_OUTBOUND : CONN_EITHER;
	life_begin(t, s);
	/* the time is that of the snapshot: no dur= */
	s->unknown_start = true;
	s->mono = -1;
	life_open_found(t, s, listener ? KIND_LISTEN : KIND_CONNECT, VIA_SNAPSHOT);
}

static void on_use(struct track *t, const struct event *f)
{
	struct conn *s = known_socket(t, f);

	if (s)
		life_use(t, s, f->tx, f->rx);
}

static void on_load(struct track *t, const struct event *f)
{
	node_forget_releases(t->node);	/* a boot may be between */
	if (f->op == NETLOG_OP_UNLOAD)
		ending_module_gone(t);
	t->node->module = f->op == NETLOG_OP_LOAD;
	t->node->module_ms = stamp_ms(&f->stamp);
	t->stats.module = t->node->module;
}

void from_kernel(struct track *t, const struct event *f)
{
	if (f->missed >= 0)
		t->stats.module_missed = f->missed;
	if (f->lost >= 0)
		t->stats.module_lost = f->lost;
	if (f->op == NETLOG_OP_LOAD || f->op == NETLOG_OP_UNLOAD) {
		on_load(t, f);
		return;
	}
	if (!t->node->module)
		t->node->module_ms = stamp_ms(&f->stamp);
	t->node->module = t->stats.module = true;
	if (from_kernel_process(t, f))
		return;
	know_process(t, f);
	if (begins_anew(f->op))
		unclaimed_began(t, f->op == NETLOG_OP_ACCEPT);
	if (!number_of(f)) {
		input_error(t->errors, INPUT_ERROR_MODULE, "ino", 3);
		return;
	}
	switch (f->op) {
	case NETLOG_OP_CONNECT:		on_connect(t, f); break;
	case NETLOG_OP_ESTABLISHED:	on_established(t, f); break;
	case NETLOG_OP_FAIL:		on_fail(t, f); break;
	case NETLOG_OP_ACCEPT:		on_accept(t, f); break;
	case NETLOG_OP_BIND:
	case NETLOG_OP_LISTEN:		on_listen(t, f); break;
	case NETLOG_OP_DGRAM:		on_datagram(t, f, socket_of(t, f)); break;
	case NETLOG_OP_FLOW:		on_flow(t, f); break;
	case NETLOG_OP_DISCONNECT:	on_disconnect(t, f); break;
	case NETLOG_OP_RELEASE:		on_release(t, f); break;
	case NETLOG_OP_FOUND:		on_found(t, f); break;
	case NETLOG_OP_USE:		on_use(t, f); break;
	case NETLOG_OP_EXIT:		break;	/* know_process() was all */
	default:			break;
	}
}
