// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/options: the command line of aunetlog. The table below has the options;
 * conditions come from fields.def. Options that ausearch(8) has are spelled as there.
 */
#include "parser/query/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/advice.h"
#include "parser/query/when.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* The option in hand. */
struct arg {
	struct aunetlog_options *o;
	const struct option *option;
	const char *spelled;	/* as the user wrote it */
	const char *value;	/* NULL for a flag */
	const char *second;	/* next word if it is no option; or NULL */
	bool took_second;
};

struct option {
	const char *brief, *full;	/* "-l", "--line-buffered"; brief may be NULL */
	const char *value;		/* what it takes, for the help; or NULL */
	const char *help;
	int (*set)(struct arg *a);
	size_t offset;			/* in the options, of what set fills */
};

static int fail(struct aunetlog_options *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(o->error, sizeof(o->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

/* Reads a time of one or two words. */
static int read_time(struct arg *a, bool end, struct stamp *out)
{
	struct when w = { .now = a->o->now, .end = end };
	struct aunetlog_options *o = a->o;
	size_t n = strlen(o->note);

	if (when_read(&w, a->value, a->second, out))
		return fail(o, "%s %s", a->spelled, w.error);
	a->took_second = a->second;
	if (*w.note)
		snprintf(o->note + n, sizeof(o->note) - n, "aunetlog: %s %s\n", a->spelled, w.note);
	return 0;
}

static int set_time(struct arg *a)
{
	struct match *m = &a->o->match;
	bool *has, end;
	int err;

	end = a->option->offset == offsetof(struct aunetlog_options, match.to);
	has = end ? &m->has_to : &m->has_from;
	if (*has)
		return fail(a->o, "%s: given twice", a->spelled);
	err = read_time(a, end, end ? &m->to : &m->from);
	*has = !err;
	return err;
}

static int set_flag(struct arg *a)
{
	*(bool *)((char *)a->o + a->option->offset) = true;
	return 0;
}

static int set_input(struct arg *a)
{
	if (a->o->input_count == AUNETLOG_INPUTS)
		return fail(a->o, "%s: given more than %d times", a->spelled, AUNETLOG_INPUTS);
	a->o->inputs[a->o->input_count++] = a->value;
	return *a->value ? 0 : fail(a->o, "%s: must not be empty", a->spelled);
}

static int set_text(struct arg *a)
{
	*(const char **)((char *)a->o + a->option->offset) = a->value;
	return *a->value ? 0 : fail(a->o, "%s: must not be empty", a->spelled);
}

static int set_community_id(struct arg *a)
{
	if (strncmp(a->value, "1:", 2) || strlen(a->value) != 30)
		return fail(a->o, "%s %s: must be a Community ID, 1: and 28 characters", a->spelled,
			    a->value);
	return set_text(a);
}

static int set_format(struct arg *a)
{
	a->o->format = a->value;
	return 0;
}

static int set_interpret(struct arg *a)
{
	a->o->format = a->o->format ? a->o->format : "table";
	return 0;
}

/* The rules have this key; events of others are read as if they had it. */
static int set_key(struct arg *a)
{
	if (!strcmp(a->value, "netlog"))
		return 0;
	return fail(a->o, "%s %s: a line is of all rules with the key netlog; for the kind of "
		    "line: --kind KIND", a->spelled, a->value);
}

static int set_conntrack(struct arg *a)
{
	a->o->conntrack = a->value;
	a->o->pair = true;
	return 0;
}

static int set_view(struct arg *a)
{
	if (a->o->view)
		return fail(a->o, "%s: cannot be combined with %s", a->spelled, a->o->view_name);
	a->o->view = a->option->offset;
	a->o->view_name = a->spelled;
	a->o->summary = a->value;
	return 0;
}

static int set_top(struct arg *a)
{
	char *end;

	a->o->top = strtoul(a->value, &end, 10);
	if (!isdigit((unsigned char)*a->value) || *end || !a->o->top)
		return fail(a->o, "%s %s: must be a number from 1 on", a->spelled, a->value);
	return 0;
}

static int set_open_at(struct arg *a)
{
	struct stamp at;
	int err = read_time(a, false, &at);

	if (err)
		return err;
	a->o->has_open_at = true;
	a->o->open_at = at.sec * 1000 + at.milli;
	return 0;
}

/* As in ausearch: whether the call succeeded. */
static int set_success(struct arg *a)
{
	static const enum match_op ops[] = { OP_IS, OP_IS_NOT };
	struct match_error error;
	bool yes = !strcmp(a->value, "yes");

	if (!yes && strcmp(a->value, "no"))
		return fail(a->o, "%s %s: must be yes or no", a->spelled, a->value);
	if (match_add(&a->o->match, FIELD_KIND, ops[yes], "fail", MATCH_QUERY, &error))
		return fail(a->o, "%s: %s", a->spelled, error.text);
	return 0;
}

static int set_help(struct arg *a)
{
	a->took_second = a->second && !strcmp(a->second, "fields");
	a->o->action = a->took_second ? AUNETLOG_HELP_FIELDS : AUNETLOG_HELP;
	return 0;
}

static int set_version(struct arg *a)
{
	a->o->action = AUNETLOG_VERSION;
	return 0;
}

#define AT(field) .offset = offsetof(struct aunetlog_options, field)

static const struct option options[] = {
	{ NULL, "--ancestor", "PID|NAME", "a process above it is this one, or of this name",
		set_text, AT(ancestor) },
	{ NULL, "--beacons", NULL, "programs that connect to one end at regular intervals",
		set_view, AUNETLOG_BEACONS },
	{ NULL, "--checkpoint", "FILE", "read only lines written since the last run with that FILE",
		set_text, AT(checkpoint) },
	{ NULL, "--community-id", "ID", "connection of this Community ID (seed 0), as Zeek and "
		"Suricata write it", set_community_id, AT(community_id) },
	{ NULL, "--conntrack", "FILE", "translations for --pair, as conntrack -L or -E prints them",
		set_conntrack },
	{ NULL, "--debug", NULL, "report also what could not be attributed",
		set_flag, AT(debug) },
	{ "-F", "--follow", NULL, "wait for new lines at the end; without -ts print only those",
		set_flag, AT(follow) },
	{ "-O", "--fields", "FIELD,FIELD", "columns of the table: fields, start, end, process, "
		"outcome", set_text, AT(columns) },
	{ NULL, "--format", "NAME", "table (on a terminal), csv, netlog (else), json, ocsf, "
		"cef, leef, cern, sysmon, hone, template:TEXT", set_format },
	{ NULL, "--graph", NULL, "a graph for Graphviz: programs, addresses, listeners",
		set_view, AUNETLOG_GRAPH },
	{ "-h", "--help", NULL, "print this help; --help fields: every field",
		set_help },
	{ NULL, "--html", "FILE", "write one page with timeline, graph and table to FILE",
		set_view, AUNETLOG_HTML },
	{ "-if", "--input", "FILE|DIR", "read this; - is standard input; may be repeated", set_input },
	{ "-i", "--interpret", NULL, "a table, with the names of users, as on a terminal",
		set_interpret },
	{ NULL, "--index", NULL, "write an index of each log that does not grow, for later queries",
		set_flag, AT(index) },
	{ NULL, "--index-dir", "DIR", "directory of the indexes", set_text, AT(index_directory) },
	{ NULL, "--input-logs", NULL, "read auditd's logs even if stdin is a pipe",
		set_flag, AT(input_logs) },
	{ NULL, "--just-one", NULL, "stop after the first match",
		set_flag, AT(just_one) },
	{ "-k", "--key", "KEY", "netlog, the key of the rules, which every line has", set_key },
	{ "-l", "--line-buffered", NULL, "write every line at once",
		set_flag, AT(line_buffered) },
	{ NULL, "--listeners", NULL, "listening processes: address, since when, number of connections",
		set_view, AUNETLOG_LISTENERS },
	{ NULL, "--maybe", NULL, "also print lines that could match: their local or remote end is unknown",
		set_flag, AT(maybe) },
	{ NULL, "--new", NULL, "peers, listeners and programs first seen since -ts",
		set_view, AUNETLOG_NEW },
	{ NULL, "--no-index", NULL, "read the logs, not their indexes", set_flag, AT(no_index) },
	{ NULL, "--no-pager", NULL, "no effect: no pager is started", set_flag, AT(no_pager) },
	{ NULL, "--open-at", "[DATE] [TIME]", "connections that were open at that time",
		set_open_at },
	{ "-r", "--raw", NULL, "the raw audit records of each match, for ausearch -i",
		set_flag, AT(raw) },
	{ NULL, "--pair", NULL, "both processes of each connection, from the logs of one host or, "
		"with -if HOST=FILE, of several; with --graph or --html as a picture",
		set_flag, AT(pair) },
	{ NULL, "--scan", NULL, "sources that try many ports, or many ends that fail",
		set_view, AUNETLOG_SCAN },
	{ NULL, "--summary", "WHAT", "count connections by remote, local, port, network/BITS, user, "
		"hour, day or a field", set_view, AUNETLOG_SUMMARY },
	{ NULL, "--slow", NULL, "read every record with auparse, in one thread: same answer",
		set_flag, AT(slow) },
	{ "-sv", "--success", "yes|no", "no: connections that failed; yes: all others",
		set_success },
	{ "-te", "--end", "[DATE] [TIME]", "at or before, or a word such as today",
		set_time, AT(match.to) },
	{ "-ts", "--start", "[DATE] [TIME]", "at or after, or a word such as today",
		set_time, AT(match.from) },
	{ NULL, "--top", "N", "the first N rows", set_top },
	{ NULL, "--utc", NULL, "print times in UTC", set_flag, AT(utc) },
	{ "-v", "--version", NULL, "print the version", set_version },
	{ "-w", "--word", NULL, "-c, -x, -se and --proctitle give the whole text",
		set_flag, AT(word) },
};

/* Conditions that have an option name of their own. */
static const struct shorthand {
	const char *name;
	enum field_id field;
	const char *value, *help;
} shorthands[] = {
	{ "--failed", FIELD_KIND, "fail", "connections that failed" },
	{ "--in", FIELD_DIRECTION, "in", "connections that this host accepted" },
	{ "--listen", FIELD_KIND, "listen", "listening sockets" },
	{ "--out", FIELD_DIRECTION, "out", "connections that this host opened" },
};

/* Others' spellings of an option. */
static const struct {
	const char *name, *means;
} aliases[] = {
	{ "--host", "--addr" }, { "-hn", "--addr" }, { "--duration", "--dur" },
	{ "-su", "-se" }, { "--subject", "-se" },
	{ "--since", "-ts" }, { "-S", "-ts" }, { "--until", "-te" }, { "-U", "-te" },
};

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (!strcmp(aliases[i].name, name))
			return aliases[i].means;
	return name;
}

static const struct option *find_option(const char *name)
{
	name = meaning_of(name);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].full, name) ||
		    (options[i].brief && !strcmp(options[i].brief, name)))
			return &options[i];
	return NULL;
}

