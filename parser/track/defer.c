// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/defer: starts that wait for sock_diag's answer. */
#include "parser/track/defer.h"

#include <netinet/in.h>
#include <string.h>

#define OLD_MS 10000

bool defer_same_end(const struct netaddr *known, const struct netaddr *found)
{
	return !known->has_addr || (known->port == found->port &&
				    known->family == found->family &&
				    !memcmp(known->addr, found->addr, 16));
}

bool defer_settled(const struct track *t, int64_t mono)
{
	int64_t since = mono > t->diag.news ? mono : t->diag.news;

	return t->diag.mono >= since + t->diag.o.settle_ms * 1000000LL;
}

bool defer_passed(const struct track *t, int64_t real_ms, int64_t mono)
{
	return t->diag.stream_ms > real_ms || defer_settled(t, mono);
}

void defer_stream(struct track *t)
{
	const struct event *f = t->event;
	int64_t ms = stamp_ms(&f->stamp);

	t->diag.news = t->diag.mono;
	if (ms > t->diag.stream_ms)
		t->diag.stream_ms = ms;
	/* an accept may have waited */
	if (f->kind != EVENT_ACCEPT)
		t->diag.live = ms + OLD_MS >= stamp_ms(&t->diag.now);
}

/* ---- begin ---- */

static bool is_host(const struct track *t, const struct node *n)
{
	return !node_name(n) || (t->diag.o.node && node_is(n, t->diag.o.node));
}

bool defer_is_local(const struct track *t)
{
	return is_host(t, t->node);
}

static bool has_dumps(int proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == PROTO_UNKNOWN;
}

/*
 * Returns true if the event was read from a log, or was delayed: the descriptor may hold another
 * socket by now. An accept has the time of its call's entry: if other events arrive without
 * delay, an early time only means that the call waited.
 */
static bool is_old(const struct track *t)
{
	return stamp_ms(&t->event->stamp) + OLD_MS < stamp_ms(&t->diag.now) &&
	       (!t->diag.live || t->event->kind != EVENT_ACCEPT);
}

static bool can_be_asked(const struct track *t, const struct conn *c)
{
	return !t->node->module && t->event->kind != EVENT_MODULE &&
	       defer_is_local(t) && !is_old(t) && has_dumps(c->proto);
}

static bool is_complete(const struct conn *c, enum entry_via via)
{
	const struct netaddr *l = &c->local;

	if (via == VIA_PROGRESS || !l->port || c->tentative || c->presumed_local)
		return false;
	if (c->kind == KIND_LISTEN)
		return true;
	return c->remote.has_addr && l->has_addr && !netaddr_is_any(l);
}

static void forget_end(struct conn_diag *d)
{
	identity_put(d->let_go);
	identity_put(d->opener);
	d->let_go = d->opener = NULL;
	d->end_via = VIA_NONE;
}

static void start_waiting(struct track *t, struct conn *c, enum entry_via via)
{
	const struct event *f = t->event;
	bool accepted = f->kind == EVENT_ACCEPT && c->kind == KIND_CONNECT;
	struct conn_diag *d = c->diag;

	forget_end(d);
	conn_stop_waiting(&t->conns, c);
	d->via = via;
	d->handshaking = d->confirming = d->by_list = d->end_later = false;
	d->pid = f->task.pid;
	d->ppid = f->task.ppid;
	d->fd = accepted ? f->result : f->fd;
	d->listener = accepted ? f->fd : -1;
	d->fd_gone_ms = 0;
	d->stranger = d->absent = d->netns_sure = d->watched = false;
	d->netns = 0;
	c->other_netns = false;
	c->presumed_local = accepted;
	d->deadline = t->diag.mono + t->diag.o.wait_ms * 1000000LL;
	conn_wait(&t->conns, c);
}

bool defer_start(struct track *t, struct conn *c, enum entry_via via)
{
	if (!t->diag.on || !can_be_asked(t, c))
		return false;
	if (t->conns.waiting_count >= t->diag.o.max) {
		input_error(t->errors, INPUT_ERROR_UNASKED, "", 0);
		return false;
	}
	if (!c->diag && !conn_add_diag(&t->conns, c))
		return false;
	if (c->phase == CONN_DESTROYED) {	/* audit's last event of it */
		if (defer_same_end(&c->remote, &c->diag->found.remote))
			conn_learn(c, &c->diag->found);
		return false;
	}
	start_waiting(t, c, via);
	return !is_complete(c, via);
}

/* ---- connections whose end is inferred ---- */

bool defer_can_confirm(const struct track *t, const struct conn *c)
{
	const struct node *n = t->nodes.at[c->key.node];

	return t->diag.on && !n->module && is_host(t, n) && has_dumps(c->proto) &&
	       !c->other_netns && t->conns.waiting_count < t->diag.o.max;
}

void defer_confirm(struct track *t, struct conn *c)
{
	struct conn_diag *d = c->diag;

	conn_set_unsure(&t->conns, c, false);
	d->confirming = true;
	d->fd = -1;
	d->deadline = t->diag.mono + t->diag.o.wait_ms * 1000000LL;
	conn_wait(&t->conns, c);
}

/* ---- while it waits ---- */

void defer_again(struct track *t, struct conn *c)
{
	conn_forget_question(&t->conns, c);
	c->diag->answered = t->diag.mono;
	c->diag->question = QUESTION_AGAIN;
}

bool defer_is_stranger(const struct conn_diag *d)
{
	return d->stranger || d->absent;
}

bool defer_was_reused(const struct conn_diag *d)
{
	return d->fd_gone_ms && d->fd_gone_ms <= d->looked_ms;
}

void defer_reused(struct conn_diag *d)
{
	d->absent = false;
	d->fd = -1;
}

/* Takes the answer that the descriptor is not c's socket: its number was reused, or, without
 * such an event, the records are inconsistent. A listener is still found by its local end. */
void defer_not_there(struct track *t, struct conn *c)
{
	c->diag->stranger |= !c->diag->fd_gone_ms && c->kind != KIND_LISTEN;
	c->diag->fd = -1;
	defer_again(t, c);
}

/* Sets the time of the start: that of the call, if the handshake can have ended within audit's
 * tick; else that of the answer, which via= states. */
void defer_established(struct conn *c, int64_t by_ms)
{
	struct conn_diag *d = c->diag;

	if (d->via != VIA_PROGRESS)
		return;
	d->via = VIA_NONE;
	if (!c->unwritten || (!d->handshaking && by_ms <= stamp_ms(&c->start) + 2 * AUDIT_TICK_MS))
		return;
	d->via = VIA_FOUND;
	if (d->handshaking) {
		c->start.sec = by_ms / 1000;
		c->start.milli = by_ms % 1000;
	}
}
