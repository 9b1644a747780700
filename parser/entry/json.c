// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/json: one JSON object from a sorted list of dotted paths. */
#include "parser/entry/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parser/entry/line.h"
#include "parser/text.h"

/* Bytes of one string, escapes included: seven of them leave room for the rest. */
#define STRING_ROOM 1600
#define TEXT_MAX 1024

/* ---- values ---- */

/* Bytes of the UTF-8 character at text, or 0: not valid there. */
static size_t utf8_length(const unsigned char *text, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *text < 0x80 ? 1 : *text < 0xc2 ? 0 : *text < 0xe0 ? 2 :
		   *text < 0xf0 ? 3 : *text < 0xf5 ? 4 : 0;
	uint32_t c;

	if (n < 2)
		return n;
	if (n > len)
		return 0;
	c = *text & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

/* Escapes one byte or character; at most 6 bytes. */
static size_t escape(const unsigned char *text, size_t len, char to[8], size_t *used)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c = *text;
	size_t n = utf8_length(text, len);

	*used = n ? n : 1;
	if (!n || !c) {
		memcpy(to, (char[]){ '\\', '\\', 'x', hex[c >> 4], hex[c & 15] }, 5);
		return 5;
	}
	if (c == '"' || c == '\\') {
		to[0] = '\\';
		to[1] = c;
		return 2;
	}
	if (c < ' ' || c == 0x7f) {
		memcpy(to, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
		return 6;
	}
	memcpy(to, text, n);
	return n;
}

/* Bytes that stand in a string as they are. */
static size_t plain_length(const char *text, size_t len)
{
	static const bool plain[256] = {
		[' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true,
	};
	size_t n = 0;

	while (n < len && plain[(unsigned char)text[n]])
		n++;
	return n;
}

void json_put_string(struct put *p, const char *text, size_t len)
{
	const char *end = p->end - p->to > STRING_ROOM ? p->to + STRING_ROOM : p->end;

	put_char(p, '"');
	while (len) {
		size_t used = plain_length(text, len), n;
		char escaped[8];

		if (used) {
			if (end - p->to < (ptrdiff_t)used)
				used = end > p->to ? end - p->to : 0;
			if (!used)
				break;
			put_bytes(p, text, used);
			text += used;
			len -= used;
			continue;
		}
		n = escape((const unsigned char *)text, len, escaped, &used);

		if (end - p->to < (ptrdiff_t)n)
			break;
		put_bytes(p, escaped, n);
		text += used;
		len -= used;
	}
	put_char(p, '"');
}

void json_put_text(struct put *p, const char *encoded, bool arguments)
{
	char text[TEXT_MAX];
	size_t len = audit_text(encoded, text, sizeof(text));

	if (arguments)
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	json_put_string(p, text, len);
}

void json_put_arguments(struct put *p, const char *encoded)
{
	char text[TEXT_MAX], *at = text;
	size_t len = audit_text(encoded, text, sizeof(text));

	put_char(p, '[');
	while (len) {
		size_t n = strnlen(at, len);

		if (at > text)
			put_char(p, ',');
		json_put_string(p, at, n);
		n += n < len;
		at += n;
		len -= n;
	}
	put_char(p, ']');
}

void json_put_int(struct put *p, int64_t v)
{
	if (v < 0)
		put_char(p, '-');
	put_uint(p, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

int64_t json_time_ms(const struct stamp *time)
{
	int64_t ms;

	if (__builtin_mul_overflow(time->sec, 1000, &ms) ||
	    __builtin_add_overflow(ms, time->milli, &ms))
		return 0;
	return ms;
}

static void put_digits(struct put *p, int v, int width)
{
	for (int unit = width == 4 ? 1000 : width == 3 ? 100 : 10; unit; unit /= 10)
		put_char(p, '0' + v / unit % 10);
}

/* RFC 3339 has years of four digits: a time beyond is that of 1970. */
void json_put_time(struct put *p, int64_t ms)
{
	int64_t milli = ms % 1000;
	time_t sec = ms / 1000;
	struct tm tm;

	if (milli < 0) {
		milli += 1000;
		sec--;
	}
	if (!gmtime_r(&sec, &tm) || tm.tm_year < -1900 || tm.tm_year > 8099) {
		sec = 0;
		gmtime_r(&sec, &tm);
	}
	put_char(p, '"');
	put_digits(p, tm.tm_year + 1900, 4);
	put_char(p, '-');
	put_digits(p, tm.tm_mon + 1, 2);
	put_char(p, '-');
	put_digits(p, tm.tm_mday, 2);
	put_char(p, 'T');
	put_digits(p, tm.tm_hour, 2);
	put_char(p, ':');
	put_digits(p, tm.tm_min, 2);
	put_char(p, ':');
	put_digits(p, tm.tm_sec, 2);
	put_char(p, '.');
	put_digits(p, milli, 3);
	put_string(p, "Z\"");
}

void json_put_value(struct put *p, enum field_id id, const struct field_value *v)
{
	put_char(p, '"');
	line_put_value(p, id, v);	/* has neither quotes nor backslashes for these types */
	put_char(p, '"');
}

/* ---- the map ---- */

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
