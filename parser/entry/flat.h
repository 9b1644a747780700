/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/flat: what the formats of key=value pairs, CEF and LEEF, have in common. */
#ifndef NETLOG_FLAT_H
#define NETLOG_FLAT_H

#include "parser/entry/fields.h"
#include "parser/entry/format.h"
#include "parser/entry/put.h"

#define FLAT_MAX 2048

/*
 * Writes a known value as text into buf (FLAT_MAX bytes) and returns its length; it can
 * hold any byte. An address is without port and scope. An unset value is "unset".
 */
size_t flat_value(enum field_id id, const struct field_value *v, char *buf);

/* Opens a format that keeps nothing but a copy of host, to be freed. */
void *flat_open(const char *argument, const struct format_host *host, char *error,
		size_t size);

/* "connect-start" of "connect start" */
void flat_put_id(struct put *p, const char *name);

/* Returns true if the names for what this host accepted hold. */
bool flat_is_in(const struct entry *e);

/* Takes away the byte at start: each pair was written with a separator in front. */
void flat_drop_first(struct put *p, char *start);

#endif
