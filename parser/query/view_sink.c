// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view_sink: entries for another part of the program, which prints itself. */
#include <stdio.h>

#include "parser/query/view.h"

static bool sink_open(struct view *v, char *error, size_t size)
{
	if (v->options->format) {
		snprintf(error, size, "--format cannot be combined with this command");
		return false;
	}
	v->found = 1;	/* the receiver of the entries reports how many there were */
	return true;
}

static void sink_entry(struct view *v, const struct entry *e, bool matched)
{
	const struct entry_sink *s = v->options->sink;

	v->done |= !s->entry(e, matched, s->arg);
}

static void sink_idle(struct view *v)
{
	const struct entry_sink *s = v->options->sink;

	if (s->idle)
		s->idle(s->arg);
}

const struct view_ops view_sink = {
	.needs = VIEW_ALL, .size = sizeof(struct view), .open = sink_open,
	.entry = sink_entry, .idle = sink_idle,
	.finish = sink_idle,
};
