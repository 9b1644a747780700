// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: the phases of a connection: every pair of phase and step. */
#include "parser/track/conn_table.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct row {
	enum conn_phase from;
	enum conn_step step;
	enum conn_phase to;
	const char *why;
};

static const struct row rows[] = {
#define TRANSITION(from, step, to, why) { CONN_##from, STEP_##step, CONN_##to, why },
#include "parser/track/transitions.def"
#undef TRANSITION
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static const struct row *find(enum conn_phase from, enum conn_step step)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].from != from || rows[i].step != step)
			continue;
		assert_null(found);	/* one row for a pair */
		found = &rows[i];
	}
	return found;
}

/* In a checked build an illegal step aborts. */
static void expect_abort(struct conn_table *t, struct conn *c, enum conn_step step)
{
	struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (!pid) {
		setrlimit(RLIMIT_CORE, &none);
		close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		conn_step(t, c, step);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void check_illegal(struct conn_table *t, struct conn *c, enum conn_step step)
{
	enum conn_phase from = c->phase;
	uint64_t before = t->errors->count[INPUT_ERROR_STATE];

#if defined(__SANITIZE_ADDRESS__)
	expect_abort(t, c, step);
	return;
#endif
	(void)expect_abort;
	assert_false(conn_step(t, c, step));
	assert_int_equal(c->phase, from);
	assert_int_equal(t->errors->count[INPUT_ERROR_STATE], before + 1);
}

static void test_pairs(void **state)
{
	struct input_errors errors = { 0 };
	struct conn_table t;
	struct fd_table fds;
	struct conn *c;

	(void)state;
	fdtable_init(&fds, 16);
	conn_init(&t, 16, &fds, &errors);
	c = conn_new(&t, 0);
	for (int from = 0; from < CONN_PHASE_COUNT; from++)
		for (int step = 0; step < STEP_COUNT; step++) {
			const struct row *r = find(from, step);

			c->phase = from;
			t.doubts = from == CONN_ENDING;
			if (!r) {
				check_illegal(&t, c, step);
				continue;
			}
			assert_true(conn_step(&t, c, step));
			assert_int_equal(c->phase, r->to);
			assert_int_equal(t.doubts, r->to == CONN_ENDING);
		}
	c->phase = CONN_IDLE;
	t.doubts = 0;
	conn_fini(&t);
}

/* Every phase is reached from IDLE, and every step is legal somewhere. */
static void test_reachable(void **state)
{
	bool reached[CONN_PHASE_COUNT] = { [CONN_IDLE] = true }, stepped[STEP_COUNT] = { 0 };

	(void)state;
	for (int round = 0; round < CONN_PHASE_COUNT; round++)
		for (size_t i = 0; i < ROWS; i++) {
			stepped[rows[i].step] = true;
			reached[rows[i].to] |= reached[rows[i].from];
		}
	for (int i = 0; i < CONN_PHASE_COUNT; i++)
		assert_true(reached[i]);
	for (int i = 0; i < STEP_COUNT; i++)
		assert_true(stepped[i]);
}

/* Each row has its reason, in sentences. */
static void test_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		size_t len = strlen(rows[i].why);

		assert_true(len > 15 && rows[i].why[len - 1] == '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs), cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_why),
	};

	return cmocka_run_group_tests_name("phase", tests, NULL, NULL);
}
