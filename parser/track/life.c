// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/life: the steps of a connection, each with the entry that it writes. */
#include "parser/track/life.h"

#include <string.h>

#include "parser/track/defer.h"

static enum entry_kind start_of(const struct conn *c)
{
	return c->kind == KIND_LISTEN ? LISTEN_START : CONNECT_START;
}

void life_begin(struct track *t, struct conn *c)
{
	struct identity *opener = t->proc && t->proc->identity ?
				  identity_get(t->proc->identity) : NULL;

	identity_put(c->opener);
	c->opener = opener;
	c->ev = t->event->ev.serial ? t->event->ev : t->event->stamp;
	c->start = t->when;
	c->clock = t->nodes.at[c->key.node]->clock;
	c->mono = t->event->mono;
	c->unknown_start = false;
	c->user = 0;
	c->holder = HOLDER_NONE;
	c->by_syslog = t->by_syslog;
}

void life_open(struct track *t, struct conn *c, enum conn_kind kind, enum entry_via via)
{
	c->kind = kind;
	memset(&c->learnt, 0, sizeof(c->learnt));
	c->unwritten = defer_start(t, c, via);
	if (c->tentative && !c->unwritten)
		c->kind = KIND_NONE;
	else if (!c->unwritten)
		life_open_found(t, c, kind, via);
	else if (conn_step(&t->conns, c, STEP_DEFER))
		t->stats.open++;
}

void life_open_found(struct track *t, struct conn *c, enum conn_kind kind,
		     enum entry_via via)
{
	c->kind = kind;
	if (!conn_step(&t->conns, c, STEP_OPEN))
		return;
	t->stats.open++;
	conn_entry_write(t, c, start_of(c), ENDING(.via = via));
}

void life_resume(struct track *t, struct conn *c, enum conn_kind kind)
{
	c->kind = kind;
	c->user = ID_UNKNOWN;
	if (conn_step(&t->conns, c, STEP_OPEN))
		t->stats.open++;
}

void life_correct(struct track *t, struct conn *c, enum conn_kind kind)
{
	c->kind = kind;
	if (!conn_step(&t->conns, c, STEP_CORRECT))
		return;
	t->stats.open++;
	conn_entry_write(t, c, start_of(c), ENDING(.via = VIA_CORRECTED, .identity = c->opener));
}

void life_use(struct track *t, struct conn *c, int64_t tx, int64_t rx)
{
	struct identity *who = t->proc ? t->proc->identity : NULL;
	int64_t before = c->user ? c->user : c->opener ? c->opener->pid : ID_UNKNOWN;

	if (c->unused)
		life_write_start(t, c);
	if (!who || c->unwritten || !conn_is_open(c) || who->pid == before)
		return;
	c->user = who->pid;
	conn_entry_write(t, c, c->kind == KIND_LISTEN ? LISTEN_USE : CONNECT_USE,
		    ENDING(.identity = who, .tx = tx, .rx = rx));
}

/* The start is to be written: names the process only if a complete scan did. */
static enum entry_via start_via(struct conn *c)
{
	bool sure = c->holder == HOLDER_SURE;

	if (c->holder == HOLDER_FOUND) {
		identity_put(c->opener);
		c->opener = NULL;
	}
	c->holder = HOLDER_NONE;
	return sure ? VIA_SNAPSHOT : c->diag ? c->diag->via : VIA_NONE;
}

void life_write_start(struct track *t, struct conn *c)
{
	conn_unlist_unused(&t->conns, c);
	if (c->tentative)
		life_forget(t, c);
	if (!c->unwritten || !conn_step(&t->conns, c, STEP_WRITE))
		return;
	c->unwritten = false;
	conn_entry_write(t, c, start_of(c), ENDING(.via = start_via(c), .when = &c->start));
	if (c->phase == CONN_OPEN && c->diag && c->diag->end_via)
		conn_step(&t->conns, c, STEP_RELEASE);
}

static void closed(struct track *t, struct conn *c)
{
	c->kind = KIND_NONE;
	c->uncollected = false;
	if (c->diag)
		c->diag->end_via = VIA_NONE;
	conn_unlist_unseen(&t->conns, c);
	conn_unlist_left(c);
	t->stats.open--;
}

/* Returns true if a start was deferred, which will not be written. */
static bool drop_start(struct track *t, struct conn *c)
{
	if (!c->unwritten)
		return false;
	conn_stop_waiting(&t->conns, c);
	if (!conn_step(&t->conns, c, STEP_FORGET))
		return false;
	c->unwritten = false;
	closed(t, c);
	return true;
}

void life_forget(struct track *t, struct conn *c)
{
	c->tentative = false;
	if (drop_start(t, c))
		input_error(t->errors, INPUT_ERROR_UNATTRIBUTED, "accept", 6);
}

void life_withdraw(struct track *t, struct conn *c)
{
	c->tentative = false;
	drop_start(t, c);
}

void life_defer_listed(struct track *t, struct conn *c)
{
	if (!conn_step(&t->conns, c, STEP_DEFER))
		return;
	c->kind = KIND_CONNECT;
	c->unwritten = true;
	t->stats.open++;
	conn_list_unused(&t->conns, c);
}

void life_drop_unused(struct track *t, struct conn *c)
{
	conn_unlist_unused(&t->conns, c);
	t->stats.unused += drop_start(t, c);
}

static void end_flow(struct track *t, struct conn *c, const struct ending *e)
{
	struct conn *flow = c->flow;

	if (!flow)
		return;
	life_close(t, flow, e);
	conn_drop(&t->conns, flow);
}

void life_close(struct track *t, struct conn *c, const struct ending *e)
{
	life_write_start(t, c);
	conn_stop_waiting(&t->conns, c);
	if (!conn_is_open(c))
		return;
	end_flow(t, c, e);
	if (!conn_step(&t->conns, c, STEP_CLOSE))
		return;
	conn_entry_write(t, c, c->kind == KIND_LISTEN ? LISTEN_STOP : CONNECT_STOP, e);
	closed(t, c);
}

void life_fail(struct track *t, struct conn *c, int err, enum entry_via via)
{
	if (!conn_step(&t->conns, c, STEP_FAIL))
		return;
	c->kind = KIND_CONNECT;	/* the entry is a connection's, not a listener's */
	conn_entry_write(t, c, CONNECT_FAIL, ENDING(.via = via, .err = err));
	c->kind = KIND_NONE;
}

void life_fail_deferred(struct track *t, struct conn *c, int err, enum entry_via via)
{
	conn_stop_waiting(&t->conns, c);
	if (!conn_step(&t->conns, c, STEP_FAIL))
		return;
	c->unwritten = false;
	conn_entry_write(t, c, CONNECT_FAIL, ENDING(.via = via, .err = err, .when = &c->start,
					 .identity = c->opener));
	closed(t, c);
}

void life_lose(struct track *t, struct conn *c)
{
	if (c->flow)
		life_lose(t, c->flow);
	life_write_start(t, c);
	if (conn_is_open(c)) {
		t->stats.open--;
		input_error(t->errors, INPUT_ERROR_EVICTED, "", 0);
	}
	conn_drop(&t->conns, c);
}
