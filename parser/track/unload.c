// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/unload: the connections of the kernel's side after its unload. */
#include "parser/track/unload.h"

#include "parser/track/life.h"
#include "parser/track/unused.h"

void unload_module(struct track *t)
{
	struct conn *c;

	unused_give_up(t);
	CONN_EACH(&t->conns, c) {
		if (c->key.node != t->node->index || !c->key.number)
			continue;
		if (c->phase == CONN_CONNECTING) {
			life_open(t, c, KIND_CONNECT, VIA_PROGRESS);
			c->uncollected = true;
		}
		if (!LIST_EMPTY(&c->fds))
			conn_clear_number(&t->conns, c);
		else if (conn_is_open(c))
			conn_list_left(&t->conns, c);
		else
			conn_drop(&t->conns, c);
	}
}

void unload_opener_gone(struct track *t, int64_t pid, enum entry_via via)
{
	struct conn *c, *next;

	for (c = LIST_FIRST(conn_left_by(&t->conns, pid)); c; c = next) {
		next = LIST_NEXT(c, of_left);
		if (c->key.node != t->node->index || c->opener->pid != pid)
			continue;
		life_close(t, c, ENDING(.via = via));
		conn_drop(&t->conns, c);
	}
}
