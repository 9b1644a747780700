// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/track: what the kernel module's records mean for connections. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "parser/track/internal.h"

static void know_process(struct track *t, const struct event *f)
{
	t->proc = track_proc(t);
	if (t->proc)
		process_update(t->proc, &f->task);
}

/* s, learnt from the rules, may be the socket of the record. */
static bool may_be(const struct sock *s, const struct event *f)
{
	if (s->key.ino || (s->proto != PROTO_UNKNOWN && s->proto != f->proto))
		return false;
	if (s->local.port && f->local.port && s->local.port != f->local.port)
		return false;
	switch (f->op) {
	case NETLOG_OP_LISTEN:
	case NETLOG_OP_BIND:
		return s->open == OPEN_LISTEN && s->local.port;
	case NETLOG_OP_RELEASE:
		if (s->open == OPEN_LISTEN)
			return s->local.port && !f->remote.port;
		/* fall through */
	case NETLOG_OP_ESTABLISHED:
	case NETLOG_OP_FAIL:
	case NETLOG_OP_DISCONNECT:
		return s->open == OPEN_CONNECT &&
		       netaddr_equal(&s->remote, &f->remote);
	default:	/* connect, accept, dgram: something new begins */
		return false;
	}
}

/*
 * A socket that the rules learnt before the module was loaded is known by its
 * descriptor only: find it by its process and its peer, if there is but one.
 */
static struct sock *adopt(struct track *t, const struct event *f)
{
	struct sock *found = NULL;
	struct fdent *fd;

	if (!t->proc)
		return NULL;
	LIST_FOREACH(fd, &t->proc->fds, of_proc) {
		if (fd->sock == found || !may_be(fd->sock, f))
			continue;
		if (found)
			return NULL;
		found = fd->sock;
	}
	if (found)
		socket_set_ino(&t->sockets, found, t->node_index, f->ino);
	return found;
}

static struct sock *known_socket(struct track *t, const struct event *f)
{
	struct sock *s = socket_by_ino(&t->sockets, t->node_index, f->ino);

	if (!s)
		s = adopt(t, f);
	if (s)
		socket_touch(&t->sockets, s);
	return s;
}

static void take_fields(struct sock *s, const struct event *f)
{
	s->proto = f->proto;
	s->family = f->family;
	s->netns = f->netns;
	if (f->cookie)
		s->cookie = f->cookie;
	s->local = f->local;
	s->remote = f->remote;
}

static struct sock *socket_of(struct track *t, const struct event *f)
{
	struct sock *s = known_socket(t, f);

	if (s)
		return s;
	s = socket_new(&t->sockets);
	if (!s) {
		input_error(t->complaints, INPUT_ERROR_MEMORY, "socket", 6);
		return NULL;
	}
	socket_set_ino(&t->sockets, s, t->node_index, f->ino);
	take_fields(s, f);
	return s;
}

static void forget(struct track *t, struct sock *s)
{
	socket_drop(&t->sockets, s);
}

static void remember_connect(struct track *t, const struct event *f)
{
	struct node *n = t->node;

	n->recent[n->next_recent++ % RECENT_CONNECTS] = (struct recent_connect){
		.serial = f->stamp.serial,
		.pid = f->task.pid,
		.sec = f->stamp.sec,
		.err = f->err,
		.remote = f->remote,
	};
}

static void remember_release(struct track *t, const struct event *f)
{
	struct node *n = t->node;

	n->released[n->next_released++ % RECENT_RELEASES] = f->ino;
}

/* The end of a connect that is already told of: its release came before it. */
static bool came_late(const struct track *t, const struct event *f)
{
	for (int i = 0; i < RECENT_RELEASES; i++)
		if (t->node->released[i] == f->ino)
			return true;
	return false;
}

static void on_connect(struct track *t, const struct event *f)
{
	struct sock *s = socket_of(t, f);

	remember_connect(t, f);
	if (!s)
		return;
	/* An open one here had its release lost. */
	track_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono));
	take_fields(s, f);
	s->inbound = false;
	s->connecting = true;
	track_begin(t, s);
}

static void on_established(struct track *t, const struct event *f)
{
	struct sock *s = came_late(t, f) ? NULL : socket_of(t, f);

	if (!s || s->open == OPEN_CONNECT)
		return;
	if (!s->connecting) {	/* the record of its connect was lost */
		track_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono));
		track_begin(t, s);
	}
	take_fields(s, f);
	s->connecting = false;
	/* the connection begins now, its evidence is still the connect */
	s->start = t->when;
	s->mono = f->mono;
	track_open(t, s, OPEN_CONNECT, VIA_NONE);
}

/*
 * An SCTP socket that was shut down while its connect was under way is CLOSE_WAIT at its
 * release, as if it had been connected: it is remembered that it was not. TCP's is CLOSE.
 */
static void after_failure(struct track *t, struct sock *s)
{
	if (s->proto != IPPROTO_SCTP) {
		forget(t, s);
		return;
	}
	identity_put(s->opener);
	s->opener = NULL;
}

static void on_fail(struct track *t, const struct event *f)
{
	struct sock *s = came_late(t, f) ? NULL : socket_of(t, f);

	remember_connect(t, f);
	if (!s)
		return;
	s->connecting = false;
	if (s->open) {
		track_close(t, s, ENDING(.err = f->err, .mono = f->mono));
	} else {
		take_fields(s, f);
		if (!s->opener)
			track_begin(t, s);
		track_fail(t, s, f->err, VIA_NONE);
	}
	after_failure(t, s);
}

