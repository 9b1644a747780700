// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/correlate: matches waiting connections with sockets.
 *
 * Nothing is guessed. What was found at a descriptor counts only when no audit event
 * from before the look can still say that the descriptor was used again. A socket that
 * was gone before the look is recognised among those destroyed since only when it must
 * be one of these, and but one fits.
 */
#include "parser/track/correlate.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "parser/track/defer.h"
#include "parser/track/ending.h"

#define LOOK_NS 20000000LL	/* between looks at what waits */
#define ASK_AGAIN_NS 50000000LL
/* So much later the kernel has announced what was destroyed before a look. */
#define ANNOUNCED_NS 100000000LL
/* So much later those that several fit have been claimed, if they can be. */
#define CLAIMED_MS 400
#define RIVALS_MAX 256
#define AUDIT_TICK_MS 20	/* the announcement is some ms after the event of the end */

/* ---- answers ---- */

/* What the process said of itself stands when it is gone at the next look. */
static void take_netns(struct conn_diag *d, const struct diag *answer)
{
	if (d->netns_sure && !answer->netns_sure)
		return;
	d->netns = answer->netns;
	d->netns_sure = answer->netns_sure;
	d->watched = answer->watched;
}

static void take_found(struct track *t, struct conn *c, const struct diag *answer)
{
	struct conn_diag *d = c->diag;

	d->found = answer->sock;
	d->question = QUESTION_FOUND;
	if (d->fd_gone_ms && d->fd_gone_ms <= d->looked_ms)
		defer_not_there(t, c);
}

static void take_gone(struct conn_diag *d, const struct diag *answer)
{
	d->stranger |= !d->watched;
	d->live_count = answer->live_count;
	memcpy(d->live, answer->live, sizeof(d->live));
	d->question = QUESTION_GONE;
}

static void settle(struct track *t, struct conn *c, bool sure);

/* The answer to "does a process still have it?" */
static void take_confirmed(struct track *t, struct conn *c, const struct diag *answer)
{
	struct conn_diag *d = c->diag;

	switch (answer->op) {
	case DIAG_STILL_HELD:
		d->found = answer->sock;
		d->question = QUESTION_FOUND;
		return;
	case DIAG_NOT_HELD:
		d->live_count = 0;
		d->question = QUESTION_GONE;
		return;
	case DIAG_GONE:
		if (!answer->watched)
			break;
		d->live_count = answer->live_count;
		memcpy(d->live, answer->live, sizeof(d->live));
		d->question = QUESTION_GONE;
		return;
	default:
		break;
	}
	settle(t, c, false);
}

void correlate_answer(struct track *t, const struct diag *answer)
{
	struct conn *c = conn_by_question(&t->conns, answer->question);
	struct conn_diag *d;
	bool elsewhere;

	if (!c)
		return;
	d = c->diag;
	conn_forget_question(&t->conns, c);
	d->answered = t->diag.mono;
	d->answered_ms = stamp_ms(&t->diag.now);
	d->looked_ms = answer->looked_ms;
	if (d->confirming) {
		take_confirmed(t, c, answer);
		return;
	}
	take_netns(d, answer);
	switch (answer->op) {
	case DIAG_FOUND:
		take_found(t, c, answer);
		return;
	case DIAG_GONE:
		take_gone(d, answer);
		break;
	case DIAG_ABSENT:
		/* one that is connected shows in a dump of its own namespace */
		d->stranger |= d->via == VIA_NONE;
		defer_again(t, c);
		break;
	default:
		d->stranger = true;
	}
	elsewhere = d->netns && !d->watched;
	c->other_netns |= elsewhere;
	if (c->tentative || (d->stranger && (answer->op != DIAG_ABSENT || elsewhere)))
		ending_give_up(t, c);
}

void correlate_destroyed(struct track *t, const struct event *f)
{
	const struct diag_sock *sock = &f->diag->sock;
	struct conn *c = conn_by_cookie(&t->conns, sock->cookie);

	if (c)
		ending_destroyed(t, c, sock, &f->stamp, f->mono);
	else
		destroyed_add(&t->diag.destroyed, sock, &f->stamp, f->mono);
}

/* ---- a socket was found at the descriptor ---- */

static void learn_ends(struct conn *c, const struct diag_sock *sock)
{
	conn_learn(c, sock);
	c->tentative = false;
	if (c->proto == PROTO_UNKNOWN)
		c->proto = sock->proto;
	if (c->direction == CONN_INBOUND && !c->remote.has_addr)
		c->remote = sock->remote;
}

