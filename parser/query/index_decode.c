// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_decode: a block of an index to entries. Its bytes are not trusted. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zstd.h>

#include "parser/query/clock.h"
#include "parser/query/index_code.h"
#include "parser/query/index_field.h"

#define COLD_MAX (64u << 20)	/* bytes of a second frame */

struct buffer {
	unsigned char *at;	/* owned */
	size_t size;
};

/* The unread rest. */
struct cursor {
	const unsigned char *at, *end;
};

struct index_decoder {
	ZSTD_DCtx *zstd;
	struct buffer hot, cold;
	struct identity *identities;
	struct entry *entries;
	unsigned int identity_size, entry_size;
	struct index_heads heads;
};

struct index_decoder *index_decoder_new(void)
{
	struct index_decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->zstd = ZSTD_createDCtx();
	if (d->zstd)
		return d;
	free(d);
	return NULL;
}

void index_decoder_free(struct index_decoder *d)
{
	if (!d)
		return;
	ZSTD_freeDCtx(d->zstd);
	free(d->hot.at);
	free(d->cold.at);
	free(d->identities);
	free(d->entries);
	free(d);
}

static bool inflate(struct index_decoder *d, struct buffer *to, size_t size, const void *frame,
		    size_t len)
{
	if (to->size < size) {
		unsigned char *more = realloc(to->at, size);

		if (!more)
			return false;
		to->at = more;
		to->size = size;
	}
	return ZSTD_decompressDCtx(d->zstd, to->at, size, frame, len) == size;
}

/* Returns true if no value in a head is out of bounds. */
static bool are_sound(const struct index_heads *h)
{
	for (uint32_t i = 0; i < h->count; i++) {
		const struct index_hot *hot = &h->hot[i];

		if (hot->identity >= h->identities || hot->what >= ENTRY_KIND_COUNT ||
		    (hot->local >= h->address_count && hot->local != INDEX_NO_ADDRESS) ||
		    (hot->remote >= h->address_count && hot->remote != INDEX_NO_ADDRESS))
			return false;
	}
	for (uint32_t i = 0; i < h->address_count; i++)
		if (h->addresses[i].family != AF_INET && h->addresses[i].family != AF_INET6 &&
		    (h->addresses[i].family || h->addresses[i].known))
			return false;
	return true;
}

struct index_heads index_decoder_heads(struct index_decoder *d, const struct index_coded *c)
{
	struct index_heads h = { .count = c->count, .identities = c->identities,
				 .address_count = c->addresses, .from = c->from };
	size_t hot = c->count * sizeof(*h.hot), pids = c->identities * sizeof(*h.pids);

	d->heads = (struct index_heads){ 0 };
	if (!c->count || c->count > INDEX_BLOCK || !c->identities || c->identities > c->count ||
	    c->addresses > INDEX_ADDRESSES ||
	    c->hot_size != hot + pids + c->addresses * sizeof(*h.addresses) ||
	    !inflate(d, &d->hot, c->hot_size, c->hot, c->hot_len))
		return d->heads;
	h.hot = (const struct index_hot *)d->hot.at;
	h.pids = (const int64_t *)(d->hot.at + hot);
	h.addresses = (const struct index_address *)(d->hot.at + hot + pids);
	if (are_sound(&h))
		d->heads = h;
	return d->heads;
}

static bool get_number(struct cursor *c, int64_t *out)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		unsigned char byte = *c->at++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		*out = (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
		return true;
	}
	return false;
}

static bool get_text(struct cursor *c, const char **out)
{
	const unsigned char *nul = memchr(c->at, 0, c->end - c->at);

	if (!nul)
		return false;
	*out = (const char *)c->at;
	c->at = nul + 1;
	return true;
}

static bool get_id(struct cursor *c, struct conn_id *id)
{
	int64_t marks, boot, number, nth;

	if (!get_number(c, &marks) || !get_number(c, &boot) || !get_number(c, &number) ||
	    !get_number(c, &nth))
		return false;
	*id = (struct conn_id){ .boot = boot, .has_boot = marks & 1, .number = number,
				.by_serial = marks & 2, .nth = nth };
	return true;
}

static bool get_stamp(struct cursor *c, struct stamp *s)
{
	int64_t sec, milli, serial;

	if (!get_number(c, &sec) || !get_number(c, &milli) || !get_number(c, &serial))
		return false;
	*s = (struct stamp){ .sec = sec, .milli = milli, .serial = serial };
	return true;
}

static bool get_field(struct cursor *c, enum field_id id, char *at)
{
	int64_t v;

	switch (fields[id].type) {
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:		return get_text(c, (const char **)at);
	case TYPE_ID:		return get_id(c, (struct conn_id *)at);
	case TYPE_EVENT:	return get_stamp(c, (struct stamp *)at);
	case TYPE_FLAG:
		*(bool *)at = true;
		return true;
	default:
		break;
	}
	if (!get_number(c, &v))
		return false;
	switch (fields[id].type) {
	case TYPE_OPTIONAL:
		*(struct optional *)at = (struct optional){ true, v };
		break;
	case TYPE_ADDRESS:
		((struct netaddr *)at)->scope = v;
		break;
	case TYPE_VIA:
	case TYPE_ERRNO:
		*(int *)at = v;
		break;
	default:
		*(int64_t *)at = v;
	}
	return true;
}

