// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/options: the command line of aunetlog. options_table.c has the options;
 * conditions come from fields.def. Options that ausearch(8) has are spelled as there.
 */
#include "parser/query/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/advice.h"
#include "parser/query/options_table.h"

/* "-1" is a value (unset), as are "-" (stdin), "->" and "-ECONNREFUSED"; "-x" is the
 * next option. */
static bool is_value(const char *text)
{
	return text && (*text != '-' || !text[1] || isdigit((unsigned char)text[1]) ||
			text[1] == '>' || text[1] == 'E');
}

/* An id= of a host without a boot id begins as an option does: "--s1c2.1". */
static bool is_id(const char *text)
{
	return text && !strncmp(text, "--", 2) && text[2] &&
	       !text[2 + strspn(text + 2, "s0123456789abcdef.")];
}

/* ausearch matches a part of a text, unless -w is given. */
static enum match_op operator_of(const struct aunetlog_options *o, enum field_id id)
{
	enum field_type type = fields[id].type;

	return !o->word && (type == TYPE_TEXT || type == TYPE_ARGUMENTS) ? OP_HAS : OP_IS;
}

static int add_condition(struct aunetlog_options *o, enum field_id id, char **words)
{
	struct match_error error;
	char advice[256];
	int err;

	if (!is_value(words[1]) && !(id == FIELD_ID && is_id(words[1])))
		return options_fail(o, "%s needs a value: %s", words[0], fields[id].value);
	err = match_add_option(&o->match, id, operator_of(o, id), words[1], &error);
	if (!err)
		return 2;
	if (fields[id].type == TYPE_ADDRESS &&
	    advice_of_address(words[1], advice, sizeof(advice)))
		return options_fail(o, "%s %s: %s", words[0], words[1], advice);
	if (id == FIELD_PID && isalpha((unsigned char)*words[1]))
		return options_fail(o, "%s %s: must be a number; for a program: -c %s", words[0], words[1],
			    words[1]);
	options_fail(o, "%s %s: %s", words[0], words[1], error.text);
	return err;
}

/* The nearest name of an option, or NULL if none is near. */
static const char *nearest(const char *name)
{
	struct nearest n = { .name = name };
	static char keys[FIELD_COUNT][32];

	for (const struct option *o = options_table; o->full; o++)
		nearest_consider(&n, o->full);
	for (const struct shorthand *s = options_shorthands; s->name; s++)
		nearest_consider(&n, s->name);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		snprintf(keys[id], sizeof(keys[id]), "--%s", fields[id].key);
		nearest_consider(&n, keys[id]);
		nearest_consider(&n, fields[id].option);
	}
	return n.best;
}

/* Returns 0 if it is none. */
static int add_shorthand(struct aunetlog_options *o, const char *name)
{
	struct match_error error;
	const struct shorthand *s = options_find_shorthand(name);

	if (!s)
		return 0;
	if (!match_add(s->field == FIELD_KIND ? &o->kinds : &o->match, s->field, OP_IS, s->value,
		       MATCH_QUERY, &error))
		return 1;
	return options_fail(o, "%s: %s", name, error.text);
}

/* --OPTION=VALUE */
static int fail_joined(struct aunetlog_options *o, const char *name, const char *equals)
{
	const struct option *option;
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)(equals - name), name);
	option = options_find(word);
	if (options_find_shorthand(word) || (option && !option->value))
		return options_fail(o, "%s: %s takes no value", name, word);
	return options_fail(o, "%s: unknown option; a value is a word of its own: %s %s", name, word,
			    equals + 1);
}

static int unknown_option(struct aunetlog_options *o, const char *name)
{
	const char *advice = advice_of_option(name), *near = nearest(name);
	const char *equals = strchr(name, '=');

	if (advice)
		return options_fail(o, "%s: %s", name, advice);
	if (*name == '-' && equals)
		return fail_joined(o, name, equals);
	if (*name != '-')
		return options_fail(o, "%s: options and conditions have names: to read a file: -if %s; a "
			    "program: -c %s; an address: --remote %s", name, name, name, name);
	if (near)
		return options_fail(o, "%s: unknown option; did you mean %s?", name, near);
	return options_fail(o, "%s: unknown option, see aunetlog --help", name);
}

