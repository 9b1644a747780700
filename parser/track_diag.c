// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track: what sock_diag adds to the rules' facts: the local end, the outcome of
 * a connect, and the end of a socket.
 *
 * Each start asks which socket is at the descriptor. Until the answer is here and
 * certain, or too late, a start that lacks something is held. With the answer the
 * socket is known by its cookie, and ends when the kernel announces the destruction of
 * that cookie, whoever had it by then.
 *
 * Nothing is guessed. What was found at a descriptor counts only when no audit event
 * from before the look can still say that the descriptor was used again. A socket that
 * was gone before the look is recognised among those destroyed since only when it must
 * be one of these, and but one fits.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "track_internal.h"

#define DESTROYED_MAX 16384
#define LOOK_NS 20000000LL	/* between looks at what waits */
#define ASK_AGAIN_NS 50000000LL
/* So much later the kernel has announced what was destroyed before a look. */
#define ANNOUNCED_NS 100000000LL
#define OLD_MS 10000
#define TICK_MS 10		/* audit's clock is that of the timer interrupt */

enum follow_state {
	FOLLOW_QUIET,		/* nothing is asked */
	FOLLOW_ASKED, FOLLOW_FOUND, FOLLOW_GONE,
	FOLLOW_AGAIN		/* to be asked again */
};

struct follow {
	struct sock *sock;
	enum follow_state state;
	uint64_t question, cookie;	/* 0: none; not known */
	int64_t pid, ppid;
	int fd;				/* -1: known to be gone */
	int64_t fd_gone_ms;		/* by an audit event of then, 0: it is not */
	int64_t deadline, answered;	/* mono */
	int64_t looked_ms, answered_ms;	/* real time */
	struct diag_sock found;
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	bool stranger;			/* may not be of this network namespace */

	bool held;			/* the start is not written yet */
	enum record_via via;		/* of the start */

	bool ended;			/* by what the rules infer */
	enum record_via end_via;
	struct stamp end;
	/* who let go of a descriptor last, before it was destroyed; and its opener */
	struct who *let_go, *opener;
	int64_t let_go_ms, opener_ms;	/* when, real time */

	bool dead;			/* destroyed; waits for what audit says of it */
	struct stamp dead_at;
	int64_t dead_mono, tx, rx;

	TAILQ_ENTRY(follow) link;	/* waiting or dying */
	UT_hash_handle hh_question, hh_cookie;
};

static bool is_waiting(const struct follow *f)
{
	return f->state != FOLLOW_QUIET;
}

static struct follow *by_cookie(struct track *t, uint64_t cookie)
{
	struct follow *f;

	HASH_FIND(hh_cookie, t->diag.by_cookie, &cookie, sizeof(cookie), f);
	return f;
}

static void set_cookie(struct track *t, struct follow *f, uint64_t cookie)
{
	if (f->cookie == cookie)
		return;
	if (f->cookie)
		HASH_DELETE(hh_cookie, t->diag.by_cookie, f);
	f->cookie = cookie;
	if (cookie)
		HASH_ADD(hh_cookie, t->diag.by_cookie, cookie, sizeof(cookie), f);
}

/* ---- questions ---- */

static void forget_question(struct track *t, struct follow *f)
{
	if (!f->question)
		return;
	HASH_DELETE(hh_question, t->diag.by_question, f);
	f->question = 0;
}

static void stop_waiting(struct track *t, struct follow *f)
{
	if (!is_waiting(f))
		return;
	forget_question(t, f);
	TAILQ_REMOVE(&t->diag.waiting, f, link);
	t->diag.waiting_count--;
	f->state = FOLLOW_QUIET;
}

static void ask(struct track *t, struct follow *f)
{
	const struct sock *s = f->sock;
	struct diag_question q = {
		.id = ++t->diag.last_question,
		.pid = f->pid,
		.ppid = f->ppid,
		.fd = f->fd,
		.proto = s->proto,
		.local = s->local,
		.remote = s->remote,
	};

	forget_question(t, f);
	f->question = q.id;
	HASH_ADD(hh_question, t->diag.by_question, question, sizeof(f->question), f);
	f->state = FOLLOW_ASKED;
	t->diag.o.ask(&q, t->diag.o.arg);
}

static void start_waiting(struct track *t, struct follow *f)
{
	const struct fact *fact = t->fact;

	f->pid = fact->task.pid;
	f->ppid = fact->task.ppid;
	f->fd = fact->kind == FACT_ACCEPT ? fact->result : fact->fd;
	f->fd_gone_ms = 0;
	f->stranger = false;
	f->deadline = t->diag.mono + t->diag.o.wait_ms * 1000000LL;
	TAILQ_INSERT_TAIL(&t->diag.waiting, f, link);
	t->diag.waiting_count++;
	ask(t, f);
}

