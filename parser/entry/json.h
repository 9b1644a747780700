/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/json: values of JSON. A value for which the buffer has no room is cut. */
#ifndef NETLOG_JSON_H
#define NETLOG_JSON_H

#include <stdbool.h>

#include "parser/entry/fields.h"
#include "parser/entry/put.h"

/* Writes a string in quotes, as valid UTF-8: other bytes, and NUL, become \xHH. Long strings are
 * cut. */
void json_put_string(struct put *p, const char *text, size_t len);
/* Writes an audit-encoded string; with arguments, a NUL becomes a blank. */
void json_put_text(struct put *p, const char *encoded, bool arguments);
/* Writes the arguments of a command line as an array of strings. */
void json_put_arguments(struct put *p, const char *encoded);
/* Returns the number of arguments; 0 if some may have been cut off. */
unsigned int json_count_arguments(const char *encoded);
/* "2026-11-21T06:04:39.391Z", in quotes; milliseconds since 1970. */
void json_put_time(struct put *p, int64_t ms);
void json_put_int(struct put *p, int64_t v);
/* A value as the line has it, as a string. */
void json_put_value(struct put *p, enum field_id id, const struct field_value *v);

/* Milliseconds since 1970; 0 where there are none. */
int64_t json_time_ms(const struct stamp *time);

#endif
