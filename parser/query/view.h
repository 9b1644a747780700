/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/view: output of the entries that a query finds: lines, a table, a summary. query.c
 * uses views only through this interface; view.c lists them.
 */
#ifndef NETLOG_QUERY_VIEW_H
#define NETLOG_QUERY_VIEW_H

#include "parser/entry/format.h"
#include "parser/entry/line.h"
#include "parser/entry/line_time.h"
#include "parser/query/options.h"

#define VIEW_TEXT_MAX (FORMAT_TIME_MAX + FORMAT_MAX + 1)

/* The beginning of each view's own struct. */
struct view {
	const struct view_ops *ops;
	const struct aunetlog_options *options;
	uint64_t found;		/* lines or rows written */
	int write_error;	/* errno of standard output, or 0 */
	bool done;		/* wants no more */
	bool failed;		/* an error was reported */
};

/* The entries that a view needs: those that match; start and stop of a connection if either
 * matches (both too with --open-at); all. */
enum view_needs { VIEW_PAIRS, VIEW_MATCHES, VIEW_ALL };

struct view_ops {
	size_t size;		/* of its struct */
	enum view_needs needs;
	/* The rest is all zero. Returns false with the reason in error. */
	bool (*open)(struct view *v, char *error, size_t size);
	/* Each entry of the input, in its order; matched: the conditions hold for it. */
	void (*entry)(struct view *v, const struct entry *e, bool matched);
	void (*idle)(struct view *v);		/* all available input was read; may be NULL */
	void (*finish)(struct view *v);		/* the input has ended; may be NULL */
	void (*close)(struct view *v);		/* may be NULL */
	/* Set by a view that only writes a text for each matching entry, so that any thread can
	 * make it; else NULL. Each thread has its own state. */
	void *(*text_new)(const struct view *v);	/* NULL without memory */
	size_t (*text)(void *state, const struct entry *e, char buf[VIEW_TEXT_MAX]);
	void (*text_free)(void *state);
};

extern const struct view_ops view_lines, view_table, view_summary, view_listeners, view_scan,
	view_beacons, view_new, view_graph, view_html, view_sink;

/* The view that the options ask for. Returns NULL with the reason in error. */
struct view *view_open(const struct aunetlog_options *o, bool terminal, char *error,
		       size_t size);
void view_close(struct view *v);		/* may be NULL */

/* Writes to standard output (view_write.c). An error is kept in v, and ends the query. */
void view_write(struct view *v, const char *text, size_t len);

#endif
