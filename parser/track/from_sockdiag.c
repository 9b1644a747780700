// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/track: what sock_diag adds to the rules' facts: the local end, the outcome of
 * a connect, and the end of a socket.
 *
 * Each start asks which socket is at the descriptor. Until the answer is here and
 * certain, or too late, a start that lacks something is held. With the answer the
 * socket is known by its cookie, and ends when the kernel announces the destruction of
 * that cookie, whoever had it by then.
 */
#include "parser/track/follow.h"

#include <netinet/in.h>
#include <string.h>

#define DESTROYED_MAX 16384
#define LOOK_NS 20000000LL	/* between looks at what waits */
#define OLD_MS 10000

/* ---- facts ---- */

/* What the process said of itself stands when it is gone at the next look. */
static void take_netns(struct follow *f, const struct diag *d)
{
	if (f->netns_sure && !d->netns_sure)
		return;
	f->netns = d->netns;
	f->netns_sure = d->netns_sure;
	f->watched = d->watched;
}

static void on_answer(struct track *t, const struct diag *d)
{
	struct follow *f;
	bool elsewhere;

	HASH_FIND(hh_question, t->diag.by_question, &d->question, sizeof(d->question), f);
	if (!f)
		return;
	follow_forget_question(t, f);
	f->answered = t->diag.mono;
	f->answered_ms = track_stamp_ms(&t->diag.now);
	f->looked_ms = d->looked_ms;
	take_netns(f, d);
	switch (d->op) {
	case DIAG_FOUND:
		f->found = d->sock;
		f->state = FOLLOW_FOUND;
		if (f->fd_gone_ms && f->fd_gone_ms <= f->looked_ms)
			decide_not_there(t, f);
		return;
	case DIAG_GONE:
		f->stranger |= !f->watched;
		f->live_count = d->live_count;
		memcpy(f->live, d->live, sizeof(f->live));
		f->state = FOLLOW_GONE;
		break;
	case DIAG_ABSENT:
		/* one that is connected shows in a dump of its own namespace */
		f->stranger |= f->via == VIA_NONE;
		follow_ask_again(t, f);
		break;
	default:
		f->stranger = true;
	}
	elsewhere = f->netns && !f->watched;
	f->sock->other_netns |= elsewhere;
	if (f->stranger && (d->op != DIAG_ABSENT || elsewhere))
		follow_give_up(t, f);
}

static void on_destroyed(struct track *t, const struct event *fact)
{
	const struct diag_sock *sock = &fact->diag->sock;
	struct follow *f = follow_by_cookie(t, sock->cookie);

	if (f)
		follow_die(t, f, sock, &fact->stamp, fact->mono);
	else
		destroyed_add(&t->diag.destroyed, sock, &fact->stamp, fact->mono);
}

void track_diag_event(struct track *t, const struct event *f)
{
	if (!t->diag.on)
		return;
	t->diag.mono = f->mono;
	t->diag.now = f->stamp;
	if (f->kind == EVENT_TICK) {
		if (f->mono < t->diag.next_look)
			return;
		t->diag.next_look = f->mono + LOOK_NS;
		decide_all(t);
		return;
	}
	switch (f->diag->op) {
	case DIAG_DESTROYED:	on_destroyed(t, f); break;
	case DIAG_OPEN:		snapshot_open(t, f); break;
	case DIAG_HELD:		snapshot_held(t, f); break;
	case DIAG_KNOWN:	snapshot_known(t, f); break;
	case DIAG_SWEEP:	snapshot_sweep(t, f->diag); break;
	case DIAG_LOST:		destroyed_lost(&t->diag.destroyed, &f->stamp,
					       f->diag->away); break;
	default:		on_answer(t, f->diag);
	}
}

/* ---- called by the rules ---- */

bool track_diag_over(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;
	struct proc *proc = t->proc;

	if (!f || !f->dead || track_stamp_ms(&t->event->stamp) <=
			      track_stamp_ms(&f->dead_at))
		return false;
	t->proc = NULL;
	follow_bury(t, f);
	t->proc = proc;
	return true;
}

static bool is_local(const struct track *t)
{
	const char *name = t->node->name;

	return !name || (t->diag.o.node && !strcmp(name, t->diag.o.node));
}

void track_diag_stream(struct track *t)
{
	const struct event *f = t->event;
	int64_t ms = track_stamp_ms(&f->stamp);

	t->diag.news = t->diag.mono;
	if (ms > t->diag.stream_ms)
		t->diag.stream_ms = ms;
	/* an accept may have waited */
	if (f->kind != EVENT_ACCEPT)
		t->diag.live = ms + OLD_MS >= track_stamp_ms(&t->diag.now);
}

