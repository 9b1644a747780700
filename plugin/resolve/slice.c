// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/slice: a few milliseconds of work. */
#include "plugin/resolve/slice.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t slice_now_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t slice_cpu_ns(void)
{
	return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

struct slice slice_begin(unsigned int ms)
{
	int64_t now = slice_now_ns();

	return (struct slice){ .begun_ns = now, .end_ns = now + ms * 1000000LL };
}

bool slice_over(const struct slice *s)
{
	return slice_now_ns() >= s->end_ns;
}

int64_t slice_used_ns(const struct slice *s)
{
	return slice_now_ns() - s->begun_ns;
}
