// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/correlate: matches waiting connections with sockets.
 *
 * Nothing is guessed. A socket that was found at a descriptor counts only when no earlier audit
 * event can still report that the descriptor was reused. A socket that was destroyed before the
 * lookup is recognised among the sockets destroyed since, only if it must be one of these and
 * exactly one fits.
 */
#include "parser/track/correlate.h"

#include <netinet/in.h>
#include <string.h>

#include "parser/track/confirm.h"
#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/identify.h"
#include "parser/track/passed.h"

#define LOOK_NS 20000000LL	/* interval between checks of waiting connections */
#define ASK_AGAIN_NS 50000000LL
/* Delay after which destroyed sockets that fit several connections have been claimed, if they
 * can be. */
#define CLAIMED_MS 400

/* ---- answers ---- */

/* Takes the namespace of the answer, unless that is a guess and the known one was read from the
 * process. */
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
	if (defer_was_reused(d))
		defer_not_there(t, c);
}

static void take_gone(struct conn_diag *d, const struct diag *answer)
{
	d->stranger |= !d->watched;
	if (!d->cookie)
		d->found = answer->sock;
	d->live_count = answer->live_count;
	memcpy(d->live, answer->live, sizeof(d->live));
	d->question = QUESTION_GONE;
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
		confirm_answer(t, c, answer);
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
		/* a connected socket shows in a dump of its own namespace */
		d->absent |= d->via == VIA_NONE && c->kind != KIND_LISTEN;
		if (defer_was_reused(d))
			defer_reused(d);
		defer_again(t, c);
		break;
	default:
		d->stranger = true;
	}
	elsewhere = d->netns && !d->watched;
	c->other_netns |= elsewhere;
	if (identify_late_listener(t, c))
		return;
	if (c->tentative && passed_take(t, c) == PASSED_ASKED)
		defer_again(t, c);
	else if (c->tentative || (defer_is_stranger(d) && (answer->op != DIAG_ABSENT || elsewhere)))
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

/* Returns true if the found socket can be c, whose peer is unknown. By now the number may belong
 * to a newer socket whose event is late. */
static bool is_accepted(const struct conn *c, const struct diag_sock *found)
{
	return found->active == 0 || (c->local.port && c->local.port == found->local.port);
}

/* Returns true if the socket that was found can be the requested one. */
static bool may_be(const struct track *t, const struct conn *c)
{
	const struct diag_sock *found = &c->diag->found;
	const struct conn *other = conn_by_cookie(&t->conns, found->cookie);
	const struct netaddr *local = conn_sure_local(c);

	if ((other && other != c) ||
	    (c->proto != PROTO_UNKNOWN && c->proto != found->proto && !c->presumed_local))
		return false;
	if (local->port && local->port != found->local.port)
		return false;
	if (c->kind == KIND_LISTEN)
		return !found->remote.port &&
		       (found->proto == IPPROTO_UDP || found->state == STATE_LISTEN);
	if (c->presumed_local && !c->remote.has_addr && !is_accepted(c, found))
		return false;
	return found->remote.port && defer_same_end(&c->remote, &found->remote);
}

static bool is_handshaking(const struct diag_sock *d)
{
	return d->proto == IPPROTO_TCP &&
	       (d->state == STATE_SYN_SENT || d->state == STATE_SYN_RECV);
}

/* Returns true for a listener that its process was passed, or inherited, unseen. */
static bool is_passed(const struct conn_diag *d)
{
	return d->conn->kind == KIND_LISTEN && d->conn->tentative;
}

static void decide_found(struct track *t, struct conn *c, bool late)
{
	struct conn_diag *d = c->diag;
	bool handshaking = is_handshaking(&d->found), passed = is_passed(d);
	struct destroyed *dead;

	if (identify_same_listener(t, c, late) ||
	    (!late && !defer_settled(t, d->answered) && identify_may_be_next(t, c)))
		return;
	if (!may_be(t, c) || (handshaking && d->via == VIA_NONE)) {
		if (c->presumed_local && !c->remote.has_addr)
			conn_forget_local(c);
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
	identify_learn(t, c, &d->found);
	if (!handshaking)
		defer_established(c, d->answered_ms);
	life_write_start(t, c);
	if (passed)
		passed_started(t, c);
	conn_stop_waiting(&t->conns, c);
	dead = destroyed_by_cookie(&t->diag.destroyed, d->cookie);
	if (dead)
		ending_claim(t, c, dead);
}

/* ---- the descriptor was closed before the lookup ---- */

static void decide_gone(struct track *t, struct conn *c, bool late)
{
	struct conn_diag *d = c->diag;
	struct destroyed *dead;
	bool several = false;

	if (t->diag.mono < d->answered + IDENTIFY_ANNOUNCED_NS) {
		if (late)
			ending_give_up(t, c);
		return;
	}
	if (identify_lives(t, c)) {
		conn_follow(&t->conns, c, d->found.cookie, t->diag.mono);
		identify_learn(t, c, &d->found);
		ending_held(t, c, d->answered_ms);
		life_write_start(t, c);
		conn_stop_waiting(&t->conns, c);
		return;
	}
	dead = defer_is_stranger(d) ? NULL : identify_only(t, c, &several);
	/* a rival may have stopped waiting just before this */
	if (dead && identify_lives_nowhere(t, d) && (d->netns_sure || !late))
		identify_claim(t, c, dead);
	/* waiting longer does not help in a storm of similar connections */
	else if (late || (several && t->diag.stream_ms > stamp_ms(&c->start) + CLAIMED_MS))
		ending_give_up(t, c);
	else if (!identify_lives_nowhere(t, d))
		defer_again(t, c);
}

/* ---- once an event ---- */

static void ask(struct track *t, struct conn *c)
{
	bool held = c->diag->confirming && !c->diag->by_list && confirm_has_both_ends(c);
	struct request q = {
		.kind = held ? REQUEST_HELD : REQUEST_DESCRIPTOR,
		.id = ++t->diag.last_question,
		.listens = c->kind == KIND_LISTEN,
		.netns = held && c->diag->netns_sure ? c->diag->netns : 0,
		.pid = c->diag->pid,
		.ppid = c->diag->ppid,
		.fd = c->diag->fd,
		.proto = c->proto,
		.local = *conn_sure_local(c),
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
		confirm_decide(t, c);
		return;
	}
	if (late && d->question != QUESTION_FOUND && identify_late_listener(t, c))
		return;
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

/* Decides passed listeners, oldest first: of several processes that call listen() on one socket,
 * the first is its opener. A listener waits for the answers about older ones. */
static void decide_passed(struct track *t)
{
	struct conn_diag *d, *next;

	for (d = TAILQ_FIRST(&t->conns.waiting); d; d = next) {
		next = TAILQ_NEXT(d, link);
		if (!is_passed(d))
			continue;
		if (d->question == QUESTION_ASKED ||
		    (d->question == QUESTION_FOUND && !defer_passed(t, d->looked_ms, d->answered)))
			return;
		if (d->question == QUESTION_FOUND)
			decide(t, d->conn);
	}
}

/* Decides waiting connections, youngest first: the later a connection began, the fewer destroyed
 * sockets fit it, and a claimed socket no longer fits an older one. */
static void decide_all(struct track *t)
{
	struct conn_diag *d, *next;

	decide_passed(t);
	for (d = TAILQ_LAST(&t->conns.waiting, diag_list); d; d = next) {
		next = TAILQ_PREV(d, diag_list, link);
		if (!is_passed(d) || d->question != QUESTION_FOUND || t->diag.mono >= d->deadline)
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
	/* new connections are at the young end, and are new until their request is sent */
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
