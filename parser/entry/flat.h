/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/flat: common parts of the formats with key=value pairs, CEF and LEEF. */
#ifndef NETLOG_FLAT_H
#define NETLOG_FLAT_H

#include "parser/entry/fields.h"
#include "parser/entry/format.h"
#include "parser/entry/put.h"

#define FLAT_MAX 2048

/*
 * Writes a known value as text into buf (FLAT_MAX bytes) and returns its length; the text can
 * contain any byte. An address is without port and scope. An unset value is "unset".
 */
size_t flat_value(enum field_id id, const struct field_value *v, char *buf);

/* Opens a format whose only state is a copy of host, freed with free(). */
void *flat_open(const char *argument, const struct format_host *host, char *error,
		size_t size);

/* "connect-start" of "connect start" */
void flat_put_id(struct put *p, const char *name);

/* Returns true if the names for accepted connections apply. */
bool flat_is_in(const struct entry *e);

/* Removes the byte at start: each pair was written after a separator. */
void flat_drop_first(struct put *p, char *start);

#endif
