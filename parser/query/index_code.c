// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/index_code: entries to a block of an index. index_decode.c is the way back. */
#include "parser/query/index_code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <zstd.h>

#include "parser/query/clock.h"
#include "parser/query/index_field.h"

#define LEVEL 3

/* An identity, or an address, that the block has, by its bytes. */
struct known {
	unsigned char *bytes;	/* owned */
	uint32_t number;
	UT_hash_handle hh;
};

struct known_set {
	struct known *first;
	uint32_t count;
};

struct index_encoder {
	struct index_hot hot[INDEX_BLOCK];
	int64_t ms[INDEX_BLOCK], from, to;
	unsigned int count;
	bool no_local, no_remote;
	struct index_bytes heads, rest, pids, addresses, identities, scratch;
	struct known_set known_identities, known_addresses;
	ZSTD_CCtx *zstd;
};

bool index_bytes_add(struct index_bytes *b, const void *data, size_t len)
{
	if (b->size - b->len < len) {
		size_t size = (b->size + len) * 2;
		unsigned char *more = realloc(b->at, size);

		if (!more)
			return false;
		b->at = more;
		b->size = size;
	}
	if (len)
		memcpy(b->at + b->len, data, len);
	b->len += len;
	return true;
}

void index_bytes_fini(struct index_bytes *b)
{
	free(b->at);
	memset(b, 0, sizeof(*b));
}

