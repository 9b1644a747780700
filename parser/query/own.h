/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/own: reads the plugin's own files, in the formats netlog and json, back into entries.
 * The other formats lack parts of a connection, and are refused.
 */
#ifndef NETLOG_QUERY_OWN_H
#define NETLOG_QUERY_OWN_H

#include "parser/entry/entry.h"
#include "parser/image.h"

enum own_kind {
	OWN_NOT,		/* records of audit, or unknown */
	OWN_LINE,		/* the line, with the time in front */
	OWN_JSON,		/* Elastic Common Schema */
	OWN_REFUSED,
};

/* Recognizes the format of a file by its first bytes. Sets *why to the reason of OWN_REFUSED. */
enum own_kind own_recognize(const char *text, size_t len, const char **why);

struct own;

struct own_io {
	/* JSON names the host in each object, a line only where audit's records do: this
	 * host's own name is left out. May be NULL. */
	const char *host;
	entry_fn emit;
	bool extras;		/* also emit CONNECT_USE, PROC_FORK and so on */
	bool times;		/* call only line(): entries need not be read */
	/* Called for each readable line; begins: the plugin was started. May be NULL. */
	void (*line)(const struct stamp *time, bool begins, void *arg);
	/* Called for an unreadable line; number counts lines from 1. */
	void (*error)(uint64_t number, const char *line, size_t len, void *arg);
	void *arg;
};

/* *io is copied. NULL without memory. */
struct own *own_new(const struct own_io *io);
void own_free(struct own *o);		/* may be NULL */

/* Begins a file of that kind, OWN_LINE or OWN_JSON. */
void own_begin(struct own *o, enum own_kind kind);
/* Takes bytes, split anywhere; each entry is emitted when its line is complete. */
void own_feed(struct own *o, const char *data, size_t len);
/* Takes one line, with room for a NUL after it, and its number in the file; the line is
 * modified. Not while own_feed() holds an incomplete line. */
void own_take_line(struct own *o, char *line, size_t len, uint64_t number);
/* Ends the file: reads a last line without newline. */
void own_end(struct own *o);

/* Saves or loads the state that later lines of the same file depend on. */
void own_image(struct own *o, struct image *i);

/* Returns how many "netlog lost" lines were read. */
uint64_t own_losses(const struct own *o);
/* Adds the count that an index has. */
void own_add_losses(struct own *o, uint64_t losses);

/* Returns the time of the first entry in these bytes, ms; -1: there is none. */
int64_t own_first_time(enum own_kind kind, const char *text, size_t len);

#endif
