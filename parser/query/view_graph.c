// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/view_graph: --graph: a graph for Graphviz: programs, the addresses that they
 * talk to, the ends on which they listen. An edge is wider the more connections it has.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/line.h"
#include "parser/query/pairs.h"
#include "parser/query/view.h"

#define NAME_MAX_DOT 1400

struct edge {
	char *key;		/* owned: from, a newline, to, a newline, port */
	uint64_t count, failed;
	bool listens, in;	/* in: the program is the second name */
	UT_hash_handle hh;
};

struct graph {
	struct view v;
	struct pairs *pairs;
	struct edge *edges;
	bool failed;
};

static void put_program(struct put *p, const struct entry *e)
{
	struct field_value v = field_get(FIELD_COMM, e);

	line_put_value(p, FIELD_COMM, &v);
	if (e->node) {
		put_char(p, '@');
		v = field_get(FIELD_NODE, e);
		line_put_value(p, FIELD_NODE, &v);
	}
}

static void put_peer(struct put *p, const struct entry *e)
{
	char ip[NETADDR_TEXT_MAX];
	size_t len = netaddr_format_ip(&e->remote, ip);

	if (len)
		put_bytes(p, ip, len);
	else
		put_char(p, '-');
}

static void put_key(struct put *p, const struct entry *e)
{
	bool in = entry_direction(e) == DIRECTION_IN;
	const struct netaddr *service = in ? &e->local : &e->remote;
	struct field_value local = field_get(FIELD_LOCAL, e);

	if (in)
		put_peer(p, e);
	else
		put_program(p, e);
	put_char(p, '\n');
	if (entry_is_listen(e))
		line_put_value(p, FIELD_LOCAL, &local);
	else if (in)
		put_program(p, e);
	else
		put_peer(p, e);
	put_char(p, '\n');
	if (!entry_is_listen(e) && service->has_port)
		put_uint(p, service->port);
}

static void on_pair(const struct pair *pair, void *arg)
{
	const struct entry *e = pair_entry(pair);
	struct graph *g = arg;
	char key[2 * NAME_MAX_DOT];
	struct put p = { .to = key, .end = key + sizeof(key) - 1 };
	struct edge *edge;

	put_key(&p, e);
	*p.to = 0;
	HASH_FIND(hh, g->edges, key, (size_t)(p.to - key), edge);
	if (!edge) {
		edge = calloc(1, sizeof(*edge));
		if (edge)
			edge->key = strdup(key);
		if (!edge || !edge->key) {
			free(edge);
			g->failed = true;
			return;
		}
		edge->listens = entry_is_listen(e);
		edge->in = !edge->listens && entry_direction(e) == DIRECTION_IN;
		HASH_ADD_KEYPTR(hh, g->edges, edge->key, strlen(edge->key), edge);
	}
	edge->count++;
	edge->failed += pair_failed(pair);
}

static bool graph_open(struct view *v, char *error, size_t size)
{
	struct graph *g = (struct graph *)v;

	g->pairs = pairs_new(v->options, on_pair, g);
	if (!g->pairs)
		snprintf(error, size, "out of memory");
	return g->pairs;
}

static void graph_entry(struct view *v, const struct entry *e, bool matched)
{
	pairs_entry(((struct graph *)v)->pairs, e, matched);
}

/* Part of an edge's key. */
struct name {
	const char *at;
	size_t len;
	const char *mark;	/* so that a program called 10.0.0.1 is not the address */
};

/* The names have no quotes; a backslash is that of \xHH. */
static void write_name(struct view *v, const struct name *n, const char *mark)
{
	view_write(v, "\"", 1);
	view_write(v, mark, strlen(mark));
	for (size_t i = 0; i < n->len; i++) {
		if (n->at[i] == '\\')
			view_write(v, "\\", 1);
		view_write(v, n->at + i, 1);
	}
	view_write(v, "\"", 1);
}

static void write_node(struct view *v, const struct name *n, const char *shape)
{
	view_write(v, "\t", 1);
	write_name(v, n, n->mark);
	view_write(v, " [label=", 8);
	write_name(v, n, "");
	view_write(v, ", shape=", 8);
	view_write(v, shape, strlen(shape));
	view_write(v, "];\n", 3);
}

/* Adds one for each factor of ten. */
static unsigned int width_of(uint64_t count)
{
	unsigned int width = 1;

	for (; count >= 10; count /= 10)
		width++;
	return width;
}

static void write_edge(struct view *v, const struct edge *e)
{
	struct name from = { e->key, strcspn(e->key, "\n"), e->in ? "" : "program " }, to;
	const char *port;
	char text[256];
	int n;

	to.at = e->key + from.len + 1;
	to.len = strcspn(to.at, "\n");
	to.mark = e->in ? "program " : e->listens ? "listener " : "";
	port = to.at + to.len + 1;
	write_node(v, e->in ? &to : &from, "ellipse");
	if (e->listens)
		write_node(v, &to, "house");
	view_write(v, "\t", 1);
	write_name(v, &from, from.mark);
	view_write(v, " -> ", 4);
	write_name(v, &to, to.mark);
	if (e->listens)
		n = snprintf(text, sizeof(text), " [style=dashed, arrowhead=none];\n");
	else
		n = snprintf(text, sizeof(text), " [label=\"%s%s x%llu\", penwidth=%u%s];\n",
			     *port ? ":" : "", port, (unsigned long long)e->count, width_of(e->count),
			     e->failed == e->count ? ", color=red" : "");
	view_write(v, text, n);
	v->found++;
}

static void graph_finish(struct view *v)
{
	static const char head[] = "digraph netlog {\n\trankdir=LR;\n\tnode [shape=box];\n";
	struct graph *g = (struct graph *)v;

	pairs_finish(g->pairs);
	view_write(v, head, sizeof(head) - 1);
	for (struct edge *e = g->edges; e; e = e->hh.next)
		write_edge(v, e);
	view_write(v, "}\n", 2);
	if (g->failed)
		fprintf(stderr, "aunetlog: out of memory: edges are missing\n");
}

static void graph_close(struct view *v)
{
	struct graph *g = (struct graph *)v;
	struct edge *e, *next;

	pairs_free(g->pairs);
	HASH_ITER(hh, g->edges, e, next) {
		HASH_DEL(g->edges, e);
		free(e->key);
		free(e);
	}
}

const struct view_ops view_graph = {
	.size = sizeof(struct graph), .open = graph_open, .entry = graph_entry,
	.finish = graph_finish, .close = graph_close,
};
