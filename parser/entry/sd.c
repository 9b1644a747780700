// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/sd: structured data of RFC 5424 in front of the line: every field as a
 * parameter. A transport that sends RFC 5424 puts both in their places.
 */
#include <stdlib.h>

#include "parser/entry/community_id.h"
#include "parser/entry/flat.h"
#include "parser/entry/formats.h"
#include "parser/entry/line.h"

#define ID_MAX 32	  /* RFC 5424 6.3.2 */
#define VALUE_ROOM 1000 /* bytes of a value, escapes included: half of a text for all */

struct sd {
	char id[ID_MAX + 1];
	struct line_format *line;
};

/* NAME@NUMBER: names without @ are IANA's. */
static bool id_ok(const char *id)
{
	const char *at = strchr(id, '@');
	size_t len = strlen(id);

	if (len > ID_MAX || !at || at == id || !at[1] || at[1 + strspn(at + 1, "0123456789.")])
		return false;
	for (; *id; id++)
		if (*id <= ' ' || *id > '~' || strchr("=]\"", *id))
			return false;
	return true;
}

static void sd_close(void *self)
{
	struct sd *f = self;

	line_format_free(f->line);
	free(f);
}

static void *sd_open(const char *argument, const struct format_host *host, char *error,
		     size_t size)
{
	struct sd *f;

	(void)host;
	if (!argument || !id_ok(argument)) {
		snprintf(error, size, "sd%s%.64s: it needs an id, NAME@NUMBER with your IANA "
			 "enterprise number, up to 32 characters, as in sd:netlog@32473",
			 argument ? ":" : "", argument ? argument : "");
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (f) {
		strcpy(f->id, argument);
		f->line = line_format_new();
		if (f->line)
			return f;
		free(f);
	}
	snprintf(error, size, "out of memory");
	return NULL;
}

/* Bytes outside printable ASCII are \xHH, as in the line; the backslash is escaped, too. */
static void put_value(struct put *p, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *end = p->end - p->to > VALUE_ROOM ? p->to + VALUE_ROOM : p->end;

	for (size_t i = 0; i < len && end - p->to >= 5; i++) {
		unsigned char c = text[i];

		if (c < ' ' || c > '~') {
			put_string(p, "\\\\x");
			put_char(p, hex[c >> 4]);
			put_char(p, hex[c & 15]);
			continue;
		}
		if (c == '"' || c == '\\' || c == ']')
			put_char(p, '\\');
		put_char(p, c);
	}
}

/* suffix: "_ip" */
static void put_param(struct put *p, const char *name, size_t len, const char *suffix,
		      const char *value, size_t value_len)
{
	put_char(p, ' ');
	put_bytes(p, name, len);
	put_string(p, suffix);
	put_string(p, "=\"");
	put_value(p, value, value_len);
	put_char(p, '"');
}

static void put_field(struct put *p, enum field_id id, const struct entry *e)
{
	const struct field *f = &fields[id];
	struct field_value v = field_get(id, e);
	char text[FLAT_MAX], port[8];
	size_t len;

	if (!v.known || (f->type == TYPE_FLAG && !v.number) || f->type == TYPE_TIME ||
	    (f->line == LINE_NOT && !f->ecs.out))
		return;
	len = flat_value(id, &v, text);
	if (len)
		put_param(p, f->key, strlen(f->key), f->type == TYPE_ADDRESS ? "_ip" : "",
			  text, len);
	if (f->type == TYPE_ADDRESS && v.address->has_port) {
		snprintf(port, sizeof(port), "%u", v.address->port);
		put_param(p, f->key, strlen(f->key), "_port", port, strlen(port));
	}
}

static void sd_entry(void *self, const struct entry *e, struct put *p)
{
	const struct sd *f = self;
	char id[COMMUNITY_ID_MAX];

	put_char(p, '[');
	put_string(p, f->id);
	for (int field = FIELD_NONE + 1; field < FIELD_COUNT; field++)
		put_field(p, field, e);
	if (community_id(&e->local, &e->remote, e->proto, 0, id))
		put_param(p, "community_id", strlen("community_id"), "", id, strlen(id));
	put_string(p, "] ");
	p->to += line_format(f->line, e, p->to);
}

static void sd_note(const void *self, struct note *n, struct put *p)
{
	const struct sd *f = self;
	struct note_pair pair;

	put_char(p, '[');
	put_string(p, f->id);
	put_param(p, "kind", strlen("kind"), "", n->word, strlen(n->word));
	while (note_next(n, &pair))
		if (pair.key_len <= 32 && pair.value_len)
			put_param(p, pair.key, pair.key_len, "", pair.value, pair.value_len);
	put_string(p, "] ");
	put_bytes(p, n->text, n->len);
}

const struct format_ops format_sd = {
	.name = "sd",
	.processes = true, .uses = true, .entities = true, .structured = true,
	.open = sd_open, .close = sd_close,
	.entry = sd_entry, .note = sd_note,
};
