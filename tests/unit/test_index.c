// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: entries to a block of an index and back: every field of the table, whatever is
 * known of it; a block that is damaged gives nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/fields.h"
#include "parser/query/index_code.h"
#include "table.h"

#define MANY 3000

static struct index_coded coded(const struct index_frames *f)
{
	return (struct index_coded){
		.hot = f->hot.at, .hot_len = f->hot.len, .hot_size = f->hot_size,
		.cold = f->cold.at, .cold_len = f->cold.len, .cold_size = f->cold_size,
		.count = f->count, .identities = f->identities, .addresses = f->addresses,
		.from = f->from,
	};
}

static struct identity unknown_identity(void)
{
	return (struct identity){ .refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1,
				  .ses = -1, .sid = -1 };
}

static struct entry unknown_entry(struct identity *id)
{
	return (struct entry){ .what = CONNECT_STOP, .time = { .sec = 1700000000 },
			       .proto = PROTO_UNKNOWN, .unknown_direction = true, .opener = -1,
			       .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1, .identity = id };
}

/* Sets a field to something, by its type. */
static void set(enum field_id id, struct entry *e, int64_t n)
{
	char *at = (fields[id].of_identity ? (char *)e->identity : (char *)e) + fields[id].offset;

	switch (fields[id].type) {
	case TYPE_TIME:		e->time = (struct stamp){ .sec = 1700000000 + n % 100, .milli = 7 };
				break;
	case TYPE_KIND:		e->what = n % ENTRY_KIND_COUNT; break;
	case TYPE_PROTO:	e->proto = PROTO_MPTCP; break;
	case TYPE_DIRECTION:	e->unknown_direction = false; e->inbound = n & 1; break;
	case TYPE_ADDRESS: {
		struct netaddr *a = (struct netaddr *)at;

		*a = (struct netaddr){ .family = n & 1 ? AF_INET6 : AF_INET, .has_addr = n & 2,
				       .has_port = n & 4, .port = n, .scope = n & 8 ? n : 0 };
		memset(a->addr, n, a->has_addr ? n & 1 ? 16 : 4 : 0);
		if (!a->has_addr && n & 16)
			a->family = 0;
		break;
	}
	case TYPE_OPTIONAL:	*(struct optional *)at = (struct optional){ true, n }; break;
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:		*(const char **)at = n & 1 ? "\"\xff text\"" : ""; break;
	case TYPE_VIA:		e->via = n % VIA_COUNT | (n & 16 ? VIA_SYSLOG : 0); break;
	case TYPE_ERRNO:	e->err = n % 200; break;
	case TYPE_FLAG:		*(bool *)at = true; break;
	case TYPE_ID:		e->id = (struct conn_id){ n, n & 1, n << 40 | n, n & 2, 1 + n % 9 };
				break;
	case TYPE_EVENT:	e->ev = (struct stamp){ 1700000000 + n, n % 1000, n + 1 }; break;
	default:		*(int64_t *)at = n & 32 ? INT64_MAX : n; break;
	}
}

static void assert_same(const struct entry *a, const struct entry *b)
{
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		struct field_value v = field_get(id, a), w = field_get(id, b);

		assert_int_equal(v.known, w.known);
		if (!v.known)
			continue;
		switch (fields[id].type) {
		case TYPE_TEXT:
		case TYPE_ARGUMENTS:
		case TYPE_NAME:
			assert_string_equal(v.text, w.text);
			break;
		case TYPE_ADDRESS:
			assert_true(netaddr_equal(v.address, w.address));
			assert_int_equal(v.address->scope, w.address->scope);
			break;
		case TYPE_ID:
			assert_int_equal(v.id->number, w.id->number);
			assert_int_equal(v.id->boot, w.id->boot);
			assert_int_equal(v.id->nth, w.id->nth);
			assert_int_equal(v.id->has_boot, w.id->has_boot);
			assert_int_equal(v.id->by_serial, w.id->by_serial);
			break;
		case TYPE_TIME:
		case TYPE_EVENT:
			assert_int_equal(v.stamp->sec, w.stamp->sec);
			assert_int_equal(v.stamp->milli, w.stamp->milli);
			assert_int_equal(v.stamp->serial, w.stamp->serial);
			break;
		default:
			assert_int_equal(v.number, w.number);
		}
	}
	assert_int_equal(a->local.family, b->local.family);
	assert_int_equal(a->remote.family, b->remote.family);
	assert_int_equal(a->identity->unparted, b->identity->unparted);
	assert_int_equal(!a->identity->pcomm, !b->identity->pcomm);
	if (a->identity->pcomm)
		assert_string_equal(a->identity->pcomm, b->identity->pcomm);
}

static const struct entry *back(struct index_decoder *d, const struct index_frames *f,
				const uint16_t *numbers, unsigned int count)
{
	struct index_coded c = coded(f);

	return index_decoder_heads(d, &c).hot ? index_decoder_entries(d, &c, numbers, count) : NULL;
}

