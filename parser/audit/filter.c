// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/filter: drops the lines that cannot matter. */
#include "parser/audit/filter.h"

#include <string.h>

enum open_state { OPEN_UNKNOWN, OPEN_DROPPED, OPEN_KEPT, OPEN_ENDED };

void filter_init(struct filter *f)
{
	f->number = f->dropped = f->prefixed = f->opened = f->titles = f->newest = 0;
	f->newest_serial = f->newest_key = 0;
	f->crowd = UINT64_MAX;
	f->record = NULL;
	f->count_serials = true;
	f->late = 0;
	f->node = f->serials_since = 0;
	f->begun = f->in_block = f->from_block = false;
	f->how = (struct record_how){ 0 };
	f->boots = (struct boots){ 0 };
	serials_init(&f->serials);
	lines_init(&f->lines);
	f->used = f->block_used = 0;
	memset(f->open, 0, sizeof(f->open));
}

void filter_fini(struct filter *f)
{
	boots_fini(&f->boots);
}

static bool has_prefix(const char *p, const char *end, const char *prefix,
		       size_t len)
{
	return (size_t)(end - p) >= len && !memcmp(p, prefix, len);
}
#define PREFIX(p, end, text) has_prefix(p, end, text, sizeof(text) - 1)

static void open_event(struct filter *f, const struct head *h, enum open_state state)
{
	unsigned int slot = h->key % FILTER_OPEN;

	f->open[slot].key = h->key;
	f->open[slot].state = state;
	f->open[slot].followers = 0;
}

static bool keep_syscall(struct filter *f, const struct record *r)
{
	if (r->unknown_machine)
		input_error(f->complaints, INPUT_ERROR_MACHINE, r->head.body,
			    r->unknown_machine);
	open_event(f, &r->head, r->matters ? OPEN_KEPT : OPEN_DROPPED);
	f->opened += r->matters;
	return r->matters;
}

/* A record that follows its event's SYSCALL record. */
static bool keep_follower(struct filter *f, const struct head *h)
{
	unsigned int slot = h->key % FILTER_OPEN;
	enum open_state state = f->open[slot].key == h->key ?
				f->open[slot].state : OPEN_UNKNOWN;

	if (state == OPEN_UNKNOWN && h->type == RECORD_SOCKADDR)
		input_error(f->complaints, INPUT_ERROR_ORPHAN, h->text,
			    h->end - h->text);
	/* With audit=1 the kernel sends records again that auditd did not take, after those that
	 * it took: a SOCKADDR can follow PROCTITLE. The EOE then ends the event once more. */
	if (state == OPEN_ENDED &&
	    (h->type == RECORD_SOCKADDR || h->type == RECORD_SOCKETCALL))
		state = f->open[slot].state = OPEN_KEPT;
	if (state != OPEN_KEPT)
		return false;
	if (h->type == RECORD_PROCTITLE || h->type == RECORD_EOE) {
		f->open[slot].state = OPEN_ENDED;
	} else if (f->open[slot].followers++ >= FILTER_FOLLOWERS) {
		f->open[slot].followers = FILTER_FOLLOWERS;
		input_error(f->complaints, INPUT_ERROR_RECORDS, h->text, h->end - h->text);
		return false;
	}
	f->titles += h->type == RECORD_PROCTITLE;
	return true;
}

static bool keep(struct filter *f, const struct record *r)
{
	const struct head *h = &r->head;

	switch (h->type) {
	case RECORD_SYSCALL:
		return keep_syscall(f, r);
	case RECORD_SOCKADDR:
	case RECORD_SOCKETCALL:
	case RECORD_PROCTITLE:
	case RECORD_EOE:
		return keep_follower(f, h);
	case RECORD_URINGOP:	/* has everything that its SOCKADDR has */
		open_event(f, h, OPEN_DROPPED);
		return false;
	default:
		return r->matters;
	}
}

/*
 * auparse sorts the records that it gets in one call by time and serial, and the entry of a call
 * can be older than earlier records. The result must not depend on how the input was cut. So a
 * line older than the newest one never shares a call with it, nor does one of another host with
 * the same time and serial. A newest line that is wrong, far ahead, is given up after FILTER_LATE
 * lines.
 */
static bool is_late(struct filter *f, const struct head *h)
{
	bool late = h->time < f->newest ||
		    (h->time == f->newest && h->serial < f->newest_serial) ||
		    (h->time == f->newest && h->serial == f->newest_serial &&
		     h->key != f->newest_key);

	f->late = late ? f->late + 1 : 0;
	if (!late || f->late > FILTER_LATE) {
		f->newest = h->time;
		f->newest_serial = h->serial;
		f->newest_key = h->key;
		f->late = 0;
	}
	return late;
}

static void flush(struct filter *f)
{
	if (f->used)
		f->out(f->buffer, f->used, f->arg);
	f->used = 0;
}

static void pass_on(struct filter *f, struct record *r)
{
	bool late = is_late(f, &r->head);

	f->prefixed += r->head.prefixed;
	if (f->opened > f->crowd) {
		flush(f);
		f->crowded(f->arg);
	}
	if (f->record) {
		f->record(r, late, f->arg);
		return;
	}
	if (late || f->used + (r->end - r->head.text) + RECORD_MARKS_MAX > sizeof(f->buffer))
		flush(f);
	f->used = record_copy(r, f->buffer + f->used) - f->buffer;
	f->buffer[f->used++] = '\n';
}

