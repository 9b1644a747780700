// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/order, texts sorted by their time. */
#include "plugin/order.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

static char got[ORDER_MAX * 8];

static void collect(const char *text, size_t len, void *arg)
{
	(void)arg;
	strncat(got, text, len);
}

static void in_order(const char *text, size_t len, void *arg)
{
	int *last = arg, ms;

	assert_int_equal(len, sizeof(ms));
	memcpy(&ms, text, sizeof(ms));
	assert_true(ms > *last);
	*last = ms;
}

struct item {
	int ms;
	unsigned int key;
	const char *text;
};

static const struct row {
	const char *name;
	struct item items[5];
	int64_t before;
	const char *first, *rest; /* texts that are released before that time, and then */
} rows[] = {
	{ "in order", { { 1, 0, "a" }, { 2, 0, "b" }, { 3, 0, "c" } }, 3, "ab", "c" },
	{ "the other way", { { 3, 0, "c" }, { 2, 0, "b" }, { 1, 0, "a" } }, 3, "ab", "c" },
	{ "of one time, as they came", { { 1, 0, "a" }, { 1, 0, "b" }, { 0, 0, "x" }, { 1, 0, "c" } },
	  9, "xabc", "" },
	{ "a stop never goes before its start", { { 5, 7, "start" }, { 3, 7, "stop" } }, 4, "",
	  "startstop" },
	{ "nor does a third one", { { 5, 7, "start" }, { 3, 7, "stop" }, { 4, 7, "start2" }, { 5, 0, "x" } },
	  5, "", "startstopstart2x" },
	{ "but before another's", { { 5, 7, "b" }, { 3, 8, "a" } }, 4, "a", "b" },
	{ "no key is no key", { { 5, 0, "b" }, { 3, 0, "a" } }, 4, "a", "b" },
	{ "nothing", { { 0 } }, INT64_MAX, "", "" },
};

static void add(struct order *o, const struct item *i)
{
	struct stamp time = { .sec = 1795241079, .milli = i->ms };

	assert_true(order_add(o, &time, i->key, i->text, strlen(i->text)));
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct order o;

	order_init(&o);
	for (const struct item *i = row->items; i->text; i++)
		add(&o, i);
	*got = 0;
	order_release(&o, row->before < 1000 ? 1795241079000 + row->before : row->before, collect,
		      NULL);
	assert_string_equal(got, row->first);
	*got = 0;
	order_release(&o, INT64_MAX, collect, NULL);
	assert_string_equal(got, row->rest);
	assert_int_equal(o.count, 0);
	order_fini(&o);
}

static void test_full(void **state)
{
	struct stamp time = { .sec = 1 };
	struct order o;

	(void)state;
	order_init(&o);
	for (int i = 0; i < ORDER_MAX; i++)
		assert_true(order_add(&o, &time, 0, "x", 1));
	assert_false(order_add(&o, &time, 0, "x", 1));
	*got = 0;
	order_release(&o, INT64_MAX, collect, NULL);
	assert_int_equal(strlen(got), ORDER_MAX);
	assert_true(order_add(&o, &time, 0, "x", 1));
	order_fini(&o);
}

/* Many texts, half of them a second late, are released in order. */
static void test_late(void **state)
{
	struct order o;
	int last = -1;

	(void)state;
	order_init(&o);
	for (int i = 0; i < ORDER_MAX; i++) {
		int ms = i % 2 ? i : i + 1000;
		struct stamp time = { .sec = ms / 1000, .milli = ms % 1000 };

		assert_true(order_add(&o, &time, i % 3 ? i : 0, &ms, sizeof(ms)));
	}
	order_release(&o, INT64_MAX, in_order, &last);
	assert_int_equal(last, ORDER_MAX - 2 + 1000);
	order_fini(&o);
}

/* Texts wait for the oldest event, but not for one that waits too long. */
static void test_limit(void **state)
{
	static const struct { int64_t oldest, now; unsigned int diag, other; int64_t limit; } limits[] = {
		{ INT64_MAX, 9000, 500, 1000, INT64_MAX },
		{ 8900, 9000, 500, 1000, 8900 },
		{ 7801, 9000, 500, 1000, 7801 }, { 7799, 9000, 500, 1000, 7800 },
		{ 5801, 9000, 3000, 1000, 5801 }, { 5799, 9000, 3000, 1000, 5800 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		assert_int_equal(order_limit(limits[i].oldest, limits[i].now, limits[i].diag,
					     limits[i].other), limits[i].limit);
}

int main(void)
{
	const struct CMUnitTest others[] = { cmocka_unit_test(test_full), cmocka_unit_test(test_late),
					       cmocka_unit_test(test_limit) };

	return table_run("order", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("full", others, NULL, NULL);
}