/* Each field by itself, and all fields but one. */
static void test_each_field(void **state)
{
	struct index_encoder *e = index_encoder_new();
	struct index_decoder *d = index_decoder_new();
	struct index_frames f = { 0 };

	(void)state;
	for (int id = 0; id < 2 * FIELD_COUNT; id++)
		for (int64_t n = 0; n < 64; n++) {
			struct identity identity = unknown_identity();
			struct entry in = unknown_entry(&identity);
			const struct entry *out;

			for (int k = FIELD_NONE + 1; k < FIELD_COUNT; k++)
				if (id < FIELD_COUNT ? k == id : k != id - FIELD_COUNT)
					set(k, &in, n);
			identity.unparted = n & 1;
			identity.pcomm = n & 2 ? "systemd" : NULL;
			assert_int_equal(index_encoder_put(e, &in), 0);
			assert_int_equal(index_encoder_end(e, &f), 0);
			out = back(d, &f, (uint16_t[]){ 0 }, 1);
			assert_non_null(out);
			assert_same(&in, out);
		}
	index_bytes_fini(&f.hot);
	index_bytes_fini(&f.cold);
	index_encoder_free(e);
	index_decoder_free(d);
}

/* Many, of which some are wanted. */
static void fill(struct index_encoder *e, struct index_frames *f)
{
	for (int i = 0; i < MANY; i++) {
		struct identity identity = unknown_identity();
		struct entry in = unknown_entry(&identity);

		for (int k = FIELD_NONE + 1; k < FIELD_COUNT; k++)
			set(k, &in, fields[k].of_identity ? i % 50 : i);
		assert_true(index_encoder_fits(e, &in));
		assert_int_equal(index_encoder_put(e, &in), 0);
	}
	assert_int_equal(index_encoder_end(e, f), 0);
	assert_int_equal(f->count, MANY);
	assert_int_equal(f->identities, 50);
}

static void test_many(void **state)
{
	struct index_encoder *e = index_encoder_new();
	struct index_decoder *d = index_decoder_new();
	struct index_frames f = { 0 };
	uint16_t numbers[MANY / 7 + 1];
	const struct entry *out;
	int count = 0;

	(void)state;
	for (int i = 0; i < MANY; i += 7)
		numbers[count++] = i;
	for (int twice = 0; twice < 2; twice++) {
		fill(e, &f);
		out = back(d, &f, numbers, count);
		assert_non_null(out);
		for (int i = 0; i < count; i++) {
			struct identity identity = unknown_identity();
			struct entry in = unknown_entry(&identity);

			for (int k = FIELD_NONE + 1; k < FIELD_COUNT; k++)
				set(k, &in, fields[k].of_identity ? numbers[i] % 50 : numbers[i]);
			assert_same(&in, &out[i]);
		}
	}
	index_bytes_fini(&f.hot);
	index_bytes_fini(&f.cold);
	index_encoder_free(e);
	index_decoder_free(d);
}

/* A byte that is another, a frame that is shorter, numbers that are not those of the block. */
static void test_damage(void **state)
{
	struct index_encoder *e = index_encoder_new();
	struct index_decoder *d = index_decoder_new();
	struct index_frames f = { 0 };
	uint16_t number = MANY - 1;
	struct identity identity = unknown_identity();
	struct entry last = unknown_entry(&identity);
	const struct entry *out;
	struct index_coded c;
	int refused = 0;

	(void)state;
	for (int k = FIELD_NONE + 1; k < FIELD_COUNT; k++)
		set(k, &last, fields[k].of_identity ? number % 50 : number);
	fill(e, &f);
	srand(1);
	for (int i = 0; i < 500; i++) {
		struct index_bytes *b = i & 1 ? &f.hot : &f.cold;
		size_t at = rand() % b->len;

		b->at[at] ^= 1 << i % 8;
		out = back(d, &f, &number, 1);
		if (out) /* a bit that zstd does not read */
			assert_same(&last, out);
		refused += !out;
		b->at[at] ^= 1 << i % 8;
	}
	assert_true(refused > 490);
	assert_non_null(back(d, &f, &number, 1));
	for (int i = 0; i < 7; i++) {
		c = coded(&f);
		c.hot_len -= i == 0;
		c.hot_size -= i == 1;
		c.count += i == 2;
		c.identities -= i == 3;
		c.addresses += i == 4;
		c.count = i == 5 ? UINT32_MAX : c.count;
		c.identities = i == 6 ? UINT32_MAX : c.identities;
		assert_null(index_decoder_heads(d, &c).hot);
	}
	index_bytes_fini(&f.hot);
	index_bytes_fini(&f.cold);
	index_encoder_free(e);
	index_decoder_free(d);
}

/* A month later is another block; a time before 1970 is none. */
static void test_times(void **state)
{
	struct index_encoder *e = index_encoder_new();
	struct identity identity = unknown_identity();
	struct entry in = unknown_entry(&identity);
	struct index_frames f = { 0 };

	(void)state;
	assert_int_equal(index_encoder_end(e, &f), 0);
	assert_int_equal(f.count, 0);
	assert_int_equal(index_encoder_put(e, &in), 0);
	in.time.sec += 49 * 86400;
	assert_true(index_encoder_fits(e, &in));
	in.time.sec += 86400;
	assert_false(index_encoder_fits(e, &in));
	in.time.sec -= 101 * 86400;
	assert_false(index_encoder_fits(e, &in));
	in.time.sec = -1;
	assert_int_equal(index_encoder_put(e, &in), -ERANGE);
	index_encoder_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_field),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
