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
#include <sys/socket.h>
#include <time.h>

#include "parser/query/sieve_head.h"

#define ENDS_MAX 8
#define TIME_TEXT_MAX 40	/* a line that is not longer has nothing behind its time */
#define DAY 86400		/* s; more than any offset from UTC */
#define SECOND_TEXT 20		/* "2026-11-21 06:00:51" */
#define NOTE_MAX 400		/* event.dataset is among so many bytes */
#define NEEDLES_MAX 16

struct sieve {
	struct match heads;	/* the conditions on what is read here; borrowed values */
	bool has_from, has_to;
	/* The bounds as such a time is written, with some slack. */
	char from[OWN_ZONES][SECOND_TEXT], to[OWN_ZONES][SECOND_TEXT];
	/* One of these addresses, as they are written, is the local or the remote end's. */
	char ends[ENDS_MAX][NETADDR_TEXT_MAX];
	size_t end_lens[ENDS_MAX];
	unsigned int end_count;
	enum field_id end_field;
	unsigned int pids;	/* conditions on the process */
	bool local, remote;	/* one of them is on that end */
	bool pid;		/* one of them is on the process, or the opener */
	int64_t json_pid;	/* the process that it must be; -1: any */
	char pid_text[24];	/* its number */
	size_t pid_len;
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

static size_t sprintf_end(char *to, const char *format, const struct netaddr *a)
{
	char text[NETADDR_TEXT_MAX];

	netaddr_format_ip(a, text);
	return snprintf(to, NETADDR_TEXT_MAX, format, text);
}

/*
 * "192.0.2.7:", if there are conditions on one of the fields of ends, and each is that it is a
 * certain address.
 */
static void take_ends(struct sieve *s, const struct match *m)
{
	for (unsigned int i = 0; i < m->count; i++) {
		const struct condition *c = &m->conditions[i];
		const struct netaddr *a = &c->value.range.addr;
		char *text;

		if (fields[c->field].type != TYPE_ADDRESS)
			continue;
		if (s->end_count == ENDS_MAX || (s->end_count && c->field != s->end_field) ||
		    c->op != OP_IS || !a->has_addr ||
		    c->value.range.prefix != (a->family == AF_INET ? 32 : 128)) {
			s->end_count = 0;
			return;
		}
		s->end_field = c->field;
		text = s->ends[s->end_count];
		s->end_lens[s->end_count++] = a->family == AF_INET ?
			sprintf_end(text, "%s:", a) : sprintf_end(text, "[%s", a);
	}
}

/* How far a local time can be from what it says: near a change of the clock it is not known
 * on which side it is. */
static time_t local_slack(time_t at)
{
	time_t before = at - DAY, behind = at + DAY;
	struct tm a, b;

	if (localtime_r(&before, &a) && localtime_r(&behind, &b) && a.tm_gmtoff == b.tm_gmtoff)
		return 0;
	return 3 * 3600;
}

/* sign: of the slack. */
static bool time_texts(int64_t at, int sign, char texts[OWN_ZONES][SECOND_TEXT])
{
	const time_t slack[OWN_ZONES] = { [OWN_LOCAL] = local_slack(at), [OWN_OFFSET] = DAY };
	struct tm tm;

	for (int zone = 0; zone < OWN_ZONES; zone++) {
		time_t t = at + sign * slack[zone];

		if (!(zone == OWN_LOCAL ? localtime_r(&t, &tm) : gmtime_r(&t, &tm)) ||
		    tm.tm_year < 0 || tm.tm_year > 8099 ||
		    !strftime(texts[zone], SECOND_TEXT, "%Y-%m-%d %H:%M:%S", &tm))
			return false;
	}
	return true;
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
	take_ends(s, m);
	s->has_from = m->has_from && !pairs && time_texts(m->from.sec, -1, s->from);
	s->has_to = m->has_to && !pairs && time_texts(m->to.sec, 1, s->to);
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
	s->pid_len = snprintf(s->pid_text, sizeof(s->pid_text), "%lld", (long long)s->json_pid);
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
		return !has_text(p, end - p, " opener=");
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
