// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit/test_batch: lines that are read many at a time have the fields that each has alone; the
 * table of processes finds what is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parser/audit/batch.h"
#include "parser/track/process.h"

#define LINE_MAX 1024
#define ROUNDS 3

/* The parts that differ between programs' records: each row with the others as in the first. */
static const char *const tails[] = {
	"auid=1000 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=12 "
		"comm=\"nginx\" exe=\"/usr/sbin/nginx\" key=\"netlog\"",
	"auid=1001 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=12 "
		"comm=\"nginx\" exe=\"/usr/sbin/nginx\" key=\"netlog\"",
	"auid=1000 uid=34 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=12 "
		"comm=\"nginx\" exe=\"/usr/sbin/nginx\" key=\"netlog\"",
	"auid=1000 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=13 "
		"comm=\"nginx\" exe=\"/usr/sbin/nginx\" key=\"netlog\"",
	"auid=1000 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=12 "
		"comm=\"nginy\" exe=\"/usr/sbin/nginx\" key=\"netlog\"",
	"auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 "
		"comm=2F exe=\"/usr/bin/x\" subj=unconfined key=(null)",
	"auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 "
		"comm=(null) exe=(null) subj=other key=(null)",
	/* not in the kernel's form, twice the same */
	"auid=x uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 "
		"comm=(null) exe=(null) subj=other key=(null)",
};
#define TAILS (sizeof(tails) / sizeof(*tails))

static size_t write_lines(char *to, unsigned int *count)
{
	size_t n = 0;

	*count = 0;
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < TAILS; i++, ++*count)
			n += sprintf(to + n, "type=SYSCALL msg=audit(1795241079.%03u:%u): arch=c000003e "
				     "syscall=41 success=yes exit=%d a0=2 a1=1 a2=0 a3=0 items=0 ppid=%u "
				     "pid=%u %s\n", *count, *count + 100, round * 7, *count, 2000 + *count,
				     tails[i]);
	return n;
}

static void same_text(const struct record_text *a, const struct record_text *b)
{
	assert_int_equal(!a->at, !b->at);
	if (a->at) {
		assert_ptr_equal(a->at, b->at);
		assert_int_equal(a->len, b->len);
	}
}

static void test_same_as_alone(void **state)
{
	char *text = calloc(ROUNDS * TAILS, LINE_MAX);
	struct batch b = { 0 };
	unsigned int count;
	size_t len = write_lines(text, &count);

	(void)state;
	assert_int_equal(batch_read(&b, text, len, true, false), 0);
	assert_int_equal(b.count, count);
	for (unsigned int i = 0; i < count; i++) {
		const struct record *r = &b.records[i];
		struct record_how how = { .fields = true };
		struct record alone;

		record_read(&alone, r->head.text, r->head.end - r->head.text, &how);
		assert_int_equal(r->odd, alone.odd);
		assert_int_equal(r->odd, i % TAILS == TAILS - 1);
		if (r->odd)
			continue;
		assert_int_equal(r->syscall.pid, 2000 + i);
		assert_int_equal(r->syscall.ppid, i);
		assert_int_equal(r->syscall.exit, i / TAILS * 7);
		assert_int_equal(r->syscall.auid, alone.syscall.auid);
		assert_int_equal(r->syscall.uid, alone.syscall.uid);
		assert_int_equal(r->syscall.ses, alone.syscall.ses);
		assert_int_equal(r->syscall.unkeyed, alone.syscall.unkeyed);
		same_text(&r->syscall.comm, &alone.syscall.comm);
		same_text(&r->syscall.exe, &alone.syscall.exe);
		same_text(&r->syscall.subj, &alone.syscall.subj);
	}
	batch_fini(&b);
	free(text);
}

/* ---- the short cuts of the table of processes ---- */

#define PROCESSES 5000
#define PID(i) ((int64_t)(i) * (i))	/* some share a place of the short cuts */

static void test_processes(void **state)
{
	static struct process_table t;
	struct proc *p[PROCESSES];

	(void)state;
	process_init(&t);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < PROCESSES; i++) {
			assert_null(process_find(&t, 1, PID(i)));
			p[i] = process_add(&t, 1, PID(i), 0);
			assert_ptr_equal(process_find(&t, 1, PID(i)), p[i]);
			assert_null(process_find(&t, 2, PID(i)));
		}
		for (int i = 0; i < PROCESSES; i++)
			assert_ptr_equal(process_find(&t, 1, PID(i)), p[i]);
		for (int i = 0; i < PROCESSES; i++) {
			process_remove(&t, p[i]);
			assert_null(process_find(&t, 1, PID(i)));
		}
	}
	assert_int_equal(process_count(&t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_alone),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
