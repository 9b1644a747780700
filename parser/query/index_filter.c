// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_filter: which blocks and entries of an index can matter. */
#include "parser/query/index_filter.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/query/clock.h"

#define WANTED_MAX 16

struct index_filter {
	bool has_from, has_to;
	int64_t from, to;	/* ms */
	/* An end is one of these addresses. */
	struct wanted {
		struct index_end end;
		uint64_t hash;
	} addresses[WANTED_MAX];
	unsigned int address_count;
	bool local, remote;	/* which end */
	/* The process, or the opener, is one of these. */
	int64_t pids[WANTED_MAX];
	unsigned int pid_count;
	struct match rest;	/* other conditions on what struct index_hot has; values borrowed */
};

/* ---- what is asked ---- */

static bool is_in_hot(enum field_id id, bool pairs)
{
	switch (id) {
	case FIELD_PROTO:
	case FIELD_LOCAL:
	case FIELD_REMOTE:
	case FIELD_ADDR:
	case FIELD_DIRECTION:
		return true;
	case FIELD_KIND:
		return !pairs;
	default:
		return false;
	}
}

static bool is_one_address(const struct condition *c)
{
	const struct netaddr *a = &c->value.range.addr;

	return c->op == OP_IS && fields[c->field].type == TYPE_ADDRESS && a->has_addr &&
	       c->value.range.prefix == (a->family == AF_INET ? 32 : 128);
}

/* Conditions of one field, if each is that it is one of a few. */
static void take_addresses(struct index_filter *f, const struct condition *c, unsigned int n)
{
	if (f->address_count || n > WANTED_MAX)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (!is_one_address(&c[i]))
			return;
	for (unsigned int i = 0; i < n; i++) {
		const struct netaddr *a = &c[i].value.range.addr;
		struct wanted *w = &f->addresses[i];

		w->end.family = a->family;
		memcpy(w->end.addr, a->addr, sizeof(a->addr));
		w->hash = index_hash_address(a->family, a->addr);
	}
	f->address_count = n;
	f->local = c->field != FIELD_REMOTE;
	f->remote = c->field != FIELD_LOCAL;
}

static void take_pids(struct index_filter *f, const struct condition *c, unsigned int n)
{
	if (n > WANTED_MAX)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (c[i].op != OP_IS || c[i].value.low != c[i].value.high)
			return;
	for (unsigned int i = 0; i < n; i++)
		f->pids[i] = c[i].value.low;
	f->pid_count = n;
}

static void take_conditions(struct index_filter *f, const struct match *m, bool pairs)
{
	unsigned int n;

	for (unsigned int i = 0; i < m->count; i += n) {
		const struct condition *c = &m->conditions[i];

		for (n = 1; i + n < m->count && c[n].field == c->field; n++)
			;
		if (fields[c->field].type == TYPE_ADDRESS)
			take_addresses(f, c, n);
		if (c->field == FIELD_PID && !pairs)
			take_pids(f, c, n);
		for (unsigned int k = 0; is_in_hot(c->field, pairs) && k < n; k++)
			f->rest.conditions[f->rest.count++] = c[k];
	}
}

struct index_filter *index_filter_new(const struct match *m, bool pairs)
{
	struct index_filter *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->rest.conditions = calloc(m->count + 1, sizeof(*m->conditions));
	if (!f->rest.conditions) {
		free(f);
		return NULL;
	}
	f->has_from = m->has_from && !pairs;
	f->has_to = m->has_to && !pairs;
	f->from = clock_ms(&m->from);
	f->to = clock_ms(&m->to);
	take_conditions(f, m, pairs);
	return f;
}

void index_filter_free(struct index_filter *f)
{
	if (f)
		free(f->rest.conditions);
	free(f);
}

/* ---- blocks ---- */

static bool has_address(const struct index_filter *f, const struct index_file *file,
			const struct index_block *b)
{
	if ((f->local && b->unknown & INDEX_LOCAL_UNKNOWN) ||
	    (f->remote && b->unknown & INDEX_REMOTE_UNKNOWN))
		return true;
	for (unsigned int i = 0; i < f->address_count; i++)
		if (index_file_may_have(file, b, f->addresses[i].hash))
			return true;
	return !f->address_count;
}

static bool has_pid(const struct index_filter *f, const struct index_file *file,
		    const struct index_block *b)
{
	for (unsigned int i = 0; i < f->pid_count; i++)
		if (index_file_may_have(file, b, index_hash_pid(f->pids[i])))
			return true;
	return !f->pid_count;
}

bool index_filter_block(const struct index_filter *f, const struct index_file *file,
			const struct index_block *b)
{
	return !f || (!(f->has_from && b->to < f->from) && !(f->has_to && b->from > f->to) &&
		      has_address(f, file, b) && has_pid(f, file, b));
}

/* ---- entries ---- */

/* An end that is not known may be the right one. */
static bool is_wanted(const struct index_filter *f, const struct index_end *end)
{
	if (!(end->known & INDEX_ADDR))
		return true;
	for (unsigned int i = 0; i < f->address_count; i++)
		if (end->family == f->addresses[i].end.family &&
		    !memcmp(end->addr, f->addresses[i].end.addr, sizeof(end->addr)))
			return true;
	return false;
}

static bool is_of_process(const struct index_filter *f, const struct index_hot *h)
{
	if (h->flags & INDEX_OPENER)
		return true;
	for (unsigned int i = 0; i < f->pid_count; i++)
		if (h->pid == f->pids[i])
			return true;
	return false;
}

static void set_end(struct netaddr *a, const struct index_end *end)
{
	*a = (struct netaddr){ .family = end->family, .has_addr = end->known & INDEX_ADDR,
			       .has_port = end->known & INDEX_PORT, .port = end->port };
	memcpy(a->addr, end->addr, sizeof(a->addr));
}

static bool meets_rest(const struct index_filter *f, const struct index_hot *h)
{
	struct identity identity = { 0 };
	struct entry e = {
		.what = h->what, .proto = h->proto, .inbound = h->flags & INDEX_INBOUND,
		.unknown_direction = h->flags & INDEX_NO_DIRECTION,
		.incomplete = h->flags & INDEX_INCOMPLETE, .identity = &identity,
	};

	set_end(&e.local, &h->local);
	set_end(&e.remote, &h->remote);
	return h->what < ENTRY_KIND_COUNT && match_maybe(&f->rest, &e);
}

static bool can_matter(const struct index_filter *f, const struct index_hot *h)
{
	if ((f->has_from && h->ms < f->from) || (f->has_to && h->ms > f->to))
		return false;
	if (f->address_count && !(f->local && is_wanted(f, &h->local)) &&
	    !(f->remote && is_wanted(f, &h->remote)))
		return false;
	if (f->pid_count && !is_of_process(f, h))
		return false;
	return !f->rest.count || meets_rest(f, h);
}

unsigned int index_filter_entries(const struct index_filter *f, const struct index_hot *hot,
				  unsigned int count, uint16_t *numbers)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < count; i++)
		if (!f || can_matter(f, &hot[i]))
			numbers[n++] = i;
	return n;
}
