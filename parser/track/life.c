// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/life: starts, stops and failures, from phases to entries. */
#include "parser/track/life.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/track/defer.h"

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif
#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

int life_socket_proto(int type, int proto)
{
	switch (type) {
	case SOCK_STREAM:
		return proto == 0 ? IPPROTO_TCP : proto;
	case SOCK_DGRAM:
		if (proto == 0 || proto == IPPROTO_UDP)
			return IPPROTO_UDP;
		return proto == IPPROTO_UDPLITE ? proto : PROTO_UNKNOWN;
	case SOCK_SEQPACKET:
		return proto == 0 || proto == IPPROTO_SCTP ? IPPROTO_SCTP :
							     PROTO_UNKNOWN;
	case SOCK_DCCP:
		return IPPROTO_DCCP;
	}
	return PROTO_UNKNOWN;
}

bool life_is_datagram(int proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}

/* ---- entries ---- */

struct identity *life_nobody(void)
{
	static struct identity who = {
		.refs = 1,
		.pid = ID_UNKNOWN, .ppid = ID_UNKNOWN, .uid = ID_UNKNOWN,
		.auid = ID_UNKNOWN, .ses = ID_UNKNOWN, .sid = ID_UNKNOWN,
	};

	return &who;
}

/* A connection's wildcard address is no address; port 0 is yet to be chosen by the
 * kernel. */
static struct netaddr local_end(const struct conn *c)
{
	struct netaddr a = c->learnt.family ? c->learnt : c->local;

	if (c->kind == KIND_CONNECT && netaddr_is_any(&a)) {
		a.has_addr = false;
		memset(a.addr, 0, sizeof(a.addr));
	}
	if (!a.port)
		a.has_port = false;
	return a;
}

static int64_t duration_ms(const struct track *t, const struct conn *c,
			   const struct stamp *when, int64_t mono)
{
	int64_t ms;

	if (c->mono >= 0 && mono >= 0)
		return mono > c->mono ? (mono - c->mono) / 1000000 : 0;
	if (c->unknown_start || !c->start.sec || c->clock != t->nodes.at[c->key.node]->clock)
		return -1;
	ms = stamp_ms(when) - stamp_ms(&c->start);
	return ms < 0 ? -1 : ms;
}

/* The end was some time before it was noticed. */
static bool found_later(enum entry_via via)
{
	return via == VIA_REUSE || via == VIA_GONE || via == VIA_BOOT ||
	       via == VIA_SWEEP;
}

static bool is_of_this_boot(const struct track *t, const struct conn *c)
{
	const struct node *n = t->nodes.at[c->key.node];

	return t->has_boot && c->start.sec >= t->boot.since &&
	       (!node_name(n) || (t->boot.node && node_is(n, t->boot.node)));
}

/* The connection's number, by what is known when its first line is written. */
static void number(struct track *t, struct conn *c)
{
	c->id = (struct conn_id){ .has_boot = is_of_this_boot(t, c) };
	if (c->id.has_boot)
		c->id.boot = t->boot.id;
	c->id.by_serial = !c->cookie && c->ev.serial;
	c->id.number = c->cookie ? c->cookie : c->ev.serial ? c->ev.serial :
		       c->mono > 0 ? (uint64_t)c->mono : ++t->unnumbered | 1ULL << 63;
	c->id.nth = ++(c->listener ? c->listener : c)->nth;
}

/* first: the ignore list is asked, once for each connection. */
static void emit(struct track *t, struct conn *c, const struct entry *r, bool first)
{
	t->stats.records++;
	if (first)
		c->ignored = t->io.ignores && t->io.ignores(r, t->io.arg);
	if (c->ignored)
		t->stats.ignored++;
	else
		t->io.emit(r, t->io.arg);
}

static struct entry entry_of(const struct track *t, const struct conn *c,
			     enum entry_kind what, const struct ending *e)
{
	bool use = what == CONNECT_USE || what == LISTEN_USE;

