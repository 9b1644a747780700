// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/clock: the time, slices of work, the stamp of sock_diag's events. */
#include "plugin/resolve/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

int64_t clock_real_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000;
}

struct slice slice_begin(unsigned int ms)
{
	int64_t now = clock_mono_ns();

	return (struct slice){ .begun_ns = now, .end_ns = now + ms * 1000000LL };
}

bool slice_over(const struct slice *s)
{
	return clock_mono_ns() >= s->end_ns;
}

int64_t slice_used_ns(const struct slice *s)
{
	return clock_mono_ns() - s->begun_ns;
}

void clock_deliver(struct track *t, struct event *e)
{
	int64_t ms = clock_real_ms();

	e->stamp = (struct stamp){ .sec = ms / 1000, .milli = ms % 1000 };
	e->mono = clock_mono_ns();
	track_event(t, e);
}
