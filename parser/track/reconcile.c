// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/reconcile: snapshot, state file, holders and sweep. */
#include "parser/track/reconcile.h"

#include <netinet/in.h>

#include "parser/track/bounds.h"
#include "parser/track/defer.h"
#include "parser/track/ending.h"

static enum conn_kind kind_of(const struct diag_sock *d)
{
	if (d->proto == IPPROTO_TCP)
		return d->state == STATE_LISTEN ? KIND_LISTEN : KIND_CONNECT;
	return d->remote.port ? KIND_CONNECT : KIND_LISTEN;
}

/* This host's node. Returns false without memory. */
static bool take_local_node(struct track *t)
{
	t->node = node_local(&t->nodes, t->diag.o.node);
	return t->node;
}

static void follow(struct track *t, struct conn *c, const struct diag_sock *d)
{
	c->diag->found = *d;
	conn_learn(c, d);
	conn_follow(&t->conns, c, d->cookie, t->diag.mono);
}

static struct conn *add_conn(struct track *t, const struct diag_sock *d,
			     enum conn_kind kind)
{
	struct conn *c = bounds_conn(t);

	if (!c)
		return NULL;
	if (!conn_add_diag(&t->conns, c)) {
		input_error(t->errors, INPUT_ERROR_MEMORY, "socket", 6);
		conn_drop(&t->conns, c);
		return NULL;
	}
	c->proto = d->proto;
	c->family = d->family;
	c->local = d->local;
	if (kind == KIND_CONNECT)
		c->remote = d->remote;
	c->bound = kind == KIND_LISTEN;
	follow(t, c, d);
	return c;
}

/* The process of the event in hand. Audit's report of it takes precedence. */
static struct proc *holder_of(struct track *t)
{
	struct proc *p = bounds_event_process(t);

	if (p && !p->identity)
		process_update(p, &t->event->task, false);
	return p;
}

/* ---- holders ---- */

static void add_holder(struct track *t, struct conn *c, struct proc *p)
{
	if (fdtable_full(&t->fds)) {
		input_error(t->errors, INPUT_ERROR_EVICTED, "", 0);
		return;
	}
	if (!fdtable_add(&t->fds, p, t->event->fd, c, &c->fds, t->event->cloexec))
		input_error(t->errors, INPUT_ERROR_MEMORY, "descriptor", 10);
}

/* Revokes the stop of an orphan: a process holds it after all. */
static void correct(struct track *t, struct conn *c)
{
	struct inferred_stop *s = corrected_by_cookie(&t->corrected, c->cookie);

	if (!s || c->phase != CONN_IDLE)
		return;
	life_correct(t, c, s->known.listens ? KIND_LISTEN : KIND_CONNECT);
	corrected_forget(&t->corrected, s);
}

static void hold(struct track *t, struct conn *c, struct proc *p)
{
	struct fdent *old = p ? fdtable_find(&t->fds, p, t->event->fd) : NULL;

	if (!p)
		return;
	if (old && old->conn == c) {
		old->presumed = false;
		old->seen = t->fds.round;
		return;
	}
	/* Audit may still report the socket that had the number before. (Older events than a
	 * scan's report are ignored: late.c, is_stale().) */
	if (old && !(c->diag && c->diag->opened_ms) &&
	    !defer_passed(t, stamp_ms(&t->event->stamp), t->event->mono))
		return;
	if (old)
		ending_fd_gone(t, old, VIA_REUSE);
	if (c->kind)
		ending_held(t, c, stamp_ms(&t->event->stamp));
	else
		correct(t, c);
	add_holder(t, c, p);
}

void reconcile_held(struct track *t, const struct event *f)
{
	struct conn *known = conn_by_cookie(&t->conns, f->diag->sock.cookie);
	struct proc *p;

	if (!known || !take_local_node(t))
		return;
	p = holder_of(t);
	if (p)
		hold(t, known, p);
}

/* ---- snapshot ---- */

/* Returns the connection that the rules have at that descriptor, if it is the socket found
 * there. */
static struct conn *known_by_rules(struct track *t, struct proc *p)
{
	const struct diag_sock *d = &t->event->diag->sock;
	struct fdent *fd = p ? fdtable_find(&t->fds, p, t->event->fd) : NULL;
	struct conn *c = fd ? fd->conn : NULL;

	if (!c)
		c = conn_by_number(&t->conns, t->node->index, d->cookie, KEY_COOKIE);
	if (!c && d->ino)
		c = conn_by_number(&t->conns, t->node->index, d->ino,
				   conn_by_inode(d->proto));
	if (c && c->cookie && c->cookie != d->cookie)
		return NULL;
	if (!c || c->kind != kind_of(d) || (c->netns > 0 && c->netns != d->netns) ||
	    (c->kind == KIND_CONNECT && !defer_same_end(&c->remote, &d->remote)))
		return NULL;
	return c;
}

static void adopt(struct track *t, struct conn *c, const struct diag_sock *d)
{
	if (c->diag)	/* it has its own request */
		return;
	if (conn_add_diag(&t->conns, c))
		follow(t, c, d);
}

/*
 * Audit's connections in a namespace that was not watched until now are written already, with
 * unseen=netns. This socket may belong to any of them, so they keep the values that the rules
 * reported.
 */
static bool told_unseen(const struct track *t, const struct diag_sock *d)
{
	struct unseen_key key;

	unseen_key(&key, t->node->index, d->proto, kind_of(d) == KIND_LISTEN, &d->local,
		   &d->remote);
	return unseen_may_be(t->conns.unseen, &key);
}

