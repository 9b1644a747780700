// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/clock: what time it is. */
#include "plugin/clock.h"

#include <time.h>

#define OFFSET_TRIES 8
#define OFFSET_GOOD_NS 20000

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/*
 * The clocks cannot be read at one moment: on a busy host the process may be preempted for some 10
 * ms between two readings. So one clock is read between two readings of the other, and the closest
 * of some tries counts.
 */
int64_t clock_real_minus_mono(void)
{
	int64_t best = INT64_MAX, offset = 0;

	for (int i = 0; i < OFFSET_TRIES && best > OFFSET_GOOD_NS; i++) {
		int64_t before = clock_ns(CLOCK_MONOTONIC);
		int64_t real = clock_ns(CLOCK_REALTIME);
		int64_t apart = clock_ns(CLOCK_MONOTONIC) - before;

		if (apart >= best)
			continue;
		best = apart;
		offset = real - before - apart / 2;
	}
	return offset;
}

int64_t clock_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_now_ms(void)
{
	return clock_now_ns() / 1000000;
}

struct timespec clock_in(unsigned int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

struct stamp clock_stamp(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct stamp){ .sec = t.tv_sec, .milli = t.tv_nsec / 1000000 };
}