/* The socket that was found can be the one that was asked for. */
static bool may_be(const struct track *t, const struct conn *c)
{
	const struct diag_sock *found = &c->diag->found;
	const struct conn *other = conn_by_cookie(&t->conns, found->cookie);

	if ((other && other != c) ||
	    (c->proto != PROTO_UNKNOWN && c->proto != found->proto))
		return false;
	if (c->local.port && c->local.port != found->local.port)
		return false;
	if (c->kind == KIND_LISTEN)
		return !found->remote.port &&
		       (found->proto == IPPROTO_UDP || found->state == STATE_LISTEN);
	return found->remote.port && defer_same_end(&c->remote, &found->remote);
}

static bool is_handshaking(const struct diag_sock *d)
{
	return d->proto == IPPROTO_TCP &&
	       (d->state == STATE_SYN_SENT || d->state == STATE_SYN_RECV);
}

static void decide_found(struct track *t, struct conn *c, bool late)
{
	struct conn_diag *d = c->diag;
	bool handshaking = is_handshaking(&d->found);
	struct destroyed *dead;

	if (!may_be(t, c) || (handshaking && d->via == VIA_NONE)) {
		if (late)
			ending_give_up(t, c);
		else
			defer_not_there(t, c);
		return;
	}
	if (handshaking && c->unwritten && !late) {
		d->handshaking = true;
		defer_again(t, c);
		return;
	}
	conn_follow(&t->conns, c, d->found.cookie, t->diag.mono);
	learn_ends(c, &d->found);
	if (!handshaking)
		defer_established(c, d->answered_ms);
	life_write_start(t, c);
	conn_stop_waiting(&t->conns, c);
	dead = destroyed_by_cookie(&t->diag.destroyed, d->cookie);
	if (dead)
		ending_claim(t, c, dead);
}

/* ---- it was gone from there ---- */

/* All living sockets that it could be are known to be others. */
static bool lives_nowhere(const struct track *t, const struct conn_diag *d)
{
	if (d->live_count > DIAG_LIVE_MAX)
		return false;
	for (unsigned int i = 0; i < d->live_count; i++)
		if (!conn_by_cookie(&t->conns, d->live[i]))
			return false;
	return true;
}

static int64_t announced_until(const struct conn_diag *d)
{
	return d->question == QUESTION_GONE ? d->answered_ms + ANNOUNCED_NS / 1000000 :
					      INT64_MAX;
}

static bool may_have_been(const struct conn *c, const struct destroyed *dead)
{
	const struct conn_diag *d = c->diag;
	int64_t at = stamp_ms(&dead->at);

	if (c->proto != dead->sock.proto || at < stamp_ms(&c->start) ||
	    at > announced_until(d) ||
	    (d->netns_sure && d->netns != dead->sock.netns) ||
	    (d->question == QUESTION_FOUND && d->found.cookie != dead->sock.cookie))
		return false;
	if (c->local.port && c->local.port != dead->sock.local.port)
		return false;
	if (c->kind == KIND_LISTEN)
		return !dead->sock.remote.port;
	return defer_same_end(&c->remote, &dead->sock.remote);
}

static bool is_among(const struct rival_list *rivals, const struct conn *c,
		     const struct destroyed *dead)
{
	const struct conn_diag *d;
	int looked_at = 0;

	LIST_FOREACH(d, rivals, rival) {
		if (d->pid != c->diag->pid && may_have_been(d->conn, dead))
			return true;
		if (++looked_at == RIVALS_MAX)
			return true;
	}
	return false;
}

/* Another process's start that waits may be the one that was destroyed. Among very many
 * that are alike there is taken to be one. */
static bool has_rival(const struct track *t, const struct conn *c,
		      const struct destroyed *dead)
{
	return is_among(conn_rivals(&t->conns, &dead->sock.remote), c, dead) ||
	       is_among(conn_rivals(&t->conns, NULL), c, dead);
}

/* What is known of the socket that c was. */
static struct destroyed_pattern pattern_of(const struct conn *c)
{
	const struct conn_diag *d = c->diag;
	struct destroyed_pattern p = {
		.proto = c->proto,
		.netns = d->netns_sure ? d->netns : 0,
		.local = c->local,
		.remote = c->remote,
		.unconnected = c->kind == KIND_LISTEN,
		.established = c->direction != CONN_INBOUND && d->via == VIA_NONE &&
			       c->kind == KIND_CONNECT,
		.since_ms = stamp_ms(&c->start),
		.until_ms = announced_until(d),
	};

