// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/sieve_asked: conditions in the form in which sieve.c compares them with a line. */
#include "parser/query/sieve_asked.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define DAY 86400		/* s; more than any offset from UTC */

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

/* Conditions of one field from c on: one of their values must be in the line, if all of them
 * are alternatives that every format writes unchanged. Returns their number. */
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

/* Largest error of a local time: near a change of the clock it is ambiguous. */
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
