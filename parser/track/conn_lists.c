// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn_lists: lists of connections that wait for something. */
#include "parser/track/conn_lists.h"

void conn_list_unseen(struct conn_table *t, struct conn *c)
{
	struct unseen_key key;

	if (c->unseen)
		return;
	unseen_key(&key, c->key.node, c->proto, c->kind == KIND_LISTEN, conn_sure_local(c),
		   &c->remote);
	c->unseen = unseen_add(&t->unseen, &key);
}

void conn_unlist_unseen(struct conn_table *t, struct conn *c)
{
	if (c->unseen)
		unseen_remove(&t->unseen, c->unseen);
	c->unseen = NULL;
}

struct left_list *conn_left_by(struct conn_table *t, int64_t pid)
{
	return &t->left[(uint64_t)pid % LEFT_BUCKETS];
}

void conn_list_left(struct conn_table *t, struct conn *c)
{
	if (c->left || !c->opener)
		return;
	c->left = true;
	LIST_INSERT_HEAD(conn_left_by(t, c->opener->pid), c, of_left);
}

void conn_unlist_left(struct conn *c)
{
	if (c->left)
		LIST_REMOVE(c, of_left);
	c->left = false;
}

void conn_list_unclaimed(struct conn_table *t, struct conn *c, int64_t ms)
{
	if (c->unclaimed_ms)
		return;
	c->unclaimed_ms = ms;
	TAILQ_INSERT_TAIL(&t->unclaimed, c, of_unclaimed);
}

void conn_unlist_unclaimed(struct conn_table *t, struct conn *c)
{
	if (c->unclaimed_ms)
		TAILQ_REMOVE(&t->unclaimed, c, of_unclaimed);
	c->unclaimed_ms = 0;
}

void conn_list_unused(struct conn_table *t, struct conn *c)
{
	c->unused = true;
	TAILQ_INSERT_TAIL(&t->unused, c, of_unused);
}

void conn_unlist_unused(struct conn_table *t, struct conn *c)
{
	if (c->unused)
		TAILQ_REMOVE(&t->unused, c, of_unused);
	c->unused = false;
}
