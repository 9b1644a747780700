// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn_diag: sock_diag's part of a connection, and the requests about it. */
#include "parser/track/conn_diag.h"

#include <stdlib.h>

#include "parser/track/conn_lists.h"

struct conn_diag *conn_add_diag(struct conn_table *t, struct conn *c)
{
	struct conn_diag *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	conn_unlist_unseen(t, c);
	d->conn = c;
	d->tx = d->rx = -1;
	c->diag = d;
	return d;
}

void conn_drop_diag(struct conn_table *t, struct conn *c)
{
	struct conn_diag *d = c->diag;

	if (!d)
		return;
	conn_stop_waiting(t, c);
	conn_follow(t, c, 0, 0);
	if (c->phase == CONN_DESTROYED)
		TAILQ_REMOVE(&t->dying, d, link);
	t->doubts -= conn_is_doubted(c);
	identity_put(d->let_go);
	identity_put(d->opener);
	free(d);
	c->diag = NULL;
}

struct conn *conn_by_cookie(const struct conn_table *t, uint64_t cookie)
{
	struct conn_diag *d;

	HASH_FIND(hh_cookie, t->by_cookie, &cookie, sizeof(cookie), d);
	return d ? d->conn : NULL;
}

void conn_follow(struct conn_table *t, struct conn *c, uint64_t cookie, int64_t mono)
{
	struct conn_diag *d = c->diag;

	if (d->cookie == cookie)
		return;
	if (d->cookie)
		HASH_DELETE(hh_cookie, t->by_cookie, d);
	d->cookie = cookie;
	d->cookie_mono = mono;
	if (!cookie)
		return;
	c->cookie = cookie;
	HASH_ADD(hh_cookie, t->by_cookie, cookie, sizeof(cookie), d);
}

void conn_learn(struct conn *c, const struct diag_sock *sock)
{
	c->learnt = sock->local;
	if (!sock->netns)
		return;
	c->netns = sock->netns;
	c->other_netns = false;
}

bool conn_waits(const struct conn *c)
{
	return c->diag && c->diag->question != QUESTION_NONE;
}

const struct rival_list *conn_rivals(const struct conn_table *t, const struct netaddr *remote)
{
	return &t->rivals[remote ? netaddr_hash(remote) % RIVAL_BUCKETS : RIVAL_BUCKETS];
}

void conn_wait(struct conn_table *t, struct conn *c)
{
	bool known = c->kind == KIND_CONNECT && c->remote.has_addr;
	const struct rival_list *list = conn_rivals(t, known ? &c->remote : NULL);

	LIST_INSERT_HEAD((struct rival_list *)list, c->diag, rival);
	TAILQ_INSERT_TAIL(&t->waiting, c->diag, link);
	t->waiting_count++;
	c->diag->question = QUESTION_NEW;
}

void conn_stop_waiting(struct conn_table *t, struct conn *c)
{
	if (!conn_waits(c))
		return;
	conn_forget_question(t, c);
	TAILQ_REMOVE(&t->waiting, c->diag, link);
	LIST_REMOVE(c->diag, rival);
	t->waiting_count--;
	c->diag->question = QUESTION_NONE;
}

struct conn *conn_by_question(const struct conn_table *t, uint64_t id)
{
	struct conn_diag *d;

	HASH_FIND(hh_question, t->by_question, &id, sizeof(id), d);
	return d ? d->conn : NULL;
}

void conn_ask(struct conn_table *t, struct conn *c, uint64_t id)
{
	struct conn_diag *d = c->diag;

	conn_forget_question(t, c);
	d->question_id = id;
	d->question = QUESTION_ASKED;
	HASH_ADD(hh_question, t->by_question, question_id, sizeof(id), d);
}

void conn_forget_question(struct conn_table *t, struct conn *c)
{
	if (!c->diag->question_id)
		return;
	HASH_DELETE(hh_question, t->by_question, c->diag);
	c->diag->question_id = 0;
}

void conn_set_unsure(struct conn_table *t, struct conn *c, bool unsure)
{
	bool before = conn_is_doubted(c);

	c->diag->unsure = unsure;
	t->doubts += conn_is_doubted(c) - before;
}

void conn_set_missed(struct conn_table *t, struct conn *c, const struct stamp *at)
{
	bool before = conn_is_doubted(c);

	c->diag->missed = true;
	c->diag->missed_at = *at;
	t->doubts += conn_is_doubted(c) - before;
}

void conn_forget_missed(struct conn_table *t, struct conn *c)
{
	bool before = conn_is_doubted(c);

	c->diag->missed = false;
	t->doubts += conn_is_doubted(c) - before;
}
