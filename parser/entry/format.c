// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/format: the table of formats. */
#include "parser/entry/format.h"

#include <stdlib.h>
#include <string.h>

#include "parser/entry/formats.h"
#include "parser/entry/line.h"

_Static_assert(FORMAT_LINE_MAX <= FORMAT_MAX, "a line fits");

struct format {
	const struct format_ops *ops;
	void *self;
	char *spec;
};

static void *netlog_open(const char *argument, const struct format_host *host, char *error,
			 size_t size)
{
	struct line_format *f = line_format_new();

	(void)argument;
	(void)host;
	if (!f)
		snprintf(error, size, "out of memory");
	return f;
}

static void netlog_close(void *self)
{
	line_format_free(self);
}

static void netlog_entry(void *self, const struct entry *e, struct put *p)
{
	p->to += line_format(self, e, p->to);
}

static void netlog_note(const void *self, struct note *n, struct put *p)
{
	(void)self;
	put_bytes(p, n->text, n->len);
}

static const struct format_ops format_netlog = {
	.name = "netlog", .processes = true, .uses = true,
	.open = netlog_open, .close = netlog_close, .entry = netlog_entry,
	.note = netlog_note,
};

static const struct format_ops *const formats[] = {
	&format_netlog, &format_ecs, &format_ocsf, &format_cef, &format_leef, &format_sd,
	&format_rows, &format_cern, &format_sysmon, &format_hone, &format_template,
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

static const struct format_ops *find(const char *spec, size_t len)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strlen(formats[i]->name) == len && !memcmp(formats[i]->name, spec, len))
			return formats[i];
	return NULL;
}

static void unknown(const char *spec, char *error, size_t size)
{
	size_t n = snprintf(error, size, "%.64s: no such format; there are:", spec);

	for (size_t i = 0; i < FORMATS && n < size; i++)
		n += snprintf(error + n, size - n, " %s", formats[i]->name);
}

struct format *format_open(const char *spec, const struct format_host *host, char *error,
			   size_t size)
{
	static const struct format_host nothing;
	const char *colon = strchr(spec, ':');
	const struct format_ops *ops = find(spec, colon ? (size_t)(colon - spec) :
							  strlen(spec));
	struct format *f;

	if (!ops) {
		unknown(spec, error, size);
		return NULL;
	}
	if (colon && ops != &format_template && ops != &format_ocsf &&
	    ops != &format_sd && ops != &format_rows) {
		snprintf(error, size, "%s takes nothing after a colon", ops->name);
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (f)
		f->spec = strdup(spec);
	if (!f || !f->spec) {
		free(f);
		snprintf(error, size, "out of memory");
		return NULL;
	}
	f->ops = ops;
	f->self = ops->open(colon ? colon + 1 : NULL, host ? host : &nothing, error, size);
	if (f->self)
		return f;
	free(f->spec);
	free(f);
	return NULL;
}

void format_close(struct format *f)
{
	if (!f)
		return;
	f->ops->close(f->self);
	free(f->spec);
	free(f);
}

const char *format_spec(const struct format *f)
{
	return f->spec;
}

bool format_has_time(const struct format *f)
{
	return f->ops->timed ? f->ops->timed(f->self) : f->ops->has_time;
}

bool format_is_structured(const struct format *f)
{
	return f->ops->structured;
}

bool format_has_entities(const struct format *f)
{
	return f->ops->entities || strstr(f->spec, "entity}");
}

size_t format_entry(struct format *f, const struct entry *e, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_MAX };

	if (entry_is_extra(e) && !(entry_is_process(e) ? f->ops->processes : f->ops->uses))
		return 0;
	f->ops->entry(f->self, e, &p);
	return p.to - buf;
}

bool format_can_number(const char *spec)
{
	const struct format_ops *ops = find(spec, strcspn(spec, ":"));

	return ops && ops->number;
}

size_t format_number(const struct format *f, const struct format_place *at, const char *text,
		     size_t len, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_MAX };

	if (!f->ops->number || len > FORMAT_MAX - FORMAT_PLACE_MAX)
		return 0;
	f->ops->number(at, text, len, &p);
	return p.to - buf;
}

void format_set_width(struct format *f, unsigned int width)
{
	if (f->ops->width)
		f->ops->width(f->self, width);
}

size_t format_heading(const struct format *f, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_MAX };

	return f->ops->heading ? f->ops->heading(f->self, &p) : 0;
}

size_t format_note(const struct format *f, const struct stamp *time, const char *text,
		   size_t len, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_MAX };
	struct note n;

	note_read(&n, time, text, len);
	f->ops->note(f->self, &n, &p);
	return p.to - buf;
}