struct index_encoder *index_encoder_new(void)
{
	struct index_encoder *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->zstd = ZSTD_createCCtx();
	if (!e->zstd) {
		free(e);
		return NULL;
	}
	ZSTD_CCtx_setParameter(e->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(e->zstd, ZSTD_c_checksumFlag, 1);
	return e;
}

static void forget_set(struct known_set *set)
{
	struct known *k, *next;

	HASH_ITER(hh, set->first, k, next) {
		HASH_DEL(set->first, k);
		free(k->bytes);
		free(k);
	}
	set->count = 0;
}

static void forget(struct index_encoder *e)
{
	forget_set(&e->known_identities);
	forget_set(&e->known_addresses);
	e->count = 0;
	e->no_local = e->no_remote = false;
	e->heads.len = e->rest.len = e->pids.len = e->addresses.len = e->identities.len = 0;
}

void index_encoder_free(struct index_encoder *e)
{
	if (!e)
		return;
	forget(e);
	index_bytes_fini(&e->heads);
	index_bytes_fini(&e->rest);
	index_bytes_fini(&e->pids);
	index_bytes_fini(&e->addresses);
	index_bytes_fini(&e->identities);
	index_bytes_fini(&e->scratch);
	ZSTD_freeCCtx(e->zstd);
	free(e);
}

static bool put_number(struct index_bytes *b, int64_t v)
{
	uint64_t left = (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
	unsigned char bytes[10];
	size_t n = 0;

	while (left >= 0x80) {
		bytes[n++] = left | 0x80;
		left >>= 7;
	}
	bytes[n++] = left;
	return index_bytes_add(b, bytes, n);
}

static bool put_id(struct index_bytes *b, const struct conn_id *id)
{
	return put_number(b, id->has_boot | id->by_serial << 1) && put_number(b, id->boot) &&
	       put_number(b, id->number) && put_number(b, id->nth);
}

static bool put_stamp(struct index_bytes *b, const struct stamp *s)
{
	return put_number(b, s->sec) && put_number(b, s->milli) && put_number(b, s->serial);
}

static bool put_field(struct index_bytes *b, enum field_id id, const char *at)
{
	switch (fields[id].type) {
	case TYPE_NUMBER:
	case TYPE_USER:
	case TYPE_SESSION:
	case TYPE_DURATION:
	case TYPE_BYTES:	return put_number(b, *(const int64_t *)at);
	case TYPE_OPTIONAL:	return put_number(b, ((const struct optional *)at)->number);
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME: {
		const char *text = *(const char *const *)at;

		return index_bytes_add(b, text, strlen(text) + 1);
	}
	case TYPE_ADDRESS:	return put_number(b, ((const struct netaddr *)at)->scope);
	case TYPE_VIA:
	case TYPE_ERRNO:	return put_number(b, *(const int *)at);
	case TYPE_ID:		return put_id(b, (const struct conn_id *)at);
	case TYPE_EVENT:	return put_stamp(b, (const struct stamp *)at);
	default:		return true;	/* for a flag the bit is the whole value */
	}
}

/* The fields of an entry, or of an identity: a bit for each that is there, then these. */
static bool put_fields(struct index_bytes *b, const char *base, bool of_identity)
{
	uint64_t has = 0;

	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++)
		if (index_field_is_stored(id, of_identity) &&
		    index_field_is_set(id, base + fields[id].offset))
			has |= 1ull << id;
	if (!index_bytes_add(b, &has, sizeof(has)))
		return false;
	for (; has; has &= has - 1) {
		enum field_id id = __builtin_ctzll(has);

		if (!put_field(b, id, base + fields[id].offset))
			return false;
	}
	return true;
}

/* Number of these bytes in the set; *added: they are new. Returns false without memory. */
static bool number_of(struct known_set *set, const void *bytes, size_t len, uint16_t *number,
		      bool *added)
{
	struct known *k;

	HASH_FIND(hh, set->first, bytes, len, k);
	*added = !k;
	if (!k) {
		k = calloc(1, sizeof(*k));
		if (k)
			k->bytes = malloc(len);
		if (!k || !k->bytes) {
			free(k);
			return false;
		}
		memcpy(k->bytes, bytes, len);
		k->number = set->count++;
		HASH_ADD_KEYPTR(hh, set->first, k->bytes, len, k);
	}
	*number = k->number;
	return true;
}

static bool put_identity(struct index_encoder *e, const struct identity *id, uint16_t *number)
{
	struct index_bytes *b = &e->scratch;
	unsigned char marks = id->unparted | (id->pcomm ? 2 : 0);
	bool added;

	b->len = 0;
	if (!index_bytes_add(b, &marks, 1) ||
	    (id->pcomm && !index_bytes_add(b, id->pcomm, strlen(id->pcomm) + 1)) ||
	    !put_fields(b, (const char *)id, true) ||
	    !number_of(&e->known_identities, b->at, b->len, number, &added))
		return false;
	return !added || (index_bytes_add(&e->identities, b->at, b->len) &&
			  index_bytes_add(&e->pids, &id->pid, sizeof(id->pid)));
}

static bool put_address(struct index_encoder *e, const struct netaddr *a, uint16_t *number)
{
	struct index_address address = { .family = a->family, .known = a->has_addr };
	bool added;

	*number = INDEX_NO_ADDRESS;
	if (!a->has_addr && !a->family)
		return true;
	memcpy(address.bytes, a->addr, sizeof(address.bytes));
	if (!number_of(&e->known_addresses, &address, sizeof(address), number, &added))
		return false;
	return !added || index_bytes_add(&e->addresses, &address, sizeof(address));
}

bool index_encoder_fits(const struct index_encoder *e, const struct entry *entry)
{
	int64_t ms = stamp_ms(&entry->time);

	if (!e->count)
		return true;
	return e->count < INDEX_BLOCK && ms - e->from <= UINT32_MAX && e->to - ms <= UINT32_MAX;
}

static uint8_t flags_of(const struct entry *e)
{
	return (e->inbound ? INDEX_INBOUND : 0) | (e->unknown_direction ? INDEX_NO_DIRECTION : 0) |
	       (e->opener >= 0 ? INDEX_OPENER : 0) | (e->incomplete ? INDEX_INCOMPLETE : 0) |
	       (e->local.has_port ? INDEX_LOCAL_PORT : 0) |
	       (e->remote.has_port ? INDEX_REMOTE_PORT : 0);
}

int index_encoder_put(struct index_encoder *e, const struct entry *entry)
{
	struct index_hot *h = &e->hot[e->count];
	int64_t ms = stamp_ms(&entry->time);

	if (entry->time.sec < 0)
		return -ERANGE;
	memset(h, 0, sizeof(*h));
	h->at = e->rest.len;
	h->local_port = entry->local.port;
	h->remote_port = entry->remote.port;
	h->proto = entry->proto;
	h->what = entry->what;
	h->flags = flags_of(entry);
	if (!put_identity(e, entry->identity, &h->identity) ||
	    !put_address(e, &entry->local, &h->local) ||
	    !put_address(e, &entry->remote, &h->remote) ||
	    !put_fields(&e->rest, (const char *)entry, false))
		return -ENOMEM;
	e->no_local |= !entry->local.has_addr;
	e->no_remote |= !entry->remote.has_addr;
	e->from = !e->count || ms < e->from ? ms : e->from;
	e->to = !e->count || ms > e->to ? ms : e->to;
	e->ms[e->count++] = ms;
	return 0;
}

static bool compress(struct index_encoder *e, struct index_bytes *out, const void *data,
		     size_t len)
{
	size_t most = ZSTD_compressBound(len), n;

	out->len = 0;
	if (out->size < most) {
		unsigned char *more = realloc(out->at, most);

		if (!more)
			return false;
		out->at = more;
		out->size = most;
	}
	n = ZSTD_compress2(e->zstd, out->at, out->size, data, len);
	out->len = ZSTD_isError(n) ? 0 : n;
	return !ZSTD_isError(n);
}

static bool put_heads(struct index_encoder *e)
{
	for (unsigned int i = 0; i < e->count; i++)
		e->hot[i].ms = e->ms[i] - e->from;
	return index_bytes_add(&e->heads, e->hot, e->count * sizeof(*e->hot)) &&
	       index_bytes_add(&e->heads, e->pids.at, e->pids.len) &&
	       index_bytes_add(&e->heads, e->addresses.at, e->addresses.len);
}

/* The other parts of the entries come first in the second frame: their places in it must be
 * known before the identities are. */
int index_encoder_end(struct index_encoder *e, struct index_frames *out)
{
	uint32_t rest = e->rest.len;
	bool done;

	out->count = e->count;
	if (!e->count)
		return 0;
	out->identities = e->known_identities.count;
	out->addresses = e->known_addresses.count;
	out->from = e->from;
	out->to = e->to;
	out->no_local = e->no_local;
	out->no_remote = e->no_remote;
	done = put_heads(e) && compress(e, &out->hot, e->heads.at, e->heads.len) &&
	       index_bytes_add(&e->rest, e->identities.at, e->identities.len) &&
	       index_bytes_add(&e->rest, &rest, sizeof(rest)) &&
	       compress(e, &out->cold, e->rest.at, e->rest.len);
	out->hot_size = e->heads.len;
	out->cold_size = e->rest.len;
	forget(e);
	return done ? 0 : -ENOMEM;
}
