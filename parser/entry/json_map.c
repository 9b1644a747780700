// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/json_map: one JSON object from a sorted list of dotted paths. */
#include "parser/entry/json_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_node *add(struct json_map *m, char *path)
{
	struct json_node *n = &m->nodes[m->count];

	if (!path || m->count == JSON_NODES) {
		m->failed = true;
		free(path);
		return NULL;
	}
	m->count++;
	n->path = path;
	return n;
}

void json_map_add(struct json_map *m, const char *path, json_put put)
{
	struct json_node *n = add(m, strdup(path));

	if (n)
		n->put = put;
}

static bool put_constant(struct put *p, const struct json_node *n,
			 const struct json_source *s)
{
	(void)s;
	put_string(p, n->text);
	return true;
}

void json_map_add_constant(struct json_map *m, const char *path, const char *json)
{
	struct json_node *n = add(m, strdup(path));

	if (!n)
		return;
	n->put = put_constant;
	n->text = json;
}

static bool put_ip(struct put *p, const struct json_node *n, const struct json_source *s)
{
	char text[NETADDR_TEXT_MAX];
	size_t len = netaddr_format_ip(field_get(n->field, s->e).address, text);

	json_put_string(p, text, len);
	return len;
}

static bool put_port(struct put *p, const struct json_node *n, const struct json_source *s)
{
	const struct netaddr *a = field_get(n->field, s->e).address;

	if (a->has_port)
		put_uint(p, a->port);
	return a->has_port;
}

static void add_field(struct json_map *m, enum field_id id, const char *path,
		      const char *suffix, json_put put)
{
	char *text;
	struct json_node *n = add(m, asprintf(&text, "%s%s", path, suffix) < 0 ? NULL : text);

	if (!n)
		return;
	n->put = put;
	n->field = id;
}

void json_map_add_fields(struct json_map *m, const char *own, json_put put,
			 const char *(*name)(const struct field *f))
{
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		const struct field *f = &fields[id];
		const char *path = name(f);
		char under[64];

		if (f->line == LINE_NOT && !path)
			continue;
		if (!path) {
			snprintf(under, sizeof(under), "%s.%s", own, f->key);
			path = under;
		}
		if (f->type == TYPE_ADDRESS) {
			add_field(m, id, path, ".ip", put_ip);
			add_field(m, id, path, ".port", put_port);
		} else {
			add_field(m, id, path, "", put);
		}
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct json_node *)a)->path,
		      ((const struct json_node *)b)->path);
}

/* "source":{"ip": */
static bool make_opening(struct json_node *n)
{
	size_t room = strlen(n->path) * 5 + 8;
	struct put p;
	const char *rest = n->path, *dot;

	n->opening = malloc(room);
	if (!n->opening)
		return false;
	p = (struct put){ .to = n->opening, .end = n->opening + room };
	for (; (dot = strchr(rest, '.')); rest = dot + 1) {
		if (n->levels == JSON_LEVELS - 1)
			return false;
		put_char(&p, '"');
		put_bytes(&p, rest, dot - rest);
		put_string(&p, "\":{");
		n->at[++n->levels] = p.to - n->opening;
	}
	put_char(&p, '"');
	put_string(&p, rest);
	put_string(&p, "\":");
	n->len = p.to - n->opening;
	return true;
}

/* Objects that two paths both go into. */
static unsigned int shared_levels(const char *a, const char *b)
{
	unsigned int levels = 0;

	for (; *a && *a == *b; a++, b++)
		levels += *a == '.';
	return levels;
}

bool json_map_finish(struct json_map *m)
{
	qsort(m->nodes, m->count, sizeof(*m->nodes), by_path);
	for (unsigned int i = 0; i < m->count; i++) {
		m->failed |= !make_opening(&m->nodes[i]);
		if (i)
			m->nodes[i].shared = shared_levels(m->nodes[i - 1].path,
							   m->nodes[i].path);
	}
	return !m->failed;
}

void json_map_fini(struct json_map *m)
{
	for (unsigned int i = 0; i < m->count; i++) {
		free(m->nodes[i].path);
		free(m->nodes[i].opening);
	}
	memset(m, 0, sizeof(*m));
}

static void close_levels(struct put *p, unsigned int count)
{
	while (count--)
		put_char(p, '}');
}

/*
 * Nodes without a value are stepped over. The paths are sorted: what the next one shares
 * with the last one written is the least that two neighbours between them share.
 */
void json_map_write(const struct json_map *m, const struct json_source *s, struct put *p)
{
	const struct json_node *last = NULL;
	unsigned int shared = 0;

	put_char(p, '{');
	for (unsigned int i = 0; i < m->count; i++) {
		const struct json_node *n = &m->nodes[i];
		char *undo = p->to;

		if (n->shared < shared)
			shared = n->shared;
		if (n->field && !field_get(n->field, s->e).known)
			continue;
		if (last) {
			close_levels(p, last->levels - shared);
			put_char(p, ',');
		}
		put_bytes(p, n->opening + n->at[shared], n->len - n->at[shared]);
		if (n->put(p, n, s)) {
			last = n;
			shared = n->levels;
		} else {
			p->to = undo;
		}
	}
	if (last)
		close_levels(p, last->levels);
	put_char(p, '}');
}
