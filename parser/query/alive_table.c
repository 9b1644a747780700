// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/alive_table: sockets and the audit events that they have had. */
#include "parser/query/alive_table.h"

#include <stdlib.h>
#include <string.h>

#include "parser/audit/head.h"

uint64_t alive_node(const char *node)
{
	return node ? head_node(node, strlen(node)) : 0;
}

struct alive_process *alive_find_process(const struct alive_table *t, struct alive_key k)
{
	struct alive_process *p;

	k.fd = 0;
	HASH_FIND(hh, t->processes, &k, sizeof(k), p);
	return p;
}

struct alive_socket *alive_find(const struct alive_table *t, const struct alive_key *k)
{
	struct alive_socket *s;

	HASH_FIND(hh, t->sockets, k, sizeof(*k), s);
	return s;
}

void alive_drop(struct alive_table *t, struct alive_socket *s)
{
	struct alive_process *p = alive_find_process(t, s->key);

	LIST_REMOVE(s, of_process);
	HASH_DEL(t->sockets, s);
	free(s->node);
	free(s);
	if (!p || !LIST_EMPTY(&p->sockets))
		return;
	HASH_DEL(t->processes, p);
	free(p);
}

static struct alive_process *add_process(struct alive_table *t, struct alive_key k)
{
	struct alive_process *p = alive_find_process(t, k);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	k.fd = 0;
	p->key = k;
	HASH_ADD(hh, t->processes, key, sizeof(p->key), p);
	return p;
}

static struct alive_socket *add(struct alive_table *t, const struct alive_key *k, const char *node)
{
	struct alive_socket *s = calloc(1, sizeof(*s));
	struct alive_process *p;

	if (HASH_COUNT(t->sockets) >= ALIVE_MAX)
		alive_drop(t, t->sockets);
	p = s ? add_process(t, *k) : NULL;
	if (!p) {
		free(s);
		return NULL;
	}
	s->key = *k;
	s->node = node ? strndup(node, ALIVE_NODE_MAX) : NULL;
	HASH_ADD(hh, t->sockets, key, sizeof(s->key), s);
	LIST_INSERT_HEAD(&p->sockets, s, of_process);
	return s;
}

static void make_latest(struct alive_table *t, struct alive_socket *s)
{
	if (!s->hh.next)
		return;
	HASH_DEL(t->sockets, s);
	HASH_ADD(hh, t->sockets, key, sizeof(s->key), s);
}

void alive_append(struct alive_table *t, const struct event *e, struct alive_key k)
{
	struct alive_socket *s = alive_find(t, &k);

	if (s)
		make_latest(t, s);
	else
		s = add(t, &k, e->node);
	if (!s)
		return;
	if (s->count == ALIVE_STAMPS) {	/* how it began is kept */
		memmove(s->stamps + ALIVE_STAMPS / 2, s->stamps + ALIVE_STAMPS / 2 + 1,
			(ALIVE_STAMPS / 2 - 1) * sizeof(*s->stamps));
		s->count--;
	}
	s->stamps[s->count++] = e->stamp;
}

void alive_end(struct alive_table *t, struct alive_key k)
{
	struct alive_socket *s = alive_find(t, &k);

	if (s)
		alive_drop(t, s);
}

void alive_begin(struct alive_table *t, const struct event *e, struct alive_key k)
{
	alive_end(t, k);
	alive_append(t, e, k);
}

void alive_copy(struct alive_table *t, const struct event *e, const struct alive_socket *from,
		struct alive_key k)
{
	struct alive_socket old = *from, *s;	/* add() may drop *from */

	alive_end(t, k);
	s = add(t, &k, e->node);
	if (!s)
		return;
	memcpy(s->stamps, old.stamps, sizeof(s->stamps));
	s->count = old.count;
	alive_append(t, e, k);
}

void alive_table_fini(struct alive_table *t)
{
	while (t->sockets)
		alive_drop(t, t->sockets);
}
