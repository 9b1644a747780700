// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/own_json: reads an object of the format json. The names come from the table of
 * fields, as in parser/entry/ecs.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parser/query/own_text.h"

#define TEXT_MAX 4096

/* The value at a path with dots, or NULL. */
static json_object *find(json_object *root, const char *path)
{
	char name[64];

	while (root && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof(name))
			return NULL;
		memcpy(name, path, len);
		name[len] = 0;
		if (!json_object_object_get_ex(root, name, &root))
			return NULL;
		path += len + (path[len] == '.');
	}
	return root;
}

static const char *text_at(json_object *root, const char *path)
{
	json_object *v = find(root, path);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

/* A byte that is no UTF-8 is \xHH in the string: from 80 on, or 00. */
static size_t unescape(const char *text, size_t len, char *to)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		const char *high, *low;

		if (text[i] == '\\' && i + 3 < len && text[i + 1] == 'x' && text[i + 2] &&
		    text[i + 3] && (high = strchr(hex, text[i + 2])) &&
		    (low = strchr(hex, text[i + 3])) &&
		    (high - hex >= 8 || (high == hex && low == hex))) {
			to[n++] = (high - hex) << 4 | (low - hex);
			i += 3;
		} else {
			to[n++] = text[i];
		}
	}
	return n;
}

static bool set_string(struct own_entry *o, enum field_id id, json_object *v)
{
	char bytes[TEXT_MAX];
	size_t len = json_object_get_string_len(v);

	if (!json_object_is_type(v, json_type_string) || len > sizeof(bytes))
		return false;
	len = unescape(json_object_get_string(v), len, bytes);
	return own_entry_set_bytes(o, id, bytes, len);
}

/* The command line has blanks between the arguments; process.args shows where each ends. */
static bool set_arguments(struct own_entry *o, json_object *root, json_object *v)
{
	json_object *args = find(root, "process.args");
	size_t len = json_object_get_string_len(v), at = 0;
	char title[TEXT_MAX], arg[TEXT_MAX];

	if (!json_object_is_type(v, json_type_string) || len > sizeof(title))
		return false;
	len = unescape(json_object_get_string(v), len, title);
	o->identity.unparted = true;
	if (!json_object_is_type(args, json_type_array))
		return own_entry_set_bytes(o, FIELD_PROCTITLE, title, len);
	for (size_t i = 0; i < json_object_array_length(args); i++) {
		json_object *one = json_object_array_get_idx(args, i);
		size_t n = json_object_get_string_len(one);

		if (n > sizeof(arg))
			return false;
		n = unescape(json_object_get_string(one), n, arg);
		if (at + n > len || memcmp(title + at, arg, n) ||
		    (at + n < len && title[at + n] != ' '))
			return own_entry_set_bytes(o, FIELD_PROCTITLE, title, len);
		at += n;
		if (at < len)
			title[at++] = 0;
	}
	o->identity.unparted = at != len;
	return own_entry_set_bytes(o, FIELD_PROCTITLE, title, len);
}

static bool set_address(struct own_entry *o, enum field_id id, json_object *end,
			json_object *scope)
{
	struct netaddr *a = own_entry_at(o, id);
	const char *ip = text_at(end, "ip");
	json_object *port = find(end, "port");

	if (ip && netaddr_parse_ip(ip, a))
		return false;
	if (port) {
		a->port = json_object_get_int(port);
		a->has_port = true;
	}
	if (scope)
		a->scope = json_object_get_int64(scope);
	return true;
}

static bool set_value(struct own_entry *o, enum field_id id, json_object *root,
		      json_object *v)
{
	switch (fields[id].type) {
	case TYPE_TEXT:
	case TYPE_NAME:
		return set_string(o, id, v);
	case TYPE_ARGUMENTS:
		return set_arguments(o, root, v);
	case TYPE_ADDRESS:
		return set_address(o, id, v, find(root, id == FIELD_LOCAL ?
						  "netlog.local_scope" : "netlog.remote_scope"));
	case TYPE_DURATION:
		*(int64_t *)own_entry_at(o, id) = json_object_get_int64(v) / 1000000;
		return true;
	case TYPE_FLAG:
		*(bool *)own_entry_at(o, id) = true;
		return true;
	default:
		return own_entry_set(o, id, json_object_get_string(v));
	}
}

static bool set_fields(struct own_entry *o, json_object *root, bool in)
{
	json_object *own = find(root, "netlog");

	for (int id = FIELD_KIND + 1; id < FIELD_COUNT; id++) {
		const struct field *f = &fields[id];
		const char *path = in && f->ecs.in ? f->ecs.in : f->ecs.out;
		json_object *v;

		if (f->type == TYPE_DIRECTION || (f->line == LINE_NOT && !path) ||
		    !(f->kinds & 1u << o->entry.what))
			continue;
		v = path ? find(root, path) : find(own, f->key);
		if (v && !set_value(o, id, root, v))
			return false;
	}
	return true;
}

static bool set_kind(struct own_entry *o, json_object *root)
{
	const char *kind = text_at(root, "netlog.kind");

	while (kind && o->entry.what > 0)
		if (!strcmp(entry_kind_name(--o->entry.what), kind))
			return true;
	return false;
}

static enum own_result read_object(struct own_entry *o, struct own_clock *c,
				   json_object *root)
{
	const char *time = text_at(root, "@timestamp");
	const char *dataset = text_at(root, "event.dataset");
	const char *direction = text_at(root, "network.direction");
	const char *proto = text_at(root, "netlog.proto");

	if (!time || !dataset || !own_time(c, time, &o->entry.time))
		return OWN_BAD;
	if (!strcmp(dataset, "netlog.status"))
		return find(root, "netlog.lost") ? OWN_LOST :
		       find(root, "netlog.start") ? OWN_BEGIN : OWN_NOTE;
	if (!set_kind(o, root))
		return OWN_BAD;
	if (direction) {
		o->entry.unknown_direction = false;
		o->entry.inbound = !strcmp(direction, "ingress");
	}
	if (!set_fields(o, root, o->entry.inbound || entry_is_listen(&o->entry)))
		return OWN_BAD;
	if (proto && !strcmp(proto, "mptcp"))
		o->entry.proto = PROTO_MPTCP;
	return OWN_ENTRY;
}

enum own_result own_json(struct own_entry *o, struct own_clock *c, char *line)
{
	enum own_result result = OWN_BAD;
	json_object *root;

	own_entry_init(o);
	if (!c->json)
		c->json = json_tokener_new();
	if (!c->json)
		return OWN_BAD;
	json_tokener_reset(c->json);
	root = json_tokener_parse_ex(c->json, line, strlen(line) + 1);
	if (json_object_is_type(root, json_type_object))
		result = read_object(o, c, root);
	json_object_put(root);
	return result;
}

void own_clock_fini(struct own_clock *c)
{
	if (c->json)
		json_tokener_free(c->json);
	c->json = NULL;
	own_identities_free(c->identities);
	c->identities = NULL;
}
