// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/format: the table of formats. */
#include "plugin/output/format.h"

#include <stdlib.h>
#include <string.h>

#include "parser/entry/line.h"

_Static_assert(FORMAT_LINE_MAX <= MESSAGE_MAX, "a line fits in a message");

struct format_ops {
	const char *name;
	size_t (*entry)(struct format *f, const struct entry *e, char *buf);
	size_t (*note)(const struct format *f, const char *text, size_t len, char *buf);
};

struct format {
	const struct format_ops *ops;
	struct line_format *line;
};

static size_t netlog_entry(struct format *f, const struct entry *e, char *buf)
{
	return line_format(f->line, e, buf);
}

static size_t netlog_note(const struct format *f, const char *text, size_t len, char *buf)
{
	(void)f;
	memcpy(buf, text, len);
	return len;
}

static const struct format_ops formats[] = {
	{ "netlog", netlog_entry, netlog_note },
};

static const struct format_ops *find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

bool format_known(const char *name)
{
	return find(name);
}

struct format *format_open(const char *name)
{
	const struct format_ops *ops = find(name);
	struct format *f = ops ? calloc(1, sizeof(*f)) : NULL;

	if (!f)
		return NULL;
	f->ops = ops;
	f->line = line_format_new();
	if (f->line)
		return f;
	free(f);
	return NULL;
}

void format_close(struct format *f)
{
	if (!f)
		return;
	line_format_free(f->line);
	free(f);
}

const char *format_name(const struct format *f)
{
	return f->ops->name;
}

size_t format_entry(struct format *f, const struct entry *e, char *buf)
{
	return f->ops->entry(f, e, buf);
}

size_t format_note(const struct format *f, const char *text, size_t len, char *buf)
{
	if (len > MESSAGE_MAX)
		len = MESSAGE_MAX;
	return f->ops->note(f, text, len, buf);
}
