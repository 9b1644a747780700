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
		struct index_address address;
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

/* The conditions on one field, if each of them compares for equality with one of a few values. */
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

		w->address.family = a->family;
		w->address.known = true;
		memcpy(w->address.bytes, a->addr, sizeof(a->addr));
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
	f->from = stamp_ms(&m->from);
	f->to = stamp_ms(&m->to);
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

/* The parts of a block's tables that a query needs; small enough for the stack of a thread. */
struct wanted_here {
	uint8_t addresses[INDEX_ADDRESSES], identities[INDEX_BLOCK];
};

static void find_addresses(const struct index_filter *f, const struct index_heads *h,
			   uint8_t *wanted)
{
	for (uint32_t i = 0; i < h->address_count; i++)
		wanted[i] = !h->addresses[i].known;
	for (unsigned int k = 0; k < f->address_count; k++)
		for (uint32_t i = 0; i < h->address_count; i++)
			wanted[i] |= !memcmp(&h->addresses[i], &f->addresses[k].address,
					     sizeof(h->addresses[i]));
}

static void find_identities(const struct index_filter *f, const struct index_heads *h,
			    uint8_t *wanted)
{
	memset(wanted, 0, h->identities);
	for (unsigned int k = 0; k < f->pid_count; k++)
		for (uint32_t i = 0; i < h->identities; i++)
			wanted[i] |= h->pids[i] == f->pids[k];
}

/* An end that is not known may be the right one. */
static bool has_end(const struct index_filter *f, const struct index_hot *hot,
		    const struct wanted_here *w)
{
	return (f->local && (hot->local == INDEX_NO_ADDRESS || w->addresses[hot->local])) ||
	       (f->remote && (hot->remote == INDEX_NO_ADDRESS || w->addresses[hot->remote]));
}

static bool meets_rest(const struct index_filter *f, const struct index_heads *h,
		       const struct index_hot *hot)
{
	struct identity identity = { 0 };
	struct entry e;

	index_set_head(h, hot, &e);
	e.identity = &identity;
	return match_maybe(&f->rest, &e);
}

static bool can_matter(const struct index_filter *f, const struct index_heads *h,
		       const struct index_hot *hot, const struct wanted_here *w)
{
	int64_t ms = h->from + hot->ms;

	if ((f->has_from && ms < f->from) || (f->has_to && ms > f->to))
		return false;
	if (f->address_count && !has_end(f, hot, w))
		return false;
	if (f->pid_count && !(hot->flags & INDEX_OPENER) && !w->identities[hot->identity])
		return false;
	return !f->rest.count || meets_rest(f, h, hot);
}

unsigned int index_filter_entries(const struct index_filter *f, const struct index_heads *h,
				  uint16_t numbers[INDEX_BLOCK])
{
	struct wanted_here w;
	unsigned int n = 0;

	if (f) {
		find_addresses(f, h, w.addresses);
		find_identities(f, h, w.identities);
	}
	for (uint32_t i = 0; i < h->count; i++)
		if (!f || can_matter(f, h, &h->hot[i], &w))
			numbers[n++] = i;
	return n;
}
