// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/time_text: a time that a person wrote. */
#include "parser/entry/time_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* Reads up to three decimals after ".". *step is the length, in milliseconds, of the last one. */
static int read_milli(const char *text, int64_t *milli, int64_t *step)
{
	*milli = 0;
	*step = 1000;
	if (!*text)
		return 0;
	if (*text++ != '.' || !*text)
		return -EINVAL;
	for (; isdigit((unsigned char)*text) && *step > 1; text++) {
		*step /= 10;
		*milli += (*text - '0') * *step;
	}
	return *text ? -EINVAL : 0;
}

/* The text means all times that start with it: "@5" is 5.000 to 5.999. */
static int set_time(int64_t sec, const char *decimals, int64_t span, int64_t *low, int64_t *high)
{
	int64_t milli, step;

	if (read_milli(decimals, &milli, &step) || sec > INT64_MAX / 1000 - 86400 ||
	    sec < INT64_MIN / 1000 + 86400)
		return -EINVAL;
	*low = sec * 1000 + milli;
	*high = *low + (span > 1 ? span * 1000 : step) - 1;
	return 0;
}

int time_text_read(const char *text, int64_t *low, int64_t *high)
{
	static const struct {
		const char *format;
		int span;	/* seconds */
	} forms[] = {
		{ "%Y-%m-%dT%H:%M:%S", 1 }, { "%Y-%m-%d %H:%M:%S", 1 },
		{ "%Y-%m-%dT%H:%M", 60 }, { "%Y-%m-%d %H:%M", 60 },
		{ "%Y-%m-%d", 86400 },
	};
	char *end;

	if (*text == '@' && isdigit((unsigned char)text[1])) {
		long long sec;

		errno = 0;
		sec = strtoll(text + 1, &end, 10);
		return errno ? -EINVAL : set_time(sec, end, 1, low, high);
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *rest = strptime(text, forms[i].format, &tm);

		if (rest && (!*rest || (*rest == '.' && forms[i].span == 1)))
			return set_time(mktime(&tm), rest, forms[i].span, low, high);
	}
	return -EINVAL;
}
