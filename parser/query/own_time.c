// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own_time: the time in front of a line of audisp-netlog(8). */
#include <string.h>
#include <time.h>

#include "parser/query/own_text.h"

static int two_digits(const char *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Returns true if text begins as the pattern, in which 0 is any digit. */
static inline __attribute__((always_inline)) bool looks_like(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++)
		if (*pattern == '0' ? !is_digit(*text) : *text != *pattern)
			return false;
	return true;
}

/*
 * An hour that the clock repeated has two interpretations: the one that is not earlier than the
 * previous line is taken.
 */
static int64_t local_minute(struct own_clock *c, const struct tm *parts)
{
	struct tm tm = *parts, other = *parts;
	int64_t at, second;

	tm.tm_isdst = -1;
	at = mktime(&tm);
	other.tm_isdst = !tm.tm_isdst;
	second = mktime(&other);
	if (other.tm_hour != parts->tm_hour || other.tm_min != parts->tm_min || second == at)
		return at;
	if (second < at) {
		int64_t swap = at;

		at = second;
		second = swap;
	}
	return at + 59 < c->last / 1000 ? second : at;
}

static void read_minute(const char *text, struct tm *tm)
{
	*tm = (struct tm){
		.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900,
		.tm_mon = two_digits(text + 5) - 1, .tm_mday = two_digits(text + 8),
		.tm_hour = two_digits(text + 11), .tm_min = two_digits(text + 14),
	};
}

/* Returns true if local time has one offset for all of that day, and for hours around it. */
static bool is_plain_day(int64_t midnight)
{
	long offset = 0;

	for (int hour = -6; hour <= 30; hour++) {
		time_t at = midnight + hour * 3600;
		struct tm tm;

		if (!localtime_r(&at, &tm))
			return false;
		if (hour == -6)
			offset = tm.tm_gmtoff;
		if (tm.tm_gmtoff != offset)
			return false;
	}
	return true;
}

/*
 * The seconds of a local minute. On a day without a change of the offset, which is nearly every
 * day, they follow from midnight's: mktime() takes as long as a line.
 */
static int64_t read_local(struct own_clock *c, const char *text)
{
	int64_t in_day = two_digits(text + 11) * 3600 + two_digits(text + 14) * 60;
	struct tm tm;

	if (memcmp(c->day, text, 10)) {
		read_minute(text, &tm);
		tm.tm_hour = tm.tm_min = 0;
		tm.tm_isdst = -1;
		c->midnight = mktime(&tm);
		c->plain_day = is_plain_day(c->midnight);
		memcpy(c->day, text, 10);
	}
	if (c->plain_day && in_day < 86400)
		return c->midnight + in_day;
	read_minute(text, &tm);
	return local_minute(c, &tm);
}

/* Z, +01:00, +0100, or nothing. Returns what follows, or NULL if it is none of these. */
static const char *read_offset(const char *text, bool *has, int *seconds)
{
	int sign = *text == '-' ? -1 : 1;

	*has = true;
	*seconds = 0;
	if (*text == 'Z')
		return text + 1;
	*has = *text == '+' || *text == '-';
	if (!*has)
		return text;
	if (looks_like(text + 1, "00:00")) {
		*seconds = sign * (two_digits(text + 1) * 3600 + two_digits(text + 4) * 60);
		return text + 6;
	}
	if (looks_like(text + 1, "0000")) {
		*seconds = sign * (two_digits(text + 1) * 3600 + two_digits(text + 3) * 60);
		return text + 5;
	}
	return NULL;
}

/* The parts of a time as they are written. */
struct written {
	int second, offset;
	unsigned int milli;
	bool has_offset;
};

static const char *read_written(const char *text, struct written *w)
{
	unsigned int scale = 100;
	const char *end;

	w->milli = 0;
	if (!looks_like(text, "0000-00-00") || (text[10] != ' ' && text[10] != 'T') ||
	    !looks_like(text + 11, "00:00:00"))
		return NULL;
	w->second = two_digits(text + 17);
	end = text + 19;
	if ((*end == '.' || *end == ',') && is_digit(end[1]))
		for (end++; is_digit(*end); end++, scale /= 10)
			w->milli += (*end - '0') * scale;
	return read_offset(end, &w->has_offset, &w->offset);
}

/*
 * Returns true if text is as the plugin writes it, "2026-11-21 06:00:51.123 ". Eight bytes at a
 * time: x is the distance from a pattern, which a digit may have up to 9, and any other byte not.
 */
static bool is_usual(const char *text)
{
	static const char pattern[OWN_TIME_USUAL + 1] = "0000-00-00 00:00:00.000 ";
	const uint64_t high = 0xf0f0f0f0f0f0f0f0;

	for (int at = 0; at < OWN_TIME_USUAL; at += 8) {
		uint64_t x, digits, more;

		memcpy(&x, text + at, 8);
		memcpy(&digits, pattern + at, 8);
		x ^= digits;
		/* 6 for a digit and 15 for any other; '0' has bit 4 and not bit 1, as ':' has */
		digits = digits >> 4 & ~digits >> 1 & 0x0101010101010101;
		more = 0x0f0f0f0f0f0f0f0f - digits * 9;
		if ((x | (x + more)) & high)
			return false;
	}
	return true;
}

const char *own_time_end(const char *text, enum own_zone *zone)
{
	struct written w;
	const char *end;

	*zone = OWN_LOCAL;
	if (is_usual(text))
		return text + OWN_TIME_USUAL - 1;
	end = read_written(text, &w);
	if (end)
		*zone = !w.has_offset ? OWN_LOCAL : end[-1] == 'Z' ? OWN_UTC : OWN_OFFSET;
	return end;
}

const char *own_time(struct own_clock *c, const char *text, struct stamp *out)
{
	struct written w;
	const char *end = read_written(text, &w);
	struct tm tm;

	if (!end)
		return NULL;
	if (w.has_offset) {
		read_minute(text, &tm);
		out->sec = (int64_t)timegm(&tm) - w.offset + w.second;
	} else {
		/* the offset of local time changes between minutes alone */
		if (memcmp(c->minute, text, 16) || c->at + 59 < c->last / 1000 - 1800) {
			c->at = read_local(c, text);
			memcpy(c->minute, text, 16);
		}
		out->sec = c->at + w.second;
	}
	out->milli = w.milli;
	c->last = stamp_ms(out);
	return end;
}
