// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/attempt: connects whose descriptor is closed. */
#include "parser/track/attempt.h"

#include <errno.h>

#include "parser/track/protocol.h"

/* Returns true if c is a connect in progress, or one that failed: the socket is then idle, and
 * keeps the event of the failure. */
static bool is_attempt(const struct conn *c)
{
	return c->ev.serial && c->direction == CONN_OUTBOUND && !protocol_is_datagram(c->proto) &&
	       (c->kind == KIND_CONNECT || c->phase == CONN_IDLE);
}

void attempt_add(struct attempt_table *t, const struct fdent *fd, uint64_t until, int64_t ms)
{
	const struct conn *c = fd->conn;

	if (fd->presumed || !is_attempt(c))
		return;
	t->at[t->next++ % ATTEMPTS_MAX] = (struct attempt){
		.pid = fd->key.proc->key.pid, .fd = fd->key.fd, .node = c->key.node,
		.serial = c->ev.serial, .since = fd->serial, .until = until, .until_ms = ms,
		.uncollected = c->uncollected, .peer = c->remote,
	};
}

void attempt_add_late(struct attempt_table *t, uint32_t node, const struct event *f, bool pending)
{
	t->at[t->next++ % ATTEMPTS_MAX] = (struct attempt){
		.pid = f->task.pid, .fd = f->fd, .node = node, .serial = f->stamp.serial,
		.until = UINT64_MAX, .until_ms = INT64_MAX,
		.uncollected = pending, .peer = f->addr,
	};
}

/* Returns true if asked can be the peer of a. The any-address means this host, so only the port
 * is compared. */
static bool is_peer(const struct attempt *a, const struct netaddr *asked)
{
	return !a->peer.family || netaddr_equal(&a->peer, asked) ||
	       (netaddr_is_any(asked) && a->peer.port == asked->port);
}

/* Returns true if f is the attempt, which precedes the reported event, or the outcome, which
 * follows it. */
static bool is_other_half(const struct attempt *a, const struct event *f)
{
	uint64_t serial = f->stamp.serial;

	if (f->result == -EINPROGRESS || f->result == -EINTR)
		return serial < a->serial && (serial > a->since || a->since == a->serial);
	return a->uncollected && serial > a->serial;
}

bool attempt_has(const struct attempt_table *t, uint32_t node, const struct event *f)
{
	int64_t ms = stamp_ms(&f->stamp);

	for (int i = 0; i < ATTEMPTS_MAX; i++) {
		const struct attempt *a = &t->at[i];

		if (a->serial && a->pid == f->task.pid && a->fd == f->fd && a->node == node &&
		    f->stamp.serial < a->until && ms <= a->until_ms && is_peer(a, &f->addr) &&
		    is_other_half(a, f))
			return true;
	}
	return false;
}

void attempt_forget_node(struct attempt_table *t, uint32_t node)
{
	for (int i = 0; i < ATTEMPTS_MAX; i++)
		if (t->at[i].node == node)
			t->at[i].serial = 0;
}
