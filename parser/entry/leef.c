// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/leef: IBM's Log Event Extended Format 2.0, with tabs between the pairs. It
 * has no escapes: bytes outside of printable ASCII are \xHH, as in the line.
 */
#include <stdlib.h>

#include "parser/entry/community_id.h"
#include "parser/entry/flat.h"
#include "parser/entry/formats.h"
#include "parser/entry/json.h"

#define VALUE_ROOM 1200

static void put_value(struct put *p, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *end = p->end - p->to > VALUE_ROOM ? p->to + VALUE_ROOM : p->end;

	for (size_t i = 0; i < len && end - p->to >= 4; i++) {
		unsigned char c = text[i];

		if (c >= ' ' && c < 0x7f && c != '\\') {
			put_char(p, c);
			continue;
		}
		put_string(p, "\\x");
		put_char(p, hex[c >> 4]);
		put_char(p, hex[c & 15]);
	}
}

static void put_pair(struct put *p, const char *key, const char *text, size_t len)
{
	put_char(p, '\t');
	put_string(p, key);
	put_char(p, '=');
	put_value(p, text, len);
}

static void put_number(struct put *p, const char *key, int64_t v)
{
	put_char(p, '\t');
	put_string(p, key);
	put_char(p, '=');
	json_put_int(p, v);
}

static void put_field(struct put *p, enum field_id id, const char *key,
		      const struct entry *e)
{
	struct field_value v = field_get(id, e);
	char text[FLAT_MAX];
	size_t len;

	if (!v.known || (fields[id].type == TYPE_FLAG && !v.number))
		return;
	if (fields[id].type == TYPE_TIME) {
		put_number(p, key, json_time_ms(v.stamp));
		return;
	}
	len = flat_value(id, &v, text);
	if (len)
		put_pair(p, key, text, len);
	if (fields[id].type == TYPE_ADDRESS && v.address->has_port)
		put_number(p, *key == 's' ? "srcPort" : "dstPort", v.address->port);
}

static void put_header(struct put *p, const char *id)
{
	put_string(p, "LEEF:2.0|audit-netlog|audisp-netlog|" NETLOG_VERSION "|");
	flat_put_id(p, id);
	put_string(p, "|x09|");
}

static void leef_entry(void *self, const struct entry *e, struct put *p)
{
	const struct format_host *host = self;
	bool in = flat_is_in(e);
	char id[COMMUNITY_ID_MAX], *start;

	put_header(p, entry_kind_name(e->what));
	start = p->to;
	for (int field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		struct field_name name = fields[field].leef;

		if (name.out)
			put_field(p, field, in && name.in ? name.in : name.out, e);
	}
	put_number(p, "sev", e->what == CONNECT_FAIL ? 3 : 1);
	if (!e->node && host->name)
		put_pair(p, "identHostName", host->name, strlen(host->name));
	if (community_id(&e->local, &e->remote, e->proto, 0, id))
		put_pair(p, "communityId", id, strlen(id));
	flat_drop_first(p, start);
}

static void leef_note(const void *self, struct note *n, struct put *p)
{
	const struct format_host *host = self;
	char name[32], *start;

	snprintf(name, sizeof(name), "netlog %s", n->word);
	put_header(p, name);
	start = p->to;
	put_number(p, "devTime", json_time_ms(n->time));
	put_number(p, "sev", !strcmp(n->word, "lost") ? 5 : 1);
	if (host->name)
		put_pair(p, "identHostName", host->name, strlen(host->name));
	put_pair(p, "msg", n->text, n->len);
	flat_drop_first(p, start);
}

const struct format_ops format_leef = {
	.name = "leef", .has_time = true,
	.open = flat_open, .close = free, .entry = leef_entry, .note = leef_note,
};
