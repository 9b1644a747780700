/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/template: lines by a user's template, and formats made of such lines. */
#ifndef NETLOG_TEMPLATE_H
#define NETLOG_TEMPLATE_H

#include <stddef.h>

#include "parser/entry/entry.h"
#include "parser/entry/put.h"

struct template;

/* Reads "{comm}[{pid}] {remote}". Returns NULL with the reason in error, size bytes. */
struct template *template_new(const char *text, char *error, size_t size);
void template_free(struct template *t);	/* may be NULL */

/* Writes the text with the values of e. */
void template_put(struct put *p, const struct template *t, const struct entry *e);
/* Writes "2026-11-21T07:25:08.412Z". */
void template_put_utc(struct put *p, const struct stamp *time);

#endif
