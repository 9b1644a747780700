// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/clock: what time it is. */
#include "plugin/clock.h"

#include <time.h>

int64_t clock_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

struct stamp clock_stamp(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct stamp){ .sec = t.tv_sec, .milli = t.tv_nsec / 1000000 };
}
