// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view: chooses the view. */
#include "parser/query/view.h"

#include <stdlib.h>
#include <string.h>

#include "parser/query/view_raw.h"

static const struct view_ops *const asked[AUNETLOG_VIEWS] = {
	[AUNETLOG_SUMMARY] = &view_summary, [AUNETLOG_LISTENERS] = &view_listeners,
	[AUNETLOG_SCAN] = &view_scan, [AUNETLOG_BEACONS] = &view_beacons,
	[AUNETLOG_NEW] = &view_new, [AUNETLOG_GRAPH] = &view_graph,
	[AUNETLOG_HTML] = &view_html,
};

static bool is_table(const struct aunetlog_options *o, bool terminal)
{
	if (!o->format)
		return o->columns || (terminal && !o->just_one);
	return !strcmp(o->format, "table") || !strcmp(o->format, "csv");
}

static const struct view_ops *choose(const struct aunetlog_options *o, bool terminal,
				     char *error, size_t size)
{
	if (o->sink)
		return &view_sink;
	if (o->checkpoint && is_table(o, terminal)) {
		snprintf(error, size, "--checkpoint is for lines; add --format netlog or json");
		return NULL;
	}
	if (o->raw)
		return &view_raw;
	if (!o->view)
		return is_table(o, terminal) ? &view_table : &view_lines;
	/* a summary is its own table or CSV, a picture is neither */
	if (o->columns || (o->format && (o->view >= AUNETLOG_GRAPH || !is_table(o, terminal)))) {
		snprintf(error, size, "%s cannot be combined with %s%s%s", o->view_name,
			 o->columns ? "--fields" : "--format ", o->columns ? "" : o->format,
			 o->view < AUNETLOG_GRAPH ? "; it has table and csv" : "");
		return NULL;
	}
	return asked[o->view];
}

struct view *view_open(const struct aunetlog_options *o, bool terminal, char *error,
		       size_t size)
{
	const struct view_ops *ops = choose(o, terminal, error, size);
	struct view *v;

	if (!ops)
		return NULL;
	v = calloc(1, ops->size);
	if (!v) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	v->ops = ops;
	v->options = o;
	if (ops->open(v, error, size))
		return v;
	view_close(v);
	return NULL;
}

void view_close(struct view *v)
{
	if (v && v->ops->close)
		v->ops->close(v);
	free(v);
}
