// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/holder: starts that wait for a scan to name the process that holds the socket. */
#include "parser/track/holder.h"

#include "parser/track/life.h"

bool holder_await(struct track *t, struct conn *c)
{
	if (!t->holder_ms || c->opener || c->phase != CONN_IDLE)
		return false;
	life_defer_listed(t, c);
	if (!c->unused)
		return false;
	c->holder = HOLDER_AWAITED;
	t->awaited++;
	return true;
}

/* Takes a process that a scan found to hold the socket of c. A single holder is the opener; of
 * two, either may be. */
void holder_found(struct track *t, struct conn *c)
{
	struct identity *who = t->proc ? t->proc->identity : NULL;

	if (!who)
		return;
	if (c->holder == HOLDER_AWAITED) {
		c->opener = identity_get(who);
		c->holder = HOLDER_FOUND;
	} else if (c->holder == HOLDER_FOUND && c->opener->pid != who->pid) {
		identity_put(c->opener);
		c->opener = NULL;
		c->holder = HOLDER_SEVERAL;
	}
}

void holder_scanned(struct track *t, int64_t mono)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&t->conns.unused); c; c = next) {
		next = TAILQ_NEXT(c, of_unused);
		if (!c->holder || c->key.node != t->node->index || c->mono >= mono)
			continue;
		if (c->holder == HOLDER_FOUND)
			c->holder = HOLDER_SURE;
		life_write_start(t, c);
	}
}
