// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: kpatch/bpf/mark, calls that two BPF programs share, and skips of either. */
#include "kpatch/bpf/mark.h"
#include "plugin/input/bpf_preempt.h"

#include "table.h"

/* Calls of one thread: what happened to the first program and to the second. +: it ran, -: the
 * kernel skipped it. */
struct row {
	const char *name, *calls;
	bool same;		/* all calls have the same mark */
	int done, missed;
};

static const struct row rows[] = {
	{ "both ran", "++ ++ ++", false, 3, 0 },
	{ "the first was skipped", "-+ ++", false, 2, 0 },
	{ "the second was skipped", "+- ++", false, 2, 0 },
	{ "one, then the other", "+- -+ +- +-", false, 4, 0 },
	{ "both were skipped", "-- ++", false, 1, 1 },
	{ "both, after a mark stayed", "+- -- ++ -+", false, 3, 1 },
	{ "the same call again: both ran", "++ ++ ++", true, 3, 0 },
	{ "the same call again after a mark stayed", "+- ++ ++", true, 3, 0 },
	{ "a mark hides the same call", "+- ++ -+ ++", true, 3, 1 },
	{ "a mark hides it at once", "+- +-", true, 1, 1 },
	{ "all", "-- --", true, 0, 2 },
};

static void run(void **state)
{
	const struct row *row = *state;
	int64_t skips = 0, once = 0;
	struct mark m = { 0 };
	int done = 0, number = 0;

	for (const char *c = row->calls; *c; number++) {
		int twice = 0;

		for (; *c == '+' || *c == '-'; c++) {
			bool second;

			if (*c == '-') {
				skips++;
				continue;
			}
			second = mark_take(&m, 1, row->same ? 0 : number);
			once += second ? -1 : 1;
			twice += !second;
		}
		assert_in_range(twice, 0, 1);
		done += twice;
		c += *c == ' ';
	}
	assert_int_equal(done, row->done);
	assert_int_equal(mark_missed(skips, once), row->missed);
}

/* A call between its two programs. */
static void test_under_way(void **state)
{
	struct mark m = { 0 };

	(void)state;
	assert_false(mark_take(&m, 1, 1));
	assert_int_equal(mark_missed(0, 1), 0);
	assert_int_equal(mark_missed(2, 1), 0);
	assert_true(mark_take(&m, 1, 1));
	assert_int_equal(mark_missed(2, 0), 1);
}

static void test_mode(void **state)
{
	const char *debian = "#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1 (2026-11-12)", *boot = "quiet";

	(void)state;
	assert_false(bpf_preempt_by("6.12.117+deb13-amd64", debian, boot, false));
	assert_true(bpf_preempt_by("6.17.4-200.fc42.x86_64", debian, boot, true));
	assert_true(bpf_preempt_by("7.2.13+deb14-amd64", debian, boot, false));
	assert_true(bpf_preempt_by("6.12.117", debian, "quiet preempt=full ro", false));
	assert_true(bpf_preempt_by("6.12.117", debian, "preempt=none preempt=lazy\n", false));
	assert_false(bpf_preempt_by("6.17.4", debian, "preempt=voluntary\n", true));
	assert_false(bpf_preempt_by("6.12.117", debian, "rcu.preempt=full", false));
	assert_true(bpf_preempt_by("6.12.117", "#1 SMP PREEMPT_RT Debian", boot, false));
	assert_true(bpf_preempt_by("6.6.1-arch1", "#1 SMP PREEMPT Thu", boot, false));
	assert_false(bpf_preempt_by("6.6.1", "#1 SMP Thu", boot, false));
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_under_way), cmocka_unit_test(test_mode),
	};

	return table_run("bpf_missed", run, ROWS(rows)) ||
	       cmocka_run_group_tests_name("bpf_missed", others, NULL, NULL);
}
