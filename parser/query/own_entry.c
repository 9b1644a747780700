// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own_entry: an entry that is built from text, field by field. */
#include "parser/query/own_entry.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/id_text.h"
#include "parser/entry/value.h"
#include "parser/text.h"

void own_entry_init(struct own_entry *o)
{
	o->entry = (struct entry){
		.what = ENTRY_KIND_COUNT, .proto = PROTO_UNKNOWN, .opener = ID_UNKNOWN,
		.dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
		.unknown_direction = true, .identity = &o->identity,
	};
	memset(&o->identity, 0, sizeof(o->identity));
	o->identity.refs = 1;
	o->identity.pid = o->identity.ppid = o->identity.uid = ID_UNKNOWN;
	o->identity.auid = o->identity.ses = o->identity.sid = ID_UNKNOWN;
	o->used = 0;
}

void *own_entry_at(struct own_entry *o, enum field_id id)
{
	char *base = fields[id].of_identity ? (char *)&o->identity : (char *)&o->entry;

	return base + fields[id].offset;
}

/* As audit writes it: in quotes, or in hex where a NUL is inside. */
static const char *put_audit_text(struct own_entry *o, const char *text, size_t len)
{
	static const char hex[] = "0123456789ABCDEF";
	bool plain = !memchr(text, 0, len);
	size_t need = (plain ? len + 2 : 2 * len) + 1;
	char *start = o->strings + o->used, *to = start;

	if (need > sizeof(o->strings) - o->used)
		return NULL;
	o->used += need;
	if (plain) {
		*to++ = '"';
		memcpy(to, text, len);
		to += len;
		*to++ = '"';
	} else {
		for (size_t i = 0; i < len; i++) {
			*to++ = hex[(unsigned char)text[i] >> 4];
			*to++ = hex[(unsigned char)text[i] & 15];
		}
	}
	*to = 0;
	return start;
}

static const char *put_name(struct own_entry *o, const char *text, size_t len)
{
	char *start = o->strings + o->used;

	if (len + 1 > sizeof(o->strings) - o->used)
		return NULL;
	memcpy(start, text, len);
	start[len] = 0;
	o->used += len + 1;
	return start;
}

bool own_entry_set_bytes(struct own_entry *o, enum field_id id, const char *text, size_t len)
{
	const char **at = own_entry_at(o, id);

	*at = fields[id].type == TYPE_NAME ? put_name(o, text, len) :
	      put_audit_text(o, text, len);
	return *at;
}

/* \x00 alone is how the line has a text of no bytes. */
static bool set_text(struct own_entry *o, enum field_id id, const char *text)
{
	size_t len = strlen(text);
	char bytes[8192];

	if (!memchr(text, '\\', len))
		return own_entry_set_bytes(o, id, text, len);
	if (len >= sizeof(bytes))
		return false;
	memcpy(bytes, text, len);
	len = text_unescape(bytes, len);
	if (len == 1 && !*bytes)
		len = 0;
	return own_entry_set_bytes(o, id, bytes, len);
}

static bool read_port(const char *text, struct netaddr *a)
{
	unsigned long port;
	char *end;

	if (!strcmp(text, "-"))
		return true;
	if (!isdigit((unsigned char)*text))
		return false;
	port = strtoul(text, &end, 10);
	a->port = port;
	a->has_port = true;
	return !*end && port <= UINT16_MAX;
}

static bool read_scope(char *address, struct netaddr *a)
{
	char *percent = strchr(address, '%'), *end;
	unsigned long scope;

	if (!percent)
		return true;
	*percent = 0;
	scope = strtoul(percent + 1, &end, 10);
	a->scope = scope;
	return isdigit((unsigned char)percent[1]) && !*end && scope <= UINT32_MAX;
}

bool own_entry_address(struct netaddr *a, const char *text)
{
	const char *colon = strrchr(text, ':');
	char address[NETADDR_TEXT_MAX], *start = address;
	struct netaddr read = { 0 };
	uint32_t scope;
	size_t len;

	*a = read;
	if (!strcmp(text, "-"))
		return true;
	if (!colon || (len = colon - text) >= sizeof(address) || !read_port(colon + 1, &read))
		return false;
	memcpy(address, text, len);
	address[len] = 0;
	if (strcmp(address, "-")) {
		if (*address == '[') {
			if (address[len - 1] != ']')
				return false;
			address[len - 1] = 0;
			start++;
		}
		if (!read_scope(start, &read))
			return false;
		scope = read.scope;
		if (netaddr_parse_ip(start, &read))
			return false;
		read.scope = scope;
	}
	*a = read;
	return true;
}

/* The commonest: a plain number, or unset. Returns false if it is not that simple. */
static bool set_plain_number(struct own_entry *o, enum field_id id, const char *text)
{
	enum field_type type = fields[id].type;
	int64_t v = 0;
	const char *p;

	if (type != TYPE_NUMBER && type != TYPE_USER && type != TYPE_SESSION && type != TYPE_BYTES)
		return false;
	for (p = text; *p >= '0' && *p <= '9' && p - text < 10; p++)
		v = v * 10 + (*p - '0');
	if (p == text || *p || v >= ID_UNSET) {
		if (type == TYPE_NUMBER || type == TYPE_BYTES || strcmp(text, "unset"))
			return false;
		v = ID_UNSET;
	}
	*(int64_t *)own_entry_at(o, id) = v;
	return true;
}

static bool set_number(struct own_entry *o, enum field_id id, const struct value *v)
{
	void *at = own_entry_at(o, id);

	if (v->low != v->high)
		return false;
	switch (fields[id].type) {
	case TYPE_PROTO:
	case TYPE_ERRNO:
		*(int *)at = v->low;
		return true;
	case TYPE_VIA:
		o->entry.via = v->low;
		return true;
	case TYPE_OPTIONAL:
		*(struct optional *)at = (struct optional){ true, v->low };
		return true;
	case TYPE_FLAG:
		*(bool *)at = v->low;
		return true;
	case TYPE_DIRECTION:
		o->entry.unknown_direction = false;
		o->entry.inbound = v->low == DIRECTION_IN;
		return true;
	default:
		*(int64_t *)at = v->low;
		return true;
	}
}

bool own_entry_set(struct own_entry *o, enum field_id id, const char *text)
{
	enum field_type type = fields[id].type;
	struct value v;

	if (*text == '-' && !text[1])
		return true;
	if (set_plain_number(o, id, text))
		return true;
	if (type == TYPE_TEXT || type == TYPE_ARGUMENTS || type == TYPE_NAME)
		return set_text(o, id, text);
	if (type == TYPE_ADDRESS)
		return own_entry_address(own_entry_at(o, id), text);
	if (type == TYPE_ID)
		return !id_text_read(text, &o->entry.id) && o->entry.id.nth;
	if (type == TYPE_EVENT)
		return !id_text_read_event(text, &o->entry.ev) && o->entry.ev.sec >= 0;
	if (value_read(&v, id, text, strlen(text)))
		return false;
	switch (type) {
	case TYPE_TIME:
	case TYPE_KIND:
		return false;	/* the reader of the line reads them */
	default:
		return set_number(o, id, &v);
	}
}
