// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/passed: connections accepted on a listener that was passed or inherited. */
#include "parser/track/passed.h"

#include <netinet/in.h>

#include "parser/track/defer.h"

void passed_on(struct conn *s, const struct conn *l)
{
	s->family = l->family;
	s->type = l->type;
	s->proto = l->proto;
	s->unlogged = l->unlogged;
	s->local = *conn_local(l);
}

static bool was_at(const struct conn_diag *d, const struct conn *c)
{
	const struct conn *l = d->conn;

	return l->kind == KIND_LISTEN && l->tentative && l->key.node == c->key.node &&
	       d->pid == c->diag->pid && d->fd == c->diag->listener &&
	       l->start.serial <= c->start.serial &&
	       (!d->fd_gone_ms || d->fd_gone_ms >= stamp_ms(&c->start));
}

/* The process has exited, or closed the descriptor, since the accept. The listener still waits for
 * its start. */
static struct conn *let_go_since(const struct track *t, const struct conn *c)
{
	const struct conn_diag *d;
	int looked_at = 0;

	LIST_FOREACH(d, conn_rivals(&t->conns, NULL), rival) {
		if (was_at(d, c))
			return d->conn;
		if (++looked_at == RIVALS_MAX)
			break;
	}
	return NULL;
}

/* Returns the listener that c was accepted on, or NULL: its number was assigned later. */
static struct conn *listener_of(struct track *t, const struct conn *c)
{
	const struct conn_diag *d = c->diag;
	struct proc *p = process_find(&t->processes, c->key.node, d->pid);
	struct fdent *fd = p && d->listener >= 0 ? fdtable_find(&t->fds, p, d->listener) : NULL;

	return fd && fd->serial <= c->start.serial ? fd->conn : let_go_since(t, c);
}

/* Returns true if the start of l is not written yet, but its descriptor has been looked up. */
static bool is_found(const struct track *t, const struct conn *l)
{
	const struct conn_diag *d = l->diag;

	return l->kind == KIND_LISTEN && d->question == QUESTION_FOUND && !d->confirming &&
	       d->found.state == STATE_LISTEN && d->found.proto == IPPROTO_TCP &&
	       defer_passed(t, d->looked_ms, d->answered);
}

static enum passed take_tentative(const struct track *t, struct conn *c, const struct conn *l)
{
	if (!conn_waits(l))
		return PASSED_UNKNOWN;
	if (!is_found(t, l))
		return PASSED_ASKED;
	c->family = l->diag->found.family;
	c->proto = l->diag->found.proto;
	c->local = l->diag->found.local;
	c->tentative = false;
	return PASSED_KNOWN;
}

enum passed passed_take(struct track *t, struct conn *c)
{
	struct conn *l = listener_of(t, c);

	if (!l || l == c)
		return PASSED_UNKNOWN;
	if (l->tentative)
		return take_tentative(t, c, l);
	if (l->kind != KIND_LISTEN || l->unlogged)
		return PASSED_UNKNOWN;
	passed_on(c, l);
	c->tentative = false;
	return PASSED_KNOWN;
}

void passed_started(struct track *t, const struct conn *c)
{
	t->diag.passed[t->diag.passed_next++ % PASSED_MAX] = (struct passed_listener){
		.cookie = c->diag->cookie, .serial = c->start.serial, .node = c->key.node,
		.local = c->diag->found.local,
	};
}

static bool may_be(const struct passed_listener *l, const struct conn *s, uint64_t serial)
{
	return l->cookie && l->node == s->key.node && serial < l->serial &&
	       netaddr_equal(conn_local(s), &l->local);
}

struct conn *passed_listener(const struct track *t, const struct conn *s, uint64_t serial)
{
	for (int i = 0; i < PASSED_MAX; i++) {
		const struct passed_listener *l = &t->diag.passed[i];
		struct conn *c = may_be(l, s, serial) ? conn_by_cookie(&t->conns, l->cookie) : NULL;

		if (c && c != s && c->kind == KIND_LISTEN)
			return c;
	}
	return NULL;
}

bool passed_is_started(const struct track *t, const struct conn *s, uint64_t serial)
{
	for (int i = 0; i < PASSED_MAX; i++)
		if (may_be(&t->diag.passed[i], s, serial))
			return true;
	return false;
}