	if (c->kind == KIND_LISTEN)
		p.remote = (struct netaddr){ .has_port = true };
	return p;
}

/*
 * The destroyed socket that c must have been. Audit has reported all that began before
 * its end; and where c's namespace is only a likely one, or one of those that are watched,
 * no other process's fits, and no other socket of any namespace.
 */
static struct destroyed *only_one(struct track *t, const struct conn *c, bool *several)
{
	const struct conn_diag *d = c->diag;
	struct destroyed_pattern p = pattern_of(c);
	struct destroyed *dead;

	/* "Some port of this address" is too little: a listener that audit did not
	 * report (io_uring) may be the one. */
	if (c->kind == KIND_LISTEN && !c->local.port)
		return NULL;
	dead = destroyed_only(&t->diag.destroyed, &p, several);
	if (!dead || !defer_passed(t, stamp_ms(&dead->at), dead->mono) ||
	    (!d->netns_sure &&
	     ((d->netns && d->netns != dead->sock.netns) || has_rival(t, c, dead))))
		return NULL;
	return dead;
}

static void claim(struct track *t, struct conn *c, struct destroyed *dead)
{
	struct conn_diag *d = c->diag;

	learn_ends(c, &dead->sock);
	c->cookie = dead->sock.cookie;
	if (c->unwritten && d->via == VIA_PROGRESS && c->proto == IPPROTO_TCP) {
		if (dead->sock.established == 0) {
			life_fail_deferred(t, c, dead->sock.refused ? ECONNREFUSED : 0,
					   VIA_DESTROY);
			destroyed_remove(&t->diag.destroyed, dead);
			conn_drop(&t->conns, c);
			return;
		}
		if (dead->sock.established == 1)
			defer_established(c, stamp_ms(&dead->at));
	}
	life_write_start(t, c);
	conn_follow(&t->conns, c, dead->sock.cookie, t->diag.mono);
	ending_claim(t, c, dead);
}

static void decide_gone(struct track *t, struct conn *c, bool late)
{
	struct conn_diag *d = c->diag;
	struct destroyed *dead;
	bool several = false;

	if (t->diag.mono < d->answered + ANNOUNCED_NS) {
		if (late)
			ending_give_up(t, c);
		return;
	}
	dead = d->stranger ? NULL : only_one(t, c, &several);
	/* at the last moment a rival may just have given up */
	if (dead && lives_nowhere(t, d) && (d->netns_sure || !late))
		claim(t, c, dead);
	/* in a storm of alike connections nothing is gained by waiting on */
	else if (late || (several && t->diag.stream_ms > stamp_ms(&c->start) + CLAIMED_MS))
		ending_give_up(t, c);
	else if (!lives_nowhere(t, d))
		defer_again(t, c);
}

/* ---- an end that was inferred ---- */

static bool has_both_ends(const struct conn *c)
{
	if (!c->local.port || (c->kind == KIND_LISTEN && c->proto == PROTO_UNKNOWN))
		return false;
	return c->kind == KIND_LISTEN ||
	       (c->remote.has_addr && c->local.has_addr && !netaddr_is_any(&c->local));
}

/* Another connection is the socket that is held, or may be: it waits to be matched. */
static bool is_anothers(const struct track *t, const struct conn *c)
{
	const struct diag_sock *found = &c->diag->found;
	const struct conn *other = conn_by_cookie(&t->conns, found->cookie);
	const struct conn_diag *d;
	int looked_at = 0;

	if (other)
		return other != c;
	LIST_FOREACH(d, conn_rivals(&t->conns, c->kind == KIND_LISTEN ? NULL : &found->remote),
		     rival) {
		if (++looked_at == RIVALS_MAX)
			return true;
		if (d != c->diag && d->conn->kind == c->kind &&
		    (!d->conn->local.port || d->conn->local.port == found->local.port))
			return true;
	}
	return false;
}

/* Not now: off the list of those that wait, until the next scan. */
static void put_off(struct track *t, struct conn *c)
{
	conn_stop_waiting(&t->conns, c);
	conn_set_unsure(&t->conns, c, true);
}

static void goes_on(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;
	struct destroyed *dead;

	conn_stop_waiting(&t->conns, c);
	d->confirming = false;
	conn_follow(&t->conns, c, d->found.cookie, t->diag.mono);
	learn_ends(c, &d->found);
	ending_held(t, c);
	dead = destroyed_by_cookie(&t->diag.destroyed, d->cookie);
	if (dead)
		ending_claim(t, c, dead);
}

