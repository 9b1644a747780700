/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/fields: the table of fields. One row of fields.def has everything about a field: its
 * key in the line, its type, which entries have it, where it is
 * in struct entry, its names in other formats, aunetlog's option, and its text in the
 * manual. A new field is one row there.
 */
#ifndef NETLOG_FIELDS_H
#define NETLOG_FIELDS_H

#include <stddef.h>

#include "parser/entry/entry.h"

enum field_id {
	FIELD_NONE,
#define FIELD(id, ...) FIELD_##id,
#include "parser/entry/fields.def"
#undef FIELD
	FIELD_COUNT
};

/* The type of a value: match.c has its operators, value.c reads it. */
enum field_type {
	TYPE_TIME,		/* stamp: a time of day */
	TYPE_KIND,		/* number: enum entry_kind */
	TYPE_PROTO,		/* number: IPPROTO_* */
	TYPE_ADDRESS,		/* address */
	TYPE_DIRECTION,		/* number: enum entry_direction */
	TYPE_NUMBER,		/* number: pid, inode */
	TYPE_OPTIONAL,		/* the same, from a struct optional */
	TYPE_USER,		/* number: uid, or ID_UNSET */
	TYPE_SESSION,		/* number, or ID_UNSET */
	TYPE_TEXT,		/* text, audit-encoded: see audit_text() */
	TYPE_ARGUMENTS,		/* the same, with a NUL between arguments */
	TYPE_NAME,		/* text as it is */
	TYPE_VIA,		/* number: enum entry_via */
	TYPE_ERRNO,		/* number, positive */
	TYPE_DURATION,		/* number: milliseconds */
	TYPE_BYTES,		/* number */
	TYPE_FLAG,		/* number: 0 or 1; the line has the row's flag text for 1 */
	TYPE_ID,		/* id */
	TYPE_EVENT,		/* stamp: audit event */
	TYPE_COUNT
};

/* How the line shows a field. */
enum field_line {
	LINE_NOT,		/* a condition only */
	LINE_HEAD,		/* a word at the beginning */
	LINE_ALWAYS,		/* key=value, key=- when unknown */
	LINE_KNOWN,		/* key=value when known */
};

/* A name in another format: in the record of an outgoing connection, and, where that differs
 * (source and destination change sides), in that of an accepted one. */
struct field_name {
	const char *out, *in;
};

struct field {
	const char *key;	/* in the line, in the ignore list, --KEY */
	enum field_type type;
	enum field_line line;
	unsigned int kinds;	/* bit per enum entry_kind that can have it */
	bool of_identity;	/* offset is in struct identity, else in struct entry */
	size_t offset;
	const char *flag;	/* TYPE_FLAG: its text in the line */
	enum field_id also;	/* a condition holds for either of the two */
	bool none;		/* a missing value means "none", not "unknown" */
	struct field_name ecs, ocsf, cef, leef;	/* NULL: under the format's own names */
	const char *brief, *option;	/* ausearch's spellings: "-p", "--pid"; or NULL */
	const char *value;	/* name of the option's argument, for the help */
	const char *help;	/* one line, no full stop */
	const char *manual;	/* sentences, in roff */
};

extern const struct field fields[FIELD_COUNT];

/* A value; the field's type determines the member. Pointers are borrowed from the entry. */
struct field_value {
	bool known;		/* false: nothing else is set */
	union {
		int64_t number;
		const char *text;
		const struct netaddr *address;
		const struct stamp *stamp;
		const struct conn_id *id;
	};
};

/* Returns the field with that key, or FIELD_NONE. */
enum field_id field_by_key(const char *key, size_t len);

struct field_value field_get(enum field_id id, const struct entry *e);

/* Does the same; with a constant row the compiler reduces it to the access. */
static inline __attribute__((always_inline))
struct field_value field_value(const struct field *f, const struct entry *e)
{
	const char *at = (f->of_identity ? (const char *)e->identity : (const char *)e) +
			 f->offset;
	struct field_value v = { .known = true };

	switch (f->type) {
	case TYPE_NUMBER:
	case TYPE_USER:
	case TYPE_SESSION:
	case TYPE_DURATION:
	case TYPE_BYTES:
		v.number = *(const int64_t *)at;
		v.known = v.number >= 0;
		break;
	case TYPE_OPTIONAL:
		v.number = ((const struct optional *)at)->number;
		v.known = ((const struct optional *)at)->known;
		break;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:
		v.text = *(const char *const *)at;
		v.known = v.text;
		break;
	case TYPE_ADDRESS:
		v.address = (const struct netaddr *)at;
		v.known = v.address->has_addr || v.address->has_port;
		break;
	case TYPE_KIND:
		v.number = e->what;
		break;
	case TYPE_PROTO:
		v.number = e->proto;
		v.known = *entry_proto_name(e->proto) != '-';
		break;
	case TYPE_DIRECTION:
		v.number = entry_direction(e);
		v.known = v.number != DIRECTION_UNKNOWN;
		break;
	case TYPE_VIA:
		v.number = e->via;
		v.known = e->via != VIA_NONE;
		break;
	case TYPE_ERRNO:
		v.number = e->err;
		v.known = e->err;
		break;
	case TYPE_FLAG:
		v.number = *(const bool *)at;
		break;
	case TYPE_ID:
		v.id = (const struct conn_id *)at;
		v.known = v.id->nth;
		break;
	case TYPE_EVENT:
		v.stamp = (const struct stamp *)at;
		v.known = v.stamp->serial;
		break;
	case TYPE_TIME:
		v.stamp = (const struct stamp *)at;
		break;
	case TYPE_COUNT:
		v.known = false;
		break;
	}
	return v;
}

/* Returns true if neither a start nor a failure can have the field: the ignore list, which decides at
 * the start, rejects it. */
bool field_only_at_end(enum field_id id);

#endif