/* --KEY, or the spelling of ausearch. */
static enum field_id find_field(const char *name)
{
	name = meaning_of(name);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++)
		if ((fields[id].brief && !strcmp(fields[id].brief, name)) ||
		    (fields[id].option && !strcmp(fields[id].option, name)))
			return id;
	return strncmp(name, "--", 2) ? FIELD_NONE : field_by_key(name + 2, strlen(name + 2));
}

/* "-1" is a value (unset), as are "-" (stdin), "->" and "-ECONNREFUSED"; "-x" is the
 * next option. */
static bool is_value(const char *text)
{
	return text && (*text != '-' || !text[1] || isdigit((unsigned char)text[1]) ||
			text[1] == '>' || text[1] == 'E');
}

/* ausearch looks for a part of a text, unless -w is given. */
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

	if (!is_value(words[1]))
		return fail(o, "%s needs a value: %s", words[0], fields[id].value);
	err = match_add_option(&o->match, id, operator_of(o, id), words[1], &error);
	if (!err)
		return 2;
	if (fields[id].type == TYPE_ADDRESS &&
	    advice_of_address(words[1], advice, sizeof(advice)))
		return fail(o, "%s %s: %s", words[0], words[1], advice);
	if (id == FIELD_PID && isalpha((unsigned char)*words[1]))
		return fail(o, "%s %s: must be a number; for a program: -c %s", words[0], words[1],
			    words[1]);
	fail(o, "%s %s: %s", words[0], words[1], error.text);
	return err;
}

