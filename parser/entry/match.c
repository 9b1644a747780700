// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/match: whether the conditions hold for an entry. expression.c reads them. */
#include "parser/entry/match.h"

#include <stdlib.h>
#include <string.h>

#include "parser/text.h"

/* Room for a path of PATH_MAX; a longer text is compared as far as this. */
#define TEXT_MAX 4096

/* A condition on something that is not known neither holds nor fails. */
enum truth { NO, YES, UNKNOWN };

static enum truth truth(bool is)
{
	return is ? YES : NO;
}

static enum truth test_text(const struct condition *c, const char *encoded)
{
	const struct value *want = &c->value;
	enum field_type type = fields[c->field].type;
	char text[TEXT_MAX + 1];
	const char *have = encoded;
	size_t len;

	if (type == TYPE_NAME) {
		len = strlen(encoded);
	} else {
		len = audit_text(encoded, text, sizeof(text));
		have = text;
	}
	if (type == TYPE_ARGUMENTS)	/* the line has a blank there */
		for (size_t i = 0; i < len; i++)
			if (!text[i])
				text[i] = ' ';
	if (c->op == OP_HAS || c->op == OP_HAS_NOT)
		return truth(memmem(have, len, want->text, want->len));
	return truth(len == want->len && !memcmp(have, want->text, len));
}

/* A half that is known and wrong decides, whatever the other half is. */
static enum truth test_address(const struct netaddr *a, const struct netaddr_range *r)
{
	struct netaddr_range known = *r;
	bool missing = (r->addr.has_addr && !a->has_addr) || (r->addr.has_port && !a->has_port);

	known.addr.has_addr &= a->has_addr;
	known.addr.has_port &= a->has_port;
	if (!netaddr_in_range(a, &known))
		return NO;
	return missing ? UNKNOWN : YES;
}

static enum truth test_id(const struct conn_id *id, const struct conn_id *want)
{
	return truth(id->number == want->number && id->by_serial == want->by_serial &&
		     id->has_boot == want->has_boot &&
		     (!id->has_boot || id->boot == want->boot) &&
		     (!want->nth || id->nth == want->nth));
}

static enum truth test_event(const struct stamp *ev, const struct stamp *want)
{
	return truth(ev->serial == want->serial &&
		     (want->sec < 0 || (ev->sec == want->sec && ev->milli == want->milli)));
}

static enum truth test_number(const struct condition *c, int64_t number)
{
	enum field_type type = fields[c->field].type;
	const struct value *v = &c->value;

	if (c->op == OP_IS || c->op == OP_IS_NOT)
		return truth(number >= v->low && number <= v->high);
	/* "unset" is the largest number, and greater than none */
	if ((type == TYPE_USER || type == TYPE_SESSION) && number == ID_UNSET)
		return NO;
	switch (c->op) {
	case OP_BELOW:	return truth(number < v->low);
	case OP_UP_TO:	return truth(number <= v->high);
	case OP_ABOVE:	return truth(number > v->high);
	default:	return truth(number >= v->low);
	}
}

static int64_t milliseconds(const struct stamp *s)
{
	int64_t ms;

	if (__builtin_mul_overflow(s->sec, 1000, &ms) ||
	    __builtin_add_overflow(ms, s->milli, &ms))
		return s->sec < 0 ? INT64_MIN : INT64_MAX;
	return ms;
}

/* "syslog" and how it was inferred are two things: either, or both. */
static enum truth test_via(enum entry_via have, enum entry_via want)
{
	return truth((want & VIA_SYSLOG) <= (have & VIA_SYSLOG) &&
		     (want == VIA_SYSLOG || (have & ~VIA_SYSLOG) == (want & ~VIA_SYSLOG)));
}

/* The field may be the condition's own, or the one that counts also. */
static enum truth test_field(const struct condition *c, enum field_id id,
			     const struct entry *e)
{
	struct field_value v = field_get(id, e);

	if (!v.known)
		return fields[id].none ? NO : UNKNOWN;
	switch (fields[id].type) {
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:		return test_text(c, v.text);
	case TYPE_ADDRESS:	return test_address(v.address, &c->value.range);
	case TYPE_ID:		return test_id(v.id, &c->value.id);
	case TYPE_EVENT:	return test_event(v.stamp, &c->value.ev);
	case TYPE_KIND:		return truth(c->value.kinds & 1u << v.number);
	case TYPE_VIA:		return test_via(v.number, c->value.low);
	case TYPE_TIME:		return test_number(c, milliseconds(v.stamp));
	default:		return test_number(c, v.number);
	}
}

static bool can_have(const struct entry *e, enum field_id id)
{
	return fields[id].kinds & 1u << e->what;
}

/* maybe: an end that is not known is the right one. */
static bool holds(const struct condition *c, const struct entry *e, bool maybe)
{
	enum field_id also = fields[c->field].also;
	enum truth is = test_field(c, c->field, e), second;

	if (also && is != YES && can_have(e, also)) {
		second = test_field(c, also, e);
		is = second == NO ? is : second;
	}
	if (maybe && is == UNKNOWN && fields[c->field].type == TYPE_ADDRESS &&
	    (can_have(e, c->field) || (also && can_have(e, also))))
		return true;
	if (c->op == OP_IS_NOT || c->op == OP_HAS_NOT)
		return is == NO;
	return is == YES;
}

static bool is_alternative(const struct condition *c)
{
	return c->op == OP_IS || c->op == OP_HAS;
}

static bool before(const struct stamp *a, const struct stamp *b)
{
	return a->sec != b->sec ? a->sec < b->sec : a->milli < b->milli;
}

static bool match_ends(const struct match *m, const struct entry *e, bool maybe)
{
	const struct condition *c = m->conditions, *end = m->count ? c + m->count : c;

	if (m->has_from && before(&e->time, &m->from))
		return false;
	if (m->has_to && before(&m->to, &e->time))
		return false;
	while (c < end) {
		enum field_id field = c->field;
		bool choice = false, found = false;

		for (; c < end && c->field == field; c++) {
			if (is_alternative(c)) {
				choice = true;
				found = found || holds(c, e, maybe);
			} else if (!holds(c, e, maybe)) {
				return false;
			}
		}
		if (choice && !found)
			return false;
	}
	return true;
}

bool match_entry(const struct match *m, const struct entry *e)
{
	return match_ends(m, e, false);
}

bool match_maybe(const struct match *m, const struct entry *e)
{
	return match_ends(m, e, true);
}

void match_fini(struct match *m)
{
	for (unsigned int i = 0; i < m->count; i++)
		value_fini(&m->conditions[i].value);
	free(m->conditions);
	memset(m, 0, sizeof(*m));
}
