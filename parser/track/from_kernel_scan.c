// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/from_kernel_scan: open connections across a restart, sockets that a scan found, and
 * ends that were not reported. */
#include "parser/track/from_kernel_scan.h"

#include <netinet/in.h>

#include "parser/track/bounds.h"
#include "parser/track/holder.h"
#include "parser/track/kernel_socket.h"
#include "parser/track/protocol.h"

bool from_kernel_follows(const struct conn *c)
{
	return c->key.number && c->phase == CONN_OPEN && !c->unwritten && !c->listener;
}

/* Lists c under its cookie, or under its inode if it has no cookie of its own. */
static void list(struct track *t, struct conn *c, const struct diag_known *k)
{
	bool cookie = k->sock.cookie && conn_has_cookie(k->sock.proto);

	conn_set_number(&t->conns, c, t->node->index, cookie ? k->sock.cookie : k->sock.ino,
			cookie ? KEY_COOKIE : conn_by_inode(k->sock.proto));
}

static bool is_known(struct track *t, const struct diag_known *k)
{
	return (k->sock.cookie && conn_by_number(&t->conns, t->node->index, k->sock.cookie,
						 KEY_COOKIE)) ||
	       (k->sock.ino && conn_by_number(&t->conns, t->node->index, k->sock.ino,
					      conn_by_inode(k->sock.proto)));
}

void from_kernel_kept(struct track *t, const struct event *f)
{
	const struct diag_known *k = f->diag ? f->diag->known : NULL;
	struct conn *c;

	if (!k || (!k->sock.cookie && !k->sock.ino) || is_known(t, k))
		return;
	c = bounds_conn(t);
	if (!c)
		return;
	list(t, c, k);
	c->proto = k->sock.proto;
	c->family = k->sock.family;
	c->netns = k->sock.netns ? k->sock.netns : -1;
	c->cookie = k->sock.cookie;
	c->ino = k->sock.ino;
	c->local = k->sock.local;
	c->remote = k->sock.remote;
	c->mono = -1;
	conn_take_known(c, k);
	c->opener = identity_new(&f->task);
	life_resume(t, c, k->listens ? KIND_LISTEN : KIND_CONNECT);
}

static enum conn_direction found_direction(const struct event *f)
{
	if (protocol_is_datagram(f->proto) || f->direction == EVENT_OUTBOUND)
		return CONN_OUTBOUND;
	return f->direction == EVENT_INBOUND ? CONN_INBOUND : CONN_EITHER;
}

/* Returns true if the found socket is open. In CLOSE, SCTP may be connecting, and a connect of
 * TCP has failed. */
static bool is_open_found(const struct event *f)
{
	return f->state != STATE_SYN_SENT && f->state != STATE_SYN_RECV && f->state != STATE_CLOSE;
}

bool from_kernel_found(struct track *t, const struct event *f)
{
	bool listener = f->state == STATE_LISTEN ||
			(protocol_is_datagram(f->proto) && !f->remote.has_port);
	struct conn *s = kernel_socket_known(t, f);

	if (s) {
		s->scan = t->scans + 1;
		s->absent = false;
		holder_found(t, s);
	}
	/* open, but thought to be connecting: the record of its outcome was lost */
	if (s && s->phase == CONN_CONNECTING && is_open_found(f))
		life_open(t, s, KIND_CONNECT, VIA_FOUND);
	if (s && (conn_is_open(s) || s->phase != CONN_IDLE))
		return false;
	if (f->proto == IPPROTO_SCTP && !is_open_found(f))	/* connecting, or ended */
		return false;
	/* The module's record of the end may be read before an earlier scan's. */
	if (node_has_end(t->node, kernel_socket_number(f)))
		return false;
	if (f->task.pid == ID_UNKNOWN)	/* held by no process: only for comparison */
		return false;
	if (f->state == STATE_SYN_SENT)
		return true;
	s = kernel_socket_get(t, f);
	if (!s)
		return false;
	kernel_socket_take(t, s, f);
	s->scan = t->scans + 1;
	s->direction = found_direction(f);
	life_begin(t, s);
	/* the time is that of the snapshot: no dur= */
	s->unknown_start = true;
	s->mono = -1;
	life_open_found(t, s, listener ? KIND_LISTEN : KIND_CONNECT, VIA_SNAPSHOT);
	return false;
}

/* Returns true if the scan would have found the socket of c. Without losses, a socket that no
 * process holds is most likely in flight, or io_uring's. */
static bool is_covered(const struct conn *c, const struct event *f)
{
	return !f->result ||
	       (c->netns == f->netns && (c->proto == IPPROTO_TCP || c->proto == IPPROTO_UDP));
}

/* Returns true if the scan should have found c, and did not. A connection that began after the
 * scan started is not missing. */
static bool is_missing(const struct track *t, const struct conn *c, const struct event *f)
{
	return c->key.node == t->node->index && from_kernel_follows(c) &&
	       c->scan != t->scans + 1 && c->mono < f->mono && is_covered(c, f);
}

void from_kernel_scanned(struct track *t, const struct event *f)
{
	struct conn *c;

	holder_scanned(t, f->mono);
	CONN_EACH(&t->conns, c) {
		if (!is_missing(t, c, f))
			continue;
		if (!c->absent) {
			c->absent = true;
			continue;
		}
		life_close(t, c, ENDING(.via = VIA_SWEEP, .identity = c->opener));
		conn_drop(&t->conns, c);
	}
	t->scans++;
}