/* The nearest name of an option, or NULL if none is near. */
static const char *nearest(const char *name)
{
	struct nearest n = { .name = name };
	static char keys[FIELD_COUNT][32];

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		nearest_consider(&n, options[i].full);
	for (size_t i = 0; i < ARRAY_SIZE(shorthands); i++)
		nearest_consider(&n, shorthands[i].name);
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

	for (size_t i = 0; i < ARRAY_SIZE(shorthands); i++) {
		if (strcmp(shorthands[i].name, name))
			continue;
		if (!match_add(&o->match, shorthands[i].field, OP_IS, shorthands[i].value,
			       MATCH_QUERY, &error))
			return 1;
		return fail(o, "%s: %s", name, error.text);
	}
	return 0;
}

static int unknown_option(struct aunetlog_options *o, const char *name)
{
	const char *advice = advice_of_option(name), *near = nearest(name);
	const char *equals = strchr(name, '=');

	if (advice)
		return fail(o, "%s: %s", name, advice);
	if (*name == '-' && equals)
		return fail(o, "%s: unknown option; a value is a word of its own: %.*s %s", name,
			    (int)(equals - name), name, equals + 1);
	if (*name != '-')
		return fail(o, "%s: options and conditions have names: to read a file: -if %s; a "
			    "program: -c %s; an address: --remote %s", name, name, name, name);
	if (near)
		return fail(o, "%s: unknown option; did you mean %s?", name, near);
	return fail(o, "%s: unknown option, see aunetlog --help", name);
}

