// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/join, which events wait for which, and how long. */
#include "plugin/input/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/*
 * Steps, at times of their own in ms ("@5"):
 *   +            joining is on, - off
 *   c7 e7 a7 r7  BPF: connect, established, accept, release of pid 7; its mono is the
 *                number of the step
 *   s7:3=90      the event of pid 7 with mono 3 got the serial 90
 *   A90          audit's event 90
 *   .            release what is due
 *   =TEXT        what was released since the last =: op, pid, serial, subj and title
 *   ?12          the next release is due in so many ms
 *   (            hold all back
 *   )7           go on, without the events of pid 7; = says what is released then
 */
struct row {
	const char *name, *steps;
};

static const struct row rows[] = {
	{ "off: nothing waits", "c7 r7 =c7:0,r7:0, ?-1" },
	{ "an event that comes later", "+ c7 . = s7:1=90 A90 . =c7:90/s90/t90," },
	{ "an event that came before its serial", "+ c7 A90 s7:1=90 . =c7:90/s90/t90," },
	{ "bounded", "+ c7 @999 . = ?2 @1000 . =c7:0," },
	{ "in order", "+ c7 r7 a8 s8:3=91 A91 . = s7:1=90 A90 . =c7:90/s90/t90,r7:0,a8:91/s91/t91," },
	{ "only what begins waits", "+ r7 =r7:0, c7 e7 @1000 . =c7:0,e7:0," },
	{ "of another process", "+ c7 s8:1=90 A90 @1000 . =c7:0," },
	{ "of an event that is gone", "+ c7 @1000 . =c7:0, s7:1=90 A90 c7 s7:2=91 A91 . =c7:91/s91/t91," },
	{ "one serial, two events: the first", "+ c7 c7 s7:1=90 s7:2=90 A90 . =c7:90/s90/t90, @1000 . =c7:0," },
	{ "two serials, one event: the first", "+ c7 s7:1=90 s7:1=91 A91 A90 . =c7:90/s90/t90," },
	{ "switched off, nothing is lost", "+ c7 r7 - =c7:0,r7:0, c8 =c8:0," },
	{ "nobody: softirq", "+ c-1 =c-1:0," },
	{ "held back", "( c7 r7 . - = ?-1 )0 . =c7:0,r7:0, c8 =c8:0," },
	{ "held back, and refused in part", "( c7 c8 r7 )7 . =c8:0," },
	{ "what waits before is released first", "+ c7 ( =c7:0, c8 )0 @1000 . =c8:0," },
	{ "held back, and joined", "+ ( c7 s7:1=90 A90 . = )0 . =c7:90/s90/t90," },
};

static char got[4096];

static const char ops[] = { [NETLOG_OP_CONNECT] = 'c', [NETLOG_OP_ESTABLISHED] = 'e',
			    [NETLOG_OP_ACCEPT] = 'a', [NETLOG_OP_RELEASE] = 'r' };

static void on_event(const struct event *e, void *arg)
{
	size_t n = strlen(got);

	(void)arg;
	assert_string_equal(e->task.comm, "\"prog\"");
	n += snprintf(got + n, sizeof(got) - n, "%c%lld:%llu", ops[e->op],
		      (long long)e->task.pid, (unsigned long long)e->ev.serial);
	if (e->task.subj)
		n += snprintf(got + n, sizeof(got) - n, "/%s/%s", e->task.subj,
			      e->task.proctitle);
	snprintf(got + n, sizeof(got) - n, ",");
}

static void put(struct join *j, const char *step, int64_t mono, int64_t now)
{
	char comm[] = "\"prog\"";	/* borrowed: invalid once join_put() returns */
	struct event e = { .kind = EVENT_MODULE, .mono = mono, .task = { .comm = comm } };

	for (size_t op = 0; op < sizeof(ops); op++)
		if (ops[op] == *step)
			e.op = op;
	assert_true(e.op);
	e.task.pid = atoi(step + 1);
	join_put(j, &e, now);
	memset(comm, 'x', sizeof(comm));
}

static void audit(struct join *j, uint64_t serial)
{
	char subj[16], title[16];
	struct event e = { .kind = EVENT_CONNECT, .stamp = { 1, 2, serial },
			   .task = { .subj = subj, .proctitle = title } };

	snprintf(subj, sizeof(subj), "s%d", (int)serial);
	snprintf(title, sizeof(title), "t%d", (int)serial);
	join_audit(j, &e);
	memset(subj, 'x', sizeof(subj));
}

static bool not_of(const struct event *e, void *arg)
{
	return e->task.pid != *(int64_t *)arg;
}

static void test(void **state)
{
	const struct row *row = *state;
	char *steps = strdup(row->steps), *save = NULL;
	struct join *j = join_new(on_event, NULL);
	int64_t now = 0, mono = 0, other;
	int pid, serial, of;

	*got = 0;
	for (char *s = strtok_r(steps, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
		switch (*s) {
		case '+': case '-':	join_enable(j, *s == '+'); break;
		case '@':		now = atoi(s + 1) * 1000000LL; break;
		case '(':		join_hold(j); break;
		case ')':
			other = atoi(s + 1);
			assert_int_equal(join_decide(j, not_of, &other), 0);
			break;
		case '.':		join_release(j, now); break;
		case '?':		assert_int_equal(join_due(j, now), atoi(s + 1)); break;
		case 'A':		audit(j, atoi(s + 1)); break;
		case 's':
			assert_int_equal(sscanf(s, "s%d:%d=%d", &pid, &of, &serial), 3);
			join_stamp(j, pid, of, serial);
			break;
		case '=':
			assert_string_equal(got, s + 1);
			*got = 0;
			break;
		default:
			put(j, s, ++mono, now);
		}
	}
	join_free(j);
	free(steps);
}

/* Bounded tables: more than they hold is released, or forgotten; nothing is lost. */
static void test_bounds(void **state)
{
	struct join *j = join_new(on_event, NULL);

	(void)state;
	join_enable(j, true);
	*got = 0;
	for (int i = 1; i <= 32768; i++)
		put(j, "c1", i, 0);
	assert_string_equal(got, "");
	put(j, "c1", 40000, 0);
	assert_string_equal(got, "c1:0,");
	for (int i = 1; i <= 5000; i++)
		audit(j, i);
	join_stamp(j, 1, 2, 904);	/* too old: forgotten */
	join_stamp(j, 1, 3, 905);
	*got = 0;
	join_release(j, 0);
	assert_string_equal(got, "");
	audit(j, 904);
	join_release(j, 0);
	assert_string_equal(got, "c1:904/s904/t904,c1:905/s905/t905,");
	join_free(j);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_bounds) };
	int failed = table_run("join", test, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
