// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/bpf_found: a scan meets sockets whose records are yet to come. */
#include "plugin/input/bpf_found.h"

#include <limits.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kpatch/bpf/netlog_bpf.h"
#include "kpatch/netlog_record.h"
#include "table.h"

#define MS 1000000ULL

/* The pids that were reported, each with its inode. */
static char got[256];

static void on_found(const struct netlog_bpf_event *e, void *arg)
{
	size_t len = strlen(got);

	(void)arg;
	snprintf(got + len, sizeof(got) - len, "%llu/%u ", (unsigned long long)e->sock.ino, e->task.pid);
}

static struct netlog_bpf_event event(enum netlog_op op, int ms, int ino, int state, int lport, int fport)
{
	return (struct netlog_bpf_event){
		.kind = NETLOG_BPF_EVENT, .op = op, .mono = ms * MS,
		.sock = { .ino = ino, .state = state, .lport = lport, .fport = fport },
		.task = { .pid = 100 },
	};
}

struct row {
	const char *name;
	int found_ms, state, lport, fport;	/* of the socket that was found */
	enum netlog_op op;			/* of the record that is read then */
	int ms, ino, record_lport, record_fport;
	const char *at_once;			/* what is reported before it, */
	const char *later;			/* and at last */
};

static const struct row rows[] = {
	{ "listen: its record comes", 10, 10, 22, 0, NETLOG_OP_LISTEN, 12, 7, 22, 0, "", "" },
	{ "listen: it came before", 10, 10, 22, 0, NETLOG_OP_LISTEN, 9, 7, 22, 0, "", "7/100 " },
	{ "listen: of another socket", 10, 10, 22, 0, NETLOG_OP_LISTEN, 12, 8, 22, 0, "", "7/100 " },
	{ "listen: long before its record", 10, 10, 22, 0, NETLOG_OP_LISTEN, 300, 7, 22, 0, "7/100 ", "" },
	{ "listen: the socket was not listening", 10, 7, 22, 0, NETLOG_OP_LISTEN, 12, 7, 22, 0, "7/100 ", "" },
	{ "bind: its record comes", 10, 7, 53, 0, NETLOG_OP_BIND, 12, 7, 53, 0, "", "" },
	{ "bind: it had a peer", 10, 1, 53, 99, NETLOG_OP_BIND, 12, 7, 53, 0, "7/100 ", "" },
	{ "datagram: its record comes", 10, 1, 53, 99, NETLOG_OP_DGRAM, 12, 7, 53, 99, "", "" },
	{ "datagram: it had another peer", 10, 1, 53, 98, NETLOG_OP_DGRAM, 12, 7, 53, 99, "7/100 ", "" },
	{ "datagram: it had none", 10, 7, 53, 0, NETLOG_OP_DGRAM, 12, 7, 53, 99, "7/100 ", "" },
	{ "its end", 10, 1, 53, 99, NETLOG_OP_RELEASE, 12, 7, 53, 99, "7/100 ", "" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct bpf_found *f = bpf_found_new(on_found, NULL);
	struct netlog_bpf_event e = event(NETLOG_OP_FOUND, row->found_ms, 7, row->state, row->lport,
					  row->fport);
	struct netlog_bpf_event r = event(row->op, row->ms, row->ino, row->state, row->record_lport,
					  row->record_fport);

	*got = 0;
	assert_true(bpf_found_add(f, &e));
	bpf_found_record(f, &r);
	assert_string_equal(got, row->at_once);
	*got = 0;
	bpf_found_release(f, INT64_MAX, UINT_MAX);
	assert_string_equal(got, row->later);
	bpf_found_free(f);
}

/* It is held for so long, with all that hold it, and in the order of time. */
static void test_time(void **state)
{
	struct bpf_found *f = bpf_found_new(on_found, NULL);

	(void)state;
	*got = 0;
	assert_true(bpf_found_due(f) == INT64_MAX);
	for (int i = 0; i < 6; i++) {
		struct netlog_bpf_event e = event(NETLOG_OP_FOUND, 10 + i, 7 + i % 2, 1, 1, 2);

		e.task.pid += i;
		assert_true(bpf_found_add(f, &e));
	}
	assert_true(bpf_found_due(f) == 210 * MS);
	bpf_found_release(f, 209 * MS, UINT_MAX);
	assert_string_equal(got, "");
	bpf_found_release(f, 210 * MS, UINT_MAX);
	assert_string_equal(got, "7/100 7/102 7/104 ");
	assert_true(bpf_found_due(f) == 211 * MS);
	bpf_found_free(f);
}

static void on_counted(const struct netlog_bpf_event *e, void *arg)
{
	unsigned int *next = arg;

	assert_int_equal(e->task.pid, (*next)++);	/* in their order */
}

static void add_holders(struct bpf_found *f, unsigned int pids, unsigned int copies)
{
	struct netlog_bpf_event e = event(NETLOG_OP_FOUND, 10, 7, 10, 22, 0);

	for (e.task.pid = 0; e.task.pid < pids; e.task.pid++)
		for (unsigned int i = 0; i < copies; i++)
			assert_true(bpf_found_add(f, &e));
}

/* One socket in as many processes as a user may have: the event loop waits for few of them. */
static void test_many_holders(void **state)
{
	unsigned int next = 0;
	struct bpf_found *f = bpf_found_new(on_counted, &next);
	struct netlog_bpf_event r = event(NETLOG_OP_RELEASE, 12, 7, 10, 22, 0);
	clock_t begun = clock();

	(void)state;
	add_holders(f, 100000, 1);
	assert_true(clock() - begun < CLOCKS_PER_SEC / 5);
	bpf_found_record(f, &r);
	assert_int_equal(next, BPF_FOUND_HOLDERS);
	assert_true(bpf_found_due(f) == INT64_MAX);
	bpf_found_free(f);
}

/* Copies of a descriptor are one holder. */
static void test_copies(void **state)
{
	unsigned int next = 0;
	struct bpf_found *f = bpf_found_new(on_counted, &next);

	(void)state;
	add_holders(f, 3, 40000);
	bpf_found_release(f, INT64_MAX, UINT_MAX);
	assert_int_equal(next, 3);
	bpf_found_free(f);
}

/* A part of many sockets at a time. The record of one precedes it in its turn. */
static void test_many_sockets(void **state)
{
	unsigned int next = 0;
	struct bpf_found *f = bpf_found_new(on_counted, &next);
	struct netlog_bpf_event e = event(NETLOG_OP_FOUND, 10, 7, 10, 22, 0),
				r = event(NETLOG_OP_RELEASE, 12, 10, 10, 22, 0);

	(void)state;
	for (; e.sock.ino < 17; e.sock.ino++) {
		e.task.pid = e.sock.ino - 7;
		assert_true(bpf_found_add(f, &e));
	}
	bpf_found_release(f, 209 * MS, 3);
	assert_int_equal(next, 0);
	bpf_found_release(f, 210 * MS, 3);
	assert_int_equal(next, 3);
	bpf_found_record(f, &r);
	assert_int_equal(next, 4);
	bpf_found_release(f, 210 * MS, 4);
	assert_int_equal(next, 8);
	assert_true(bpf_found_due(f) == 210 * MS);
	bpf_found_release(f, 210 * MS, 4);
	assert_int_equal(next, 10);
	assert_true(bpf_found_due(f) == INT64_MAX);
	bpf_found_free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time), cmocka_unit_test(test_many_holders),
		cmocka_unit_test(test_copies), cmocka_unit_test(test_many_sockets),
	};
	int failed = table_run("records", test_row, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
