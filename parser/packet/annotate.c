// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/annotate: blocks of a capture in, the same blocks with their processes out. */
#include "parser/packet/annotate.h"

#include <stdlib.h>

#include "parser/packet/ending.h"
#include "parser/packet/fragments.h"
#include "parser/packet/wire.h"

#define SECOND_NUMBERS 0x80000000u

struct annotate {
	struct owners *owners;
	struct packet_writer *writer;
	struct fragments *fragments;
	struct endings *endings;
	bool inner;
	uint32_t section, numbers;
	int64_t latest;			/* time of a packet */
	struct annotate_counts counts;
};

struct annotate *annotate_new(struct owners *owners, struct packet_writer *w, bool inner)
{
	struct annotate *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->owners = owners;
	a->writer = w;
	a->inner = inner;
	a->latest = OWNERS_UNKNOWN;
	a->fragments = fragments_new();
	a->endings = endings_new();
	if (a->fragments && a->endings)
		return a;
	annotate_free(a);
	return NULL;
}

void annotate_free(struct annotate *a)
{
	if (!a)
		return;
	fragments_free(a->fragments);
	endings_free(a->endings);
	free(a);
}

static bool has_process(const struct pcapng_block *b)
{
	return pcapng_has_option(b, PCAPNG_HONE_PID);
}

/* A section that has connections of Hone numbers them from 1. */
static void take_section(struct annotate *a, const struct pcapng_block *b)
{
	a->section = b->section;
	if (pcapng_has_option(b, PCAPNG_HONE_ID) && a->numbers < SECOND_NUMBERS)
		a->numbers = SECOND_NUMBERS;
	a->writer->section(a->writer, b);
}

static enum owners_why why_of(enum dissect_result result)
{
	static const enum owners_why whys[] = {
		[DISSECT_NOT_IP] = WHY_NOT_IP, [DISSECT_KERNEL] = WHY_KERNEL,
		[DISSECT_FRAGMENT] = WHY_FRAGMENT, [DISSECT_CUT] = WHY_CUT,
		[DISSECT_MALFORMED] = WHY_MALFORMED, [DISSECT_LINK] = WHY_LINK,
	};

	return whys[result];
}

static void find(struct annotate *a, const struct pcapng_block *b, struct flow *flow,
		 struct annotated *p)
{
	enum dissect_result result = DISSECT_LINK;

	memset(flow, 0, sizeof(*flow));
	*p = (struct annotated){ .block = b, .flow = flow };
	if (b->has_link)
		result = dissect(a->fragments, b->link, b->data, b->caplen,
				 b->has_time ? b->ns : 0, a->inner, flow);
	p->has_flow = result == DISSECT_FLOW;
	if (!p->has_flow)
		p->found.why = why_of(result);
	else if (!b->has_time)
		p->found.why = WHY_NO_TIME;
	else
		owners_find(a->owners, flow, b->ns, &p->found);
}

bool annotate_is_known(struct annotate *a, const struct pcapng_block *b)
{
	struct annotated p;
	struct flow flow;

	if (!b->is_packet || has_process(b))
		return true;
	find(a, b, &flow, &p);
	switch (p.found.why) {
	case WHY_NOT_LOGGED:
	case WHY_NOT_ACCEPTED:
	case WHY_CLOSED:
	case WHY_NO_PORT:
	case WHY_BEFORE:
	case WHY_FORWARDED:
		return false;
	default:
		return !p.found.late;
	}
}

static void write_endings(struct annotate *a, int64_t ns)
{
	struct ending e;

	while (endings_next(a->endings, ns, &e)) {
		if (e.what == CONNECT_STOP)
			a->writer->closed(a->writer, e.number, e.process, e.ns);
		else
			a->writer->event(a->writer, e.process, e.what, e.ns);
		process_put(e.process);
	}
}

static void remember(struct annotate *a, const struct ending *e)
{
	e->process->refs++;
	if (!endings_add(a->endings, e))
		process_put(e->process);
}

void annotate_ended(struct owner *o, void *arg)
{
	struct ending e = { .ns = o->ended, .what = CONNECT_STOP, .number = o->number,
			    .process = owner_process(o) };

	remember(arg, &e);
}

void annotate_process(struct packet_process *p, enum entry_kind what, int64_t ns, void *arg)
{
	struct ending e = { .ns = ns, .what = what, .process = p };

	remember(arg, &e);
}

static void introduce_process(struct annotate *a, struct packet_process *p, int64_t ns)
{
	if (p->section == a->section)
		return;
	p->section = a->section;
	a->writer->process(a->writer, p, ns);
}

/* In front of its first packet in a section. */
static void introduce(struct annotate *a, struct owner *o, const struct owner_user *user,
		      int64_t ns)
{
	bool is_new = !o->number;

	introduce_process(a, user->process, ns);
	if (o->section == a->section)
		return;
	if (is_new)
		o->number = ++a->numbers;
	introduce_process(a, owner_process(o), ns);
	o->section = a->section;
	a->writer->opened(a->writer, o, ns);
	if (is_new && o->ended != OWNERS_OPEN)
		annotate_ended(o, a);
}

static void count(struct annotate *a, const struct annotated *p)
{
	a->counts.packets++;
	a->counts.owned += p->found.why == WHY_NONE;
	a->counts.whys[p->found.why]++;
}

static void take_packet(struct annotate *a, const struct pcapng_block *b)
{
	struct annotated p;
	struct flow flow;

	find(a, b, &flow, &p);
	if (b->has_time) {
		if (b->ns > a->latest)
			a->latest = b->ns;
		write_endings(a, a->latest);
	}
	if (p.found.from)
		introduce(a, p.found.from, p.found.sender, b->ns);
	if (p.found.to)
		introduce(a, p.found.to, p.found.receiver, b->ns);
	count(a, &p);
	a->writer->packet(a->writer, &p);
}

void annotate_block(struct annotate *a, const struct pcapng_block *b)
{
	if (b->type == PCAPNG_SECTION) {
		take_section(a, b);
	} else if (!b->is_packet) {
		a->writer->copy(a->writer, b);
	} else if (has_process(b)) {
		a->counts.packets++;
		a->counts.already++;
		a->writer->copy(a->writer, b);
	} else {
		take_packet(a, b);
	}
}

void annotate_end(struct annotate *a)
{
	if (a->latest != OWNERS_UNKNOWN)
		write_endings(a, a->latest);
	a->writer->end(a->writer, a->latest);
}

const struct annotate_counts *annotate_counts(const struct annotate *a)
{
	return &a->counts;
}

size_t annotate_waiting(const struct annotate *a)
{
	return endings_count(a->endings);
}
