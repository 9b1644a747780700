// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/kernel_socket: the connection that a record of the kernel's side is about. */
#include "parser/track/kernel_socket.h"

#include "parser/track/bounds.h"

#define ADOPT_MAX 1024	/* sockets of a process to check */

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

uint64_t kernel_socket_cookie(const struct event *f)
{
	return conn_has_cookie(f->proto) ? f->cookie : 0;
}

uint64_t kernel_socket_number(const struct event *f)
{
	return kernel_socket_cookie(f) ? kernel_socket_cookie(f) : f->ino;
}

static void list(struct track *t, struct conn *s, const struct event *f)
{
	conn_set_number(&t->conns, s, t->node->index, kernel_socket_number(f),
			kernel_socket_cookie(f) ? KEY_COOKIE : conn_by_inode(f->proto));
}

/* Finds it by its cookie; else by its inode, unless that is known to be another socket's. */
struct conn *kernel_socket_listed(struct track *t, const struct event *f)
{
	uint64_t cookie = kernel_socket_cookie(f);
	struct conn *s = cookie ? conn_by_number(&t->conns, t->node->index, cookie,
						 KEY_COOKIE) : NULL;

	if (s || !f->ino)
		return s;
	s = conn_by_number(&t->conns, t->node->index, f->ino, conn_by_inode(f->proto));
	if (!s || (cookie && s->cookie && s->cookie != cookie))
		return NULL;
	if (cookie)
		list(t, s, f);
	return s;
}

bool kernel_socket_begins(enum netlog_op op)
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

	if (!t->proc || kernel_socket_begins(f->op))
		return NULL;
	/* oldest first: there are the sockets from before the module */
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

struct conn *kernel_socket_known(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_listed(t, f);

	if (!s)
		s = adopt(t, f);
	if (s)
		conn_touch(&t->conns, s);
	return s;
}

void kernel_socket_take(struct track *t, struct conn *s, const struct event *f)
{
	s->proto = f->proto;
	s->family = f->family;
	s->netns = f->netns;
	s->ino = f->ino;
	if (kernel_socket_cookie(f) && kernel_socket_cookie(f) != s->cookie) {
		s->cookie = kernel_socket_cookie(f);
		s->nth = node_take_failure(t->node, kernel_socket_cookie(f));
	}
	s->local = f->local;
	s->remote = f->remote;
}

struct conn *kernel_socket_get(struct track *t, const struct event *f)
{
	struct conn *s = kernel_socket_known(t, f);

	if (s)
		return s;
	s = bounds_conn(t);
	if (!s)
		return NULL;
	list(t, s, f);
	kernel_socket_take(t, s, f);
	return s;
}
