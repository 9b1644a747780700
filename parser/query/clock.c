// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/clock: times as text, for what is read by people. */
#include "parser/query/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static size_t put(const struct stamp *time, bool utc, const char *format, const char *end,
		  char *buf)
{
	time_t sec = time->sec;
	struct tm tm;
	size_t n;

	if (!(utc ? gmtime_r(&sec, &tm) : localtime_r(&sec, &tm)))
		memset(&tm, 0, sizeof(tm));
	n = strftime(buf, CLOCK_TEXT_MAX - 8, format, &tm);
	return n + snprintf(buf + n, CLOCK_TEXT_MAX - n, ".%03u%s", time->milli % 1000, end);
}

size_t clock_utc(const struct stamp *time, char buf[CLOCK_TEXT_MAX])
{
	return put(time, true, "%Y-%m-%dT%H:%M:%S", "Z", buf);
}

size_t clock_text(const struct stamp *time, bool utc, char buf[CLOCK_TEXT_MAX])
{
	return utc ? clock_utc(time, buf) : put(time, false, "%Y-%m-%d %H:%M:%S", "", buf);
}

struct stamp clock_stamp(int64_t ms)
{
	struct stamp s = { .sec = ms / 1000, .milli = ms < 0 ? 0 : ms % 1000 };

	return s;
}
