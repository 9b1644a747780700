// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/unclaimed: what the rules saw and the kernel's side did not. */
#include "parser/track/unclaimed.h"

#define CLAIM_MS 2000		/* BPF's events and audit's come by two paths */
#define SLACK_MS 1000		/* the clocks of the two differ, or one is set */

void unclaimed_began(struct track *t, bool inbound)
{
	if (t->proc)
		t->proc->began_ms[inbound] = stamp_ms(&t->event->stamp);
}

static bool is_claimed(const struct proc *p, const struct conn *c)
{
	return p && p->began_ms[c->direction == CONN_INBOUND] >= c->unclaimed_since - SLACK_MS;
}

void unclaimed_add(struct track *t, struct conn *c, int64_t since_ms)
{
	c->unclaimed_since = since_ms;
	if (since_ms <= t->node->module_ms || is_claimed(t->proc, c))
		return;
	life_begin(t, c);
	conn_list_unclaimed(&t->conns, c, stamp_ms(&t->node->now));
}

void unclaimed_exit(struct track *t, struct conn *c)
{
	if (!c->unclaimed_ms)
		return;
	if (is_claimed(t->proc, c))
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
	if (n->module && p && !is_claimed(p, c) && c->phase == CONN_IDLE && !c->key.number)
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
