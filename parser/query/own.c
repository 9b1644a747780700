// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own: the plugin's own files, back into entries. */
#include "parser/query/own.h"

#include <stdlib.h>
#include <string.h>

#include "parser/query/own_text.h"

#define LINE_MAX_OWN 32768	/* FORMAT_MAX with room for what a later version adds */
#define LOOK_LINES 32		/* until a file is known to be something */

struct own {
	struct own_io io;
	enum own_kind kind;
	struct own_clock clock;
	uint64_t number, losses;
	bool skipping;		/* inside a line that is too long */
	size_t used;
	char line[LINE_MAX_OWN + 1];
	struct own_entry entry;	/* has a flexible member: the last one */
};

/* The first words of a line, after the time if there is one. */
static const struct form {
	const char *text;
	bool timed, inside;	/* inside: anywhere in the line */
	enum own_kind kind;
	const char *why;
} forms[] = {
	{ "connect ", true, false, OWN_LINE, NULL },
	{ "listen ", true, false, OWN_LINE, NULL },
	{ "process ", true, false, OWN_LINE, NULL },
	{ "netlog: ", true, false, OWN_REFUSED, "the format cern" },
	{ "netlog ", true, false, OWN_LINE, NULL },
	{ "CEF:", true, false, OWN_REFUSED, "CEF" },
	{ "LEEF:", true, false, OWN_REFUSED, "LEEF" },
	{ "{\"activity_id\"", false, false, OWN_REFUSED, "OCSF" },
	{ "EventID=3 ", false, false, OWN_REFUSED, "the format sysmon" },
	{ "audit(", false, true, OWN_NOT, NULL },
	{ "{\"@timestamp\":", false, false, OWN_JSON, NULL },
};

static const struct form *form_of(const char *line, size_t len)
{
	struct own_clock c = { 0 };
	struct stamp at;
	char head[64] = "";
	const char *rest;

	memcpy(head, line, len < sizeof(head) ? len : sizeof(head) - 1);
	rest = own_time(&c, head, &at);
	if (rest && *rest == ' ')
		rest++;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		const struct form *f = &forms[i];
		const char *from = f->timed && rest ? rest : head;

		if (f->inside ? memmem(line, len, f->text, strlen(f->text)) != NULL :
		    !strncmp(from, f->text, strlen(f->text)) && (rest || f->kind != OWN_LINE))
			return f;
	}
	return NULL;
}

enum own_kind own_recognize(const char *text, size_t len, const char **why)
{
	const char *end = text + len, *newline;

	for (int i = 0; i < LOOK_LINES && text < end; i++, text = newline + 1) {
		const struct form *f;

		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		f = form_of(text, newline - text);
		if (!f)
			continue;
		*why = f->why;
		return f->kind;
	}
	return OWN_NOT;
}

static enum own_result read_line(enum own_kind kind, struct own_entry *e,
				 struct own_clock *c, char *line)
{
	return kind == OWN_JSON ? own_json(e, c, line) : own_line(e, c, line);
}

static void take(struct own *o, char *line, size_t len, bool too_long)
{
	char sample[64];
	size_t sample_len = len < sizeof(sample) ? len : sizeof(sample);
	enum own_result result;

	memcpy(sample, line, sample_len);
	if (!len)
		return;
	if (too_long)
		result = OWN_BAD;
	else if (o->io.times && o->kind == OWN_LINE)
		result = own_line_time(&o->entry.entry.time, &o->clock, line);
	else
		result = read_line(o->kind, &o->entry, &o->clock, line);
	if (result != OWN_BAD && o->io.line)
		o->io.line(&o->entry.entry.time, result == OWN_BEGIN, o->io.arg);
	switch (o->io.times ? OWN_NOTE : result) {
	case OWN_ENTRY:
		if (o->kind == OWN_JSON && o->io.host && o->entry.entry.node &&
		    !strcmp(o->entry.entry.node, o->io.host))
			o->entry.entry.node = NULL;
		if (!entry_is_extra(&o->entry.entry) || o->io.extras)
			o->io.emit(&o->entry.entry, o->io.arg);
		break;
	case OWN_LOST:
		o->losses++;
		break;
	case OWN_BEGIN:
	case OWN_NOTE:
		break;
	case OWN_BAD:
		o->io.error(o->number, sample, sample_len, o->io.arg);
	}
}

/* A NUL inside would hide what follows it. */
static bool is_unreadable(const char *line, size_t len)
{
	return len > LINE_MAX_OWN || memchr(line, 0, len);
}

void own_take_line(struct own *o, char *line, size_t len, uint64_t number)
{
	o->number = number;
	line[len] = 0;
	take(o, line, len, is_unreadable(line, len));
}

static void take_line(struct own *o)
{
	bool skipped = o->skipping || is_unreadable(o->line, o->used);
	size_t len = o->used;

	o->number++;
	o->skipping = false;
	o->used = 0;
	take(o, o->line, len, skipped);
}

void own_feed(struct own *o, const char *data, size_t len)
{
	while (len) {
		const char *newline = memchr(data, '\n', len);
		size_t n = newline ? (size_t)(newline - data) : len;

		if (n > LINE_MAX_OWN - o->used)
			o->skipping = true;
		if (!o->skipping) {
			memcpy(o->line + o->used, data, n);
			o->used += n;
		}
		o->line[o->used] = 0;
		if (!newline)
			return;
		take_line(o);
		data += n + 1;
		len -= n + 1;
	}
}

void own_begin(struct own *o, enum own_kind kind)
{
	o->kind = kind;
	o->number = 0;
	o->used = 0;
	o->skipping = false;
}

void own_end(struct own *o)
{
	if (o->used || o->skipping)
		own_feed(o, "\n", 1);
}

void own_image(struct own *o, struct image *i)
{
	IMAGE(i, o->kind);
	IMAGE(i, o->clock.minute);
	IMAGE(i, o->clock.at);
	IMAGE(i, o->clock.last);
}

uint64_t own_losses(const struct own *o)
{
	return o->losses;
}

void own_add_losses(struct own *o, uint64_t losses)
{
	o->losses += losses;
}

struct own *own_new(const struct own_io *io)
{
	struct own *o = calloc(1, sizeof(*o));

	if (o)
		o->io = *io;
	return o;
}

void own_free(struct own *o)
{
	if (o)
		own_clock_fini(&o->clock);
	free(o);
}

static void note_time(const struct entry *e, void *arg)
{
	int64_t *first = arg;

	if (*first < 0)
		*first = stamp_ms(&e->time);
}

static void no_error(uint64_t number, const char *line, size_t len, void *arg)
{
	(void)number;
	(void)line;
	(void)len;
	(void)arg;
}

int64_t own_first_time(enum own_kind kind, const char *text, size_t len)
{
	int64_t first = -1;
	struct own_io io = { .emit = note_time, .error = no_error, .arg = &first };
	struct own *o = own_new(&io);

	if (!o)
		return -1;
	own_begin(o, kind);
	own_feed(o, text, len < 16384 ? len : 16384);
	own_free(o);
	return first;
}
