// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/reassemble: audit's records to events. */
#include "parser/audit/reassemble.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parser/audit/auparse_reader.h"
#include "parser/audit/filter.h"
#include "parser/audit/fragment.h"
#include "parser/audit/gather.h"
#include "parser/audit/pieces.h"

/*
 * Every record walks auparse's list of unfinished events, which never shrinks by itself. If more
 * than this many are open, all are passed on unfinished; pieces.c joins their pieces.
 */
#define UNFINISHED_MAX 256

struct reassembler {
	struct auparse_reader *auparse;
	struct gather *gather;	/* NULL: auparse does it */
	event_fn event;
	void *arg;
	struct input_errors *complaints;
	struct filter filter;
	struct pieces pieces;
	uint64_t opened_before;	/* filter.opened when the list was last empty */
	uint64_t given_before;	/* pieces.syscalls then */
	uint64_t resets;
	bool stays;		/* the current record is of a batch */
};

static void to_auparse(const char *data, size_t len, void *arg)
{
	struct reassembler *r = arg;

	auparse_reader_feed(r->auparse, data, len);
}

/* ---- gathered here ---- */

/* The module's records are events of their own: beside others, auparse reads them. */
static bool is_odd(const struct gathered *e)
{
	for (unsigned int i = 0; i < e->count; i++)
		if (e->records[i]->odd || e->records[i]->head.type == RECORD_KERNEL)
			return true;
	return false;
}

static void begin_event(struct reassembler *r, const struct head *h, struct fragment *p)
{
	pieces_begin(&r->pieces);
	if (h->node_name)
		((char *)h->node_name)[h->node_len] = 0;
	fragment_init(p, h->time / 1000, h->time % 1000, h->serial, h->node_name);
}

/* Returns false, and has done nothing, if this is not in the kernel's form. */
static bool module_event(struct reassembler *r, const struct record *record)
{
	struct module_record m;
	struct fragment p;

	module_record_begin(&m);
	m.event.by_syslog = record->head.prefixed;
	if (!module_record_read(&m, (char *)record->head.body, (char *)record->end))
		return false;
	begin_event(r, &record->head, &p);
	pieces_module(&r->pieces, &p, &m);
	pieces_end(&r->pieces);
	return true;
}

static void on_gathered(const struct gathered *e, void *arg)
{
	const struct record *first = e->records[0];
	struct reassembler *r = arg;
	struct fragment p;

	if (e->count == 1 && first->head.type == RECORD_KERNEL && module_event(r, first))
		return;
	if (is_odd(e)) {
		auparse_reader_event(r->auparse, e);
		return;
	}
	begin_event(r, &first->head, &p);
	for (unsigned int i = 0; i < e->count; i++)
		fragment_read(&p, e->records[i]);
	pieces_take(&r->pieces, &p);
	pieces_end(&r->pieces);
}

static void to_gather(struct record *record, bool late, void *arg)
{
	struct reassembler *r = arg;

	if (gather_record(r->gather, record, late, r->stays && !r->filter.from_block))
		input_error(r->complaints, INPUT_ERROR_MEMORY, "record", 6);
}

/* ---- order ---- */

static void drain(struct reassembler *r)
{
	if (r->gather)
		gather_drain(r->gather);
	else
		to_auparse("", 0, r);
}

static void give_all(struct reassembler *r)
{
	if (r->gather) {
		gather_flush(r->gather);
		return;
	}
	auparse_reader_flush(r->auparse);
}

/* Before a SYSCALL record that may be one too many: keeps the list of unfinished events
 * short. */
static void on_crowded(void *arg)
{
	struct reassembler *r = arg;
	uint64_t given;

	drain(r);
	given = r->pieces.syscalls - r->given_before;
	if (r->filter.opened - r->opened_before > given + UNFINISHED_MAX) {
		give_all(r);
		r->resets++;
		r->opened_before = r->filter.opened - 1;
		r->given_before = r->pieces.syscalls;
		given = 0;
	}
	r->filter.crowd = r->opened_before + given + UNFINISHED_MAX;
}

/* Nothing of the time before is still to come. */
static void on_boot(const struct head *h, void *arg)
{
	static const struct task unknown = TASK_UNKNOWN;
	struct reassembler *r = arg;
	char *node = h->node_name ? strndup(h->node_name, h->node_len) : NULL;
	struct event e = {
		.kind = EVENT_BOOT,
		.stamp = { .sec = h->time / 1000, .milli = h->time % 1000,
			   .serial = h->serial },
		.node = node,
		.task = unknown,
		.mono = -1,
	};

	give_all(r);
	pieces_release(&r->pieces);
	r->pieces.facts++;
	r->event(&e, r->arg);
	free(node);
}