	return (struct entry){
		.what = what,
		.time = e->when ? *e->when : t->when,
		.ev = c->ev.serial ? c->ev : (struct stamp){ 0 },	/* there is no audit event */
		.node = node_name(t->nodes.at[c->key.node]),
		.proto = c->proto,
		.inbound = c->direction == CONN_INBOUND,
		.unknown_direction = c->direction == CONN_EITHER,
		.local = local_end(c),
		.remote = c->remote,
		.opener = ID_UNKNOWN,
		.via = e->via,
		.err = e->err,
		.dur_ms = -1,
		.tx = use ? -1 : e->tx,
		.rx = use ? -1 : e->rx,
		.sent = { use && e->tx >= 0, e->tx },
		.read = { use && e->rx >= 0, e->rx },
		.netns = c->netns,
		.other_netns = c->other_netns,
	};
}

static struct identity *process_of(const struct track *t, const struct conn *c,
				   const struct ending *e, bool start)
{
	struct identity *who = e->identity;

	if (!who && t->proc)
		who = t->proc->identity;
	if (start || !who)
		who = c->opener;
	return who ? who : life_nobody();
}

static void write_entry(struct track *t, struct conn *c, enum entry_kind what,
			const struct ending *e)
{
	bool stop = what == CONNECT_STOP || what == LISTEN_STOP;
	bool begins = !stop && what != CONNECT_USE && what != LISTEN_USE;
	struct entry r = entry_of(t, c, what, e);

	r.identity = process_of(t, c, e, what == CONNECT_START || what == LISTEN_START);
	r.pcomm = r.identity->pcomm;
	if (c->opener && c->opener->pid != r.identity->pid)
		r.opener = c->opener->pid;
	if (stop && !found_later(e->via))
		r.dur_ms = duration_ms(t, c, &r.time, e->mono);
	r.incomplete = stop && !c->ev.serial && !c->ev.sec;
	if (begins && e->via != VIA_CORRECTED)
		number(t, c);
	if (!r.incomplete)
		r.id = c->id;
	c->by_syslog |= t->by_syslog;
	if (c->by_syslog)
		r.via |= VIA_SYSLOG;
	emit(t, c, &r, (begins && e->via != VIA_CORRECTED) || r.incomplete);
}

static enum entry_kind start_of(const struct conn *c)
{
	return c->kind == KIND_LISTEN ? LISTEN_START : CONNECT_START;
}

/* ---- life ---- */

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
	write_entry(t, c, start_of(c), ENDING(.via = via));
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
	write_entry(t, c, start_of(c), ENDING(.via = VIA_CORRECTED, .identity = c->opener));
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
	write_entry(t, c, c->kind == KIND_LISTEN ? LISTEN_USE : CONNECT_USE,
		    ENDING(.identity = who, .tx = tx, .rx = rx));
}

void life_write_start(struct track *t, struct conn *c)
{
	conn_unlist_unused(&t->conns, c);
	if (c->tentative)
		life_forget(t, c);
	if (!c->unwritten || !conn_step(&t->conns, c, STEP_WRITE))
		return;
	c->unwritten = false;
	write_entry(t, c, start_of(c), ENDING(.via = c->diag ? c->diag->via : VIA_NONE,
					      .when = &c->start));
	if (c->phase == CONN_OPEN && c->diag && c->diag->end_via)
		conn_step(&t->conns, c, STEP_LET_GO);
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

void life_defer_unused(struct track *t, struct conn *c)
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
	write_entry(t, c, c->kind == KIND_LISTEN ? LISTEN_STOP : CONNECT_STOP, e);
	closed(t, c);
}

void life_fail(struct track *t, struct conn *c, int err, enum entry_via via)
{
	if (!conn_step(&t->conns, c, STEP_FAIL))
		return;
	c->kind = KIND_CONNECT;	/* for local_end(): a connection's, not a listener's */
	write_entry(t, c, CONNECT_FAIL, ENDING(.via = via, .err = err));
	c->kind = KIND_NONE;
}

void life_fail_deferred(struct track *t, struct conn *c, int err, enum entry_via via)
{
	conn_stop_waiting(&t->conns, c);
	if (!conn_step(&t->conns, c, STEP_FAIL))
		return;
	c->unwritten = false;
	write_entry(t, c, CONNECT_FAIL, ENDING(.via = via, .err = err, .when = &c->start,
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
