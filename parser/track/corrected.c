// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/corrected: inferred stops that may have to be revoked. */
#include "parser/track/corrected.h"

#define LATE_MS 2000	/* an event of a child after its parent's exit */

void corrected_forget(struct corrected_table *t, struct inferred_stop *s)
{
	if (!s->used)
		return;
	identity_put(s->opener);
	*s = (struct inferred_stop){ .used = false };
	t->count--;
}

void corrected_fini(struct corrected_table *t)
{
	for (int i = 0; i < CORRECTED_MAX; i++)
		corrected_forget(t, &t->at[i]);
}

void corrected_add(struct corrected_table *t, const struct conn *c, int64_t pid, int fd,
		   int64_t ms)
{
	struct inferred_stop *s = &t->at[t->next++ % CORRECTED_MAX];

	corrected_forget(t, s);
	t->count++;
	*s = (struct inferred_stop){
		.used = true,
		.known = {
			.sock = { .cookie = c->cookie, .proto = c->proto,
				  .netns = c->netns, .local = c->local,
				  .remote = c->remote },
			.listens = c->kind == KIND_LISTEN,
			.inbound = c->direction == CONN_INBOUND,
			.unknown_direction = c->direction == CONN_EITHER,
			.unknown_start = c->unknown_start,
			.ev = c->ev, .start = c->start, .id = c->id, .nth = c->nth,
			.ignored = c->ignored,
		},
		.opener = c->opener ? identity_get(c->opener) : NULL,
		.node = c->key.node,
		.pid = pid, .fd = fd, .ms = ms,
		.family = c->family, .type = c->type, .bound = c->bound,
	};
	if (c->learnt.family)
		s->known.sock.local = c->learnt;
}

struct inferred_stop *corrected_by_cookie(struct corrected_table *t, uint64_t cookie)
{
	for (int i = 0; t->count && i < CORRECTED_MAX; i++)
		if (t->at[i].used && t->at[i].known.sock.cookie == cookie)
			return &t->at[i];
	return NULL;
}

struct inferred_stop *corrected_listener(struct corrected_table *t, uint32_t node, int64_t pid,
					 int fd, int64_t ms)
{
	for (int i = 0; t->count && i < CORRECTED_MAX; i++) {
		struct inferred_stop *s = &t->at[i];

		if (s->used && s->known.listens && s->node == node && s->pid == pid &&
		    s->fd == fd && ms <= s->ms + LATE_MS)
			return s;
	}
	return NULL;
}

void corrected_restore(struct inferred_stop *s, struct conn *c)
{
	const struct diag_known *k = &s->known;

	c->proto = k->sock.proto;
	c->family = s->family;
	c->type = s->type;
	c->bound = s->bound;
	c->local = k->sock.local;
	c->remote = k->sock.remote;
	c->netns = k->sock.netns;
	c->cookie = k->sock.cookie;
	conn_take_known(c, k);
	identity_put(c->opener);
	c->opener = s->opener;
	s->opener = NULL;
}

void corrected_forget_node(struct corrected_table *t, uint32_t node)
{
	for (int i = 0; i < CORRECTED_MAX; i++)
		if (t->at[i].node == node)
			corrected_forget(t, &t->at[i]);
}