static void open_new(struct track *t, const struct event *f, struct proc *p)
{
	const struct diag_sock *d = &f->diag->sock;
	enum conn_kind kind = kind_of(d);
	struct conn *c = add_conn(t, d, kind);

	if (!c)
		return;
	if (d->active == 0)
		c->direction = CONN_INBOUND;
	else if (d->active < 0 && kind == KIND_CONNECT)
		c->direction = CONN_EITHER;
	c->diag->opened_ms = stamp_ms(&f->stamp);
	hold(t, c, p);
	t->proc = p;
	life_begin(t, c);
	c->unknown_start = true;
	life_open_found(t, c, kind, VIA_SNAPSHOT);
}

/* Opens a connection again whose stop was inferred: its socket is open. */
static void open_again(struct track *t, const struct diag_sock *d, struct inferred_stop *s,
		       struct proc *p)
{
	enum conn_kind kind = s->known.listens ? KIND_LISTEN : KIND_CONNECT;
	struct conn *c = kind == kind_of(d) ? add_conn(t, d, kind) : NULL;

	if (c) {
		corrected_restore(s, c);
		life_correct(t, c, kind);
		hold(t, c, p);
	}
	corrected_forget(&t->corrected, s);
}

void reconcile_open(struct track *t, const struct event *f)
{
	const struct diag_sock *d = &f->diag->sock;
	struct conn *known = conn_by_cookie(&t->conns, d->cookie), *c;
	struct inferred_stop *s;
	struct proc *p;

	if (!take_local_node(t))
		return;
	p = holder_of(t);	/* NULL: no visible process */
	c = known ? known : known_by_rules(t, p);
	if (c) {
		if (!known)
			adopt(t, c, d);
		hold(t, c, p);
	} else if ((s = corrected_by_cookie(&t->corrected, d->cookie))) {
		open_again(t, d, s, p);
	} else if (!told_unseen(t, d)) {
		open_new(t, f, p);
	}
}

void reconcile_known(struct track *t, const struct event *f)
{
	const struct diag_known *k = f->diag->known;
	enum conn_kind kind = k->listens ? KIND_LISTEN : KIND_CONNECT;
	struct conn *c;

	if (conn_by_cookie(&t->conns, k->sock.cookie) || !take_local_node(t))
		return;
	c = add_conn(t, &k->sock, kind);
	if (!c)
		return;
	conn_take_known(c, k);
	c->opener = identity_new(&f->task);
	c->diag->cookie_mono = 0;	/* the first sweep may end it */
	c->diag->opened_ms = stamp_ms(&f->stamp);
	life_resume(t, c, kind);
}

/* ---- sweep ---- */

/* Writes the stop of a socket that no longer exists, or that no process holds. An orphan's
 * cookie is kept until its destruction is reported, which adds no line. */
static void end(struct track *t, struct conn *c, enum diag_life life)
{
	struct conn_diag *d = c->diag;
	bool inferred = c->phase == CONN_ENDING;
	struct stamp when = inferred ? d->end : d->missed_at;
	struct fdent *fd;

	life_write_start(t, c);
	if (conn_is_open(c))
		corrected_add(&t->corrected, c, ID_UNKNOWN, -1, stamp_ms(&when));
	life_close(t, c, ENDING(.via = inferred ? d->end_via : VIA_SWEEP, .when = &when,
				.identity = d->let_go && !d->presumed ? d->let_go :
									c->opener));
	if (life == DIAG_MISSING) {
		conn_drop(&t->conns, c);
		return;
	}
	while ((fd = LIST_FIRST(&c->fds)))
		fdtable_remove(&t->fds, fd);
}

static bool is_held(const struct track *t, const struct conn *c)
{
	const struct fdent *fd;

	LIST_FOREACH(fd, &c->fds, of_conn)
		if (fd->seen == t->fds.round)
			return true;
	return false;
}

/* Forgets holders that closed it unseen. The socket still exists: if no holder is known, it
 * may have been hidden from the scan. */
static void forget_holders(struct track *t, struct conn *c)
{
	struct fdent *fd, *next;

	if (!is_held(t, c))
		return;
	for (fd = LIST_FIRST(&c->fds); fd; fd = next) {
		next = LIST_NEXT(fd, of_conn);
		if (fd->seen != t->fds.round)
			fdtable_remove(&t->fds, fd);
	}
}

/* The first miss is most likely a socket just closed. The report of its destruction has more
 * values, so the next sweep, soon, must miss it too. */
static void sweep_one(struct track *t, struct conn *c, const struct diag *sweep)
{
	enum diag_life life = sweep->life(c->diag->cookie, c->diag->found.ino, sweep->arg);

	if (life != DIAG_ALIVE && !c->diag->missed) {
		conn_set_missed(&t->conns, c, &t->diag.now);
		return;
	}
	conn_forget_missed(&t->conns, c);
	if (life != DIAG_ALIVE) {
		end(t, c, life);
		return;
	}
	ending_held(t, c, stamp_ms(&t->event->stamp) -
			  (t->event->mono - sweep->begun) / 1000000);
	if (sweep->holders)
		forget_holders(t, c);
}

void reconcile_sweep(struct track *t, const struct diag *sweep)
{
	struct conn *c;

	CONN_EACH(&t->conns, c) {
		const struct conn_diag *d = c->diag;

		if (d && d->unsure)
			ending_ask_again(t, c);
		else if (d && d->cookie && c->phase != CONN_DESTROYED &&
		    d->cookie_mono < sweep->begun)
			sweep_one(t, c, sweep);
	}
	if (sweep->holders)
		t->fds.round++;
}
