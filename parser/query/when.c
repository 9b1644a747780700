// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/when: the values of -ts and -te. They are spelled, and mean, what they
 * do in ausearch(8).
 */
#include "parser/query/when.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/moment.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/*
 * A day word is midnight with -ts and, as in ausearch, that day at the present time of
 * day with -te, unless a time follows; the others are moments. (ausearch uses
 * midnight, its manual has one second after midnight.)
 */
struct word {
	const char *name;
	void (*set)(struct tm *tm);
	bool moment;
};

static void unchanged(struct tm *tm)
{
	(void)tm;
}

static void recent(struct tm *tm)
{
	tm->tm_min -= 10;
}

static void this_hour(struct tm *tm)
{
	tm->tm_min = 0;
	tm->tm_sec = 0;
}

/* Wrong by as much as the clock was set since: ausearch computes it like this, too. */
static void boot(struct tm *tm)
{
	FILE *f = fopen("/proc/uptime", "re");
	double uptime = 0;

	if (f && fscanf(f, "%lf", &uptime) == 1)
		tm->tm_sec -= (int)(uptime + 0.5);
	if (f)
		fclose(f);
}

static void yesterday(struct tm *tm)
{
	tm->tm_mday--;
}

static void tomorrow(struct tm *tm)
{
	tm->tm_mday++;
}

static void this_week(struct tm *tm)
{
	tm->tm_mday -= tm->tm_wday;
}

static void week_ago(struct tm *tm)
{
	tm->tm_mday -= 7;
}

static void this_month(struct tm *tm)
{
	tm->tm_mday = 1;
}

static void this_year(struct tm *tm)
{
	tm->tm_mday = 1;
	tm->tm_mon = 0;
}

static const struct word words[] = {
	{ "now",	unchanged,		true },
	{ "recent",	recent,		true },
	{ "this-hour",	this_hour,	true },
	{ "boot",	boot,		true },
	{ "today",	unchanged,		false },
	{ "yesterday",	yesterday,	false },
	{ "tomorrow",	tomorrow,	false },
	{ "this-week",	this_week,	false },
	{ "week-ago",	week_ago,	false },
	{ "this-month",	this_month,	false },
	{ "this-year",	this_year,	false },
};

static const struct word *find_word(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

/* 03/11/26 is two dates, depending on the country: reports which was taken. */
static void note_order(struct when *w, const char *text, const struct tm *date)
{
	unsigned int a, b;
	char c;

	if (sscanf(text, "%2u%c%2u", &a, &c, &b) != 3 || a > 12 || b > 12 || a == b)
		return;
	snprintf(w->note, sizeof(w->note), "%.32s: read as %04d-%02d-%02d, as your locale writes "
		 "dates", text, date->tm_year + 1900, date->tm_mon + 1, date->tm_mday);
}

/* As date +%x prints it, or as aunetlog prints it. */
static bool read_date(struct when *w, const char *text, struct tm *tm)
{
	static const char *const formats[] = { "%x", "%Y-%m-%d" };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm date = *tm;
		const char *end = strptime(text, formats[i], &date);

		/* Two digits where the locale writes four are the year 26. */
		if (!end || *end || date.tm_year < 70)
			continue;
		tm->tm_year = date.tm_year;
		tm->tm_mon = date.tm_mon;
		tm->tm_mday = date.tm_mday;
		if (!i)
			note_order(w, text, &date);
		return true;
	}
	return false;
}

static bool read_milli(const char *text, uint32_t *milli)
{
	char *end;

	if (*text != '.' || strspn(text + 1, "0123456789") != 3)
		return false;
	*milli = strtoul(text + 1, &end, 10);
	return !*end;
}

/* HH:MM, HH:MM:SS, HH:MM:SS.mmm */
static bool read_clock(const char *text, struct tm *tm, uint32_t *milli)
{
	const char *end = strptime(text, "%H:%M:%S", tm);

	if (end)
		return !*end || read_milli(end, milli);
	tm->tm_sec = 0;
	end = strptime(text, "%H:%M", tm);
	return end && !*end;
}

static int fail(struct when *w, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(w->error, sizeof(w->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int fail_time(struct when *w, const char *text)
{
	char today[64] = "";
	struct tm tm;

	if (localtime_r(&w->now, &tm))
		strftime(today, sizeof(today), "%x or %Y-%m-%d", &tm);
	return fail(w, "%s: neither a date (as %s), nor a time (as 18:00:00), "
		    "nor now, recent, this-hour, boot, today, yesterday, tomorrow, this-week, "
		    "week-ago, this-month, this-year, nor as @SECONDS, -2h or '1 day ago'",
		    text, today);
}

/* date or clock may be NULL, not both. tm holds the present time. */
static int read_time(struct when *w, const char *date, const char *clock,
		     struct tm *tm, struct stamp *out)
{
	const struct word *word = date ? find_word(date) : NULL;

	if (word && word->moment && clock)
		return fail(w, "%s is a moment, no time can follow it", word->name);
	if (word)
		word->set(tm);
	else if (date && !read_date(w, date, tm))
		return fail_time(w, date);
	/* A moment keeps the present daylight saving, mktime() corrects it. */
	if (!word || !word->moment)
		tm->tm_isdst = -1;
	out->milli = w->end ? 999 : 0;
	if (clock && !read_clock(clock, tm, &out->milli))
		return fail_time(w, clock);
	if (!clock && !w->end && !(word && word->moment))
		tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	out->sec = mktime(tm);
	return 0;
}

int when_read(struct when *w, const char *first, const char *second, struct stamp *out)
{
	struct tm tm;

	if (!strcmp(first, "checkpoint"))
		return fail(w, "checkpoint: needs a time; --checkpoint FILE continues where the last "
			    "run ended (if its log is gone: remove FILE)");
	if (!localtime_r(&w->now, &tm))
		return fail(w, "%s: the clock of this machine is off", first);
	if (!second && moment_read(w, first, out) == MOMENT_READ)
		return 0;
	if (strchr(first, ':'))
		return read_time(w, second, first, &tm, out);
	return read_time(w, first, second, &tm, out);
}
