// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/ignore/repeat: which connections are alike, and the notes about them. */
#include "plugin/ignore/repeat.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

#define V4(a, b, c, d, p) { AF_INET, true, true, p, 0, { a, b, c, d } }
#define SECOND 1795241079
#define WINDOW 60000

static struct identity curl = { .pid = 2304, .uid = 1000, .comm = "\"curl\"",
	.exe = "\"/usr/bin/curl\"" };
static struct identity other_pid = { .pid = 2305, .uid = 1000, .comm = "\"curl\"",
	.exe = "\"/usr/bin/curl\"" };
static struct identity other_user = { .pid = 2304, .uid = 1001, .comm = "\"curl\"",
	.exe = "\"/usr/bin/curl\"" };
static struct identity other_exe = { .pid = 2304, .uid = 1000, .comm = "\"curl\"",
	.exe = "\"/tmp/curl\"" };
static struct identity unknown = { .pid = 1, .uid = -1 }, unknown2 = { .pid = 2, .uid = -1 };

#define START .what = CONNECT_START, .proto = IPPROTO_TCP, .netns = -1, \
	.local = V4(10, 0, 0, 5, 43210), .remote = V4(192, 0, 2, 7, 443), .identity = &curl, \
	.id = { 1, true, 7, false, 1 }, .time = { SECOND, 0, 1 }

static const struct entry first = { START };

static const struct row {
	const char *name;
	struct entry e;
	bool folded;
} rows[] = {
	{ "the same", { START }, true },
	{ "another process", { START, .identity = &other_pid }, true },
	{ "another local port", { START, .local = V4(10, 0, 0, 5, 43211) }, true },
	{ "another id", { START, .id = { 1, true, 8, false, 1 } }, true },
	{ "just in the window", { START, .time = { SECOND + 59, 999, 1 } }, true },
	{ "an earlier time", { START, .time = { SECOND - 2, 0, 1 } }, true },
	{ "the window is over", { START, .time = { SECOND + 60, 0, 1 } }, false },
	{ "another user", { START, .identity = &other_user }, false },
	{ "another program", { START, .identity = &other_exe }, false },
	{ "another peer", { START, .remote = V4(192, 0, 2, 8, 443) }, false },
	{ "another service", { START, .remote = V4(192, 0, 2, 7, 80) }, false },
	{ "another protocol", { START, .proto = IPPROTO_UDP }, false },
	{ "a failure", { START, .what = CONNECT_FAIL, .err = 111 }, false },
	{ "accepted", { START, .inbound = true }, false },
	{ "another namespace", { START, .netns = 5 }, false },
	{ "a listener", { START, .what = LISTEN_START }, false },
	{ "a process", { START, .what = PROC_EXEC }, false },
};

static struct repeat_folded last;
static unsigned int notes;

static void on_over(const struct repeat_folded *f, void *arg)
{
	(void)arg;
	last = *f;
	notes++;
}

static void test_alike(void **state)
{
	const struct row *row = *state;
	struct repeat *r = repeat_new();

	notes = 0;
	assert_false(repeat_fold(r, &first, WINDOW, on_over, NULL));
	assert_int_equal(repeat_fold(r, &row->e, WINDOW, on_over, NULL), row->folded);
	assert_int_equal(notes, 0);
	repeat_expire(r, 0, 0, on_over, NULL);
	assert_int_equal(notes, row->folded);
	if (notes) {
		assert_int_equal(last.count, 1);
		assert_int_equal(last.first.number, 7);
		assert_int_equal(last.since_ms, SECOND * 1000LL);
	}
	repeat_free(r);
}

/* Accepted ones are alike by the port here: that of the peer changes. */
static void test_accepted(void **state)
{
	struct entry a = { START, .inbound = true, .local = V4(10, 0, 0, 5, 22) }, b = a;
	struct repeat *r = repeat_new();

	(void)state;
	b.remote.port++;
	assert_false(repeat_fold(r, &a, WINDOW, on_over, NULL));
	assert_true(repeat_fold(r, &b, WINDOW, on_over, NULL));
	b.local.port++;
	assert_false(repeat_fold(r, &b, WINDOW, on_over, NULL));
	repeat_free(r);
}

/* Two unknown programs are not alike. */
static void test_unknown(void **state)
{
	struct entry a = { START, .identity = &unknown }, b = { START, .identity = &unknown2 };
	struct repeat *r = repeat_new();

	(void)state;
	assert_false(repeat_fold(r, &a, WINDOW, on_over, NULL));
	assert_false(repeat_fold(r, &b, WINDOW, on_over, NULL));
	repeat_free(r);
}

/* A window that is over is noted, by the next connection alike or by the clock; logged and
 * noted connections add up. */
static void test_windows(void **state)
{
	struct repeat *r = repeat_new();
	unsigned int logged = 0, folded = 0;

	(void)state;
	notes = 0;
	for (int i = 0; i < 150; i++) {
		struct entry e = { START, .time = { SECOND + i, 0, 1 } };
		unsigned int before = notes;

		logged += !repeat_fold(r, &e, WINDOW, on_over, NULL);
		if (notes > before)
			folded += last.count;
	}
	assert_int_equal(logged, 3);
	assert_int_equal(folded, 59 + 59);
	assert_int_equal(last.until_ms, (SECOND + 119) * 1000LL);
	repeat_expire(r, (SECOND + 179) * 1000LL, WINDOW, on_over, NULL);
	assert_int_equal(notes, 2);
	repeat_expire(r, (SECOND + 180) * 1000LL, WINDOW, on_over, NULL);
	assert_int_equal(notes, 3);
	assert_int_equal(last.count, 29);
	repeat_free(r);
}

/* When there are too many kinds, connections are logged. */
static void test_full(void **state)
{
	struct repeat *r = repeat_new();
	struct entry e = { START };

	(void)state;
	for (int i = 0; i < REPEAT_MAX; i++) {
		memcpy(e.remote.addr, &i, sizeof(i));
		assert_false(repeat_fold(r, &e, WINDOW, on_over, NULL));
	}
	memset(e.remote.addr, 0xff, 4);
	assert_false(repeat_fold(r, &e, WINDOW, on_over, NULL));
	assert_false(repeat_fold(r, &e, WINDOW, on_over, NULL));
	repeat_free(r);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_full),
	};

	return table_run("alike", test_alike, ROWS(rows)) +
	       cmocka_run_group_tests_name("repeat", others, NULL, NULL);
}
