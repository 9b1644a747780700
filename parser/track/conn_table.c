// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn_table: all connections: made, dropped, found by number. */
#include "parser/track/conn_table.h"

#include <stdlib.h>
#include <string.h>

void conn_init(struct conn_table *t, unsigned int max, struct fd_table *fds,
	       struct input_errors *errors)
{
	memset(t, 0, sizeof(*t));
	TAILQ_INIT(&t->lru);
	TAILQ_INIT(&t->waiting);
	TAILQ_INIT(&t->dying);
	TAILQ_INIT(&t->unclaimed);
	TAILQ_INIT(&t->unused);
	for (int i = 0; i < OWNERS; i++)
		TAILQ_INIT(&t->owners[i].lru);
	t->max = max ? max : 1;
	t->fds = fds;
	t->errors = errors;
}

void conn_fini(struct conn_table *t)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&t->lru)))
		conn_drop(t, c);
}

struct conn *conn_new(struct conn_table *t, unsigned int owner)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->proto = PROTO_UNKNOWN;
	c->mono = c->netns = -1;
	LIST_INIT(&c->fds);
	TAILQ_INSERT_TAIL(&t->lru, c, lru);
	t->count++;
	c->owner = owner;
	TAILQ_INSERT_TAIL(&t->owners[c->owner].lru, c, of_owner);
	t->owners[c->owner].count++;
	return c;
}

/* Many sockets of one user do not evict those of others. */
struct conn *conn_victim(const struct conn_table *t)
{
	const struct conn_owner *most = &t->owners[0];

	for (int i = 1; i < OWNERS; i++)
		if (t->owners[i].count > most->count)
			most = &t->owners[i];
	return TAILQ_FIRST(&most->lru);
}

void conn_touch(struct conn_table *t, struct conn *c)
{
	if (!TAILQ_NEXT(c, lru))
		return;
	TAILQ_REMOVE(&t->lru, c, lru);
	TAILQ_INSERT_TAIL(&t->lru, c, lru);
	TAILQ_REMOVE(&t->owners[c->owner].lru, c, of_owner);
	TAILQ_INSERT_TAIL(&t->owners[c->owner].lru, c, of_owner);
}

void conn_drop(struct conn_table *t, struct conn *c)
{
	struct fdent *f;

	if (c->flow)
		conn_drop(t, c->flow);
	if (c->listener)
		c->listener->flow = NULL;
	if (t->next == c)
		t->next = TAILQ_NEXT(c, lru);
	while ((f = LIST_FIRST(&c->fds)))
		fdtable_remove(t->fds, f);
	conn_clear_number(t, c);
	conn_drop_diag(t, c);
	conn_unlist_unseen(t, c);
	conn_unlist_left(c);
	conn_unlist_unclaimed(t, c);
	conn_unlist_unused(t, c);
	TAILQ_REMOVE(&t->lru, c, lru);
	t->count--;
	TAILQ_REMOVE(&t->owners[c->owner].lru, c, of_owner);
	t->owners[c->owner].count--;
	identity_put(c->opener);
	identity_put(c->closed.who);
	free(c);
}

/* Hashes numbers, cheaper than uthash's own byte-wise function. */
static unsigned int hash_of(const struct conn_key *key)
{
	uint64_t h = key->number ^ ((uint64_t)key->by << 32 | key->node) * 0x9e3779b97f4a7c15;

	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93;
	return h >> 32;
}

struct conn *conn_by_number(const struct conn_table *t, uint32_t node, uint64_t number,
			    uint32_t by)
{
	struct conn_key key = { .number = number, .node = node, .by = by };
	struct conn *c;

	HASH_FIND_BYHASHVALUE(hh, t->by_number, &key, sizeof(key), hash_of(&key), c);
	return c;
}

void conn_set_number(struct conn_table *t, struct conn *c, uint32_t node, uint64_t number,
		     uint32_t by)
{
	conn_clear_number(t, c);
	c->key.number = number;
	c->key.node = node;
	c->key.by = by;
	HASH_ADD_BYHASHVALUE(hh, t->by_number, key, sizeof(c->key), hash_of(&c->key), c);
}

void conn_clear_number(struct conn_table *t, struct conn *c)
{
	if (!c->key.number)
		return;
	HASH_DEL(t->by_number, c);
	c->key.number = 0;
}