/*
 * Read from a log, or long on its way: whatever is there now is something else. An accept
 * has the time of its call, which may have waited: where others came at once, it did, too.
 */
static bool is_old(const struct track *t)
{
	return track_stamp_ms(&t->event->stamp) + OLD_MS < track_stamp_ms(&t->diag.now) &&
	       (!t->diag.live || t->event->kind != EVENT_ACCEPT);
}

static bool is_complete(const struct sock *s, enum entry_via via)
{
	const struct netaddr *l = &s->local;

	if (via == VIA_PROGRESS || !l->port)
		return false;
	if (s->open == OPEN_LISTEN)
		return true;
	return s->remote.has_addr && l->has_addr && !netaddr_is_any(l);
}

bool track_diag_open(struct track *t, struct sock *s, enum entry_via via)
{
	struct follow *f = s->follow;

	if (t->node->module || !is_local(t) || is_old(t) || t->event->kind == EVENT_MODULE ||
	    (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP &&
	     s->proto != PROTO_UNKNOWN))
		return false;
	if (t->diag.waiting_count >= t->diag.o.max) {
		input_error(t->complaints, INPUT_ERROR_UNASKED, "", 0);
		return false;
	}
	if (!f)
		f = follow_new(s);
	if (!f)
		return false;
	if (f->dead) {	/* this is the last that audit tells of it */
		if (follow_same_end(&s->remote, &f->found.remote))
			follow_learn(s, &f->found);
		return false;
	}
	follow_forget_end(t, f);
	follow_stop_waiting(t, f);
	f->via = via;
	f->handshaking = false;
	f->held = !is_complete(s, via);
	follow_start_waiting(t, f);
	return f->held;
}

void track_diag_established(struct track *t, struct sock *s)
{
	if (s->follow && s->follow->held)
		follow_established(s->follow, track_stamp_ms(&t->event->stamp));
}

bool track_diag_failed(struct track *t, struct sock *s, int err)
{
	if (!s->follow || !s->follow->held)
		return false;
	follow_stop_waiting(t, s->follow);
	follow_write_fail(t, s, VIA_NONE, err);
	follow_drop(t, s);
	return true;
}

void track_diag_flush(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f)
		return;
	follow_write_start(t, s);
	follow_stop_waiting(t, f);
}

bool track_diag_fd_gone(struct track *t, struct sock *s, int64_t pid, int64_t fd,
			bool presumed, enum entry_via via)
{
	struct follow *f = s->follow;

	if (follow_waits(f) && pid == f->pid && fd == f->fd && !f->fd_gone_ms) {
		f->fd_gone_ms = track_stamp_ms(&t->event->stamp);
		if (f->state == FOLLOW_FOUND && f->fd_gone_ms <= f->looked_ms)
			decide_not_there(t, f);
	}
	/* when the others let go is not known */
	if (via != VIA_REUSE && via != VIA_GONE)
		follow_let_go(t, f, presumed);
	if (!LIST_EMPTY(&s->fds) || s->key.ino)
		return true;
	if (!s->open || (!f->cookie && !follow_waits(f))) {
		follow_drop(t, s);
		return false;
	}
	follow_end(t, f, via);
	return true;
}

/* ---- on and off ---- */

static void switch_off(struct track *t)
{
	struct sock *s, *next;
	struct follow *f;

	for (s = TAILQ_FIRST(&t->sockets.lru); s; s = next) {
		next = TAILQ_NEXT(s, lru);
		f = s->follow;
		if (!f)
			continue;
		if (f->dead) {
			follow_bury(t, f);
			continue;
		}
		/* nobody is known to have it: the module, if it is the reason, will know */
		if (s->open && LIST_EMPTY(&s->fds) && f->found.ino && !f->ended &&
		    !socket_by_ino(&t->sockets, s->key.node, f->found.ino))
			socket_set_ino(&t->sockets, s, s->key.node, f->found.ino);
		follow_set_cookie(t, f, 0);
		follow_give_up(t, f);
	}
	destroyed_fini(&t->diag.destroyed);
	memset(&t->diag, 0, sizeof(t->diag));
}

void track_set_diag(struct track *t, const struct diag_options *o)
{
	t->proc = NULL;
	if (t->diag.on)
		switch_off(t);
	if (!o)
		return;
	t->diag.on = true;
	t->diag.o = *o;
	TAILQ_INIT(&t->diag.waiting);
	TAILQ_INIT(&t->diag.dying);
	destroyed_init(&t->diag.destroyed, DESTROYED_MAX, o->netns);
}

bool track_diag_waits(const struct track *t)
{
	return t->diag.on && (!TAILQ_EMPTY(&t->diag.waiting) ||
			      !TAILQ_EMPTY(&t->diag.dying));
}

bool track_diag_doubts(const struct track *t)
{
	return t->diag.doubts;
}
