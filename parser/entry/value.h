/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/value: the value of a condition, read from what a person wrote. */
#ifndef NETLOG_VALUE_H
#define NETLOG_VALUE_H

#include "parser/entry/fields.h"
#include "parser/netaddr_range.h"

/* The type of its field determines the members in use. */
struct value {
	int64_t low, high;	/* numbers, both inclusive; TYPE_TIME: ms since 1970 */
	unsigned int kinds;	/* TYPE_KIND: bit per enum entry_kind */
	char *text;		/* TYPE_TEXT, _ARGUMENTS, _NAME: owned */
	size_t len;
	struct netaddr_range range;	/* TYPE_ADDRESS */
	struct conn_id id;	/* TYPE_ID; nth 0: any connection on that socket */
	struct stamp ev;	/* TYPE_EVENT; sec -1: that serial at any time */
};

/*
 * Reads text (len bytes, then a NUL) as a value of that field. Returns
 * 0, -EINVAL (value_allowed() has what can be read), or -ENOMEM.
 */
int value_read(struct value *v, enum field_id id, const char *text, size_t len);
void value_fini(struct value *v);

/* "a number", "a user name, a number, or unset", … */
const char *value_allowed(enum field_id id);

#endif
