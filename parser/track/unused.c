// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/unused: datagram sockets that get a peer and never a datagram. */
#include "parser/track/unused.h"

#include "parser/track/life.h"

bool unused_defer(struct track *t, struct conn *c)
{
	if (!t->unused_ms || !t->event->unused || c->phase != CONN_IDLE)
		return false;
	life_defer_listed(t, c);
	return c->unused;
}

void unused_end(struct track *t, struct conn *c)
{
	if (c->unused && t->event->unused)
		life_drop_unused(t, c);
}

void unused_decide(struct track *t)
{
	int64_t now = stamp_ms(&t->when);
	struct conn *c;

	while ((c = TAILQ_FIRST(&t->conns.unused))) {
		unsigned int wait = c->holder ? t->holder_ms : t->unused_ms;

		if (wait && stamp_ms(&c->start) + wait > now)
			break;
		life_write_start(t, c);
	}
}

void unused_give_up(struct track *t)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&t->conns.unused); c; c = next) {
		next = TAILQ_NEXT(c, of_unused);
		if (c->key.node == t->node->index)
			life_write_start(t, c);
	}
}