/* Takes one option from the front. Returns the number of words, or an error. */
static int parse_one(struct aunetlog_options *o, char **words)
{
	struct option_arg a = { .o = o, .spelled = words[0], .option = options_find(words[0]) };
	enum field_id field = options_find_field(words[0]);
	int used = 1, err = add_shorthand(o, words[0]);

	if (err)
		return err;
	if (field)
		return add_condition(o, field, words);
	if (!a.option)
		return unknown_option(o, words[0]);
	if (a.option->value) {
		if (!is_value(words[1]))
			return options_fail(o, "%s needs a value: %s", words[0], a.option->value);
		a.value = words[1];
		used++;
	}
	if (words[used] && *words[used] != '-')
		a.second = words[used];
	err = a.option->set(&a);
	return err ? err : used + a.took_second;
}

/* Applies to the options before it, too. */
static bool has_word(char **argv)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, "-w") || !strcmp(*argv, "--word"))
			return true;
	return false;
}

/* Returns true if a line of one of these kinds is asked for by --kind or -sv. */
static bool asks_kind(const struct match *m)
{
	for (unsigned int i = 0; i < m->count; i++)
		if (m->conditions[i].field == FIELD_KIND && m->conditions[i].op == OP_IS)
			return true;
	return false;
}

/*
 * --failed and --listen are alternatives to each other, but not to --kind: "--listen --kind start"
 * is the start of a listener. So beside --kind they exclude all other kinds.
 */
static int add_kinds(struct aunetlog_options *o)
{
	bool exclude = asks_kind(&o->match);
	struct match_error error;
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < o->kinds.count; i++)
		kinds |= o->kinds.conditions[i].value.kinds;
	for (int kind = 0; kinds && kind < ENTRY_KIND_COUNT; kind++)
		if (exclude != !!(kinds & 1u << kind) &&
		    match_add(&o->match, FIELD_KIND, exclude ? OP_IS_NOT : OP_IS,
			      entry_kind_name(kind), MATCH_QUERY, &error))
			return options_fail(o, "%s", error.text);
	return 0;
}

/* Options that exclude each other. */
static int combine(struct aunetlog_options *o)
{
	if (o->raw && (o->view || o->format || o->columns || o->follow))
		return options_fail(o, "-r cannot be combined with %s: it prints audit records",
			    o->view ? o->view_name : o->format ? "--format" :
			    o->columns ? "--fields" : "-F");
	if (o->checkpoint && (o->view || o->follow || o->slow || o->raw || o->has_open_at ||
			      o->just_one))
		return options_fail(o, "--checkpoint cannot be combined with %s",
			    o->view ? o->view_name : o->follow ? "-F" : o->slow ? "--slow" :
			    o->raw ? "-r" : o->just_one ? "--just-one" : "--open-at");
	if (o->index && (o->view || o->follow || o->slow || o->raw || o->has_open_at ||
			 o->just_one || o->checkpoint || o->pair || o->format || o->columns ||
			 o->match.count || o->match.has_from || o->match.has_to))
		return options_fail(o, "--index takes no other options than -if, --input-logs and "
			    "--index-dir: it is for every later question");
	if (o->match.has_from && o->match.has_to && (o->match.from.sec > o->match.to.sec ||
	    (o->match.from.sec == o->match.to.sec && o->match.from.milli > o->match.to.milli)))
		return options_fail(o, "-ts is later than -te");
	if (o->just_one && o->view)
		return options_fail(o, "--just-one cannot be combined with %s%s", o->view_name,
				    o->view < AUNETLOG_GRAPH ? "; for its first row: --top 1" : "");
	if (o->top && (!o->view || o->view >= AUNETLOG_GRAPH))
		return options_fail(o, "--top is for rows of a summary, as --summary remote; for lines: "
				    "aunetlog ... | head -n %u", o->top);
	return 0;
}

int aunetlog_options_parse(struct aunetlog_options *o, int argc, char **argv,
			   time_t now)
{
	memset(o, 0, sizeof(*o));
	o->auditd_conf = AUDITD_CONF;
	o->netlog_conf = NETLOG_CONF;
	o->now = now;
	o->word = has_word(argv);
	for (int i = 1; i < argc && o->action == AUNETLOG_QUERY;) {
		int used = parse_one(o, argv + i);

		if (used < 0)
			return used;
		i += used;
	}
	if (add_kinds(o) || combine(o))
		return -EINVAL;
	if (o->follow && !o->match.has_from) {
		o->match.from.sec = now;
		o->match.has_from = true;
	}
	return 0;
}

void aunetlog_options_fini(struct aunetlog_options *o)
{
	match_fini(&o->match);
	match_fini(&o->kinds);
}
