/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/own: reads what the plugin wrote itself, in the formats netlog and json,
 * back into entries. The other formats leave out what a connection has, and are refused.
 */
#ifndef NETLOG_QUERY_OWN_H
#define NETLOG_QUERY_OWN_H

#include "parser/entry/entry.h"
#include "parser/image.h"

enum own_kind {
	OWN_NOT,		/* records of audit, or not known */
	OWN_LINE,		/* the line, with the time in front */
	OWN_JSON,		/* Elastic Common Schema */
	OWN_REFUSED,
};

/* Finds what a file holds by its first bytes. *why gets the reason of OWN_REFUSED. */
enum own_kind own_recognize(const char *text, size_t len, const char **why);

struct own;

struct own_io {
	/* JSON names the host in each object, a line only where audit's records do: this
	 * host's own name is left out. May be NULL. */
	const char *host;
	entry_fn emit;
	bool extras;		/* emit CONNECT_USE, PROC_FORK and so on, too */
	bool times;		/* line() is all that is wanted: entries need not be read */
	/* Each line that could be read; begins: the plugin was started. May be NULL. */
	void (*line)(const struct stamp *time, bool begins, void *arg);
	/* A line that could not be read; number counts lines from 1. */
	void (*error)(uint64_t number, const char *line, size_t len, void *arg);
	void *arg;
};

/* *io is copied. NULL without memory. */
struct own *own_new(const struct own_io *io);
void own_free(struct own *o);		/* may be NULL */

/* A file of that kind, OWN_LINE or OWN_JSON, begins. */
void own_begin(struct own *o, enum own_kind kind);
/* Takes bytes, split anywhere; each entry is emitted when its line is complete. */
void own_feed(struct own *o, const char *data, size_t len);
/* Takes one line, with room for a NUL after it, and its number in the file; the line is
 * modified. Not while own_feed() holds an incomplete line. */
void own_take_line(struct own *o, char *line, size_t len, uint64_t number);
/* The file ends: a last line without newline is read. */
void own_end(struct own *o);

/* Saves or loads what a later line of the same file depends on. */
void own_image(struct own *o, struct image *i);

/* "netlog lost" lines read so far. */
uint64_t own_losses(const struct own *o);
/* Other counts, which an index has. */
void own_add_losses(struct own *o, uint64_t losses);

/* Time of the first entry among these bytes, ms; -1: none. */
int64_t own_first_time(enum own_kind kind, const char *text, size_t len);

#endif
