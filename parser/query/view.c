// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/view: chooses the view, and writes for all of them. */
#include "parser/query/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_table(const struct aunetlog_options *o, bool terminal)
{
	if (!o->format)
		return o->columns || (terminal && !o->just_one);
	return !strcmp(o->format, "table") || !strcmp(o->format, "csv");
}

static const struct view_ops *choose(const struct aunetlog_options *o, bool terminal)
{
	return is_table(o, terminal) ? &view_table : &view_lines;
}

struct view *view_open(const struct aunetlog_options *o, bool terminal, char *error,
		       size_t size)
{
	const struct view_ops *ops = choose(o, terminal);
	struct view *v = calloc(1, ops->size);

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

void view_write(struct view *v, const char *text, size_t len)
{
	if (v->write_error || fwrite(text, 1, len, stdout) == len)
		return;
	v->write_error = errno;
	v->done = true;
}