/*
 * The end was no later than now; when it was inferred, an unseen child may have had the
 * socket. It ended then if no socket that can be it was destroyed since.
 */
static void settle(struct track *t, struct conn *c, bool sure)
{
	struct conn_diag *d = c->diag;
	struct destroyed_pattern p = pattern_of(c);
	int64_t ms;

	p.since_ms = stamp_ms(&d->end);
	p.until_ms = d->answered_ms;
	ms = destroyed_latest(&t->diag.destroyed, &p);
	if (ms > stamp_ms(&d->end) + AUDIT_TICK_MS) {
		d->end.sec = ms / 1000;
		d->end.milli = ms % 1000;
		d->end_later = true;
	}
	ending_settle(t, c, sure);
}

static void decide_held(struct track *t, struct conn *c)
{
	if (!defer_passed(t, c->diag->answered_ms, c->diag->answered))
		return;
	if (!is_anothers(t, c)) {
		goes_on(t, c);
		return;
	}
	c->diag->by_list = true;
	put_off(t, c);
}

static void decide_not_held(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;
	struct destroyed *dead;
	bool several = false;

	if (t->diag.mono < d->answered + ANNOUNCED_NS)
		return;
	dead = only_one(t, c, &several);
	if (!lives_nowhere(t, d))
		put_off(t, c);
	else if (dead && d->netns_sure)
		claim(t, c, dead);
	else
		settle(t, c, true);
}

static void decide_confirmed(struct track *t, struct conn *c)
{
	switch (c->diag->question) {
	case QUESTION_FOUND:
		decide_held(t, c);
		return;
	case QUESTION_GONE:
		decide_not_held(t, c);
		return;
	default:
		if (t->diag.mono >= c->diag->deadline)
			put_off(t, c);
	}
}

/* ---- once an event ---- */

static void ask(struct track *t, struct conn *c)
{
	bool held = c->diag->confirming && !c->diag->by_list && has_both_ends(c);
	struct request q = {
		.kind = held ? REQUEST_HELD : REQUEST_DESCRIPTOR,
		.id = ++t->diag.last_question,
		.listens = c->kind == KIND_LISTEN,
		.netns = held && c->diag->netns_sure ? c->diag->netns : 0,
		.pid = c->diag->pid,
		.ppid = c->diag->ppid,
		.fd = c->diag->fd,
		.proto = c->proto,
		.local = c->local,
		.remote = c->remote,
	};

	conn_ask(&t->conns, c, q.id);
	t->io.ask(&q, t->io.arg);
}

static void decide(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;
	bool late = t->diag.mono >= d->deadline;

	if (d->confirming) {
		decide_confirmed(t, c);
		return;
	}
	switch (d->question) {
	case QUESTION_FOUND:
		if (defer_passed(t, d->looked_ms, d->answered))
			decide_found(t, c, late);
		else if (late)
			ending_give_up(t, c);
		return;
	case QUESTION_GONE:
		decide_gone(t, c, late);
		return;
	case QUESTION_AGAIN:
		if (!late && t->diag.mono >= d->answered + ASK_AGAIN_NS)
			ask(t, c);
		/* fall through */
	default:
		if (late)
			ending_give_up(t, c);
	}
}

/* From the youngest on: the later it began, the fewer destroyed sockets it can be, and
 * what it is its elders are not. */
static void decide_all(struct track *t)
{
	struct conn_diag *d, *next;

	for (d = TAILQ_LAST(&t->conns.waiting, diag_list); d; d = next) {
		next = TAILQ_PREV(d, diag_list, link);
		decide(t, d->conn);
	}
	for (d = TAILQ_FIRST(&t->conns.dying); d; d = next) {
		next = TAILQ_NEXT(d, link);
		if (defer_passed(t, stamp_ms(&d->dead_at), d->dead_mono))
			ending_bury(t, d->conn);
	}
}

void correlate(struct track *t)
{
	struct conn_diag *d;

	if (!t->diag.on)
		return;
	/* new ones are at the young end; asked, they are no longer new */
	TAILQ_FOREACH_REVERSE(d, &t->conns.waiting, diag_list, link) {
		if (d->question != QUESTION_NEW)
			break;
		ask(t, d->conn);
	}
	if (t->event->kind != EVENT_TICK || t->diag.mono < t->diag.next_look)
		return;
	t->diag.next_look = t->diag.mono + LOOK_NS;
	decide_all(t);
}
