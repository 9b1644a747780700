// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_listeners: --listeners: each listener, its process and start, the number of
 * connections it accepted, and the addresses that can reach it.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/clock.h"
#include "parser/query/kept.h"
#include "parser/query/pairs.h"
#include "parser/query/report.h"
#include "parser/text.h"

struct listener {
	struct entry *start;	/* owned; of an unseen one the first that it accepted */
	bool seen;		/* its start was */
	int64_t began, ended;	/* ms; ended -1: it listens */
	int64_t last;		/* connection accepted; -1: none */
	uint64_t count;
	struct listener *next;	/* in the order of their starts */
	struct listener *older;	/* on the same port */
};

struct listeners {
	struct view v;
	struct listener *first, **end;
	struct listener *on_port[UINT16_MAX + 1];	/* the youngest of each port */
	bool failed;
};

static bool same_node(const struct entry *a, const struct entry *b)
{
	return a->node == b->node || (a->node && b->node && !strcmp(a->node, b->node));
}

static bool same_id(const struct conn_id *a, const struct conn_id *b)
{
	return a->nth && a->nth == b->nth && a->number == b->number &&
	       a->by_serial == b->by_serial && a->has_boot == b->has_boot &&
	       (!a->has_boot || a->boot == b->boot);
}

/* Without a local end a process has one row for all that it accepted. */
static bool takes_unknown(const struct listener *l, const struct entry *e)
{
	const struct identity *a = l->start->identity, *b = e->identity;

	return !l->seen && l->ended < 0 && !l->start->local.has_port && !e->local.has_port &&
	       a->pid >= 0 && a->pid == b->pid && l->start->proto == e->proto &&
	       same_node(l->start, e);
}

/* MPTCP listeners accept plain TCP, too. */
static bool takes(const struct listener *l, const struct entry *e)
{
	const struct netaddr *at = &l->start->local;

	if (l->ended >= 0 || !same_node(l->start, e) || !at->has_port || !e->local.has_port ||
	    at->port != e->local.port ||
	    (l->start->proto != e->proto && l->start->proto != PROTO_MPTCP))
		return false;
	return !at->has_addr || !e->local.has_addr || netaddr_is_any(at) ||
	       !memcmp(at->addr, e->local.addr, sizeof(at->addr));
}

static struct listener *add(struct listeners *l, const struct entry *e, bool seen)
{
	struct listener *new = calloc(1, sizeof(*new));

	if (new)
		new->start = kept_new(e);
	if (!new || !new->start) {
		free(new);
		l->failed = true;
		return NULL;
	}
	new->seen = seen;
	new->began = stamp_ms(&e->time);
	new->ended = new->last = -1;
	*l->end = new;
	l->end = &new->next;
	new->older = l->on_port[e->local.port];
	l->on_port[e->local.port] = new;
	return new;
}

static void accepted(struct listeners *l, const struct entry *e)
{
	struct listener *found = NULL;

	for (struct listener *one = l->on_port[e->local.port]; one && !found; one = one->older)
		if (takes(one, e) || takes_unknown(one, e))
			found = one;
	if (!found)
		found = add(l, e, false);
	if (!found)
		return;
	found->count++;
	found->last = stamp_ms(&e->time);
}

static void ended(struct listeners *l, const struct entry *e)
{
	struct listener *found = NULL;

	for (struct listener *one = l->on_port[e->local.port]; one && !found; one = one->older)
		if (same_id(&one->start->id, &e->id) && same_node(one->start, e))
			found = one;
	for (struct listener *one = l->on_port[e->local.port]; one && !found; one = one->older)
		if (!one->seen && takes(one, e))
			found = one;
	if (!found)
		found = add(l, e, false);
	if (!found)
		return;
	if (!found->seen && e->dur_ms >= 0) {
		found->began = stamp_ms(&e->time) - e->dur_ms;
		found->seen = true;
	}
	found->ended = stamp_ms(&e->time);
}

static void listeners_entry(struct view *v, const struct entry *e, bool matched)
{
	struct listeners *l = (struct listeners *)v;

	if (!matched)
		return;
	if (e->what == LISTEN_START)
		add(l, e, entry_inferred(e) != VIA_SNAPSHOT);
	else if (e->what == LISTEN_STOP)
		ended(l, e);
	else if (e->what == CONNECT_START && entry_direction(e) == DIRECTION_IN)
		accepted(l, e);
}

/* By the address alone: a packet filter may narrow it. */
static const char *reach(const struct netaddr *a)
{
	const uint8_t *b = a->addr;

	if (!a->has_addr)
		return "-";
	if (netaddr_is_any(a))
		return "everywhere";
	if (a->family == AF_INET6)
		return b[0] == 0xfe && (b[1] & 0xc0) == 0x80 ? "link" :
		       (b[0] & 0xfe) == 0xfc ? "private" :
		       IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)b) ? "this host" : "everywhere";
	if (b[0] == 127)
		return "this host";
	if (b[0] == 169 && b[1] == 254)
		return "link";
	if (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	    (b[0] == 100 && (b[1] & 0xc0) == 64))
		return "private";
	return "everywhere";
}

static void put_time(struct report *r, bool known, int64_t ms, bool utc)
{
	struct stamp at = clock_stamp(ms);
	char text[CLOCK_TEXT_MAX] = "-";

	if (known)
		clock_text(&at, utc, text);
	report_cell(r, "%s", text);
}

static void put_row(struct report *r, const struct listener *one, bool utc)
{
	char local[NETADDR_TEXT_MAX], comm[64], line[256] = "";
	const struct identity *id = one->start->identity;
	size_t len = 0;

	netaddr_format(&one->start->local, local);
	if (id->comm)
		len = audit_text(id->comm, comm, sizeof(comm));
	*text_escape(line, line + sizeof(line) - 1, comm, len) = 0;
	report_cell(r, "%s", entry_proto_name(one->start->proto));
	report_cell(r, "%s", local);
	report_cell(r, "%s", reach(&one->start->local));
	if (id->pid >= 0)
		report_cell(r, "%s[%lld]", *line ? line : "-", (long long)id->pid);
	else
		report_cell(r, "%s", *line ? line : "-");
	put_time(r, one->seen, one->began, utc);
	if (one->ended < 0)
		report_cell(r, "open");
	else
		put_time(r, true, one->ended, utc);
	report_cell(r, "%llu", (unsigned long long)one->count);
	put_time(r, one->last >= 0, one->last, utc);
}

static bool listeners_open(struct view *v, char *error, size_t size)
{
	struct listeners *l = (struct listeners *)v;

	(void)error;
	(void)size;
	l->end = &l->first;
	return true;
}

static void listeners_finish(struct view *v)
{
	static const char *const heads[] = { "proto", "local", "reachable", "process", "since",
					     "until", ">accepted", "last", NULL };
	struct listeners *l = (struct listeners *)v;
	struct report r;

	report_init(&r, heads);
	for (struct listener *one = l->first; one; one = one->next)
		put_row(&r, one, v->options->utc);
	r.failed |= l->failed;
	report_print(&r, v);
	report_fini(&r);
}

static void listeners_close(struct view *v)
{
	struct listeners *l = (struct listeners *)v;

	for (struct listener *one = l->first, *next; one; one = next) {
		next = one->next;
		kept_free(one->start);
		free(one);
	}
}

const struct view_ops view_listeners = {
	.needs = VIEW_MATCHES, .size = sizeof(struct listeners), .open = listeners_open,
	.entry = listeners_entry,
	.finish = listeners_finish, .close = listeners_close,
};