static bool get_fields(struct cursor *c, char *base, bool of_identity)
{
	uint64_t has;

	if (c->end - c->at < (ptrdiff_t)sizeof(has))
		return false;
	memcpy(&has, c->at, sizeof(has));
	c->at += sizeof(has);
	for (; has; has &= has - 1) {
		enum field_id id = __builtin_ctzll(has);

		if (id == FIELD_NONE || id >= FIELD_COUNT ||
		    !index_field_is_stored(id, of_identity) ||
		    !get_field(c, id, base + fields[id].offset))
			return false;
	}
	return true;
}

static bool get_identity(struct cursor *c, struct identity *id)
{
	unsigned char marks;

	if (c->at == c->end)
		return false;
	marks = *c->at++;
	*id = (struct identity){
		.refs = 1, .generation = identity_generation(),
		.pid = ID_UNKNOWN, .ppid = ID_UNKNOWN, .uid = ID_UNKNOWN,
		.auid = ID_UNKNOWN, .ses = ID_UNKNOWN, .sid = ID_UNKNOWN,
		.unparted = marks & 1,
	};
	return (!(marks & 2) || get_text(c, &id->pcomm)) && get_fields(c, (char *)id, true);
}

/* All of them: they are few. */
static bool get_identities(struct index_decoder *d, struct cursor *c, uint32_t count)
{
	if (count > INDEX_BLOCK)
		return false;
	if (d->identity_size < count) {
		struct identity *more = reallocarray(d->identities, count, sizeof(*more));

		if (!more)
			return false;
		d->identities = more;
		d->identity_size = count;
	}
	for (uint32_t i = 0; i < count; i++)
		if (!get_identity(c, &d->identities[i]))
			return false;
	return true;
}

static void set_end(struct netaddr *a, const struct index_heads *h, uint16_t number,
		    uint16_t port, bool has_port)
{
	a->port = port;
	a->has_port = has_port;
	if (number == INDEX_NO_ADDRESS)
		return;
	a->has_addr = h->addresses[number].known;
	a->family = h->addresses[number].family;
	memcpy(a->addr, h->addresses[number].bytes, sizeof(a->addr));
}

void index_set_head(const struct index_heads *h, const struct index_hot *hot, struct entry *e)
{
	*e = (struct entry){
		.what = hot->what, .time = clock_stamp(h->from + hot->ms), .proto = hot->proto,
		.inbound = hot->flags & INDEX_INBOUND,
		.unknown_direction = hot->flags & INDEX_NO_DIRECTION,
		.incomplete = hot->flags & INDEX_INCOMPLETE,
		.opener = ID_UNKNOWN, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
	};
	set_end(&e->local, h, hot->local, hot->local_port, hot->flags & INDEX_LOCAL_PORT);
	set_end(&e->remote, h, hot->remote, hot->remote_port, hot->flags & INDEX_REMOTE_PORT);
}

static bool has_room(struct index_decoder *d, unsigned int count)
{
	struct entry *more;

	if (d->entry_size >= count)
		return true;
	more = reallocarray(d->entries, count, sizeof(*more));
	if (!more)
		return false;
	d->entries = more;
	d->entry_size = count;
	return true;
}

/* Inflates the second frame, and reads the identities, which follow the first *rest bytes. */
static bool begin_entries(struct index_decoder *d, const struct index_coded *c, uint32_t *rest)
{
	const struct index_heads *h = &d->heads;
	struct cursor cursor;
	size_t size;

	if (!h->hot || c->cold_size < sizeof(*rest) || c->cold_size > COLD_MAX ||
	    !inflate(d, &d->cold, c->cold_size, c->cold, c->cold_len))
		return false;
	size = c->cold_size - sizeof(*rest);
	memcpy(rest, d->cold.at + size, sizeof(*rest));
	if (*rest > size)
		return false;
	cursor = (struct cursor){ d->cold.at + *rest, d->cold.at + size };
	return get_identities(d, &cursor, h->identities);
}

static bool get_entry(struct index_decoder *d, uint16_t number, uint32_t rest, struct entry *e)
{
	const struct index_hot *hot = &d->heads.hot[number];
	struct cursor cursor = { d->cold.at + hot->at, d->cold.at + rest };

	index_set_head(&d->heads, hot, e);
	e->identity = &d->identities[hot->identity];
	return hot->at <= rest && get_fields(&cursor, (char *)e, false);
}

const struct entry *index_decoder_entries(struct index_decoder *d, const struct index_coded *c,
					  const uint16_t *numbers, unsigned int count)
{
	uint32_t rest;

	if (!begin_entries(d, c, &rest) || !has_room(d, count))
		return NULL;
	for (unsigned int i = 0; i < count; i++)
		if (!get_entry(d, numbers[i], rest, &d->entries[i]))
			return NULL;
	return d->entries;
}

bool index_decoder_each(struct index_decoder *d, const struct index_coded *c,
			const uint16_t *numbers, unsigned int count, entry_fn fn, void *arg)
{
	struct entry e;
	uint32_t rest;

	if (!begin_entries(d, c, &rest))
		return false;
	for (unsigned int i = 0; i < count; i++) {
		if (!get_entry(d, numbers[i], rest, &e))
			return false;
		fn(&e, arg);
	}
	return true;
}
