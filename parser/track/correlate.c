// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/correlate: which of the sockets that waits is the one that sock_diag tells of.
 *
 * Nothing is guessed. What was found at a descriptor counts only when no audit event
 * from before the look can still say that the descriptor was used again. A socket that
 * was gone before the look is recognised among those destroyed since only when it must
 * be one of these, and but one fits.
 */
#include "parser/track/follow.h"

#include <errno.h>
#include <netinet/in.h>

#define ASK_AGAIN_NS 50000000LL
/* So much later the kernel has announced what was destroyed before a look. */
#define ANNOUNCED_NS 100000000LL
/* So much later those that several fit have been claimed, if they can be. */
#define CLAIMED_MS 400

static void learn_ends(struct sock *s, const struct diag_sock *sock)
{
	follow_learn(s, sock);
	if (s->inbound && !s->remote.has_addr)
		s->remote = sock->remote;
}

/* The socket that was found can be the one that was asked for. */
static bool may_be(const struct track *t, const struct follow *f)
{
	const struct sock *s = f->sock;
	const struct diag_sock *d = &f->found;
	struct follow *other = follow_by_cookie((struct track *)t, d->cookie);

	if ((other && other != f) || (s->proto != PROTO_UNKNOWN && s->proto != d->proto))
		return false;
	if (s->local.port && s->local.port != d->local.port)
		return false;
	if (s->open == OPEN_LISTEN)
		return !d->remote.port &&
		       (d->proto == IPPROTO_UDP || d->state == STATE_LISTEN);
	return d->remote.port && follow_same_end(&s->remote, &d->remote);
}

static bool is_handshaking(const struct diag_sock *d)
{
	return d->proto == IPPROTO_TCP &&
	       (d->state == STATE_SYN_SENT || d->state == STATE_SYN_RECV);
}

bool decide_passed(const struct track *t, int64_t real_ms, int64_t mono)
{
	int64_t since = mono > t->diag.news ? mono : t->diag.news;

	return t->diag.stream_ms > real_ms ||
	       t->diag.mono >= since + t->diag.o.settle_ms * 1000000LL;
}

/* What was found is another socket: its number was used again, or, when no event says
 * so, something is not as it seems. */
void decide_not_there(struct track *t, struct follow *f)
{
	f->stranger |= !f->fd_gone_ms;
	f->fd = -1;
	follow_ask_again(t, f);
}

static void take_found(struct track *t, struct follow *f, bool late)
{
	struct sock *s = f->sock;
	struct destroyed *d;

	if (!may_be(t, f) || (is_handshaking(&f->found) && f->via == VIA_NONE)) {
		if (late)
			follow_give_up(t, f);
		else
			decide_not_there(t, f);
		return;
	}
	if (is_handshaking(&f->found) && f->held && !late) {
		f->handshaking = true;
		follow_ask_again(t, f);
		return;
	}
	follow_set_cookie(t, f, f->found.cookie);
	learn_ends(s, &f->found);
	if (!is_handshaking(&f->found))
		follow_established(f, f->answered_ms);
	follow_write_start(t, s);
	follow_stop_waiting(t, f);
	d = destroyed_by_cookie(&t->diag.destroyed, f->cookie);
	if (d)
		follow_die_of(t, f, d);
}

/* All living sockets that it could be are known to be others. */
static bool lives_nowhere(struct track *t, const struct follow *f)
{
	if (f->live_count > DIAG_LIVE_MAX)
		return false;
	for (unsigned int i = 0; i < f->live_count; i++)
		if (!follow_by_cookie(t, f->live[i]))
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
	    (f->netns_sure && f->netns != d->sock.netns) ||
	    (f->state == FOLLOW_FOUND && f->found.cookie != d->sock.cookie))
		return false;
	if (s->local.port && s->local.port != d->sock.local.port)
		return false;
	if (s->open == OPEN_LISTEN)
		return !d->sock.remote.port;
	return follow_same_end(&s->remote, &d->sock.remote);
}

/* Another process's start that waits may be the one that was destroyed. */
static bool has_rival(const struct track *t, const struct follow *f,
		      const struct destroyed *d)
{
	const struct follow *r;

	TAILQ_FOREACH(r, &t->diag.waiting, link)
		if (r->pid != f->pid && may_have_been(r, d))
			return true;
	return false;
}

