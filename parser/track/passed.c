// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/passed: connections accepted on a listener that was passed or inherited. */
#include "parser/track/passed.h"

void passed_on(struct conn *s, const struct conn *l)
{
	s->family = l->family;
	s->type = l->type;
	s->proto = l->proto;
	s->unlogged = l->unlogged;
	s->local = *conn_local(l);
}

/* Returns the listener that c was accepted on, or NULL: its number was assigned later. */
static struct conn *listener_of(struct track *t, const struct conn *c)
{
	const struct conn_diag *d = c->diag;
	struct proc *p = process_find(&t->processes, c->key.node, d->pid);
	struct fdent *fd = p && d->listener >= 0 ? fdtable_find(&t->fds, p, d->listener) : NULL;

	return fd && fd->serial <= c->start.serial ? fd->conn : NULL;
}

enum passed passed_take(struct track *t, struct conn *c)
{
	struct conn *l = listener_of(t, c);

	if (!l || l == c)
		return PASSED_UNKNOWN;
	if (l->tentative)
		return conn_waits(l) ? PASSED_ASKED : PASSED_UNKNOWN;
	if (l->kind != KIND_LISTEN || l->unlogged)
		return PASSED_UNKNOWN;
	passed_on(c, l);
	c->tentative = false;
	return PASSED_KNOWN;
}

void passed_learn(struct track *t, struct conn *c)
{
	if (!c->tentative && c->unwritten && c->diag->listener >= 0 && !c->local.port)
		passed_take(t, c);
}
