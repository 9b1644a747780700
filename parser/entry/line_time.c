// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/line_time: the time in front of a line. */
#include "parser/entry/line_time.h"

#include <string.h>
#include <time.h>

#include "parser/entry/put.h"

/* localtime_r costs a lock and a search: asked once a second. */
static void set_second(struct line_clock *c, int64_t second, const char *format)
{
	time_t sec = second;
	struct tm tm;

	if (!localtime_r(&sec, &tm))
		memset(&tm, 0, sizeof(tm));
	c->len = strftime(c->text, sizeof(c->text), format, &tm);
	c->second = second;
}

static void put_millis(struct put *p, unsigned int milli)
{
	put_char(p, '.');
	put_char(p, '0' + milli / 100 % 10);
	put_char(p, '0' + milli / 10 % 10);
	put_char(p, '0' + milli % 10);
}

size_t line_time(struct line_clock *c, const struct stamp *time, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_TIME_MAX - 1 };

	if (time->sec != c->second || !c->len)
		set_second(c, time->sec, "%Y-%m-%d %H:%M:%S");
	put_bytes(&p, c->text, c->len);
	put_millis(&p, time->milli);
	put_char(&p, ' ');
	*p.to = 0;
	return p.to - buf;
}

size_t line_time_zoned(struct line_clock *c, const struct stamp *time, char *buf)
{
	struct put p = { .to = buf, .end = buf + FORMAT_TIME_MAX - 1 };
	size_t offset;

	if (time->sec != c->second || !c->len)
		set_second(c, time->sec, "%Y-%m-%dT%H:%M:%S%z");
	offset = c->len - 5; /* +hhmm */
	put_bytes(&p, c->text, offset);
	put_millis(&p, time->milli);
	put_bytes(&p, c->text + offset, 3);
	put_char(&p, ':');
	put_bytes(&p, c->text + offset + 3, 2);
	*p.to = 0;
	return p.to - buf;
}