/* Not one of those that follow it. */
static bool is_first(enum record_type type)
{
	return type == RECORD_SYSCALL || type == RECORD_KERNEL || type == RECORD_OTHER ||
	       type == RECORD_BOOT || type == RECORD_URINGOP;
}

/* When auditd starts it is first given what the kernel held back for it: events of
 * before, and those between them another auditd may have had. Of several nodes only the
 * first is counted: on a host that collects from others that is mostly the host. */
static void count_serial(struct filter *f, const struct head *h)
{
	if (!h->serial)
		return;
	if (!f->serials.started && h->time < f->serials_since)
		return;
	if (!f->serials.started)
		f->node = h->node;
	if (h->node == f->node)
		serials_came(&f->serials, h->serial, is_first(h->type));
}

static void look_for_boot(struct filter *f, const struct head *h)
{
	if (!f->boot || !boots_before(&f->boots, h))
		return;
	flush(f);
	if (h->node == f->node)
		serials_init(&f->serials);
	f->newest = f->newest_serial = f->newest_key = f->late = 0;
	memset(f->open, 0, sizeof(f->open));
	f->boot(h, f->arg);
}

static void one_record(struct filter *f, struct record *r)
{
	look_for_boot(f, &r->head);
	if (f->count_serials)
		count_serial(f, &r->head);
	if (keep(f, r))
		pass_on(f, r);
	else
		f->dropped++;
}

/* ---- ausearch's output: "----", "time->…", then an event's records in reverse order ---- */

static bool is_ausearch_heading(const struct head *h)
{
	return h->text == h->end || PREFIX(h->text, h->end, "----") ||
	       PREFIX(h->text, h->end, "time->");
}

static void pass_on_block_line(struct filter *f, const char *text, size_t len, bool first)
{
	struct record r;

	f->how.prefixes = true;
	record_read(&r, text, len, &f->how);
	if (r.valid && is_first(r.head.type) == first)
		one_record(f, &r);
}

/* The first record of the event, or else all others, from the last line on: PROCTITLE
 * is to come last, as in the kernel's order. */
static void pass_on_block(struct filter *f, bool first)
{
	const char *end = f->block + f->block_used - 1, *start;

	for (; end > f->block; end = start - 1) {
		start = memrchr(f->block, '\n', end - f->block);
		start = start ? start + 1 : f->block;
		pass_on_block_line(f, start, end - start, first);
	}
}

static void end_block(struct filter *f)
{
	if (f->block_used) {
		f->from_block = true;
		pass_on_block(f, true);
		pass_on_block(f, false);
		f->from_block = false;
	}
	f->block_used = 0;
	f->in_block = false;
}

static void add_to_block(struct filter *f, const struct head *h)
{
	size_t len = h->end - h->text;

	if (f->block_used + len + 1 > sizeof(f->block)) {
		end_block(f);
		f->in_block = true;
	}
	memcpy(f->block + f->block_used, h->text, len);
	f->block_used += len;
	f->block[f->block_used++] = '\n';
}

/* ---- lines ---- */

void filter_record(struct filter *f, struct record *r)
{
	const struct head *h = &r->head;

	f->number++;
	f->begun = true;
	if (!r->valid) {
		f->dropped++;
		if (r->too_long) {
			input_error(f->complaints, INPUT_ERROR_LINE_LONG, h->text,
				    h->end - h->text);
			return;
		}
		if (!is_ausearch_heading(h)) {
			input_error(f->complaints, INPUT_ERROR_LINE_GARBAGE, h->text,
				    h->end - h->text);
			return;
		}
		end_block(f);
		f->in_block = f->pasted && PREFIX(h->text, h->end, "time->");
	} else if (f->in_block) {
		add_to_block(f, h);
	} else {
		one_record(f, r);
	}
}

static void one_line(struct filter *f, const char *text, size_t len)
{
	struct record r;

	if (!f->begun && len >= 3 && !memcmp(text, FILTER_BYTE_ORDER_MARK, 3)) {
		text += 3;
		len -= 3;
	}
	f->how.prefixes = f->pasted;
	f->how.fields = f->record;
	record_read(&r, text, len, &f->how);
	filter_record(f, &r);
}

static void take_line(struct filter *f, enum lines_found found, const struct lines_text *t)
{
	switch (found) {
	case LINES_LINE:
		one_line(f, t->at, t->len);
		break;
	case LINES_TOO_LONG:
		f->number++;
		input_error(f->complaints, INPUT_ERROR_LINE_LONG, t->at, t->len);
		break;
	case LINES_SKIPPED:
		f->dropped++;
		break;
	case LINES_NONE:
		break;
	}
}

void filter_feed(struct filter *f, const char *data, size_t len)
{
	const char *end = data + len;
	enum lines_found found;
	struct lines_text t;

	while ((found = lines_next(&f->lines, &data, end, &t)) != LINES_NONE)
		take_line(f, found, &t);
}

void filter_push(struct filter *f, bool end)
{
	struct lines_text t;

	if (end) {
		take_line(f, lines_end(&f->lines, &t), &t);
		end_block(f);
		f->begun = false;
	}
	flush(f);
}
