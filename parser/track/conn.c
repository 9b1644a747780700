// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn: one connection and its checked phase. */
#include "parser/track/conn.h"

#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define NETLOG_CHECK
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NETLOG_CHECK
#endif
#endif

bool conn_is_doubted(const struct conn *c)
{
	return (c->phase == CONN_ENDING && !(c->diag && c->diag->unsure)) ||
	       (c->diag && c->diag->missed && c->phase != CONN_DESTROYED);
}

static void illegal(struct conn_table *t, const struct conn *c, enum conn_step step)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s in %s", phase_step_name(step),
			 phase_name(c->phase));

#ifdef NETLOG_CHECK
	fprintf(stderr, "illegal transition: %s\n", text);
	abort();
#endif
	input_error(t->errors, INPUT_ERROR_STATE, text, n);
}

bool conn_step(struct conn_table *t, struct conn *c, enum conn_step step)
{
	bool before = conn_is_doubted(c);
	enum conn_phase to;

	if (!phase_next(c->phase, step, &to)) {
		illegal(t, c, step);
		return false;
	}
	c->phase = to;
	t->doubts += conn_is_doubted(c) - before;
	return true;
}

bool conn_is_open(const struct conn *c)
{
	return c->kind != KIND_NONE && c->phase != CONN_IDLE &&
	       c->phase != CONN_CONNECTING;
}

bool conn_is_placeholder(const struct conn *c)
{
	return c->tentative && c->phase == CONN_IDLE;
}

const struct netaddr *conn_local(const struct conn *c)
{
	return c->learnt.family ? &c->learnt : &c->local;
}

const struct netaddr *conn_sure_local(const struct conn *c)
{
	static const struct netaddr none;

	return c->presumed_local ? &none : &c->local;
}

void conn_forget_local(struct conn *c)
{
	c->local = (struct netaddr){ .family = 0 };
}

bool conn_unused(const struct conn *c)
{
	return !c->key.number && !c->diag && LIST_EMPTY(&c->fds) && !c->inheritable &&
	       !c->unclaimed_ms;
}

void conn_take_known(struct conn *c, const struct diag_known *k)
{
	c->direction = k->unknown_direction ? CONN_EITHER :
		       k->inbound ? CONN_INBOUND : CONN_OUTBOUND;
	c->unknown_start = k->unknown_start;
	c->ev = k->ev;
	c->start = k->start;
	c->id = k->id;
	c->nth = k->nth;
	c->ignored = k->ignored;
}

void conn_set_flow(struct conn *listener, struct conn *flow)
{
	listener->flow = flow;
	flow->listener = listener;
}