static void ask_again(struct track *t, struct follow *f)
{
	forget_question(t, f);
	f->answered = t->diag.mono;
	f->state = FOLLOW_AGAIN;
}

/* ---- a followed socket and its records ---- */

static struct follow *follow_new(struct sock *s)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f) {
		f->sock = s;
		f->tx = f->rx = -1;
		s->follow = f;
	}
	return f;
}

static void forget_end(struct follow *f)
{
	who_put(f->let_go);
	who_put(f->opener);
	f->let_go = f->opener = NULL;
	f->ended = false;
}

static void unfollow(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f)
		return;
	stop_waiting(t, f);
	set_cookie(t, f, 0);
	if (f->dead)
		TAILQ_REMOVE(&t->diag.dying, f, link);
	forget_end(f);
	free(f);
	s->follow = NULL;
}

void track_diag_dropped(struct sock *s, void *arg)
{
	unfollow(arg, s);
}

static void write_start(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f->held)
		return;
	f->held = false;
	track_emit(t, s, s->open == OPEN_LISTEN ? LISTEN_START : CONNECT_START,
		   ENDING(.via = f->via, .when = &s->start));
}

static void write_fail(struct track *t, struct sock *s, enum record_via via, int err)
{
	s->follow->held = false;
	track_emit(t, s, CONNECT_FAIL, ENDING(.via = via, .err = err,
					      .when = &s->start, .who = s->opener));
	s->open = OPEN_NONE;
	t->stats.open--;
}

static void write_stop(struct track *t, struct sock *s, const struct ending *e)
{
	track_close(t, s, e);
	socket_drop(&t->sockets, s);
}

static struct who *holder(const struct sock *s)
{
	struct who *found = NULL;
	const struct fdent *fd;

