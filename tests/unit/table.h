/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/unit/table: a table of rows, one cmocka test for each row. A row is a
 * struct that begins with its name; the test finds it in *state.
 */
#ifndef NETLOG_TEST_TABLE_H
#define NETLOG_TEST_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROWS(table) (table), sizeof(*(table)), sizeof(table) / sizeof(*(table))

static inline int table_run(const char *group, CMUnitTestFunction test,
			    const void *rows, size_t size, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < count; i++) {
		const char *row = (const char *)rows + i * size;

		tests[i].name = *(const char *const *)row;
		tests[i].test_func = test;
		tests[i].initial_state = (void *)row;
	}
	failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}

#endif
