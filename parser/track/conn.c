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

/* ---- phases ---- */

/* Returns true if a scan of all sockets is to confirm its end. */
static bool is_doubted(const struct conn *c)
{
	return (c->phase == CONN_ENDING && !(c->diag && c->diag->unsure)) ||
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

void conn_take_known(struct conn *c, const struct diag_known *k)
{
	c->direction = k->unknown_direction ? CONN_EITHER :
		       k->inbound ? CONN_INBOUND : CONN_OUTBOUND;
	c->unknown_start = k->unknown_start;
	c->ev = k->ev;
	c->start = k->start;
	c->id = k->id;
	c->nth = k->nth;
	c->ignored = k->ignored;
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

bool conn_unused(const struct conn *c)
{
	return !c->key.number && !c->diag && LIST_EMPTY(&c->fds) && !c->inheritable &&
	       !c->unclaimed_ms;
}

void conn_set_flow(struct conn *listener, struct conn *flow)
{
	listener->flow = flow;
	flow->listener = listener;
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

/* ---- other lists ---- */

void conn_list_unseen(struct conn_table *t, struct conn *c)
{
	struct unseen_key key;

	if (c->unseen)
		return;
	unseen_key(&key, c->key.node, c->proto, c->kind == KIND_LISTEN, &c->local,
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

/* ---- sock_diag's part ---- */

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
	bool before = is_doubted(c);

	c->diag->unsure = unsure;
	t->doubts += is_doubted(c) - before;
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
