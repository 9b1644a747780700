/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/format: turns an entry, or one of the plugin's own notes, into the text
 * of a message. An output knows its format by this interface alone.
 */
#ifndef NETLOG_OUTPUT_FORMAT_H
#define NETLOG_OUTPUT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "parser/entry/entry.h"
#include "plugin/output/message.h"

struct format;

/* Returns true if there is a format of that name. */
bool format_known(const char *name);
/* NULL: unknown name, or no memory. */
struct format *format_open(const char *name);
void format_close(struct format *f);
const char *format_name(const struct format *f);

/* Both write the text, without a newline, to buf (MESSAGE_MAX bytes) and return its
 * length. Any thread may call format_note(); format_entry() belongs to one. */
size_t format_entry(struct format *f, const struct entry *e, char *buf);
/* text: "netlog WORD key=value …". */
size_t format_note(const struct format *f, const char *text, size_t len, char *buf);

#endif