/*
 * The destroyed socket that f's must have been. Audit has told of all that began before
 * its end; and where f's namespace is only a likely one, or one of those that are watched,
 * no other process's fits, and no other socket of any namespace.
 */
static struct destroyed *only_one(struct track *t, const struct follow *f, bool *several)
{
	const struct sock *s = f->sock;
	struct destroyed *d;
	struct destroyed_pattern p = {
		.proto = s->proto,
		.netns = f->netns_sure ? f->netns : 0,
		.local = s->local,
		.remote = s->remote,
		.unconnected = s->open == OPEN_LISTEN,
		.established = !s->inbound && f->via == VIA_NONE &&
			       s->open == OPEN_CONNECT,
		.since_ms = track_stamp_ms(&s->start),
		.until_ms = announced_until(f),
	};

	/* "Some port of this address" is too little: a listener that audit did not
	 * tell of (io_uring) may be the one. */
	if (s->open == OPEN_LISTEN && !s->local.port)
		return NULL;
	if (s->open == OPEN_LISTEN)
		p.remote = (struct netaddr){ .has_port = true };
	d = destroyed_only(&t->diag.destroyed, &p, several);
	if (!d || !decide_passed(t, track_stamp_ms(&d->at), d->mono) ||
	    (!f->netns_sure &&
	     ((f->netns && f->netns != d->sock.netns) || has_rival(t, f, d))))
		return NULL;
	return d;
}

static void take_gone(struct track *t, struct follow *f, struct destroyed *d)
{
	struct sock *s = f->sock;

	learn_ends(s, &d->sock);
	s->cookie = d->sock.cookie;
	if (f->held && f->via == VIA_PROGRESS && s->proto == IPPROTO_TCP) {
		if (d->sock.established == 0) {
			follow_write_fail(t, s, VIA_DESTROY,
				   d->sock.refused ? ECONNREFUSED : 0);
			destroyed_remove(&t->diag.destroyed, d);
			socket_drop(&t->sockets, s);
			return;
		}
		if (d->sock.established == 1)
			follow_established(f, track_stamp_ms(&d->at));
	}
	follow_write_start(t, s);
	follow_set_cookie(t, f, d->sock.cookie);
	follow_die_of(t, f, d);
}

static void look_for_gone(struct track *t, struct follow *f, bool late)
{
	struct destroyed *d;
	bool several = false;

	if (t->diag.mono < f->answered + ANNOUNCED_NS) {
		if (late)
			follow_give_up(t, f);
		return;
	}
	d = f->stranger ? NULL : only_one(t, f, &several);
	/* at the last moment a rival may just have given up */
	if (d && lives_nowhere(t, f) && (f->netns_sure || !late))
		take_gone(t, f, d);
	/* in a storm of alike connections nothing is gained by waiting on */
	else if (late || (several && t->diag.stream_ms >
				     track_stamp_ms(&f->sock->start) + CLAIMED_MS))
		follow_give_up(t, f);
	else if (!lives_nowhere(t, f))
		follow_ask_again(t, f);
}

static void decide(struct track *t, struct follow *f)
{
	bool late = t->diag.mono >= f->deadline;

	switch (f->state) {
	case FOLLOW_FOUND:
		if (decide_passed(t, f->looked_ms, f->answered))
			take_found(t, f, late);
		else if (late)
			follow_give_up(t, f);
		return;
	case FOLLOW_GONE:
		look_for_gone(t, f, late);
		return;
	case FOLLOW_AGAIN:
		if (!late && t->diag.mono >= f->answered + ASK_AGAIN_NS)
			follow_ask(t, f);
		/* fall through */
	default:
		if (late)
			follow_give_up(t, f);
	}
}

/* From the youngest on: the later it began, the fewer destroyed sockets it can be,
 * and what it is its elders are not. */
void decide_all(struct track *t)
{
	struct follow *f, *next;

	for (f = TAILQ_LAST(&t->diag.waiting, follow_list); f; f = next) {
		next = TAILQ_PREV(f, follow_list, link);
		decide(t, f);
	}
	for (f = TAILQ_FIRST(&t->diag.dying); f; f = next) {
		next = TAILQ_NEXT(f, link);
		if (decide_passed(t, track_stamp_ms(&f->dead_at), f->dead_mono))
			follow_bury(t, f);
	}
}