struct reassembler *reassemble_open(event_fn event, void *arg,
				struct input_errors *complaints)
{
	struct reassembler *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->auparse = auparse_reader_open(&r->pieces, complaints);
	r->gather = gather_new(on_gathered, r);
	if (!r->auparse || !r->gather) {
		auparse_reader_close(r->auparse);
		gather_free(r->gather);
		free(r);
		return NULL;
	}
	r->event = event;
	r->arg = arg;
	r->complaints = complaints;
	r->filter.out = to_auparse;
	r->filter.arg = r;
	r->filter.complaints = complaints;
	r->filter.crowded = on_crowded;
	filter_init(&r->filter);
	r->filter.crowd = UNFINISHED_MAX;
	r->filter.record = to_gather;
	pieces_init(&r->pieces, event, arg, complaints);
	return r;
}

void reassemble_close(struct reassembler *r)
{
	if (!r)
		return;
	pieces_fini(&r->pieces);
	gather_free(r->gather);
	auparse_reader_close(r->auparse);
	filter_fini(&r->filter);
	free(r);
}

void reassemble_by_auparse(struct reassembler *r)
{
	gather_free(r->gather);
	r->gather = NULL;
	r->filter.record = NULL;
}

void reassemble_no_serials(struct reassembler *r)
{
	r->filter.count_serials = false;
}

void reassemble_feed(struct reassembler *r, const char *data, size_t len)
{
	filter_feed(&r->filter, data, len);
}

void reassemble_batch(struct reassembler *r, struct batch *b)
{
	r->stays = true;
	for (unsigned int i = 0; i < b->count; i++) {
		batch_prefetch(b, i);
		filter_record(&r->filter, &b->records[i]);
	}
	r->stays = false;
	if (gather_keep(r->gather))
		input_error(r->complaints, INPUT_ERROR_MEMORY, "record", 6);
}

void reassemble_push(struct reassembler *r)
{
	filter_push(&r->filter, false);
	if (r->gather)
		gather_push(r->gather);
}

void reassemble_age(struct reassembler *r)
{
	reassemble_push(r);
	if (r->gather)
		gather_age(r->gather, time(NULL));
	else
		auparse_reader_age(r->auparse);
	serials_age(&r->filter.serials);
	pieces_age(&r->pieces);
}

bool reassemble_count_late(struct reassembler *r, int64_t now)
{
	return serials_count_late(&r->filter.serials, now);
}

bool reassemble_late_waits(const struct reassembler *r)
{
	return serials_wait(&r->filter.serials);
}

void reassemble_image(struct reassembler *r, struct image *i)
{
	if (!r->gather) {
		i->bad = true;
		return;
	}
	IMAGE(i, r->opened_before);
	IMAGE(i, r->given_before);
	IMAGE(i, r->resets);
	filter_image(&r->filter, i);
	gather_image(r->gather, i);
	pieces_image(&r->pieces, i);
}

bool reassemble_waits(const struct reassembler *r)
{
	return lines_begun(&r->filter.lines) || r->filter.block_used ||
	       !r->gather || gather_waits(r->gather) || pieces_held(&r->pieces);
}

void reassemble_flush(struct reassembler *r)
{
	filter_push(&r->filter, true);
	serials_end(&r->filter.serials);
	give_all(r);
	pieces_release(&r->pieces);
}

void reassemble_replay(struct reassembler *r, bool pasted)
{
	r->filter.boot = on_boot;
	r->filter.pasted = pasted;
}

uint64_t reassemble_prefixed(const struct reassembler *r)
{
	return r->filter.prefixed;
}

uint64_t reassemble_line(const struct reassembler *r)
{
	return r->filter.number;
}

void reassemble_new_source(struct reassembler *r)
{
	filter_push(&r->filter, true);
	r->filter.number = 0;
}

void reassemble_serials_since(struct reassembler *r, uint64_t ms)
{
	r->filter.serials_since = ms;
}

void reassemble_stats(const struct reassembler *r, struct reassemble_stats *out)
{
	*out = (struct reassemble_stats){
		.lines = r->filter.number,
		.dropped = r->filter.dropped,
		.events = r->pieces.events,
		.facts = r->pieces.facts,
		.joined = r->pieces.joined,
		.resets = r->resets,
		.held = pieces_held(&r->pieces),
		.gaps = r->filter.serials.lost,
		.late = r->filter.serials.late,
	};
}
