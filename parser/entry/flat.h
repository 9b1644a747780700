/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/flat: values for the formats that are key=value pairs, CEF and LEEF, and
 * for templates: text, without the escapes of the line. */
#ifndef NETLOG_FLAT_H
#define NETLOG_FLAT_H

#include "parser/entry/fields.h"

#define FLAT_MAX 2048

/*
 * Writes a known value as text into buf (FLAT_MAX bytes) and returns its length; it can
 * hold any byte. An address is without port and scope. What is unset is "unset".
 */
size_t flat_value(enum field_id id, const struct field_value *v, char *buf);

#endif
