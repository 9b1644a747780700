// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: requests to the kernel's audit do not hold up the caller. */
#include "plugin/input/audit_request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* In place of libc's: the time of day is an hour ahead, and is set back at once. */
int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (syscall(SYS_clock_gettime, clock, t))
		return -1;
	if (clock == CLOCK_REALTIME)
		t->tv_sec += 3600;
	return 0;
}

static _Atomic int result;		/* of the next request: 0, or its errno */
static _Atomic bool blocked;		/* the kernel's backlog is full */
static _Atomic unsigned int sent;

/* In place of libc's: the kernel. */
ssize_t sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *to,
	       socklen_t to_len)
{
	(void)fd, (void)data, (void)flags, (void)to, (void)to_len;
	while (blocked)
		usleep(1000);
	sent++;
	errno = result;
	return result ? -1 : (ssize_t)len;
}

static void wait_sent(unsigned int count)
{
	for (int i = 0; i < 5000 && sent < count; i++)
		usleep(1000);
	assert_int_equal(sent, count);
}

static void test_refused(void **state)
{
	(void)state;
	result = EPERM;
	assert_int_equal(audit_request(STDERR_FILENO, 1), -EPERM);
	result = 0;
	assert_int_equal(audit_request(STDERR_FILENO, 1), 0);
	wait_sent(2);
}

/* With the deadline on the wall clock, the event loop stood still for an hour. */
static void test_sleeping(void **state)
{
	(void)state;
	blocked = true;
	alarm(20);
	assert_int_equal(audit_request(STDERR_FILENO, 1), 0);
	assert_int_equal(audit_request(STDERR_FILENO, 1), 0);
	assert_int_equal(audit_request(STDERR_FILENO, 1), -EINPROGRESS);	/* both sleep */
	alarm(0);
	blocked = false;
	wait_sent(4);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sleeping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