static void on_accept(struct track *t, const struct event *f)
{
	struct sock *s = socket_of(t, f);

	if (!s)
		return;
	track_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono));
	take_fields(s, f);
	s->inbound = true;
	track_begin(t, s);
	track_open(t, s, OPEN_CONNECT, VIA_NONE);
}

/* op=listen, and op=bind of a datagram socket. */
static void on_listen(struct track *t, const struct event *f)
{
	struct sock *s = socket_of(t, f);

	if (!s || s->open == OPEN_LISTEN)
		return;
	track_close(t, s, ENDING(.via = VIA_REUSE, .mono = f->mono));
	take_fields(s, f);
	memset(&s->remote, 0, sizeof(s->remote));
	s->inbound = false;
	track_begin(t, s);
	track_open(t, s, OPEN_LISTEN, VIA_NONE);
}

static void on_datagram(struct track *t, const struct event *f)
{
	struct sock *s = socket_of(t, f);

	if (!s || (s->open == OPEN_CONNECT &&
		   netaddr_equal(&s->remote, &f->remote)))
		return;
	track_close(t, s, ENDING(.mono = f->mono));
	if (!f->remote.port)	/* getaddrinfo(3) looking for a route */
		return;
	take_fields(s, f);
	s->inbound = false;
	track_begin(t, s);
	track_open(t, s, OPEN_CONNECT, VIA_NONE);
}

/* connect(AF_UNSPEC), or shutdown() of a listener. A datagram socket that still has
 * its port is told of by an op=bind that follows. */
static void on_disconnect(struct track *t, const struct event *f)
{
	struct sock *s = known_socket(t, f);

	if (!s)
		return;
	track_close(t, s, ENDING(.mono = f->mono, .tx = f->tx, .rx = f->rx));
	memset(&s->remote, 0, sizeof(s->remote));
}

/* The end of a socket whose beginning was not seen, if it was worth a line. */
static void unseen_release(struct track *t, const struct event *f)
{
	bool listener = f->state == STATE_LISTEN;
	struct sock *s;

	if (!listener && (!f->remote.has_port || !f->remote.port ||
			  (f->state == STATE_CLOSE && !track_is_datagram(f->proto))))
		return;
	s = socket_of(t, f);
	if (!s)
		return;
	s->open = listener ? OPEN_LISTEN : OPEN_CONNECT;
	t->stats.open++;
	track_close(t, s, ENDING(.tx = f->tx, .rx = f->rx, .err = f->err));
	forget(t, s);
}

/* Released before we read how its connect ended. What the socket was says it:
 * still in SYN_SENT, or with an error, it never came about. */
static void release_connecting(struct track *t, struct sock *s,
			       const struct event *f)
{
	bool failed = f->state == STATE_SYN_SENT || f->state == STATE_SYN_RECV ||
		      f->state == STATE_CLOSE;

	if (failed) {
		track_fail(t, s, f->err ? f->err : ECONNABORTED, VIA_CLOSE);
		return;
	}
	track_open(t, s, OPEN_CONNECT, VIA_NONE);
	track_close(t, s, ENDING(.mono = f->mono, .tx = f->tx, .rx = f->rx,
				 .err = f->err));
}

static void on_release(struct track *t, const struct event *f)
{
	struct sock *s = known_socket(t, f);

	if (!s) {
		unseen_release(t, f);
		return;
	}
	if (s->connecting && !s->open) {
		release_connecting(t, s, f);
		remember_release(t, f);
	} else {
		track_close(t, s, ENDING(.mono = f->mono, .tx = f->tx,
					 .rx = f->rx, .err = f->err));
	}
	forget(t, s);
}

static void on_load(struct track *t, const struct event *f)
{
	t->node->left = 0;
	memset(t->node->released, 0, sizeof(t->node->released));	/* a boot may be between */
	if (f->op == NETLOG_OP_UNLOAD)
		track_module_gone(t);
	t->node->module = f->op == NETLOG_OP_LOAD;
	t->stats.module = t->node->module;
}

void track_module(struct track *t, const struct event *f)
{
	if (f->missed >= 0)
		t->stats.module_missed = f->missed;
	if (f->lost >= 0)
		t->stats.module_lost = f->lost;
	if (f->op == NETLOG_OP_LOAD || f->op == NETLOG_OP_UNLOAD) {
		on_load(t, f);
		return;
	}
	t->node->module = t->stats.module = true;
	know_process(t, f);
	if (!f->ino) {
		input_error(t->complaints, INPUT_ERROR_MODULE, "ino", 3);
		return;
	}
	switch (f->op) {
	case NETLOG_OP_CONNECT:		on_connect(t, f); break;
	case NETLOG_OP_ESTABLISHED:	on_established(t, f); break;
	case NETLOG_OP_FAIL:		on_fail(t, f); break;
	case NETLOG_OP_ACCEPT:		on_accept(t, f); break;
	case NETLOG_OP_BIND:
	case NETLOG_OP_LISTEN:		on_listen(t, f); break;
	case NETLOG_OP_DGRAM:
	case NETLOG_OP_FLOW:		on_datagram(t, f); break;
	case NETLOG_OP_DISCONNECT:	on_disconnect(t, f); break;
	case NETLOG_OP_RELEASE:		on_release(t, f); break;
	case NETLOG_OP_EXIT:		break;	/* know_process() was all */
	default:			break;
	}
}
