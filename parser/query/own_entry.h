/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/own_entry: an entry that is built from text, field by field. own_line
 * and own_json fill it from a line of the plugin's own files.
 */
#ifndef NETLOG_QUERY_OWN_ENTRY_H
#define NETLOG_QUERY_OWN_ENTRY_H

#include "parser/entry/fields.h"

#define OWN_STRINGS 24576	/* size of the strings of one entry, at worst in hex */

/* The strings and the identity of entry are in the struct itself: it must not be moved. */
struct own_entry {
	struct entry entry;
	size_t used;
	char strings[OWN_STRINGS];
	struct identity identity;	/* has a flexible member: the last one */
};

/* Everything is unknown. */
void own_entry_init(struct own_entry *o);

/*
 * Sets a field from its text in a line; "-" leaves it unknown. Returns false if the text is not of
 * the field's type. own_entry_address() does the same for an
 * end: 192.0.2.7:443, [fe80::1%2]:22, -:22, 10.0.0.5:-.
 */
bool own_entry_set(struct own_entry *o, enum field_id id, const char *text);
bool own_entry_address(struct netaddr *a, const char *text);

/* Sets a field that is a string, from its bytes. Returns false without room. */
bool own_entry_set_bytes(struct own_entry *o, enum field_id id, const char *text, size_t len);

/* The place where the value of a field is stored. */
void *own_entry_at(struct own_entry *o, enum field_id id);

#endif
