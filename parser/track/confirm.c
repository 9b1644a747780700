// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/track/confirm: an inferred end, which sock_diag confirms or contradicts: an unseen
 * child may have the socket.
 */
#include "parser/track/confirm.h"

#include <netinet/in.h>
#include <string.h>

#include "parser/track/defer.h"
#include "parser/track/ending.h"
#include "parser/track/identify.h"

#define REPORT_MS 20	/* the destruction is reported a few ms after the event of the end */

bool confirm_has_both_ends(const struct conn *c)
{
	const struct netaddr *local = conn_sure_local(c);

	if (!local->port || (c->kind == KIND_LISTEN && c->proto == PROTO_UNKNOWN))
		return false;
	return c->kind == KIND_LISTEN ||
	       (c->remote.has_addr && local->has_addr && !netaddr_is_any(local));
}

static bool fits_port(const struct conn *c, const struct diag_sock *found)
{
	const struct netaddr *local = conn_sure_local(c);

	return !local->port || local->port == found->local.port;
}

/* Returns true if another connection is the held socket, or waits and may be matched with it. */
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
		if (d != c->diag && d->conn->kind == c->kind && fits_port(d->conn, found))
			return true;
	}
	return false;
}

/* Removes c from the waiting list until the next scan. */
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
	identify_learn(t, c, &d->found);
	ending_held(t, c, d->answered_ms);
	dead = destroyed_by_cookie(&t->diag.destroyed, d->cookie);
	if (dead)
		ending_claim(t, c, dead);
}

/* Writes the stop of c, which has ended by now. If a matching socket was destroyed after the
 * inferred end, an unseen child may have held it: that later time is the latest possible one. */
static void settle(struct track *t, struct conn *c, bool sure)
{
	struct conn_diag *d = c->diag;
	struct destroyed_pattern p = identify_pattern(c);
	int64_t ms;

	p.since_ms = stamp_ms(&d->end);
	p.until_ms = d->answered_ms;
	ms = destroyed_latest(&t->diag.destroyed, &p);
	if (ms > stamp_ms(&d->end) + REPORT_MS) {
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

	if (t->diag.mono < d->answered + IDENTIFY_ANNOUNCED_NS)
		return;
	if (identify_lives(t, c)) {
		goes_on(t, c);
		return;
	}
	dead = identify_only(t, c, &several);
	if (!identify_lives_nowhere(t, d))
		put_off(t, c);
	else if (dead && d->netns_sure)
		identify_claim(t, c, dead);
	else
		settle(t, c, true);
}

void confirm_decide(struct track *t, struct conn *c)
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

/* Takes the answer to the question whether a process still holds the socket. */
void confirm_answer(struct track *t, struct conn *c, const struct diag *answer)
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
		if (!d->cookie)
			d->found = answer->sock;
		d->live_count = answer->live_count;
		memcpy(d->live, answer->live, sizeof(d->live));
		d->question = QUESTION_GONE;
		return;
	default:
		break;
	}
	settle(t, c, false);
}
