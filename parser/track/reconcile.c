// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/reconcile: sockets that were open before audit could tell of them, or when
 * this program last ended; and the sweep, which finds what is open no more.
 */
#include "parser/track/follow.h"

#include <netinet/in.h>
#include <string.h>

static enum sock_open kind_of(const struct diag_sock *d)
{
	if (d->proto == IPPROTO_TCP)
		return d->state == STATE_LISTEN ? OPEN_LISTEN : OPEN_CONNECT;
	return d->remote.port ? OPEN_CONNECT : OPEN_LISTEN;
}

static struct sock *add_socket(struct track *t, const struct diag_sock *d)
{
	struct sock *s = socket_new(&t->sockets);

	if (!s)
		return NULL;
	if (!follow_new(s)) {
		socket_drop(&t->sockets, s);
		return NULL;
	}
	s->key.node = t->node_index;
	s->proto = d->proto;
	s->family = d->family;
	s->local = d->local;
	follow_learn(s, d);
	s->open = kind_of(d);
	if (s->open == OPEN_CONNECT)
		s->remote = d->remote;
	s->bound = s->open == OPEN_LISTEN;
	s->follow->found = *d;
	follow_set_cookie(t, s->follow, d->cookie);
	return s;
}

/* The process of the fact. What audit told of it stands. */
static struct proc *holder_of(struct track *t)
{
	struct proc *p = track_proc(t);

	if (p && !p->identity)
		process_update(p, &t->event->task);
	return p;
}

static void hold(struct track *t, struct sock *s, struct proc *p)
{
	struct fdent *old = p ? socket_fd(&t->sockets, p, t->event->fd) : NULL;

	if (old && old->sock == s) {
		old->presumed = false;
		old->seen = t->sockets.round;
	}
	if (!p || (old && old->sock == s))
		return;
	/* Audit may still be about to tell of the one that had the number before. (Of one
	 * that is told as open, older events are not heard: track_diag_stale().) */
	if (old && !(s->follow && s->follow->opened_ms) &&
	    !decide_passed(t, track_stamp_ms(&t->event->stamp), t->event->mono))
		return;
	if (HASH_COUNT(t->sockets.by_fd) >= t->sockets.fd_max) {
		input_error(t->complaints, INPUT_ERROR_EVICTED, "", 0);
		return;
	}
	if (old)
		track_fd_gone(t, old, VIA_REUSE);
	if (s->follow && s->follow->ended)	/* by the rules' word; but it goes on */
		follow_forget_end(t, s->follow);
	if (socket_fd_add(&t->sockets, p, t->event->fd, s, t->event->cloexec))
		input_error(t->complaints, INPUT_ERROR_MEMORY, "descriptor", 10);
}

/* The rules know the socket at that descriptor as the one that was found there. */
static struct sock *known_by_rules(struct track *t, struct proc *p)
{
	const struct diag_sock *d = &t->event->diag->sock;
	struct fdent *fd = p ? socket_fd(&t->sockets, p, t->event->fd) : NULL;
	struct sock *s = fd ? fd->sock : NULL;

	if (!s)
		s = socket_by_ino(&t->sockets, t->node_index, d->ino);
	if (!s || s->open != kind_of(d) || (s->netns > 0 && s->netns != d->netns) ||
	    (s->open == OPEN_CONNECT && !follow_same_end(&s->remote, &d->remote)))
		return NULL;
	return s;
}

static void adopt(struct track *t, struct sock *s, const struct diag_sock *d)
{
	if (s->follow)	/* it has asked for itself */
		return;
	if (!follow_new(s))
		return;
	s->follow->found = *d;
	follow_learn(s, d);
	follow_set_cookie(t, s->follow, d->cookie);
}

/*
 * Of a namespace that is watched only now audit has told already, with unseen=netns: this
 * may be one of those. Which one cannot be said, so it stays as the rules have it.
 */
