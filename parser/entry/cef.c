// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/entry/cef: ArcSight's Common Event Format. The keys are in fields.def; cs, cn
 * and flexString keys get their label, c6a2 and c6a3 are the ends in IPv6.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "parser/entry/community_id.h"
#include "parser/entry/flat.h"
#include "parser/entry/formats.h"
#include "parser/entry/json.h"

#define VALUE_ROOM 1023		/* bytes of most keys, escapes included */

/* Escapes a value; in the header a pipe would be escaped, too. */
static void put_value(struct put *p, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *end = p->end - p->to > VALUE_ROOM ? p->to + VALUE_ROOM : p->end;

	for (size_t i = 0; i < len && end - p->to >= 5; i++) {
		unsigned char c = text[i];

		if (c == '\n' || c == '\r') {
			put_string(p, c == '\n' ? "\\n" : "\\r");
		} else if (c < ' ' || c >= 0x7f) {
			put_string(p, "\\\\x");
			put_char(p, hex[c >> 4]);
			put_char(p, hex[c & 15]);
		} else {
			if (c == '\\' || c == '=')
				put_char(p, '\\');
			put_char(p, c);
		}
	}
}

static void put_key(struct put *p, const char *key)
{
	put_char(p, ' ');
	put_string(p, key);
	put_char(p, '=');
}

static void put_pair(struct put *p, const char *key, const char *text, size_t len)
{
	put_key(p, key);
	put_value(p, text, len);
}

static void put_number(struct put *p, const char *key, int64_t v)
{
	put_key(p, key);
	json_put_int(p, v);
}

/* A custom key means nothing without its label. */
static void put_label(struct put *p, const char *key, const char *label)
{
	put_char(p, ' ');
	put_string(p, key);
	put_string(p, "Label=");
	put_string(p, label);
}

static bool is_custom(const char *key)
{
	return !strncmp(key, "cs", 2) || !strncmp(key, "cn", 2) ||
	       !strncmp(key, "flexString", 10);
}

static void put_end(struct put *p, const char *key, const struct netaddr *a)
{
	bool source = *key == 's';
	char text[NETADDR_TEXT_MAX];
	size_t len = netaddr_format_ip(a, text);

	if (len && a->family == AF_INET) {
		put_pair(p, key, text, len);
	} else if (len) {
		put_pair(p, source ? "c6a2" : "c6a3", text, len);
		put_label(p, source ? "c6a2" : "c6a3",
			  source ? "Source IPv6 Address" : "Destination IPv6 Address");
	}
	if (a->has_port)
		put_number(p, source ? "spt" : "dpt", a->port);
}

static const char *action(const struct entry *e)
{
	static const char *const actions[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = "opened", [CONNECT_STOP] = "closed",
		[CONNECT_FAIL] = "failed", [LISTEN_START] = "listening",
		[LISTEN_STOP] = "stopped listening",
	};

	return actions[e->what];
}

static void put_field(struct put *p, enum field_id id, const char *key,
		      const struct entry *e)
{
	struct field_value v = field_get(id, e);
	char text[FLAT_MAX];

	if (!v.known)
		return;
	switch (fields[id].type) {
	case TYPE_ADDRESS:
		put_end(p, key, v.address);
		return;
	case TYPE_TIME:
		put_number(p, key, json_time_ms(v.stamp));
		return;
	case TYPE_KIND:
		put_pair(p, key, action(e), strlen(action(e)));
		return;
	case TYPE_DIRECTION:
		put_number(p, key, v.number == DIRECTION_OUT);
		return;
	case TYPE_SESSION:	/* cn keys are numbers */
	case TYPE_DURATION:
		if (v.number == ID_UNSET && id == FIELD_SES)
			return;
		put_number(p, key, v.number);
		break;
	default:
		put_pair(p, key, text, flat_value(id, &v, text));
	}
	if (is_custom(key))
		put_label(p, key, id == FIELD_DUR ? "durationMs" : fields[id].key);
}

static void put_header(struct put *p, const char *id, const char *name, int severity)
{
	put_string(p, "CEF:0|audit-netlog|audisp-netlog|" NETLOG_VERSION "|");
	flat_put_id(p, id);
	put_char(p, '|');
	put_string(p, name);
	put_char(p, '|');
	put_uint(p, severity);
	put_char(p, '|');
}

static void cef_entry(void *self, const struct entry *e, struct put *p)
{
	const struct format_host *host = self;
	bool in = flat_is_in(e);
	const char *kind = entry_kind_name(e->what);
	char id[COMMUNITY_ID_MAX], *start;

	put_header(p, kind, kind, e->what == CONNECT_FAIL ? 3 : 1);
	start = p->to;
	for (int field = FIELD_NONE + 1; field < FIELD_COUNT; field++) {
		struct field_name name = fields[field].cef;

		if (name.out)
			put_field(p, field, in && name.in ? name.in : name.out, e);
	}
	if (!e->node && host->name)
		put_pair(p, "dvchost", host->name, strlen(host->name));
	if (community_id(&e->local, &e->remote, e->proto, 0, id)) {
		put_pair(p, "cs4", id, strlen(id));
		put_label(p, "cs4", "communityId");
	}
	flat_drop_first(p, start);
}

static void cef_note(const void *self, struct note *n, struct put *p)
{
	const struct format_host *host = self;
	char name[32], *start;

	snprintf(name, sizeof(name), "netlog %s", n->word);
	put_header(p, name, name, !strcmp(n->word, "lost") ? 5 : 1);
	start = p->to;
	put_number(p, "rt", json_time_ms(n->time));
	if (host->name)
		put_pair(p, "dvchost", host->name, strlen(host->name));
	put_pair(p, "msg", n->text, n->len);
	flat_drop_first(p, start);
}

const struct format_ops format_cef = {
	.name = "cef", .has_time = true,
	.open = flat_open, .close = free, .entry = cef_entry, .note = cef_note,
};