	LIST_FOREACH(fd, &s->fds, of_sock) {
		struct who *who = fd->key.proc->who;

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
static struct who *last_holder(const struct follow *f)
{
	int64_t dead_ms = track_stamp_ms(&f->dead_at);
	const struct sock *s = f->sock;
	struct who *now = holder(s);

	if (f->let_go && f->let_go_ms >= dead_ms - TICK_MS)
		return f->let_go;
	if (now && s->opener && now->pid == s->opener->pid)
		return now;
	if (f->opener && f->opener_ms >= dead_ms)
		return f->opener;
	return now ? now : f->let_go ? f->let_go : s->opener;
}

static void set_who(struct who **to, struct who *who)
{
	who_put(*to);
	*to = who_get(who);
}

static void note_let_go(struct track *t, struct follow *f)
{
	int64_t ms = track_stamp_ms(&t->when);
	struct who *who = t->proc ? t->proc->who : NULL;

	if (!who)
		return;
	if (f->sock->opener && f->sock->opener->pid == who->pid) {
		set_who(&f->opener, who);
		f->opener_ms = ms;
	}
	if (f->dead && ms > track_stamp_ms(&f->dead_at))
		return;
	set_who(&f->let_go, who);
	f->let_go_ms = ms;
}

static void bury(struct track *t, struct follow *f)
{
	struct stamp when = f->dead_at;
	struct ending e = {
		.via = VIA_DESTROY, .mono = -1, .tx = f->tx, .rx = f->rx,
		.when = &when,
		.who = last_holder(f),
	};

	if (f->via == VIA_PROGRESS && f->found.refused)
		e.err = ECONNREFUSED;
	write_stop(t, f->sock, &e);
}

static void die(struct track *t, struct follow *f, const struct diag_sock *sock,
		const struct stamp *at, int64_t mono)
{
	if (f->dead)
		return;
	stop_waiting(t, f);
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

static void die_of(struct track *t, struct follow *f, struct destroyed *d)
{
	die(t, f, &d->sock, &d->at, d->mono);
	destroyed_remove(&t->diag.destroyed, d);
}

/* Nothing more will be learnt: what is known is written, and the rules' word holds. */
static void give_up(struct track *t, struct follow *f)
{
	struct sock *s = f->sock;

	write_start(t, s);
	stop_waiting(t, f);
	if (f->cookie)
		return;
	if (f->ended && LIST_EMPTY(&s->fds) && !s->key.ino) {
		struct stamp when = f->end;

		write_stop(t, s, ENDING(.via = f->end_via, .when = &when,
					.who = f->let_go));
		return;
	}
	unfollow(t, s);
}

/* ---- decisions ---- */

static void learn_ends(struct sock *s, const struct diag_sock *sock)
{
	s->learnt = sock->local;
	if (s->inbound && !s->remote.has_addr)
		s->remote = sock->remote;
}

static bool same_end(const struct netaddr *known, const struct netaddr *found)
{
	return !known->has_addr || (known->port == found->port &&
				    known->family == found->family &&
				    !memcmp(known->addr, found->addr, 16));
}

/* The socket that was found can be the one that was asked for. */
static bool may_be(const struct track *t, const struct follow *f)
{
	const struct sock *s = f->sock;
	const struct diag_sock *d = &f->found;
	struct follow *other = by_cookie((struct track *)t, d->cookie);

	if ((other && other != f) || (s->proto != PROTO_UNKNOWN && s->proto != d->proto))
		return false;
	if (s->local.port && s->local.port != d->local.port)
		return false;
	if (s->open == OPEN_LISTEN)
		return !d->remote.port &&
		       (d->proto == IPPROTO_UDP || d->state == STATE_LISTEN);
	return d->remote.port && same_end(&s->remote, &d->remote);
}

static bool is_handshaking(const struct diag_sock *d)
{
	return d->proto == IPPROTO_TCP &&
	       (d->state == STATE_SYN_SENT || d->state == STATE_SYN_RECV);
}

/* No audit event from before that moment is still to come. */
static bool passed(const struct track *t, int64_t real_ms, int64_t mono)
{
	return t->diag.stream_ms > real_ms ||
	       t->diag.mono >= mono + t->diag.o.settle_ms * 1000000LL;
}

/* What was found is another socket: its number was used again, or, when no event says
 * so, something is not as it seems. */
static void not_there(struct track *t, struct follow *f)
{
	f->stranger |= !f->fd_gone_ms;
	f->fd = -1;
	ask_again(t, f);
}

static void take_found(struct track *t, struct follow *f, bool late)
{
	struct sock *s = f->sock;
	struct destroyed *d;

	if (!may_be(t, f) || (is_handshaking(&f->found) && f->via == VIA_NONE)) {
		if (late)
			give_up(t, f);
		else
			not_there(t, f);
		return;
	}
	if (is_handshaking(&f->found) && f->held && !late) {
		ask_again(t, f);
		return;
	}
	set_cookie(t, f, f->found.cookie);
	learn_ends(s, &f->found);
	if (f->via == VIA_PROGRESS && !is_handshaking(&f->found))
		f->via = VIA_NONE;
	write_start(t, s);
	stop_waiting(t, f);
	d = destroyed_by_cookie(&t->diag.destroyed, f->cookie);
	if (d)
		die_of(t, f, d);
}

/* All living sockets that it could be are known to be others. */
static bool lives_nowhere(struct track *t, const struct follow *f)
{
	if (f->live_count > DIAG_LIVE_MAX)
		return false;
	for (unsigned int i = 0; i < f->live_count; i++)
		if (!by_cookie(t, f->live[i]))
			return false;
	return true;
}

static int64_t announced_until(const struct follow *f)
{
	return f->state == FOLLOW_GONE ? f->answered_ms + ANNOUNCED_NS / 1000000 :
					 INT64_MAX;
}

static bool may_have_been(const struct follow *f, const struct destroyed *d)
{
	const struct sock *s = f->sock;
	int64_t at = track_stamp_ms(&d->at);

	if (s->proto != d->sock.proto || at < track_stamp_ms(&s->start) ||
	    at > announced_until(f) ||
	    (f->state == FOLLOW_FOUND && f->found.cookie != d->sock.cookie))
		return false;
	if (s->local.port && s->local.port != d->sock.local.port)
		return false;
	if (s->open == OPEN_LISTEN)
		return !d->sock.remote.port;
	return same_end(&s->remote, &d->sock.remote);
}

/* Another start that waits may be the one that was destroyed. */
static bool has_rival(const struct track *t, const struct follow *f,
		      const struct destroyed *d)
{
	const struct follow *r;

	TAILQ_FOREACH(r, &t->diag.waiting, link)
		if (r != f && may_have_been(r, d))
			return true;
	return false;
}

/* The destroyed socket that f's must have been, and that no other start can have been,
 * whether it waits or audit is still to tell of it. */
static struct destroyed *only_one(struct track *t, const struct follow *f)
{
	const struct sock *s = f->sock;
	struct destroyed *d;
	struct destroyed_pattern p = {
		.proto = s->proto,
		.local = s->local,
		.remote = s->remote,
		.unconnected = s->open == OPEN_LISTEN,
		.established = !s->inbound && f->via == VIA_NONE &&
			       s->open == OPEN_CONNECT,
		.since_ms = track_stamp_ms(&s->start),
		.until_ms = announced_until(f),
	};

	if (s->open == OPEN_LISTEN)
		p.remote = (struct netaddr){ .has_port = true };
	d = f->stranger ? NULL : destroyed_only(&t->diag.destroyed, &p);
	if (!d || !passed(t, track_stamp_ms(&d->at), d->mono) || has_rival(t, f, d))
		return NULL;
	return d;
}

static void take_gone(struct track *t, struct follow *f, struct destroyed *d)
{
	struct sock *s = f->sock;

	learn_ends(s, &d->sock);
	if (f->held && f->via == VIA_PROGRESS && s->proto == IPPROTO_TCP) {
		if (d->sock.established == 0) {
			write_fail(t, s, VIA_DESTROY,
				   d->sock.refused ? ECONNREFUSED : 0);
			destroyed_remove(&t->diag.destroyed, d);
			socket_drop(&t->sockets, s);
			return;
		}
		if (d->sock.established == 1)
			f->via = VIA_NONE;
	}
	write_start(t, s);
	set_cookie(t, f, d->sock.cookie);
	die_of(t, f, d);
}

static void look_for_gone(struct track *t, struct follow *f, bool late)
{
	struct destroyed *d;

	if (t->diag.mono < f->answered + ANNOUNCED_NS) {
		if (late)
			give_up(t, f);
		return;
	}
	d = lives_nowhere(t, f) ? only_one(t, f) : NULL;
	if (d)
		take_gone(t, f, d);
	else if (late)
		give_up(t, f);
	else if (!lives_nowhere(t, f))
		ask_again(t, f);
}

static void decide(struct track *t, struct follow *f)
{
	bool late = t->diag.mono >= f->deadline;

	switch (f->state) {
	case FOLLOW_FOUND:
		if (late || passed(t, f->looked_ms, f->answered))
			take_found(t, f, late);
		return;
	case FOLLOW_GONE:
		look_for_gone(t, f, late);
		return;
	case FOLLOW_AGAIN:
		if (!late && t->diag.mono >= f->answered + ASK_AGAIN_NS)
			ask(t, f);
		/* fall through */
	default:
		if (late)
			give_up(t, f);
	}
}

/* From the youngest on: the later it began, the fewer destroyed sockets it can be,
 * and what it is its elders are not. */
static void decide_all(struct track *t)
{
	struct follow *f, *next;

	for (f = TAILQ_LAST(&t->diag.waiting, follow_list); f; f = next) {
		next = TAILQ_PREV(f, follow_list, link);
		decide(t, f);
	}
	for (f = TAILQ_FIRST(&t->diag.dying); f; f = next) {
		next = TAILQ_NEXT(f, link);
		if (passed(t, track_stamp_ms(&f->dead_at), f->dead_mono))
			bury(t, f);
	}
}

/* ---- facts ---- */

static void on_answer(struct track *t, const struct diag *d)
{
	struct follow *f;

	HASH_FIND(hh_question, t->diag.by_question, &d->question, sizeof(d->question), f);
	if (!f)
		return;
	forget_question(t, f);
	f->answered = t->diag.mono;
	f->answered_ms = track_stamp_ms(&t->diag.now);
	f->looked_ms = d->looked_ms;
	switch (d->op) {
	case DIAG_FOUND:
		f->found = d->sock;
		f->state = FOLLOW_FOUND;
		if (f->fd_gone_ms && f->fd_gone_ms <= f->looked_ms)
			not_there(t, f);
		return;
	case DIAG_GONE:
		f->stranger |= d->other_netns != -1;
		f->live_count = d->live_count;
		memcpy(f->live, d->live, sizeof(f->live));
		f->state = FOLLOW_GONE;
		break;
	case DIAG_ABSENT:
		/* one that is connected shows in a dump of its own namespace */
		f->stranger |= f->via == VIA_NONE;
		ask_again(t, f);
		break;
	default:
		f->stranger = true;
	}
	if (d->other_netns > 0)
		f->sock->other_netns = true;
	if (f->stranger && (d->op != DIAG_ABSENT || d->other_netns > 0))
		give_up(t, f);
}

static void on_destroyed(struct track *t, const struct fact *fact)
{
	const struct diag_sock *sock = &fact->diag->sock;
	struct follow *f = by_cookie(t, sock->cookie);

	if (f)
		die(t, f, sock, &fact->stamp, fact->mono);
	else
		destroyed_add(&t->diag.destroyed, sock, &fact->stamp, fact->mono);
}

void track_diag_fact(struct track *t, const struct fact *f)
{
	if (!t->diag.on)
		return;
	t->diag.mono = f->mono;
	t->diag.now = f->stamp;
	if (f->kind == FACT_TICK) {
		if (f->mono < t->diag.next_look)
			return;
		t->diag.next_look = f->mono + LOOK_NS;
		decide_all(t);
		return;
	}
	switch (f->diag->op) {
	case DIAG_DESTROYED:	on_destroyed(t, f); break;
	case DIAG_LOST:		destroyed_lost(&t->diag.destroyed, &f->stamp); break;
	default:		on_answer(t, f->diag);
	}
}

/* ---- called by the rules ---- */

bool track_diag_over(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;
	struct proc *proc = t->proc;

	if (!f || !f->dead || track_stamp_ms(&t->fact->stamp) <=
			      track_stamp_ms(&f->dead_at))
		return false;
	t->proc = NULL;
	bury(t, f);
	t->proc = proc;
	return true;
}

static bool is_local(const struct track *t)
{
	const char *name = t->node->name;

	return !name || (t->diag.o.node && !strcmp(name, t->diag.o.node));
}

/* Read from a log, or long on its way: whatever is there now is something else. */
static bool is_old(const struct track *t)
{
	return track_stamp_ms(&t->fact->stamp) + OLD_MS <
	       track_stamp_ms(&t->diag.now);
}

static bool is_complete(const struct sock *s, enum record_via via)
{
	const struct netaddr *l = &s->local;

	if (via == VIA_PROGRESS || !l->port)
		return false;
	if (s->open == OPEN_LISTEN)
		return true;
	return s->remote.has_addr && l->has_addr && !sockaddr_is_any(l);
}

bool track_diag_open(struct track *t, struct sock *s, enum record_via via)
{
	struct follow *f = s->follow;

	if (t->node->module || !is_local(t) || is_old(t) || t->fact->kind == FACT_MODULE ||
	    (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP &&
	     s->proto != PROTO_UNKNOWN))
		return false;
	if (t->diag.waiting_count >= t->diag.o.max) {
		complain(t->complaints, COMPLAINT_UNASKED, "", 0);
		return false;
	}
	if (!f)
		f = follow_new(s);
	if (!f)
		return false;
	if (f->dead) {	/* this is the last that audit tells of it */
		if (same_end(&s->remote, &f->found.remote))
			s->learnt = f->found.local;
		return false;
	}
	forget_end(f);
	stop_waiting(t, f);
	f->via = via;
	f->held = !is_complete(s, via);
	start_waiting(t, f);
	return f->held;
}

void track_diag_established(struct track *t, struct sock *s)
{
	(void)t;
	if (s->follow && s->follow->held)
		s->follow->via = VIA_NONE;
}

bool track_diag_failed(struct track *t, struct sock *s, int err)
{
	if (!s->follow || !s->follow->held)
		return false;
	stop_waiting(t, s->follow);
	write_fail(t, s, VIA_NONE, err);
	unfollow(t, s);
	return true;
}

void track_diag_flush(struct track *t, struct sock *s)
{
	struct follow *f = s->follow;

	if (!f)
		return;
	write_start(t, s);
	stop_waiting(t, f);
}

bool track_diag_fd_gone(struct track *t, struct sock *s, int64_t pid, int64_t fd,
			enum record_via via)
{
	struct follow *f = s->follow;

	if (is_waiting(f) && pid == f->pid && fd == f->fd && !f->fd_gone_ms) {
		f->fd_gone_ms = track_stamp_ms(&t->fact->stamp);
		if (f->state == FOLLOW_FOUND && f->fd_gone_ms <= f->looked_ms)
			not_there(t, f);
	}
	if (via != VIA_REUSE)
		note_let_go(t, f);
	if (!LIST_EMPTY(&s->fds) || s->key.ino)
		return true;
	if (!s->open || (!f->cookie && !is_waiting(f))) {
		unfollow(t, s);
		return false;
	}
	if (!f->ended) {
		f->ended = true;
		f->end_via = via;
		f->end = t->when;
	}
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
			bury(t, f);
			continue;
		}
		set_cookie(t, f, 0);
		give_up(t, f);
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
	destroyed_init(&t->diag.destroyed, DESTROYED_MAX);
}

bool track_diag_waits(const struct track *t)
{
	return t->diag.on && (!TAILQ_EMPTY(&t->diag.waiting) ||
			      !TAILQ_EMPTY(&t->diag.dying));
}
