// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/moment: times that are one word and independent of the user's calendar. */
#include "parser/query/moment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SECOND 253402300799LL	/* of the year 9999 */

/* ".123", up to three digits; more are stepped over. Without: the earliest or latest. */
static const char *read_decimals(const char *text, bool end, uint32_t *milli)
{
	unsigned int scale = 100;

	*milli = end ? 999 : 0;
	if ((*text != '.' && *text != ',') || !isdigit((unsigned char)text[1]))
		return text;
	*milli = 0;
	for (text++; isdigit((unsigned char)*text); text++, scale /= 10)
		*milli += (*text - '0') * scale;
	return text;
}

/* @1764201600, @1764201600.123 */
static bool read_epoch(const struct when *w, const char *text, struct stamp *out)
{
	char *end;

	if (*text != '@' || !isdigit((unsigned char)text[1]))
		return false;
	errno = 0;
	out->sec = strtoll(text + 1, &end, 10);
	return !errno && out->sec <= LAST_SECOND && !*read_decimals(end, w->end, &out->milli);
}

static bool read_offset(const char *text, int *seconds)
{
	unsigned int hours, minutes = 0;
	int n = 0;

	*seconds = 0;
	if (!strcmp(text, "Z"))
		return true;
	if ((*text != '+' && *text != '-') ||
	    (sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &n) != 2 &&
	     sscanf(text + 1, "%2u%2u%n", &hours, &minutes, &n) != 2 &&
	     sscanf(text + 1, "%2u%n", &hours, &n) != 1) || text[1 + n] || hours > 14 ||
	    minutes > 59)
		return false;
	*seconds = (*text == '-' ? -1 : 1) * (int)(hours * 3600 + minutes * 60);
	return true;
}

/* 2026-11-21T06:00, :51, .123, each followed by nothing (local time), Z or +01:00. A quoted
 * word may have a blank in place of the T. */
static bool read_iso(const struct when *w, const char *text, struct stamp *out)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = strptime(text, "%Y-%m-%d", &tm), *seconds;
	int offset;

	if (!end || (*end != 'T' && *end != ' '))
		return false;
	end = strptime(end + 1, "%H:%M", &tm);
	if (!end)
		return false;
	seconds = *end == ':' ? strptime(end, ":%S", &tm) : NULL;
	end = seconds ? seconds : end;
	end = read_decimals(end, w->end, &out->milli);
	if (!*end) {
		out->sec = mktime(&tm);
		return true;
	}
	if (!read_offset(end, &offset))
		return false;
	out->sec = (int64_t)timegm(&tm) - offset;
	return true;
}

static int64_t unit_seconds(const char *name, size_t len)
{
	static const struct {
		const char *names;	/* between blanks */
		int64_t seconds;
	} units[] = {
		{ " s sec second seconds ", 1 }, { " m min minute minutes ", 60 },
		{ " h hr hour hours ", 3600 }, { " d day days ", 86400 },
		{ " w week weeks ", 604800 },
	};
	char word[16];

	if (!len || len > sizeof(word) - 3)
		return 0;
	snprintf(word, sizeof(word), " %.*s ", (int)len, name);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strstr(units[i].names, word))
			return units[i].seconds;
	return 0;
}

/* "1h30min", "2 days": numbers with units. Returns what follows them, or NULL. */
static const char *read_span(const char *text, int64_t *seconds)
{
	*seconds = 0;
	while (isdigit((unsigned char)*text)) {
		int64_t unit;
		char *end;
		size_t len;
		long n;

		errno = 0;
		n = strtol(text, &end, 10);
		end += strspn(end, " ");
		len = strcspn(end, " 0123456789");
		unit = unit_seconds(end, len);
		if (errno || !unit || n > INT32_MAX)
			return NULL;
		*seconds += n * unit;
		text = end + len;
		text += strspn(text, " ");
	}
	return text;
}

/* -1h30min, +5min, "1 hour ago" */
static bool read_relative(const struct when *w, const char *text, struct stamp *out)
{
	bool sign = *text == '-' || *text == '+';
	const char *rest;
	int64_t seconds;

	if (!isdigit((unsigned char)text[sign]))
		return false;
	rest = read_span(text + sign, &seconds);
	if (!rest || strcmp(rest, sign ? "" : "ago"))
		return false;
	out->sec = w->now + (*text == '+' ? seconds : -seconds);
	out->milli = w->end ? 999 : 0;
	return true;
}

enum moment moment_read(const struct when *w, const char *text, struct stamp *out)
{
	return read_epoch(w, text, out) || read_iso(w, text, out) ||
	       read_relative(w, text, out) ? MOMENT_READ : MOMENT_NOT;
}
