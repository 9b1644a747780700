// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/own_line: the line of audisp-netlog(8), with the time in front. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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

static void read_minute(const char *text, struct tm *tm)
{
	*tm = (struct tm){
		.tm_year = two_digits(text) * 100 + two_digits(text + 2) - 1900,
		.tm_mon = two_digits(text + 5) - 1, .tm_mday = two_digits(text + 8),
		.tm_hour = two_digits(text + 11), .tm_min = two_digits(text + 14),
	};
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

const char *own_time_end(const char *text, enum own_zone *zone)
{
	struct written w;
	const char *end = read_written(text, &w);

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
			read_minute(text, &tm);
			c->at = local_minute(c, &tm);
			memcpy(c->minute, text, 16);
		}
		out->sec = c->at + w.second;
	}
	out->milli = w.milli;
	c->last = out->sec * 1000 + w.milli;
	return end;
}

/* Returns the next word of the line, NUL-terminated in place; NULL at its end. */
static char *word(char **line)
{
	char *start = *line, *end;

	if (!*start)
		return NULL;
	end = strchrnul(start, ' ');
	*line = *end ? end + 1 : end;
	*end = 0;
	return start;
}

/* "connect start". */
static bool read_kind(struct own_entry *o, char **line)
{
	for (int kind = 0; kind < ENTRY_KIND_COUNT; kind++) {
		const char *name = entry_kind_name(kind);
		size_t len = strlen(name);

		if (strncmp(*line, name, len) || (*line)[len] != ' ')
			continue;
		o->entry.what = kind;
		*line += len + 1;
		return true;
	}
	return false;
}

/* The first words of a line that are of the process, or are not, in the order of the table. */
static bool read_head(struct own_entry *o, char **line, bool of_identity)
{
	for (int id = FIELD_KIND + 1; id < FIELD_COUNT; id++) {
		char *text;

		if (fields[id].line != LINE_HEAD || fields[id].of_identity != of_identity ||
		    !(fields[id].kinds & 1u << o->entry.what))
			continue;
		text = word(line);
		if (!text || !own_entry_set(o, id, text))
			return false;
	}
	return true;
}

/* A cache of keys of lines, by a few of their bytes: the row of the table for each. */
static enum field_id field_of(struct own_clock *c, const char *key, size_t len)
{
	unsigned char slot = len ? key[0] * 7 + key[len - 1] * 3 + len : 0;
	struct own_key *k = &c->keys[slot % OWN_KEYS];

	if (k->len == len && !memcmp(k->key, key, len))
		return k->field;
	if (len >= sizeof(k->key))
		return field_by_key(key, len);
	memcpy(k->key, key, len);
	k->len = len;
	k->field = field_by_key(key, len);
	return k->field;
}

/* The process is in o itself from now on, and can be changed. */
static void own_the_identity(struct own_entry *o)
{
	if (o->entry.identity == &o->identity)
		return;
	o->identity = *o->entry.identity;
	o->identity.generation = 0;
	o->entry.identity = &o->identity;
}

/* Blanks may be in an argument or between two; an exec's line has \x00 between them. */
static bool is_unparted(const char *escaped)
{
	return strstr(escaped, "\\x20") && !strstr(escaped, "\\x00");
}

/* A key of a later version is stepped over. *end: behind the keys of the process that are
 * together from the beginning on; NULL: there is none. */
static bool read_extras(struct own_entry *o, struct own_clock *c, char *line, char **end)
{
	bool together = true;
	char *text;

	*end = NULL;
	while ((text = word(&line))) {
		char *equals = strchr(text, '=');
		enum field_id id;

		if (!equals)
			return false;
		*equals = 0;
		id = field_of(c, text, equals - text);
		together = together && id && fields[id].of_identity;
		if (together)
			*end = equals + 1 + strlen(equals + 1);
		if (!id || fields[id].line < LINE_ALWAYS)
			continue;
		if (fields[id].of_identity)
			own_the_identity(o);
		if (id == FIELD_PROCTITLE)
			o->identity.unparted = is_unparted(equals + 1);
		if (!own_entry_set(o, id, equals + 1))
			return false;
	}
	return true;
}

/* From the process on. */
static bool read_rest(struct own_entry *o, struct own_clock *c, char *line)
{
	char text[OWN_IDENTITY_MAX], *start = line, *end;
	struct identity *known;
	size_t len;

	if (!c->identities)
		c->identities = own_identities_new();
	known = c->identities ? own_identities_find(c->identities, line, &len) : NULL;
	if (known) {
		o->entry.identity = known;
		return read_extras(o, c, line + len + (line[len] == ' '), &end);
	}
	*stpncpy(text, line, sizeof(text) - 1) = 0;	/* the line is cut into words now */
	if (!read_head(o, &line, true) || !read_extras(o, c, line, &end))
		return false;
	if (c->identities && end && end - start < OWN_IDENTITY_MAX)
		own_identities_add(c->identities, text, end - start, &o->identity);
	return true;
}

enum own_result own_line(struct own_entry *o, struct own_clock *c, char *line)
{
	static const char note[] = "netlog ";
	const char *rest;

	own_entry_init(o);
	rest = own_time(c, line, &o->entry.time);
	if (!rest || *rest != ' ')
		return OWN_BAD;
	line += rest + 1 - line;
	if (!strncmp(line, note, sizeof(note) - 1)) {
		line += sizeof(note) - 1;
		rest = word(&line);
		return !rest ? OWN_BAD : !strcmp(rest, "lost") ? OWN_LOST :
		       !strcmp(rest, "start") ? OWN_BEGIN : OWN_NOTE;
	}
	if (!read_kind(o, &line) || !read_head(o, &line, false) || !read_rest(o, c, line))
		return OWN_BAD;
	return OWN_ENTRY;
}

enum own_result own_line_time(struct stamp *time, struct own_clock *c, const char *line)
{
	static const char start[] = " netlog start";
	const char *rest = own_time(c, line, time);

	if (!rest || *rest != ' ')
		return OWN_BAD;
	if (strncmp(rest, start, sizeof(start) - 1))
		return OWN_NOTE;
	rest += sizeof(start) - 1;
	return !*rest || *rest == ' ' ? OWN_BEGIN : OWN_NOTE;
}
