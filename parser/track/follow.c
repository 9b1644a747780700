// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/follow: sockets that sock_diag knows, their questions, records and ends. */
#include "parser/track/follow.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 10		/* audit's clock is that of the timer interrupt */

bool follow_waits(const struct follow *f)
{
	return f->state != FOLLOW_QUIET;
}

struct follow *follow_by_cookie(struct track *t, uint64_t cookie)
{
	struct follow *f;

	HASH_FIND(hh_cookie, t->diag.by_cookie, &cookie, sizeof(cookie), f);
	return f;
}

void follow_set_cookie(struct track *t, struct follow *f, uint64_t cookie)
{
	if (f->cookie == cookie)
		return;
	if (f->cookie)
		HASH_DELETE(hh_cookie, t->diag.by_cookie, f);
	f->cookie = cookie;
	f->known = t->diag.mono;
	if (cookie)
		f->sock->cookie = cookie;
	if (cookie)
		HASH_ADD(hh_cookie, t->diag.by_cookie, cookie, sizeof(cookie), f);
}

/* ---- questions ---- */

void follow_forget_question(struct track *t, struct follow *f)
{
	if (!f->question)
		return;
	HASH_DELETE(hh_question, t->diag.by_question, f);
	f->question = 0;
}

void follow_stop_waiting(struct track *t, struct follow *f)
{
	if (!follow_waits(f))
		return;
	follow_forget_question(t, f);
	TAILQ_REMOVE(&t->diag.waiting, f, link);
	t->diag.waiting_count--;
	f->state = FOLLOW_QUIET;
}

void follow_ask(struct track *t, struct follow *f)
{
	const struct sock *s = f->sock;
	struct request q = {
		.id = ++t->diag.last_question,
		.pid = f->pid,
		.ppid = f->ppid,
		.fd = f->fd,
		.proto = s->proto,
		.local = s->local,
		.remote = s->remote,
	};

	follow_forget_question(t, f);
	f->question = q.id;
	HASH_ADD(hh_question, t->diag.by_question, question, sizeof(f->question), f);
	f->state = FOLLOW_ASKED;
	t->io.ask(&q, t->io.arg);
}

void follow_start_waiting(struct track *t, struct follow *f)
{
	const struct event *fact = t->event;

	f->pid = fact->task.pid;
	f->ppid = fact->task.ppid;
	f->fd = fact->kind == EVENT_ACCEPT ? fact->result : fact->fd;
	f->fd_gone_ms = 0;
	f->stranger = f->netns_sure = f->watched = false;
	f->netns = 0;
	f->sock->other_netns = false;
	f->deadline = t->diag.mono + t->diag.o.wait_ms * 1000000LL;
	TAILQ_INSERT_TAIL(&t->diag.waiting, f, link);
	t->diag.waiting_count++;
	follow_ask(t, f);
}

void follow_ask_again(struct track *t, struct follow *f)
{
	follow_forget_question(t, f);
	f->answered = t->diag.mono;
	f->state = FOLLOW_AGAIN;
}

/* ---- a followed socket and its records ---- */

struct follow *follow_new(struct sock *s)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f) {
		f->sock = s;
		f->tx = f->rx = -1;
		s->follow = f;
	}
	return f;
}

void follow_set_doubted(struct track *t, struct follow *f, bool doubted)
{
	if (f->doubted != doubted)
		t->diag.doubts += doubted ? 1 : -1;
	f->doubted = doubted;
}

void follow_end(struct track *t, struct follow *f, enum entry_via via)
{
	if (f->ended)
		return;
	f->ended = true;
	f->end_via = via;
	f->end = t->when;
	follow_set_doubted(t, f, !f->dead);
}

void follow_forget_end(struct track *t, struct follow *f)
{
	follow_set_doubted(t, f, false);
	identity_put(f->let_go);
	identity_put(f->opener);
	f->let_go = f->opener = NULL;
	f->ended = false;
}

void follow_drop(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f)
		return;
	follow_stop_waiting(t, f);
	follow_set_cookie(t, f, 0);
	if (f->dead)
		TAILQ_REMOVE(&t->diag.dying, f, link);
	follow_forget_end(t, f);
	free(f);
	s->follow = NULL;
}

void track_diag_dropped(struct sock *s, void *arg)
{
	follow_drop(arg, s);
}

/*
 * The time of a start is that of the call, as long as the handshake can have been over
 * within audit's tick; else that of the look, and via= says so.
 */
void follow_established(struct follow *f, int64_t by_ms)
{
	struct sock *s = f->sock;

	if (f->via != VIA_PROGRESS)
		return;
	f->via = VIA_NONE;
	if (!f->held || (!f->handshaking && by_ms <= track_stamp_ms(&s->start) + 2 * TICK_MS))
		return;
	f->via = VIA_FOUND;
	if (f->handshaking) {
		s->start.sec = by_ms / 1000;
		s->start.milli = by_ms % 1000;
	}
}

