// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/handover, no event of BPF and module twice, and none lost. */
#include "plugin/handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define MS 1000000LL

/* Steps, times in ms: "b5:7:1" BPF reported op 1 of inode 7 with peer 1 at 5; "!100" BPF is silent from
 * then on; "m5:7" and "x5:7" the module's is taken, or not. */
struct row {
	const char *name, *steps;
};

static const struct row rows[] = {
	{ "BPF never spoke", "m1:7 m2:7" },
	{ "long before: BPF has reported it", "b10:7 !1000 x10:7" },
	{ "long before, and BPF missed it: it was counted", "!1000 x10:7" },
	{ "after", "!100 m301:7 m310:7" },
	{ "near: reported", "b99:7 !100 x99:7" },
	{ "near: reported, the module's time is later", "b99:7 !100 x103:7" },
	{ "near: not reported", "b99:8 !100 m99:7" },
	{ "near: each once", "b98:7 b99:7 !100 x98:7 x99:7 m99:7" },
	{ "near: the module was interrupted first", "b60:7 !100 x150:7" },
	{ "near: another of the same socket, later", "b85:7 !100 x85:7 m100:7" },
	{ "near: each module's event takes the nearest", "b40:7 b60:7 !100 x61:7 x41:7 m100:7" },
	{ "near: too far apart to be one", "b85:7 !100 m190:7" },
	{ "near: another peer of the same socket", "b99:7:1 !100 m99:7:2 x99:7:1" },
};

static void test(void **state)
{
	const struct row *row = *state;
	static struct handover h;
	char *steps = strdup(row->steps), *save = NULL;
	int at = 0, ino = 0, peer;

	memset(&h, 0, sizeof(h));
	for (char *s = strtok_r(steps, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
		struct event e = { .kind = EVENT_MODULE, .op = NETLOG_OP_CONNECT };

		peer = 0;
		assert_true(sscanf(s + 1, "%d:%d:%d", &at, &ino, &peer) >= 1);
		e.remote.addr[3] = peer;
		e.mono = at * MS;
		e.ino = ino;
		if (*s == 'b')
			handover_note(&h, &e);
		else if (*s == '!')
			handover_begin(&h, e.mono);
		else if (handover_takes(&h, &e) != (*s == 'm'))
			fail_msg("%s", s);
	}
	free(steps);
}

static void test_op(void **state)
{
	static struct handover h;
	struct event e = { .kind = EVENT_MODULE, .op = NETLOG_OP_CONNECT, .ino = 7, .mono = MS };

	(void)state;
	handover_note(&h, &e);
	handover_begin(&h, MS);
	e.op = NETLOG_OP_ESTABLISHED;
	assert_true(handover_takes(&h, &e));
	e.op = NETLOG_OP_CONNECT;
	assert_false(handover_takes(&h, &e));
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_op) };
	int failed = table_run("handover", test, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