static bool told_unseen(const struct track *t, const struct diag_sock *d)
{
	const struct sock *s;

	TAILQ_FOREACH(s, &t->sockets.lru, lru)
		if (s->other_netns && s->key.node == t->node_index && !s->follow &&
		    s->open == kind_of(d) && s->proto == d->proto &&
		    (!s->local.port || s->local.port == d->local.port) &&
		    (s->open == OPEN_LISTEN || follow_same_end(&s->remote, &d->remote)))
			return true;
	return false;
}

void snapshot_open(struct track *t, const struct event *f)
{
	const struct diag_sock *d = &f->diag->sock;
	struct follow *known = follow_by_cookie(t, d->cookie);
	struct proc *p;
	struct sock *s;

	if (!track_local_node(t))
		return;
	p = holder_of(t);	/* NULL: nobody that can be seen */
	s = known ? known->sock : known_by_rules(t, p);
	if (!s && told_unseen(t, d))
		return;
	if (s) {
		if (!known)
			adopt(t, s, d);
		hold(t, s, p);
		return;
	}
	s = add_socket(t, d);
	if (!s) {
		input_error(t->complaints, INPUT_ERROR_MEMORY, "socket", 6);
		return;
	}
	s->inbound = d->active == 0;
	s->unknown_direction = d->active < 0 && s->open == OPEN_CONNECT;
	s->follow->opened_ms = track_stamp_ms(&f->stamp);
	hold(t, s, p);
	t->proc = p;
	track_begin(t, s);
	s->unknown_start = true;
	t->stats.open++;
	track_emit(t, s, s->open == OPEN_LISTEN ? LISTEN_START : CONNECT_START,
		   ENDING(.via = VIA_SNAPSHOT));
}

void snapshot_held(struct track *t, const struct event *f)
{
	struct follow *known = follow_by_cookie(t, f->diag->sock.cookie);
	struct proc *p;

	if (!known || !track_local_node(t))
		return;
	p = holder_of(t);
	if (p)
		hold(t, known->sock, p);
}

void snapshot_known(struct track *t, const struct event *f)
{
	const struct diag_known *k = f->diag->known;
	struct sock *s;

	if (follow_by_cookie(t, k->sock.cookie) || !track_local_node(t))
		return;
	s = add_socket(t, &k->sock);
	if (!s)
		return;
	s->open = k->listens ? OPEN_LISTEN : OPEN_CONNECT;
	s->inbound = k->inbound;
	s->unknown_direction = k->unknown_direction;
	s->unknown_start = k->unknown_start;
	s->ev = k->ev;
	s->start = k->start;
	s->id = k->id;
	s->nth = k->nth;
	s->left_out = k->ignored;
	s->opener = identity_new(&f->task);
	s->follow->known = 0;		/* the first sweep may end it */
	s->follow->opened_ms = track_stamp_ms(&f->stamp);
	t->stats.open++;
}

/* A socket that is not there any more, or that no process has; its announcement may be
 * to come: its cookie is then still known, and says nothing again. */
static void end(struct track *t, struct follow *f, enum diag_life life)
{
	struct sock *s = f->sock;
	struct stamp when = f->ended ? f->end : f->missed_at;
	struct ending e = {
		.via = f->ended ? f->end_via : VIA_SWEEP,
		.tx = -1, .rx = -1, .mono = -1, .when = &when,
		.identity = f->let_go && !f->presumed ? f->let_go : s->opener,
	};
	struct fdent *fd;

	track_close(t, s, &e);
	if (life == DIAG_MISSING) {
		socket_drop(&t->sockets, s);
		return;
	}
	while ((fd = LIST_FIRST(&s->fds)))
		socket_fd_remove(&t->sockets, fd);
}

/* Just closed, most likely, and its announcement is on its way, which says more: the next
 * sweep, soon, is to find the same. */
static void miss(struct track *t, struct follow *f)
{
	f->missed = true;
	f->missed_at = t->diag.now;
	follow_set_doubted(t, f, true);
}

static bool is_held(const struct track *t, const struct sock *s)
{
	const struct fdent *fd;

	LIST_FOREACH(fd, &s->fds, of_sock)
		if (fd->seen == t->sockets.round)
			return true;
	return false;
}

