// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/template: lines as a person describes them, "{comm}[{pid}] {remote}". The
 * values are those of the line, escapes included.
 */
#include "parser/entry/template.h"

#include <stdlib.h>
#include <string.h>

#include "parser/entry/formats.h"
#include "parser/entry/json.h"
#include "parser/entry/line.h"

#define SEGMENTS_MAX 64

/* Names beside the keys of the fields. src and dst are the ends as others see them: the
 * one that opened the connection, and the one that accepted it. */
#define PARTS(X)						\
	X(DIR, "dir") X(LOCAL_IP, "local_ip") X(LOCAL_PORT, "local_port")	\
	X(REMOTE_IP, "remote_ip") X(REMOTE_PORT, "remote_port")		\
	X(SRC_IP, "src_ip") X(SRC_PORT, "src_port") X(DST_IP, "dst_ip")	\
	X(DST_PORT, "dst_port") X(INITIATED, "initiated") X(UTC, "utc")

enum part {
	PART_TEXT,
	PART_FIELD,
#define PART_ENUM(id, name) PART_##id,
	PARTS(PART_ENUM)
#undef PART_ENUM
};

struct segment {
	enum part part;
	enum field_id field;
	char *text;		/* owned */
};

struct template {
	struct segment segments[SEGMENTS_MAX];
	unsigned int count;
};

void template_free(struct template *t)
{
	for (unsigned int i = 0; t && i < t->count; i++)
		free(t->segments[i].text);
	free(t);
}

static bool find_name(struct segment *s, const char *name, size_t len)
{
	static const char *const names[] = {
#define PART_NAME(id, text) [PART_##id] = text,
		PARTS(PART_NAME)
#undef PART_NAME
	};

	s->field = field_by_key(name, len);
	s->part = PART_FIELD;
	if (s->field && s->field != FIELD_USER && s->field != FIELD_ADDR)
		return true;
	for (size_t i = PART_FIELD + 1; i < sizeof(names) / sizeof(*names); i++) {
		s->part = i;
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return true;
	}
	return false;
}

/* Takes one segment off *text. Returns false with the reason in error. */
static bool read_segment(struct segment *s, const char **text, char *error, size_t size)
{
	const char *start = *text, *end;
	size_t n = 0;

	if (*start == '{' && start[1] != '{') {
		end = start + 1 + strcspn(start + 1, "{}");
		*text = end + 1;
		if (*end == '}' && find_name(s, start + 1, end - start - 1))
			return true;
		snprintf(error, size, "template: '%.*s' is no field in braces; see "
			 "netlog-fields(7)", (int)(end - start < 32 ? end - start : 32), start);
		return false;
	}
	s->part = PART_TEXT;
	s->text = malloc(strlen(start) + 1);
	while (s->text && *start && !(*start == '{' && start[1] != '{')) {
		if (*start == '}' && start[1] != '}') {
			snprintf(error, size, "template: a single } must be written }}");
			return false;
		}
		start += *start == '{' || *start == '}';	/* doubled */
		if ((unsigned char)*start < ' ') {
			snprintf(error, size, "template: has a control character");
			return false;
		}
		s->text[n++] = *start++;
	}
	if (!s->text) {
		snprintf(error, size, "out of memory");
		return false;
	}
	s->text[n] = 0;
	*text = start;
	return true;
}

static bool compile(struct template *t, const char *text, char *error, size_t size)
{
	while (*text) {
		if (t->count == SEGMENTS_MAX) {
			snprintf(error, size, "template: more than %d parts", SEGMENTS_MAX);
			return false;
		}
		if (!read_segment(&t->segments[t->count++], &text, error, size))
			return false;
	}
	if (t->count)
		return true;
	snprintf(error, size, "template: needs a text, as template:{comm}[{pid}] {remote}");
	return false;
}

static void put_ip(struct put *p, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	if (netaddr_format_ip(a, text))
		put_string(p, text);
	else
		put_char(p, '-');
}

static void put_port(struct put *p, const struct netaddr *a)
{
	if (a->has_port)
		put_uint(p, a->port);
	else
		put_char(p, '-');
}

void template_put_utc(struct put *p, const struct stamp *time)
{
	struct put quoted = *p;

	json_put_time(&quoted, json_time_ms(time));
	if (quoted.to - p->to < 2)
		return;
	memmove(p->to, p->to + 1, quoted.to - p->to - 2);
	p->to = quoted.to - 2;
}

static void put_part(struct put *p, const struct segment *s, const struct entry *e)
{
	enum entry_direction direction = entry_direction(e);
	bool in = entry_is_listen(e) || direction == DIRECTION_IN;
	const struct netaddr *src = in ? &e->remote : &e->local;
	const struct netaddr *dst = in ? &e->local : &e->remote;
	struct field_value v;

	switch (s->part) {
	case PART_TEXT:
		put_string(p, s->text);
		break;
	case PART_FIELD:
		v = field_get(s->field, e);
		line_put_value(p, s->field, &v);
		break;
	case PART_DIR:
		v = field_get(FIELD_DIRECTION, e);
		line_put_value(p, FIELD_DIRECTION, &v);
		break;
	case PART_LOCAL_IP:	put_ip(p, &e->local); break;
	case PART_LOCAL_PORT:	put_port(p, &e->local); break;
	case PART_REMOTE_IP:	put_ip(p, &e->remote); break;
	case PART_REMOTE_PORT:	put_port(p, &e->remote); break;
	case PART_SRC_IP:	put_ip(p, src); break;
	case PART_SRC_PORT:	put_port(p, src); break;
	case PART_DST_IP:	put_ip(p, dst); break;
	case PART_DST_PORT:	put_port(p, dst); break;
	case PART_INITIATED:
		put_string(p, direction == DIRECTION_OUT ? "true" :
			      direction == DIRECTION_IN ? "false" : "-");
		break;
	case PART_UTC:
		template_put_utc(p, &e->time);
		break;
	}
}

void template_put(struct put *p, const struct template *t, const struct entry *e)
{
	for (unsigned int i = 0; i < t->count; i++)
		put_part(p, &t->segments[i], e);
}

struct template *template_new(const char *text, char *error, size_t size)
{
	struct template *t = calloc(1, sizeof(*t));

	if (!t) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	if (compile(t, text, error, size))
		return t;
	template_free(t);
	return NULL;
}

/* ---- the format template:TEXT ---- */

static void template_close(void *self)
{
	template_free(self);
}

static void *template_open(const char *argument, const struct format_host *host, char *error,
			   size_t size)
{
	(void)host;
	return template_new(argument ? argument : "", error, size);
}

static void template_entry(void *self, const struct entry *e, struct put *p)
{
	template_put(p, self, e);
}

static bool has_time(const void *self)
{
	const struct template *t = self;

	for (unsigned int i = 0; i < t->count; i++)
		if (t->segments[i].part == PART_UTC || t->segments[i].field == FIELD_TIME)
			return true;
	return false;
}

static void template_note(const void *self, struct note *n, struct put *p)
{
	if (has_time(self)) {
		template_put_utc(p, n->time);
		put_char(p, ' ');
	}
	put_bytes(p, n->text, n->len);
}

const struct format_ops format_template = {
	.name = "template",
	.open = template_open, .close = template_close, .timed = has_time,
	.entry = template_entry,
	.note = template_note,
};
