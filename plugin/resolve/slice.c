// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/slice: a few milliseconds of work. */
#include "plugin/resolve/slice.h"

#include "plugin/clock.h"

struct slice slice_begin(unsigned int ms)
{
	int64_t now = clock_now_ns();

	return (struct slice){ .begun_ns = now, .end_ns = now + ms * 1000000LL };
}

bool slice_over(const struct slice *s)
{
	return clock_now_ns() >= s->end_ns;
}

int64_t slice_used_ns(const struct slice *s)
{
	return clock_now_ns() - s->begun_ns;
}
