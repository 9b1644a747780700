// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/auparse_reader: records through auparse; the only file that includes auparse.h. */
#include "parser/audit/auparse_reader.h"

#include <auparse.h>
#include <libaudit.h>
#include <stdlib.h>

#include "parser/audit/filter.h"

struct auparse_reader {
	auparse_state_t *au;
	struct pieces *pieces;
	struct input_errors *complaints;
};

/* The record that auparse is at, to the module's, where it is one, or to the fragment. */
static void read_fields(auparse_state_t *au, int type, struct fragment *p,
			struct module_record *m)
{
	if (auparse_first_field(au) != 1)
		return;
	if (m)
		module_record_begin(m);
	else
		fragment_record(p);
	do {
		const char *name = auparse_get_field_name(au);
		const char *value = auparse_get_field_str(au);

		if (!name || !value)
			continue;
		if (m)
			module_record_field(m, name, value);
		else
			fragment_field(p, type, name, value);
	} while (auparse_next_field(au) == 1);
}

static void on_event(auparse_state_t *au, auparse_cb_event_t type, void *arg)
{
	struct auparse_reader *r = arg;
	const au_event_t *e = auparse_get_timestamp(au);
	struct module_record m;
	struct fragment p;
	bool any = false;

	if (type != AUPARSE_CB_EVENT_READY || !e || auparse_first_record(au) != 1)
		return;
	pieces_begin(r->pieces);
	fragment_init(&p, e->sec, e->milli, e->serial, e->host);
	do {
		int record = auparse_get_type(au);

		if (record == AUDIT_EOE)
			p.ended = true;
		read_fields(au, record, &p, record == AUDIT_KERNEL ? &m : NULL);
		if (record == AUDIT_KERNEL)
			pieces_module(r->pieces, &p, &m);
		else
			any = true;
	} while (auparse_next_record(au) == 1);
	if (any)
		pieces_take(r->pieces, &p);
	pieces_end(r->pieces);
}

struct auparse_reader *auparse_reader_open(struct pieces *pieces, struct input_errors *complaints)
{
	struct auparse_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	*r = (struct auparse_reader){ auparse_init(AUSOURCE_FEED, NULL), pieces, complaints };
	if (!r->au) {
		free(r);
		return NULL;
	}
	auparse_add_callback(r->au, on_event, r, NULL);
	return r;
}

void auparse_reader_close(struct auparse_reader *r)
{
	if (!r)
		return;
	auparse_destroy(r->au);
	free(r);
}

void auparse_reader_feed(struct auparse_reader *r, const char *data, size_t len)
{
	if (auparse_feed(r->au, data, len))
		input_error(r->complaints, INPUT_ERROR_PARSER, "auparse_feed", 12);
}

void auparse_reader_age(struct auparse_reader *r)
{
	auparse_feed_age_events(r->au);
}

void auparse_reader_flush(struct auparse_reader *r)
{
	auparse_flush_feed(r->au);
	auparse_reset(r->au);
}

void auparse_reader_event(struct auparse_reader *r, const struct gathered *e)
{
	char line[FILTER_MAX + RECORD_MARKS_MAX], *end;

	for (unsigned int i = 0; i < e->count; i++) {
		end = record_copy(e->records[i], line);
		*end++ = '\n';
		auparse_reader_feed(r, line, end - line);
	}
	auparse_reader_flush(r);
}
