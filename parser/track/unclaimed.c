// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/unclaimed: what the rules saw and the kernel's side did not. */
#include "parser/track/unclaimed.h"

#include "parser/track/begun.h"

#define CLAIM_MS 2000		/* BPF's events and audit's come by two paths */
#define SLACK_MS 1000		/* the clocks of the two differ, or one is set */
#define HOLDERS_MAX 4		/* processes to compare */

void unclaimed_began(struct track *t)
{
	const struct event *f = t->event;

	if (t->proc)
		t->proc->began_ms[f->op == NETLOG_OP_ACCEPT] = stamp_ms(&f->stamp);
	begun_add(t->node, f);
}

static struct begun_call call_of(const struct conn *c)
{
	bool inbound = c->direction == CONN_INBOUND;

	return (struct begun_call){
		.since = c->unclaimed_since,
		.at = c->attempt || inbound ? c->unclaimed_since : stamp_ms(&c->ev),
		.serial = c->ev.serial, .attempt = c->attempt,
		.remote = c->remote, .proto = c->proto, .inbound = inbound,
		.local_port = !inbound && c->bound ? c->local.port : 0,
	};
}

/* The peer is not compared: the process began any connection. */
static bool began_any(const struct node *n, const struct proc *p, const struct conn *c)
{
	return c->direction != CONN_INBOUND && !begun_compares(n) &&
	       p->began_ms[0] >= c->unclaimed_since - SLACK_MS;
}

static bool claims(struct node *n, const struct proc *p, const struct conn *c)
{
	struct begun_call call = call_of(c);

	call.pid = p->key.pid;
	return begun_take(n, &call) || began_any(n, p, c);
}

/* One process may connect, and another one that shares the socket ask for the outcome. */
static bool is_claimed(struct track *t, const struct proc *p, const struct conn *c)
{
	struct node *n = t->nodes.at[c->key.node];
	const struct fdent *fd;
	int count = 0;

	if (p && claims(n, p, c))
		return true;
	LIST_FOREACH(fd, &c->fds, of_conn)
		if (++count > HOLDERS_MAX || (fd->key.proc != p && claims(n, fd->key.proc, c)))
			return true;
	return false;
}

void unclaimed_attempt(struct track *t, struct conn *c, bool claimed)
{
	struct begun_call call = call_of(c);

	call.pid = t->event->task.pid;
	call.serial = c->attempt = t->event->stamp.serial;
	call.since = call.at = stamp_ms(&t->event->stamp);
	c->attempt_claimed = claimed || begun_take(t->node, &call);
}

void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms)
{
	c->unclaimed_since = since_ms;
	if (since_ms <= t->node->module_ms)
		return;
	if (c->direction == CONN_INBOUND)	/* it may have waited */
		c->unclaimed_since = stamp_ms(&t->when);
	life_begin(t, c);
	if (!is_claimed(t, t->proc, c))
		conn_list_unclaimed(&t->conns, c, stamp_ms(&t->node->now));
}

void unclaimed_exit(struct track *t, struct conn *c)
{
	if (!c->unclaimed_ms)
		return;
	if (is_claimed(t, t->proc, c))
		conn_unlist_unclaimed(&t->conns, c);
	else
		c->unclaimed_end = t->when;
}

static void write_unclaimed(struct track *t, struct conn *c)
{
	struct stamp when = t->when, end = c->unclaimed_end;
	struct proc *proc = t->proc;

	t->when = c->start;
	t->proc = NULL;
	life_open_found(t, c, KIND_CONNECT, VIA_NONE);
	t->stats.unclaimed += !c->ignored;	/* else the kernel's side may have ignored it, too */
	t->when = when;
	c->blind = true;
	if (LIST_EMPTY(&c->fds)) {
		life_close(t, c, ENDING(.via = end.sec ? VIA_EXIT : VIA_REUSE,
					.when = end.sec ? &end : NULL, .identity = c->opener));
		conn_drop(&t->conns, c);
	}
	t->proc = proc;
}

static void decide(struct track *t, struct conn *c)
{
	const struct node *n = t->nodes.at[c->key.node];
	const struct proc *p = c->opener ? process_find(&t->processes, n->index,
							c->opener->pid) : NULL;

	conn_unlist_unclaimed(&t->conns, c);
	if (n->module && p && !is_claimed(t, p, c) && c->phase == CONN_IDLE && !c->key.number)
		write_unclaimed(t, c);
	else if (conn_unused(c))
		conn_drop(&t->conns, c);
}

void unclaimed_decide(struct track *t)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&t->conns.unclaimed))) {
		const struct node *n = t->nodes.at[c->key.node];

		if (n->module && stamp_ms(&n->now) < c->unclaimed_ms + CLAIM_MS)
			return;
		decide(t, c);
	}
}
