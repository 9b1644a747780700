// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn: the table of connections, its indexes, and the checked phase. */
#include "parser/track/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define NETLOG_CHECK
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NETLOG_CHECK
#endif
#endif

void conn_init(struct conn_table *t, unsigned int max, struct fd_table *fds,
	       struct input_errors *errors)
{
	memset(t, 0, sizeof(*t));
	TAILQ_INIT(&t->lru);
	TAILQ_INIT(&t->waiting);
	TAILQ_INIT(&t->dying);
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

/* ---- phases ---- */

/* A scan of all sockets is to confirm its end. */
static bool is_doubted(const struct conn *c)
{
	return c->phase == CONN_ENDING ||
	       (c->diag && c->diag->missed && c->phase != CONN_DESTROYED);
}

static void illegal(struct conn_table *t, const struct conn *c, enum conn_step step)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s in %s", phase_step_name(step),
			 phase_name(c->phase));

#ifdef NETLOG_CHECK
	fprintf(stderr, "illegal transition: %s\n", text);
	abort();
#endif
	input_error(t->errors, INPUT_ERROR_STATE, text, n);
}

bool conn_step(struct conn_table *t, struct conn *c, enum conn_step step)
{
	bool before = is_doubted(c);
	enum conn_phase to;

	if (!phase_next(c->phase, step, &to)) {
		illegal(t, c, step);
		return false;
	}
	c->phase = to;
	t->doubts += is_doubted(c) - before;
	return true;
}

bool conn_is_open(const struct conn *c)
{
	return c->kind != KIND_NONE && c->phase != CONN_IDLE &&
	       c->phase != CONN_CONNECTING;
}

/* ---- the table ---- */

struct conn *conn_new(struct conn_table *t)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->proto = PROTO_UNKNOWN;
	c->mono = c->netns = -1;
	LIST_INIT(&c->fds);
	TAILQ_INSERT_TAIL(&t->lru, c, lru);
	t->count++;
	return c;
}

void conn_touch(struct conn_table *t, struct conn *c)
{
	if (!TAILQ_NEXT(c, lru))
		return;
	TAILQ_REMOVE(&t->lru, c, lru);
	TAILQ_INSERT_TAIL(&t->lru, c, lru);
}

bool conn_unused(const struct conn *c)
{
	return !c->key.ino && !c->diag && LIST_EMPTY(&c->fds);
}

void conn_drop(struct conn_table *t, struct conn *c)
{
	struct fdent *f;

	while ((f = LIST_FIRST(&c->fds)))
		fdtable_remove(t->fds, f);
	conn_clear_ino(t, c);
	conn_drop_diag(t, c);
	TAILQ_REMOVE(&t->lru, c, lru);
	t->count--;
	identity_put(c->opener);
	free(c);
}

struct conn *conn_by_ino(const struct conn_table *t, uint32_t node, uint64_t ino)
{
	struct conn_key key = { .ino = ino, .node = node };
	struct conn *c;

	HASH_FIND(hh, t->by_ino, &key, sizeof(key), c);
	return c;
}

void conn_set_ino(struct conn_table *t, struct conn *c, uint32_t node, uint64_t ino)
{
	conn_clear_ino(t, c);
	c->key.ino = ino;
	c->key.node = node;
	HASH_ADD(hh, t->by_ino, key, sizeof(c->key), c);
}

void conn_clear_ino(struct conn_table *t, struct conn *c)
{
	if (!c->key.ino)
		return;
	HASH_DEL(t->by_ino, c);
	c->key.ino = 0;
}

/* ---- sock_diag's part ---- */

struct conn_diag *conn_add_diag(struct conn *c)
{
	struct conn_diag *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
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
	t->doubts -= is_doubted(c);
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

void conn_wait(struct conn_table *t, struct conn *c)
{
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

void conn_set_missed(struct conn_table *t, struct conn *c, const struct stamp *at)
{
	bool before = is_doubted(c);

	c->diag->missed = true;
	c->diag->missed_at = *at;
	t->doubts += is_doubted(c) - before;
}

void conn_forget_missed(struct conn_table *t, struct conn *c)
{
	bool before = is_doubted(c);

	c->diag->missed = false;
	t->doubts += is_doubted(c) - before;
}
