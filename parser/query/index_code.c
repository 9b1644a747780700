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

/* An identity that the block has, by its bytes. */
struct known {
	unsigned char *bytes;	/* owned */
	uint32_t number;
	UT_hash_handle hh;
};

struct index_encoder {
	struct index_hot hot[INDEX_BLOCK];
	unsigned int count;
	struct index_bytes rest, identities, scratch;
	struct known *known;
	uint32_t known_count;
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

static void forget(struct index_encoder *e)
{
	struct known *k, *next;

	HASH_ITER(hh, e->known, k, next) {
		HASH_DEL(e->known, k);
		free(k->bytes);
		free(k);
	}
	e->known_count = 0;
	e->count = 0;
	e->rest.len = e->identities.len = 0;
}

void index_encoder_free(struct index_encoder *e)
{
	if (!e)
		return;
	forget(e);
	index_bytes_fini(&e->rest);
	index_bytes_fini(&e->identities);
	index_bytes_fini(&e->scratch);
	ZSTD_freeCCtx(e->zstd);
	free(e);
}

static bool put_number(struct index_bytes *b, int64_t v)
{
	uint64_t left = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
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
	default:		return true;	/* of a flag the bit says all */
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

/* Number of an identity in the block; it is added if it is new. Returns false without
 * memory. */
static bool identity_number(struct index_encoder *e, const struct identity *id, uint32_t *number)
{
	struct index_bytes *b = &e->scratch;
	unsigned char marks = id->unparted | (id->pcomm ? 2 : 0);
	struct known *k;

	b->len = 0;
	if (!index_bytes_add(b, &marks, 1) ||
	    (id->pcomm && !index_bytes_add(b, id->pcomm, strlen(id->pcomm) + 1)) ||
	    !put_fields(b, (const char *)id, true))
		return false;
	HASH_FIND(hh, e->known, b->at, b->len, k);
	if (!k) {
		k = calloc(1, sizeof(*k));
		if (k)
			k->bytes = malloc(b->len);
		if (!k || !k->bytes || !index_bytes_add(&e->identities, b->at, b->len)) {
			if (k)
				free(k->bytes);
			free(k);
			return false;
		}
		memcpy(k->bytes, b->at, b->len);
		k->number = e->known_count++;
		HASH_ADD_KEYPTR(hh, e->known, k->bytes, b->len, k);
	}
	*number = k->number;
	return true;
}

static struct index_end end_of(const struct netaddr *a)
{
	struct index_end end = {
		.family = a->family, .port = a->port,
		.known = (a->has_addr ? INDEX_ADDR : 0) | (a->has_port ? INDEX_PORT : 0),
	};

	memcpy(end.addr, a->addr, sizeof(end.addr));
	return end;
}

int index_encoder_put(struct index_encoder *e, const struct entry *entry)
{
	struct index_hot *h = &e->hot[e->count];

	if (entry->time.sec < 0)
		return -ERANGE;
	memset(h, 0, sizeof(*h));
	*h = (struct index_hot){
		.ms = clock_ms(&entry->time), .pid = entry->identity->pid, .at = e->rest.len,
		.local = end_of(&entry->local), .remote = end_of(&entry->remote),
		.proto = entry->proto, .what = entry->what,
		.flags = (entry->inbound ? INDEX_INBOUND : 0) |
			 (entry->unknown_direction ? INDEX_NO_DIRECTION : 0) |
			 (entry->opener >= 0 ? INDEX_OPENER : 0) |
			 (entry->incomplete ? INDEX_INCOMPLETE : 0),
	};
	if (!identity_number(e, entry->identity, &h->identity) ||
	    !put_fields(&e->rest, (const char *)entry, false))
		return -ENOMEM;
	e->count++;
	return 0;
}

unsigned int index_encoder_count(const struct index_encoder *e)
{
	return e->count;
}

const struct index_hot *index_encoder_hot(const struct index_encoder *e)
{
	return e->hot;
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

/* The rest of the entries comes first in the second frame, as their places in it are known
 * before the identities are. */
int index_encoder_end(struct index_encoder *e, struct index_frames *out)
{
	uint32_t tail[2] = { e->rest.len, e->known_count };
	bool done;

	out->hot_size = e->count * sizeof(*e->hot);
	done = compress(e, &out->hot, e->hot, out->hot_size) &&
	       index_bytes_add(&e->rest, e->identities.at, e->identities.len) &&
	       index_bytes_add(&e->rest, tail, sizeof(tail));
	out->cold_size = e->rest.len;
	done = done && compress(e, &out->cold, e->rest.at, e->rest.len);
	forget(e);
	return done ? 0 : -ENOMEM;
}
