// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/partner: the sides of connections, from the entries of logs. */
#include "parser/query/partner.h"

#include <stdlib.h>
#include <string.h>

#include "parser/entry/line.h"
#include "parser/query/clock.h"
#include "parser/query/partner_store.h"

struct partners *partners_new(void)
{
	struct partners *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->last = &p->first;
	p->unnamed_first = p->unnamed_last = -1;
	return p;
}

static struct node *node_of(struct partners *p, const char *name)
{
	struct node *n;

	HASH_FIND_STR(p->nodes, name, n);
	if (n)
		return n;
	n = calloc(1, sizeof(*n));
	if (n)
		n->name = strdup(name);
	if (!n || !n->name) {
		free(n);
		p->out_of_memory = true;
		return NULL;
	}
	n->first = n->last = -1;
	HASH_ADD_KEYPTR(hh, p->nodes, n->name, strlen(n->name), n);
	return n;
}

static void widen(int64_t *first, int64_t *last, int64_t at)
{
	if (*first < 0 || at < *first)
		*first = at;
	if (at > *last)
		*last = at;
}

static void add_home(struct partners *p, const struct netaddr *a, const char *node, int64_t netns)
{
	uint8_t bytes[17] = { a->family };
	struct home *h;

	if (!a->has_addr || netaddr_is_any(a))
		return;
	memcpy(bytes + 1, a->addr, 16);
	HASH_FIND(hh, p->homes, bytes, sizeof(bytes), h);
	if (h) {
		h->several |= h->node != node;
		h->netns = h->netns == netns ? netns : -1;
		return;
	}
	h = calloc(1, sizeof(*h));
	if (!h) {
		p->out_of_memory = true;
		return;
	}
	memcpy(h->bytes, bytes, sizeof(bytes));
	h->node = node;
	h->netns = netns;
	HASH_ADD(hh, p->homes, bytes, sizeof(h->bytes), h);
}

static char *value_of(const struct entry *e, enum field_id id)
{
	struct field_value v = field_get(id, e);
	char text[FORMAT_LINE_MAX];
	struct put p = { .to = text, .end = text + sizeof(text) - 1 };

	line_put_value(&p, id, &v);
	*p.to = 0;
	return strdup(text);
}

static struct id_of id_of(const struct entry *e, const char *node)
{
	struct id_of k;

	memset(&k, 0, sizeof(k));
	k.number = e->id.number;
	k.boot = e->id.has_boot ? e->id.boot : 0;
	k.nth = e->id.nth;
	k.node = node;
	k.flags = e->id.has_boot | e->id.by_serial << 1;
	return k;
}

static struct side *add(struct partners *p, const struct entry *e, const char *node)
{
	struct held *h = calloc(1, sizeof(*h));
	struct side *s = h ? &h->side : NULL;

	if (!h) {
		p->out_of_memory = true;
		return NULL;
	}
	*s = (struct side){
		.node = node, .proto = e->proto, .local = e->local, .remote = e->remote,
		.inbound = e->inbound, .unknown_direction = e->unknown_direction,
		.began = stamp_ms(&e->time), .ended = -1, .tx = -1, .rx = -1, .id = e->id,
		.pid = e->identity->pid, .uid = e->identity->uid, .netns = e->netns,
		.comm = value_of(e, FIELD_COMM), .exe = value_of(e, FIELD_EXE),
	};
	if (e->via == VIA_SNAPSHOT || e->what == CONNECT_STOP || e->what == LISTEN_STOP)
		s->began = e->dur_ms < 0 ? -1 : stamp_ms(&e->time) - e->dur_ms;
	if (e->id.nth) {
		h->id = id_of(e, node);
		h->has_id = true;
		HASH_ADD(hh, p->by_id, id, sizeof(h->id), h);
	}
	return s;
}

static void append(struct partners *p, struct side *s)
{
	*p->last = s;
	p->last = &s->next;
}

static struct side *find(struct partners *p, const struct entry *e, const char *node)
{
	struct id_of k = id_of(e, node);
	struct held *h = NULL;

	if (e->id.nth)
		HASH_FIND(hh, p->by_id, &k, sizeof(k), h);
	return h ? &h->side : NULL;
}

/* The stop has more values: ends that were looked up late, bytes. The process is the opener. */
static void take_stop(struct side *s, const struct entry *e)
{
	s->ended = stamp_ms(&e->time);
	s->tx = e->tx;
	s->rx = e->rx;
	if (!s->local.has_port || !s->local.has_addr)
		s->local = e->local;
	if (!s->remote.has_port || !s->remote.has_addr)
		s->remote = e->remote;
	if (s->unknown_direction && !e->unknown_direction) {
		s->inbound = e->inbound;
		s->unknown_direction = false;
	}
}

static void bound_entry(struct partners *p, const struct entry *e, const char *node)
{
	struct side *s = find(p, e, node);

	if (!s) {
		s = add(p, e, node);
		if (!s)
			return;
		partners_add_bound(p, s);
	}
	if (e->what == LISTEN_STOP)
		s->ended = stamp_ms(&e->time);
}

void partners_entry(struct partners *p, const struct entry *e, bool matched, const char *node)
{
	const char *name = e->node ? e->node : node;
	struct node *n = name ? node_of(p, name) : NULL;
	int64_t at = stamp_ms(&e->time);
	struct side *s;

	if (n)
		widen(&n->first, &n->last, at);
	else
		widen(&p->unnamed_first, &p->unnamed_last, at);
	name = n ? n->name : NULL;
	add_home(p, &e->local, name, e->netns);
	if (entry_is_listen(e) && partners_datagram(e->proto))
		bound_entry(p, e, name);
	if (entry_is_listen(e) || entry_is_extra(e))
		return;
	s = find(p, e, name);
	if (!s) {
		s = add(p, e, name);
		if (!s)
			return;
		append(p, s);
	}
	s->matched |= matched;
	if (e->what == CONNECT_STOP)
		take_stop(s, e);
	else if (e->what == CONNECT_FAIL)
		s->failed = true;
	else if (e->via == VIA_CORRECTED)
		s->ended = -1;
}

struct side *partners_first(const struct partners *p)
{
	return p->first;
}

const struct skew *partners_skews(const struct partners *p, size_t *count)
{
	*count = p->skew_count;
	return p->skews;
}

bool partners_out_of_memory(const struct partners *p)
{
	return p->out_of_memory;
}

static void free_sides(struct side *s)
{
	for (struct side *next; s; s = next) {
		next = s->next;
		free(s->comm);
		free(s->exe);
		free((struct held *)s);
	}
}

void partners_free(struct partners *p)
{
	struct group *g, *next_group;
	struct node *n, *next_node;
	struct home *h, *next_home;
	struct bound_port *port, *next_port;

	if (!p)
		return;
	HASH_CLEAR(hh, p->by_id);
	free_sides(p->first);
	free_sides(p->bound);
	free_sides(p->bound_peers);
	HASH_ITER(hh, p->ports, port, next_port) {
		HASH_DEL(p->ports, port);
		free(port);
	}
	HASH_ITER(hh, p->groups, g, next_group) {
		HASH_DEL(p->groups, g);
		free(g);
	}
	HASH_ITER(hh, p->nodes, n, next_node) {
		HASH_DEL(p->nodes, n);
		free(n->name);
		free(n);
	}
	HASH_ITER(hh, p->homes, h, next_home) {
		HASH_DEL(p->homes, h);
		free(h);
	}
	free(p->skews);
	free(p);
}
