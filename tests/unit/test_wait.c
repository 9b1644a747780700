// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: waiting for events: an interrupted wait has none. */
#include "plugin/wait.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plugin/log.h"

static int result, times_logged;	/* of the next poll: a count, or -errno */

int poll(struct pollfd *fds, nfds_t count, int ms)
{
	assert_true(ms >= 0);
	if (result < 0) {
		errno = -result;
		return -1;
	}
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = (int)i < result ? POLLIN : 0;
	return result;
}

void log_warn(const char *format, ...)
{
	(void)format;
	times_logged++;
}

static void test_interrupted(void **state)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };

	(void)state;
	result = 2;
	assert_true(wait_for_events(fds, 2, -5));
	assert_int_equal(fds[0].revents, POLLIN);
	assert_int_equal(fds[1].revents, POLLIN);
	result = -EINTR;
	assert_true(wait_for_events(fds, 2, 1000));
	assert_int_equal(fds[0].revents, 0);
	assert_int_equal(fds[1].revents, 0);
	assert_int_equal(times_logged, 0);
	result = -ENOMEM;
	assert_false(wait_for_events(fds, 2, 1000));
	assert_int_equal(times_logged, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