/* Takes one option from the front. Returns the number of words, or an error. */
static int parse_one(struct aunetlog_options *o, char **words)
{
	struct arg a = { .o = o, .spelled = words[0], .option = find_option(words[0]) };
	enum field_id field = find_field(words[0]);
	int used = 1, err = add_shorthand(o, words[0]);

	if (err)
		return err;
	if (field)
		return add_condition(o, field, words);
	if (!a.option)
		return unknown_option(o, words[0]);
	if (a.option->value) {
		if (!is_value(words[1]))
			return fail(o, "%s needs a value: %s", words[0], a.option->value);
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
	if (o->raw && (o->view || o->format || o->columns || o->follow))
		return fail(o, "-r cannot be combined with %s: it prints audit records",
			    o->view ? o->view_name : o->format ? "--format" :
			    o->columns ? "--fields" : "-F");
	if (o->checkpoint && (o->view || o->follow || o->slow || o->raw || o->has_open_at ||
			      o->just_one))
		return fail(o, "--checkpoint cannot be combined with %s",
			    o->view ? o->view_name : o->follow ? "-F" : o->slow ? "--slow" :
			    o->raw ? "-r" : o->just_one ? "--just-one" : "--open-at");
	if (o->index && (o->view || o->follow || o->slow || o->raw || o->has_open_at ||
			 o->just_one || o->checkpoint || o->pair || o->format || o->columns ||
			 o->match.count || o->match.has_from || o->match.has_to))
		return fail(o, "--index takes no other options than -if, --input-logs and "
			    "--index-dir: it is for every later question");
	if (o->match.has_from && o->match.has_to && (o->match.from.sec > o->match.to.sec ||
	    (o->match.from.sec == o->match.to.sec && o->match.from.milli > o->match.to.milli)))
		return fail(o, "-ts is later than -te");
	if (o->follow && !o->match.has_from) {
		o->match.from.sec = now;
		o->match.has_from = true;
	}
	return 0;
}

void aunetlog_options_fini(struct aunetlog_options *o)
{
	match_fini(&o->match);
}

static void print_option(FILE *out, const char *brief, const char *full,
			 const char *value, const char *help)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s %s", brief ? brief : "", brief ? "," : "",
		 full, value ? value : "");
	fprintf(out, "  %-28s %s\n", name, help);
}

static void print_conditions(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(shorthands); i++)
		print_option(out, NULL, shorthands[i].name, NULL, shorthands[i].help);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		const struct field *f = &fields[id];
		char key[32];

		snprintf(key, sizeof(key), "--%s", f->key);
		print_option(out, f->brief, f->option ? f->option : key, f->value, f->help);
	}
}

void aunetlog_options_usage(FILE *out)
{
	fputs("usage: aunetlog [OPTION]... [CONDITION]...\n"
	      "       aunetlog annotate|capture --help: processes of packets\n"
	      "Prints a line for each network connection in the audit logs that meets the "
	      "conditions.\n\noptions:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		print_option(out, options[i].brief, options[i].full, options[i].value,
			     options[i].help);
	fputs("\nconditions:\n", out);
	print_conditions(out);
	fputs("\nConditions of one field are alternatives; those of different fields must all "
	      "match.\nA value can begin with an operator, which must match in addition to the "
	      "alternatives:\n  --dur '>60'  --comm '!=curl'  --exe '~/bin/'  "
	      "--remote 'in 10.0.0.0/8,192.0.2.7'\n"
	      "See aunetlog(8) and, for every field, netlog-fields(7).\n", out);
}

void aunetlog_options_fields(FILE *out)
{
	fprintf(out, "%-11s %-24s %s\n", "FIELD", "OPERATORS", "VALUE");
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		char operators[64];

		match_operators(fields[id].type, operators, sizeof(operators));
		fprintf(out, "%-11s %-24s %s\n", fields[id].key, operators,
			value_allowed(id));
	}
}
