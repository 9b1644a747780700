// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/expression: reads the conditions of match.h from text. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/entry/match.h"
#include "parser/text.h"

/* A longer one comes before its own beginning. */
static const struct operator {
	const char *text;
	enum match_op op;
} operators[] = {
	{ "!=", OP_IS_NOT }, { "!~", OP_HAS_NOT }, { "<=", OP_UP_TO },
	{ ">=", OP_FROM }, { "=", OP_IS }, { "~", OP_HAS }, { "<", OP_BELOW },
	{ ">", OP_ABOVE }, { "in", OP_IN },
};

#define OPERATORS (sizeof(operators) / sizeof(*operators))
#define EQUALS (1u << OP_IS | 1u << OP_IS_NOT | 1u << OP_IN)
#define PARTS (1u << OP_HAS | 1u << OP_HAS_NOT)
#define ORDER (1u << OP_BELOW | 1u << OP_UP_TO | 1u << OP_ABOVE | 1u << OP_FROM)

/* Bit per operator that the type takes. */
static unsigned int operators_of(enum field_type type)
{
	switch (type) {
	case TYPE_TEXT:
	case TYPE_ARGUMENTS:
	case TYPE_NAME:
		return EQUALS | PARTS;
	case TYPE_TIME:
	case TYPE_NUMBER:
	case TYPE_OPTIONAL:
	case TYPE_USER:
	case TYPE_SESSION:
	case TYPE_DURATION:
	case TYPE_BYTES:
		return EQUALS | ORDER;
	default:
		return EQUALS;
	}
}

void match_operators(enum field_type type, char *buf, size_t size)
{
	static const enum match_op order[] = {
		OP_IS, OP_IS_NOT, OP_HAS, OP_HAS_NOT, OP_BELOW, OP_UP_TO, OP_ABOVE,
		OP_FROM, OP_IN,
	};
	size_t n = 0;

	*buf = 0;
	for (size_t i = 0; i < OP_COUNT && n < size; i++)
		for (size_t j = 0; j < OPERATORS && n < size; j++)
			if (operators[j].op == order[i] &&
			    operators_of(type) & 1u << order[i])
				n += snprintf(buf + n, size - n, "%s%s", n ? " " : "",
					      operators[j].text);
}

static int wrong(struct match_error *error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int wrong_operator(enum field_id field, struct match_error *error)
{
	char text[64];

	match_operators(fields[field].type, text, sizeof(text));
	return wrong(error, "needs one of these operators: %s", text);
}

/* Rejects a field that neither starts nor failures have: it is unknown when ignoring is decided. */
static int check_use(const struct condition *c, struct match_error *error)
{
	const unsigned int stops = 1u << CONNECT_STOP | 1u << LISTEN_STOP |
				   1u << PROC_END | 1u << CONNECT_USE | 1u << LISTEN_USE;

	if (field_only_at_end(c->field))
		return wrong(error, "is known only at the end, and what is ignored is "
			     "decided at the start of a connection");
	if (c->field == FIELD_KIND && c->op == OP_IS && !(c->value.kinds & ~stops))
		return wrong(error, "must be start, fail, connect or listen: a stop is "
			     "ignored if its start was");
	return 0;
}

/* Behind the last condition of the same field, or at the end. */
static int insert(struct match *m, const struct condition *c)
{
	struct condition *all = reallocarray(m->conditions, m->count + 1, sizeof(*all));
	unsigned int at = m->count;

	if (!all)
		return -ENOMEM;
	m->conditions = all;
	while (at && all[at - 1].field > c->field)
		at--;
	memmove(all + at + 1, all + at, (m->count - at) * sizeof(*all));
	all[at] = *c;
	m->count++;
	return 0;
}

static int add(struct match *m, enum field_id field, enum match_op op, const char *text,
	       size_t len, enum match_use use, struct match_error *error)
{
	struct condition c = { .field = field, .op = op };
	int err = value_read(&c.value, field, text, len);

	if (err == -EINVAL)
		wrong(error, "must be %s", value_allowed(field));
	else if (err)
		wrong(error, "cannot be read: out of memory");
	if (!err && operators_of(fields[field].type) & ORDER && op != OP_IS &&
	    op != OP_IS_NOT && c.value.low != c.value.high &&
	    fields[field].type != TYPE_TIME)
		err = wrong(error, "takes a range only with = != in");
	if (!err && use == MATCH_IGNORE)
		err = check_use(&c, error);
	if (!err && insert(m, &c)) {
		wrong(error, "cannot be kept: out of memory");
		err = -ENOMEM;
	}
	if (err)
		value_fini(&c.value);
	return err;
}

/*
 * One value off *text, into buf: up to a blank (or a comma, of a list), or in quotes.
 * \xHH is that byte, as in the line; inside of "…" \" and \\ are " and \. Returns the
 * length, or -1 if a quote is not closed or is followed by text.
 */
static ssize_t scan(const char **text, bool list, char *buf)
{
	const char *p = *text;
	char quote = *p == '"' || *p == '\'' ? *p++ : 0;
	size_t n = 0;

	while (*p && (quote ? *p != quote : !isblank((unsigned char)*p) &&
					    !(list && *p == ','))) {
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\')) {
			buf[n++] = p[1];
			p += 2;
		} else if (*p == '\\' && p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
			   isxdigit((unsigned char)p[3])) {
			char byte[4];

			memcpy(byte, p, 4);
			text_unescape(byte, 4);
			buf[n++] = *byte;
			p += 4;
		} else {
			buf[n++] = *p++;
		}
	}
	if (quote && *p++ != quote)
		return -1;
	if (*p && !isblank((unsigned char)*p) && !(list && *p == ','))
		return -1;
	*text = p;
	buf[n] = 0;
	return n;
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* Takes the value or the list after an operator from *text. buf has room for all of it. */
static int add_scanned(struct match *m, enum field_id field, enum match_op op,
		       const char **text, char *buf, enum match_use use,
		       struct match_error *error)
{
	bool list = op == OP_IN;
	int err;

	for (;;) {
		ssize_t len = scan(text, list, buf);

		if (len < 0)
			return wrong(error, "has a quote that is not closed before a blank");
		err = add(m, field, list ? OP_IS : op, buf, len, use, error);
		if (err || !list)
			return err;
		*text = skip_blanks(*text);
		if (**text != ',')
			return 0;
		*text = skip_blanks(*text + 1);
	}
}

/* The operator that text begins with; of a word, a blank must follow. */
static const struct operator *find_operator(const char *text, unsigned int among)
{
	for (size_t i = 0; i < OPERATORS; i++) {
		const struct operator *o = &operators[i];
		size_t len = strlen(o->text);

		if (!(among & 1u << o->op) || strncmp(text, o->text, len))
			continue;
		if (!isalpha((unsigned char)*o->text) || isblank((unsigned char)text[len]))
			return o;
	}
	return NULL;
}

static int unknown_key(struct match_error *error, const char *key, size_t len)
{
	size_t n = snprintf(error->text, sizeof(error->text),
			    "'%.*s' must be key=value, with a key of:",
			    (int)(len < 64 ? len : 64), key);

	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++)
		if (n < sizeof(error->text))
			n += snprintf(error->text + n, sizeof(error->text) - n, " %s",
				      fields[id].key);
	return -EINVAL;
}

