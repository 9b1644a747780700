// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/sieve: reads time, kind, ends, process and command of a line, and leaves out
 * what they say cannot match. Conditions on other fields are taken for met, but for texts
 * that must stand somewhere in the line.
 */
#include "parser/query/sieve.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/sieve_head.h"

/* Of a local time it is not known here on which side of a change of the clock it is. */
#define TIME_SLACK (3 * 3600)
#define NOTE_MAX 400		/* event.dataset is among so many bytes */
#define NEEDLES_MAX 16

struct sieve {
	struct match heads;	/* the conditions on what is read here; borrowed values */
	bool has_from, has_to;
	int64_t from, to;	/* s since 1970 */
	unsigned int pids;	/* conditions on the process */
	bool local, remote;	/* one of them is on that end */
	bool pid;		/* one of them is on the process, or the opener */
	int64_t json_pid;	/* the process that it must be; -1: any */
	const char *has;	/* a line that can match has that key: its text there, and in JSON */
	const char *json_has;
	const char *needles[NEEDLES_MAX];	/* one of these is in the line */
	unsigned int needle_count;
};

/* ---- what is asked ---- */

static bool is_head_field(enum field_id id, bool pairs)
{
	switch (id) {
	case FIELD_PROTO:
	case FIELD_LOCAL:
	case FIELD_REMOTE:
	case FIELD_ADDR:
	case FIELD_DIRECTION:
		return true;
	case FIELD_KIND:
	case FIELD_PID:
	case FIELD_UID:
	case FIELD_COMM:
		return !pairs;
	default:
		return false;
	}
}

static bool is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._/-+", text[i]))
			return false;
	return len;
}

/* Conditions of one field from c on: their values must stand in the line, if all of them
 * are alternatives that every format writes as they are. Returns their number. */
static unsigned int take_needles(struct sieve *s, const struct condition *c,
				 const struct condition *end)
{
	const struct condition *first = c;
	enum field_type type = fields[c->field].type;
	bool usable = !s->needle_count && (type == TYPE_TEXT || type == TYPE_ARGUMENTS ||
					   type == TYPE_NAME) && c->field != FIELD_NODE;

	for (; c < end && c->field == first->field; c++)
		usable &= (c->op == OP_IS || c->op == OP_HAS) && c - first < NEEDLES_MAX &&
			  is_plain(c->value.text, c->value.len);
	for (unsigned int i = 0; usable && i < c - first; i++)
		s->needles[s->needle_count++] = first[i].value.text;
	return c - first;
}

/* A condition never holds for what the line does not have. */
static void take_key(struct sieve *s, enum field_id id)
{
	static const struct { enum field_id id; const char *line, *json; } keys[] = {
		{ FIELD_DUR, " dur=", "\"duration\":" }, { FIELD_TX, " tx=", "\"bytes\":" },
		{ FIELD_RX, " rx=", "\"bytes\":" }, { FIELD_ERRNO, " errno=", "\"error\":" },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].id == id) {
			s->has = keys[i].line;
			s->json_has = keys[i].json;
		}
}

static void take_pid(struct sieve *s, const struct condition *c, const struct condition *end)
{
	bool one = c + 1 == end || c[1].field != FIELD_PID;

	if (c->field == FIELD_PID && c->op == OP_IS && one && !s->pids++ &&
	    c->value.low == c->value.high)
		s->json_pid = c->value.low;
	else if (c->field == FIELD_PID)
		s->json_pid = -1;
}

static void take_conditions(struct sieve *s, const struct match *m, bool pairs)
{
	const struct condition *end = m->conditions + m->count;
	unsigned int n;

	for (const struct condition *c = m->conditions; c < end; c += n) {
		n = 1;
		if (is_head_field(c->field, pairs)) {
			s->heads.conditions[s->heads.count++] = *c;
			s->pid |= c->field == FIELD_PID;
			s->local |= c->field == FIELD_LOCAL || c->field == FIELD_ADDR;
			s->remote |= c->field == FIELD_REMOTE || c->field == FIELD_ADDR;
			take_pid(s, c, end);
			if (c->field == FIELD_COMM)
				take_needles(s, c, end);
		} else if (!pairs) {
			take_key(s, c->field);
			n = take_needles(s, c, end);
		}
	}
	s->has_from = m->has_from && !pairs;
	s->from = m->from.sec;
	s->has_to = m->has_to && !pairs;
	s->to = m->to.sec;
}

struct sieve *sieve_new(const struct match *m, bool pairs)
{
	struct sieve *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->json_pid = -1;
	s->heads.conditions = calloc(m->count + 1, sizeof(*m->conditions));
	if (!s->heads.conditions) {
		free(s);
		return NULL;
	}
	take_conditions(s, m, pairs);
	return s;
}

void sieve_free(struct sieve *s)
{
	if (s)
		free(s->heads.conditions);
	free(s);
}

/* ---- lines ---- */

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

static const char *time_of(struct own_clock *c, enum own_kind kind, const char *line, size_t len,
			   struct stamp *out)
{
	static const char before[] = "{\"@timestamp\":\"";
	char text[64];
	size_t skip = kind == OWN_JSON ? sizeof(before) - 1 : 0;
	const char *rest;

	if (len < skip + 24 || (skip && memcmp(line, before, skip)))
		return NULL;
	len -= skip;
	memcpy(text, line + skip, len < sizeof(text) ? len : sizeof(text) - 1);
	text[len < sizeof(text) ? len : sizeof(text) - 1] = 0;
	rest = own_time(c, text, out);
	return rest ? line + skip + (rest - text) : NULL;
}

/* Comm, pid and so on that could not be read are unknown, and what is unknown never
 * matches: such a line is kept. */
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

static bool is_in_time(const struct sieve *s, int64_t sec, int64_t slack)
{
	return !(s->has_from && sec + slack < s->from) && !(s->has_to && sec - slack > s->to);
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

static bool can_matter(const struct sieve *s, struct own_clock *c, enum own_kind kind,
		       const char *line, size_t len)
{
	struct head_entry h;
	const char *rest;
	bool json = kind == OWN_JSON;

	h.entry.time = (struct stamp){ 0 };
	sieve_head_clear(&h);
	rest = time_of(c, kind, line, len, &h.entry.time);
	if (!rest || (!json && *rest != ' '))
		return true;
	if (!is_in_time(s, h.entry.time.sec, rest[-1] == 'Z' ? 0 : TIME_SLACK))
		return is_note(rest, line + len, json);
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

int sieve_text(const struct sieve *s, struct own_clock *c, enum own_kind kind, const char *text,
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
		if (!all && newline + 1 < end && !can_matter(s, c, kind, p, newline - p))
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