/* Those that closed it unseen. It goes on, wherever it is: unless somebody is known to
 * have it, it may have been hidden from the look. */
static void forget_holders(struct track *t, struct sock *s)
{
	struct fdent *fd, *next;

	if (!is_held(t, s))
		return;
	for (fd = LIST_FIRST(&s->fds); fd; fd = next) {
		next = LIST_NEXT(fd, of_sock);
		if (fd->seen != t->sockets.round)
			socket_fd_remove(&t->sockets, fd);
	}
}

void snapshot_sweep(struct track *t, const struct diag *d)
{
	struct sock *s, *next;
	enum diag_life life;

	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next) {
		struct follow *f = s->follow;

		next = TAILQ_NEXT(s, lru);
		if (!f || !f->cookie || f->dead || f->known >= d->begun)
			continue;
		life = d->life(f->cookie, f->found.ino, d->arg);
		if (life != DIAG_ALIVE && !f->missed) {
			miss(t, f);
			continue;
		}
		follow_set_doubted(t, f, false);
		f->missed = false;
		if (life != DIAG_ALIVE)
			end(t, f, life);
		else if (d->holders)
			forget_holders(t, s);
	}
	if (d->holders)
		t->sockets.round++;
}

bool track_diag_follows(struct track *t, uint64_t cookie)
{
	return follow_by_cookie(t, cookie);
}

bool track_diag_holds(struct track *t, uint64_t cookie, int64_t pid, int fd)
{
	struct follow *f = follow_by_cookie(t, cookie);
	const struct fdent *e;

	if (!f)
		return false;
	LIST_FOREACH(e, &f->sock->fds, of_sock)
		if (e->key.fd == (unsigned int)fd && e->key.proc->key.pid == pid)
			return true;
	return false;
}

bool track_diag_stale(const struct track *t)
{
	const struct event *f = t->event;
	const struct fdent *fd;

	switch (f->kind) {
	case EVENT_SOCKET: case EVENT_ACCEPT: case EVENT_BIND: case EVENT_LISTEN:
	case EVENT_CONNECT:
		break;
	default:
		return false;
	}
	fd = socket_fd((struct socket_table *)&t->sockets, t->proc,
		       f->kind == EVENT_SOCKET || f->kind == EVENT_ACCEPT ? f->result : f->fd);
	return fd && fd->sock->follow && fd->sock->follow->opened_ms >=
					 track_stamp_ms(&f->stamp);
}

static void known_of(const struct follow *f, struct diag_known *k)
{
	const struct sock *s = f->sock;

	*k = (struct diag_known){
		.sock = f->found,
		.listens = s->open == OPEN_LISTEN,
		.inbound = s->inbound,
		.unknown_direction = s->unknown_direction,
		.unknown_start = s->unknown_start,
		.ev = s->ev,
		.start = s->start,
		.id = s->id,
		.nth = s->nth,
		.ignored = s->left_out,
	};
	k->sock.cookie = f->cookie;
	k->sock.proto = s->proto;
	k->sock.netns = s->netns > 0 ? s->netns : 0;
	k->sock.local = s->learnt.family ? s->learnt : s->local;
	k->sock.remote = s->remote;
}

void track_diag_each(const struct track *t,
		     void (*fn)(const struct diag_known *k, const struct identity *opener,
				void *arg), void *arg)
{
	const struct sock *s;
	struct diag_known k;

	TAILQ_FOREACH(s, &t->sockets.lru, lru) {
		const struct follow *f = s->follow;

		if (!f || !f->cookie || f->dead || !s->open || f->held)
			continue;
		known_of(f, &k);
		fn(&k, s->opener, arg);
	}
}

void track_diag_leave(struct track *t)
{
	struct sock *s, *next;

	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next) {
		const struct follow *f = s->follow;

		next = TAILQ_NEXT(s, lru);
		if (f && f->cookie && !f->dead && !f->held)
			socket_drop(&t->sockets, s);
	}
}