static int parse_condition(struct match *m, const char **text, char *buf,
			   enum match_use use, struct match_error *error)
{
	const char *key = *text, *p;
	size_t len = strcspn(key, " \t=!~<>");
	enum field_id field = field_by_key(key, len);
	const struct operator *o;
	struct match_error inner;
	int err;

	if (!field)
		return unknown_key(error, key, len);
	p = skip_blanks(key + len);
	o = find_operator(p, operators_of(fields[field].type));
	if (!o) {
		wrong_operator(field, &inner);
		return wrong(error, "%s %s", fields[field].key, inner.text);
	}
	/* "comm= pid=1" is a value that is missing, "comm = x" is not */
	*text = p + strlen(o->text);
	if (p > key + len)
		*text = skip_blanks(*text);
	err = add_scanned(m, field, o->op, text, buf, use, &inner);
	if (err)
		wrong(error, "%s %s", fields[field].key, inner.text);
	return err;
}

int match_parse(struct match *m, const char *text, enum match_use use,
		struct match_error *error)
{
	char *buf = malloc(strlen(text) + 1);
	int err = 0;

	if (!buf) {
		wrong(error, "out of memory");
		return -ENOMEM;
	}
	for (text = skip_blanks(text); *text && !err; text = skip_blanks(text))
		err = parse_condition(m, &text, buf, use, error);
	free(buf);
	if (!err && !m->count)
		return wrong(error, "at least one key=value is needed");
	return err;
}

int match_add(struct match *m, enum field_id field, enum match_op op,
	      const char *value, enum match_use use, struct match_error *error)
{
	char *buf;
	int err;

	if (!(operators_of(fields[field].type) & 1u << op))
		return wrong_operator(field, error);
	if (op != OP_IN)
		return add(m, field, op, value, strlen(value), use, error);
	buf = malloc(strlen(value) + 1);
	if (!buf) {
		wrong(error, "cannot be read: out of memory");
		return -ENOMEM;
	}
	value = skip_blanks(value);
	err = add_scanned(m, field, op, &value, buf, use, error);
	free(buf);
	return !err && *value ? wrong(error, "has a blank in its list") : err;
}

int match_add_option(struct match *m, enum field_id field, enum match_op op,
		     const char *text, struct match_error *error)
{
	const struct operator *o = find_operator(text, operators_of(fields[field].type));
	size_t len;
	char *copy;
	int err;

	if (o) {
		op = o->op;
		text = skip_blanks(text + strlen(o->text));
	}
	if (op == OP_IN)
		return match_add(m, field, op, text, MATCH_QUERY, error);
	if (!o && *text == '!') {
		wrong(error, "begins with !, which is no operator; to exclude it: '!=%s'", text + 1);
		return -EINVAL;
	}
	copy = strdup(text);
	if (!copy) {
		wrong(error, "cannot be read: out of memory");
		return -ENOMEM;
	}
	len = text_unescape(copy, strlen(copy));
	copy[len] = 0;
	err = add(m, field, op, copy, len, MATCH_QUERY, error);
	free(copy);
	return err;
}