void follow_write_start(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f->held)
		return;
	f->held = false;
	track_emit(t, s, s->open == OPEN_LISTEN ? LISTEN_START : CONNECT_START,
		   ENDING(.via = f->via, .when = &s->start));
}

void follow_write_fail(struct track *t, struct sock *s, enum entry_via via, int err)
{
	s->follow->held = false;
	track_emit(t, s, CONNECT_FAIL, ENDING(.via = via, .err = err,
					      .when = &s->start, .identity = s->opener));
	s->open = OPEN_NONE;
	t->stats.open--;
}

void follow_write_stop(struct track *t, struct sock *s, const struct ending *e)
{
	track_close(t, s, e);
	socket_drop(&t->sockets, s);
}

static struct identity *holder(const struct sock *s)
{
	struct identity *found = NULL;
	const struct fdent *fd;

	LIST_FOREACH(fd, &s->fds, of_sock) {
		struct identity *who = fd->presumed ? NULL : fd->key.proc->identity;

		if (who && (!found || (s->opener && who->pid == s->opener->pid)))
			found = who;
	}
	return found;
}

/*
 * The process to name at the end. Audit's clock may be a tick behind: one that let go
 * about when the socket was destroyed, else its opener, if it can still have had it, else
 * whoever is known to have had it.
 */
static struct identity *last_holder(const struct follow *f)
{
	int64_t dead_ms = track_stamp_ms(&f->dead_at);
	const struct sock *s = f->sock;
	struct identity *now = holder(s);

	if (f->let_go && !f->presumed && f->let_go_ms >= dead_ms - TICK_MS)
		return f->let_go;
	if (now && s->opener && now->pid == s->opener->pid)
		return now;
	if (f->opener && f->opener_ms >= dead_ms)
		return f->opener;
	return now ? now : f->let_go ? f->let_go : s->opener;
}

static void set_who(struct identity **to, struct identity *who)
{
	identity_put(*to);
	*to = identity_get(who);
}

void follow_let_go(struct track *t, struct follow *f, bool presumed)
{
	int64_t ms = track_stamp_ms(&t->when);
	struct identity *who = t->proc ? t->proc->identity : NULL;

	if (!who)
		return;
	if (f->sock->opener && f->sock->opener->pid == who->pid) {
		set_who(&f->opener, who);
		f->opener_ms = ms;
	}
	if (f->dead && ms > track_stamp_ms(&f->dead_at))
		return;
	if (presumed && f->let_go && !f->presumed)
		return;
	set_who(&f->let_go, who);
	f->let_go_ms = ms;
	f->presumed = presumed;
}

void follow_bury(struct track *t, struct follow *f)
{
	struct stamp when = f->dead_at;
	struct ending e = {
		.via = VIA_DESTROY, .mono = -1, .tx = f->tx, .rx = f->rx,
		.when = &when,
		.identity = last_holder(f),
	};

	if (f->via == VIA_PROGRESS && f->found.refused)
		e.err = ECONNREFUSED;
	follow_write_stop(t, f->sock, &e);
}

void follow_die(struct track *t, struct follow *f, const struct diag_sock *sock,
		const struct stamp *at, int64_t mono)
{
	if (f->dead)
		return;
	follow_stop_waiting(t, f);
	follow_set_doubted(t, f, false);
	f->dead = true;
	f->dead_at = *at;
	f->dead_mono = mono;
	f->found = *sock;
	if (f->sock->open == OPEN_CONNECT && sock->proto == IPPROTO_TCP) {
		f->tx = sock->tx;
		f->rx = sock->rx;
	}
	TAILQ_INSERT_TAIL(&t->diag.dying, f, link);
}

void follow_die_of(struct track *t, struct follow *f, struct destroyed *d)
{
	follow_die(t, f, &d->sock, &d->at, d->mono);
	destroyed_remove(&t->diag.destroyed, d);
}

/* Nothing more will be learnt: what is known is written, and the rules' word holds. */
void follow_give_up(struct track *t, struct follow *f)
{
	struct sock *s = f->sock;

	follow_write_start(t, s);
	follow_stop_waiting(t, f);
	if (f->cookie)
		return;
	if (f->ended && LIST_EMPTY(&s->fds) && !s->key.ino) {
		struct stamp when = f->end;

		follow_write_stop(t, s, ENDING(.via = f->end_via, .when = &when,
					.identity = f->let_go));
		return;
	}
	follow_drop(t, s);
	if (socket_unused(s)) {	/* of a process that nobody may see */
		t->stats.open -= s->open != OPEN_NONE;
		socket_drop(&t->sockets, s);
	}
}

void follow_learn(struct sock *s, const struct diag_sock *d)
{
	s->learnt = d->local;
	if (!d->netns)
		return;
	s->netns = d->netns;
	s->other_netns = false;
}

bool follow_same_end(const struct netaddr *known, const struct netaddr *found)
{
	return !known->has_addr || (known->port == found->port &&
				    known->family == found->family &&
				    !memcmp(known->addr, found->addr, 16));
}
