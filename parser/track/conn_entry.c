// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/conn_entry: a connection, or its end, as an entry. */
#include "parser/track/conn_entry.h"

#include <string.h>

/* A connection's wildcard address is no address; port 0 is yet to be chosen by the
 * kernel. */
static struct netaddr local_end(const struct conn *c)
{
	struct netaddr a = *conn_local(c);

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

/* Returns true if the end was noticed only some time later. */
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

/* Sets the connection's number from the facts that are known at its first line. */
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

/* first: the ignore list is applied, once for each connection. */
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
	return who ? who : identity_unknown();
}

void conn_entry_write(struct track *t, struct conn *c, enum entry_kind what,
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
