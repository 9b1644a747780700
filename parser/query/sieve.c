// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/sieve: reads time, kind, ends, process and command of a line, and skips lines
 * that cannot match by them. Conditions on other fields are assumed to match, except for texts
 * that must be somewhere in the line.
 */
#include "parser/query/sieve.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/sieve_asked.h"
#include "parser/query/sieve_head.h"

#define TIME_TEXT_MAX 40	/* a shorter line has nothing after its time */
#define NOTE_MAX 400		/* event.dataset is within this many bytes */

static bool has_text(const char *p, size_t len, const char *text)
{
	return memmem(p, len, text, strlen(text));
}

static bool has_needle(const struct sieve *s, const char *line, size_t len)
{
	for (unsigned int i = 0; i < s->needle_count; i++)
		if (has_text(line, len, s->needles[i]))
			return true;
	return !s->needle_count;
}

/* JSON has the fields of the process in many places: only its ends and time are read. */
static bool is_read_in_json(enum field_id id)
{
	return id == FIELD_LOCAL || id == FIELD_REMOTE || id == FIELD_ADDR || id == FIELD_KIND;
}

/* The conditions on what was read, of m. */
static bool may_match(const struct sieve *s, struct head_entry *h, bool json)
{
	struct condition few[16];
	struct match m = s->heads;

	if (json) {
		m.count = 0;
		m.conditions = few;
		for (unsigned int i = 0; i < s->heads.count; i++) {
			if (!is_read_in_json(s->heads.conditions[i].field))
				continue;
			if (m.count == sizeof(few) / sizeof(*few))
				return true;
			few[m.count++] = s->heads.conditions[i];
		}
	}
	return match_maybe(&m, &h->entry);
}

/* The time of a line: its text, and what follows it; NULL: it has none. */
static const char *time_of(enum own_kind kind, const char *line, size_t len, const char **rest,
			   enum own_zone *zone)
{
	static const char before[] = "{\"@timestamp\":\"";
	size_t skip = kind == OWN_JSON ? sizeof(before) - 1 : 0;

	if (len < skip + TIME_TEXT_MAX || (skip && memcmp(line, before, skip)))
		return NULL;
	*rest = own_time_end(line + skip, zone);
	return *rest && *rest <= line + len ? line + skip : NULL;
}

/* Returns true if the line must be kept: comm, pid and so on could not be read here, and an
 * unknown value would never match. */
static bool is_doubtful(const struct sieve *s, const struct head_entry *h, const char *line,
			size_t len)
{
	return !h->identity.comm || (s->pid && has_text(line, len, " opener="));
}

/* "pid":2113, also of a parent or a session's leader. */
static bool has_json_pid(const struct sieve *s, const char *line, size_t len)
{
	const char *p = line, *end = line + len;
	char text[32];
	int n;

	if (s->json_pid < 0 || has_text(line, len, "\"opener\":"))
		return true;
	n = snprintf(text, sizeof(text), "\"pid\":%lld", (long long)s->json_pid);
	while ((p = memmem(p, end - p, text, n))) {
		p += n;
		if (p < end && !isdigit((unsigned char)*p))
			return true;
	}
	return false;
}

static int compare_seconds(const char *a, const char *b)
{
	int date = memcmp(a, b, 10);

	return date ? date : memcmp(a + 11, b + 11, 8);
}

static bool is_in_time(const struct sieve *s, const char *time, enum own_zone zone)
{
	return !(s->has_from && compare_seconds(time, s->from[zone]) < 0) &&
	       !(s->has_to && compare_seconds(time, s->to[zone]) > 0);
}

/* An end that is not known may be the right one. */
static bool may_be(const struct sieve *s, const char *end, size_t len)
{
	if (*end == '-')
		return true;
	for (unsigned int i = 0; i < s->end_count; i++)
		if (len > s->end_lens[i] && !memcmp(end, s->ends[i], s->end_lens[i]))
			return true;
	return false;
}

/* Returns true for a connection that is neither from nor to one of the addresses, or of
 * another process. */
static bool is_another(const struct sieve *s, const char *p, const char *end)
{
	struct head_ends h;

	if ((!s->end_count && s->json_pid < 0) || !sieve_head_ends(&h, p, end))
		return false;
	if (s->json_pid >= 0 && *h.pid != '-' &&
	    (h.pid_len != s->pid_len || memcmp(h.pid, s->pid_text, h.pid_len)))
		return !h.stop || !has_text(p, end - p, " opener=");	/* a start has none */
	return s->end_count &&
	       (s->end_field == FIELD_REMOTE || !may_be(s, h.local, h.local_len)) &&
	       (s->end_field == FIELD_LOCAL || !may_be(s, h.remote, h.remote_len));
}

/* A line of the plugin on itself: "netlog start", "netlog lost". They are few. */
static bool is_note(const char *rest, const char *end, bool json)
{
	size_t len = end - rest;

	return json ? has_text(rest, len < NOTE_MAX ? len : NOTE_MAX, "\"netlog.status\"") :
		      len > 8 && !memcmp(rest, " netlog ", 8);
}

/* Without a condition every line matters. */
static bool keeps_all(const struct sieve *s)
{
	return !s || (!s->heads.count && !s->has && !s->needle_count && !s->has_from &&
		      !s->has_to);
}

static bool can_matter(const struct sieve *s, enum own_kind kind, const char *line, size_t len)
{
	struct head_entry h;
	const char *time, *rest;
	enum own_zone zone;
	bool json = kind == OWN_JSON;

	time = time_of(kind, line, len, &rest, &zone);
	if (!time || (!json && *rest != ' '))
		return true;
	if (!is_in_time(s, time, zone))
		return is_note(rest, line + len, json);
	if (!json && is_another(s, rest + 1, line + len))
		return false;
	h.entry.time = (struct stamp){ 0 };
	sieve_head_clear(&h);
	if (json ? !sieve_head_json(&h, line, line + len, s->local, s->remote) :
		   !sieve_head_line(&h, rest + 1, line + len))
		return true;
	if (s->has && !has_text(line, len, json ? s->json_has : s->has))
		return false;
	if (!has_needle(s, line, len) || (json && !has_json_pid(s, line, len)))
		return false;
	return (!json && is_doubtful(s, &h, line, len)) || may_match(s, &h, json);
}

static struct sieve_line *add(struct sieve_lines *l)
{
	unsigned int size = l->size ? l->size * 2 : 1024;
	struct sieve_line *more;

	if (l->count < l->size)
		return &l->lines[l->count++];
	more = reallocarray(l->lines, size, sizeof(*more));
	if (!more)
		return NULL;
	l->lines = more;
	l->size = size;
	return &l->lines[l->count++];
}

int sieve_text(const struct sieve *s, enum own_kind kind, const char *text,
	       size_t len, struct sieve_lines *out)
{
	const char *p = text, *end = text + len, *newline;
	bool all = keeps_all(s);

	out->count = out->total = 0;
	for (; p < end; p = newline + 1) {
		struct sieve_line *l;

		newline = memchr(p, '\n', end - p);
		if (!newline)
			newline = end;
		out->total++;
		/* the last one may be cut, and is to be complained of then */
		if (!all && newline + 1 < end && !can_matter(s, kind, p, newline - p))
			continue;
		l = add(out);
		if (!l)
			return -ENOMEM;
		*l = (struct sieve_line){ p - text, newline - p, out->total };
	}
	return 0;
}

void sieve_lines_fini(struct sieve_lines *l)
{
	free(l->lines);
}
