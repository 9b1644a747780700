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
#include "parser/track/from_kernel_scan.h"
#include "parser/track/holder.h"
#include "parser/track/kernel_socket.h"
#include "parser/track/protocol.h"
#include "parser/track/unclaimed.h"
#include "parser/track/unload.h"
#include "parser/track/unused.h"

static void know_process(struct track *t, const struct event *f)
{
	t->proc = bounds_event_process(t);
	if (t->proc)
		process_update(t->proc, &f->task, false);
}

/* Ends a connection whose release was lost. A cookie shows that f is of the same socket; an
 * inode may be another socket's by now. */
static void end_lost(struct track *t, struct conn *s, const struct event *f)
{
	struct identity *who = kernel_socket_cookie(f) ? NULL : s->opener ? s->opener : identity_unknown();

	life_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono, .identity = who));
}

static void forget(struct track *t, struct conn *s)
{
	conn_drop(&t->conns, s);
}

static void on_connect(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_get(t, f);

	node_add_connect(t->node, f);
	if (s && s->phase == CONN_DESTROYED) {	/* the inode is another socket's now */
		ending_bury(t, s);
		s = kernel_socket_get(t, f);
	}
	if (!s)
		return;
	/* an open connection has lost its release */
	end_lost(t, s, f);
	kernel_socket_take(t, s, f);
	s->direction = CONN_OUTBOUND;
	if (conn_step(&t->conns, s, STEP_CONNECT))
		life_begin(t, s);
}

static void on_established(struct track *t, const struct event *f)
{
	struct conn *s = node_has_release(t->node, kernel_socket_number(f)) ? NULL : kernel_socket_get(t, f);

	if (!s || s->kind == KIND_CONNECT)
		return;
	if (s->phase != CONN_CONNECTING) {	/* the record of its connect was lost */
		end_lost(t, s, f);
		life_begin(t, s);
		unclaimed_began(t);
	}
	kernel_socket_take(t, s, f);
	/* the connection begins now; its evidence is still the connect */
	s->start = t->when;
	s->mono = f->mono;
	if (!holder_await(t, s))
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
	struct conn *s = node_has_release(t->node, kernel_socket_number(f)) ? NULL : kernel_socket_get(t, f);

	node_add_connect(t->node, f);
	if (!s)
		return;
	if (s->kind) {
		life_close(t, s, ENDING(.err = f->err, .mono = f->mono));
	} else {
		kernel_socket_take(t, s, f);
		if (!s->opener)
			life_begin(t, s);
		life_fail(t, s, f->err, VIA_NONE);
	}
	after_failure(t, s);
}

static void on_accept(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_get(t, f);

	if (!s)
		return;
	end_lost(t, s, f);
	kernel_socket_take(t, s, f);
	s->direction = CONN_INBOUND;
	life_begin(t, s);
	life_open(t, s, KIND_CONNECT, VIA_NONE);
}

/* op=listen, and op=bind of a datagram socket. */
static void on_listen(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_get(t, f);

	if (!s || s->kind == KIND_LISTEN)
		return;
	end_lost(t, s, f);
	kernel_socket_take(t, s, f);
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
	kernel_socket_take(t, s, f);
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
	listener = kernel_socket_listed(t, f);
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
	struct conn *s = kernel_socket_get(t, f), *flow;

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
	struct conn *s = kernel_socket_known(t, f);

	if (!s)
		return;
	unused_end(t, s);
	life_close(t, s, ENDING(.mono = f->mono, .tx = f->tx, .rx = f->rx));
	if (s->phase != CONN_CONNECTING)	/* its failure is still to be written */
		memset(&s->remote, 0, sizeof(s->remote));
}

/* Writes the stop of a socket whose beginning was not seen, if the socket listened or had a
 * peer. */
static void unseen_release(struct track *t, const struct event *f)
{
	bool listener = f->state == STATE_LISTEN;
	struct conn *s;

	if (!listener && (!f->remote.has_port || !f->remote.port ||
			  (f->state == STATE_CLOSE && !protocol_is_datagram(f->proto))))
		return;
	s = kernel_socket_get(t, f);
	if (!s)
		return;
	life_resume(t, s, listener ? KIND_LISTEN : KIND_CONNECT);
	life_close(t, s, ENDING(.tx = f->tx, .rx = f->rx, .err = f->err));
	forget(t, s);
}

/* Takes the release of a connecting socket whose outcome was not read. The state decides: in
 * SYN_SENT, or with an error, the connection was never established. */
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
	struct conn *s = kernel_socket_known(t, f);

	node_add_end(t->node, kernel_socket_number(f));
	if (!s) {
		unseen_release(t, f);
		return;
	}
	if (s->phase == CONN_CONNECTING) {
		release_connecting(t, s, f);
		node_add_release(t->node, kernel_socket_number(f));
	} else {
		unused_end(t, s);
		life_close(t, s, ENDING(.mono = f->mono, .tx = f->tx,
					 .rx = f->rx, .err = f->err));
	}
	forget(t, s);
}

static void on_use(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_known(t, f);

	if (s)
		life_use(t, s, f->tx, f->rx);
}

static void on_load(struct track *t, const struct event *f)
{
	node_forget_releases(t->node);	/* a boot may be between */
	if (f->op == NETLOG_OP_UNLOAD)
		unload_module(t);
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
	if (kernel_socket_begins(f->op))
		unclaimed_began(t);
	if (!kernel_socket_number(f)) {
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
	case NETLOG_OP_DGRAM:		on_datagram(t, f, kernel_socket_get(t, f)); break;
	case NETLOG_OP_FLOW:		on_flow(t, f); break;
	case NETLOG_OP_DISCONNECT:	on_disconnect(t, f); break;
	case NETLOG_OP_RELEASE:		on_release(t, f); break;
	case NETLOG_OP_FOUND:
		if (from_kernel_found(t, f))
			on_connect(t, f);
		break;
	case NETLOG_OP_USE:		on_use(t, f); break;
	case NETLOG_OP_EXIT:		break;	/* know_process() was all */
	default:			break;
	}
}
