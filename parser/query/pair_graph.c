// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/pair_graph: --pair --graph and --html: programs as nodes, with their hosts. */
#include "parser/query/pair_graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "parser/entry/put.h"
#include "parser/query/pair_side.h"

#define NAME_MAX_NODE 1200

/* All connections from one program to another, on one port. */
struct edge {
	char *key;		/* owned: from, a newline, to, a newline, port */
	uint64_t count;
	int64_t tx, rx;		/* of those that are known */
	bool outside;		/* an end is no process of a log */
	UT_hash_handle hh;
};

static void put_program(struct put *p, const struct side *s)
{
	put_string(p, s->comm ? s->comm : "-");
	if (!s->node)
		return;
	put_char(p, '@');
	put_string(p, s->node);
}

static void put_address(struct put *p, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	if (netaddr_format_ip(a, text))
		put_string(p, text);
	else
		put_char(p, '-');
}

static void make_key(const struct side *s, char *key, size_t size)
{
	struct put p = { .to = key, .end = key + size - 1 };
	const struct netaddr *service = s->inbound ? &s->local : &s->remote;

	if (s->peer || !s->inbound)
		put_program(&p, s);
	else
		put_address(&p, &s->remote);
	put_char(&p, '\n');
	if (s->peer)
		put_program(&p, s->peer);
	else if (s->inbound)
		put_program(&p, s);
	else
		put_address(&p, &s->remote);
	put_char(&p, '\n');
	if (s->peer)
		service = &s->peer->local;
	if (service->has_port)
		put_uint(&p, service->port);
	*p.to = 0;
}

static struct edge *edge_of(struct edge **all, const struct side *s)
{
	char key[2 * NAME_MAX_NODE + 16];
	struct edge *e;

	make_key(s, key, sizeof(key));
	HASH_FIND_STR(*all, key, e);
	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (e)
		e->key = strdup(key);
	if (!e || !e->key) {
		free(e);
		return NULL;
	}
	e->outside = !s->peer;
	HASH_ADD_KEYPTR(hh, *all, e->key, strlen(e->key), e);
	return e;
}

/* Returns how many connections there are, or -1 without memory. */
static int collect(const struct partners *p, struct edge **all)
{
	int count = 0;

	for (const struct side *s = partners_first(p); s; s = s->next) {
		struct edge *e;

		if (!pair_is_opener(s) || !pair_matched(s) || s->failed)
			continue;
		e = edge_of(all, s);
		if (!e) {
			fprintf(stderr, "aunetlog: out of memory\n");
			return -1;
		}
		e->count++;
		e->tx += s->tx > 0 ? s->tx : 0;
		e->rx += s->rx > 0 ? s->rx : 0;
		count++;
	}
	return count;
}

static void drop(struct edge **all)
{
	struct edge *e, *next;

	HASH_ITER(hh, *all, e, next) {
		HASH_DEL(*all, e);
		free(e->key);
		free(e);
	}
}

static int most_first(const struct edge *a, const struct edge *b)
{
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->key, b->key);
}

/* Names are the line's: printable, without quotes; what could end a string or a script
 * is escaped. */
static void put_string_of(FILE *out, const char *text, size_t len, bool script)
{
	fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (script && (c == '<' || c == '>' || c == '&'))
			fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* The parts of a key. */
static const char *part(const struct edge *e, int n, size_t *len)
{
	const char *at = e->key;

	while (n--)
		at = strchr(at, '\n') + 1;
	*len = strcspn(at, "\n");
	return at;
}

int pair_graph(const struct partners *p, FILE *out)
{
	struct edge *all = NULL, *e, *next;
	int count = collect(p, &all);
	const char *text;
	size_t len;

	HASH_SORT(all, most_first);
	fputs("digraph pairs {\n\trankdir=LR;\n\tnode [shape=box];\n", out);
	HASH_ITER(hh, all, e, next) {
		fputc('\t', out);
		text = part(e, 0, &len);
		put_string_of(out, text, len, false);
		fputs(" -> ", out);
		text = part(e, 1, &len);
		put_string_of(out, text, len, false);
		text = part(e, 2, &len);
		fprintf(out, " [label=\"%.*s%s%" PRIu64 "\", penwidth=%.1f%s];\n", (int)len, text,
			len ? " x" : "x", e->count, e->count > 99 ? 4 : e->count > 9 ? 2.5 : 1,
			e->outside ? ", style=dashed" : "");
	}
	fputs("}\n", out);
	drop(&all);
	return count;
}

/* pair.html unchanged; the make rule for this file depends on it. */
__asm__(".section .rodata\n"
	"pair_page: .incbin \"parser/query/pair.html\"\n"
	"pair_page_end: .byte 0\n"
	".previous\n");
extern const char pair_page[], pair_page_end[];

#define MARK "/*DATA*/"

int pair_html(const struct partners *p, FILE *out)
{
	const char *mark = strstr(pair_page, MARK), *comma = "\n", *text;
	struct edge *all = NULL, *e, *next;
	int count = collect(p, &all);
	size_t len;

	HASH_SORT(all, most_first);
	fwrite(pair_page, mark - pair_page, 1, out);
	HASH_ITER(hh, all, e, next) {
		fprintf(out, "%s[", comma);
		for (int i = 0; i < 3; i++) {
			text = part(e, i, &len);
			put_string_of(out, text, len, true);
			fputc(',', out);
		}
		fprintf(out, "%" PRIu64 ",%" PRId64 ",%" PRId64 ",%d]", e->count, e->tx, e->rx,
			!e->outside);
		comma = ",\n";
	}
	mark += strlen(MARK);
	fwrite(mark, pair_page_end - mark, 1, out);
	drop(&all);
	return count;
}
