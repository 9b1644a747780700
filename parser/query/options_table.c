// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/options_table: the options by name, and what each does. */
#include "parser/query/options_table.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "parser/query/advice.h"
#include "parser/query/when.h"

int options_fail(struct aunetlog_options *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(o->error, sizeof(o->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

/* Reads a time of one or two words. */
static int read_time(struct option_arg *a, bool end, struct stamp *out)
{
	struct when w = { .now = a->o->now, .end = end };
	struct aunetlog_options *o = a->o;
	size_t n = strlen(o->note);

	if (when_read(&w, a->value, a->second, out))
		return options_fail(o, "%s %s", a->spelled, w.error);
	a->took_second = a->second;
	if (*w.note)
		snprintf(o->note + n, sizeof(o->note) - n, "aunetlog: %s %s\n", a->spelled, w.note);
	return 0;
}

static int set_time(struct option_arg *a)
{
	struct match *m = &a->o->match;
	bool *has, end;
	int err;

	end = a->option->offset == offsetof(struct aunetlog_options, match.to);
	has = end ? &m->has_to : &m->has_from;
	if (*has)
		return options_fail(a->o, "%s: given twice", a->spelled);
	err = read_time(a, end, end ? &m->to : &m->from);
	*has = !err;
	return err;
}

static int set_flag(struct option_arg *a)
{
	*(bool *)((char *)a->o + a->option->offset) = true;
	return 0;
}

static int set_input(struct option_arg *a)
{
	if (a->o->input_count == AUNETLOG_INPUTS)
		return options_fail(a->o, "%s: given more than %d times", a->spelled, AUNETLOG_INPUTS);
	a->o->inputs[a->o->input_count++] = a->value;
	return *a->value ? 0 : options_fail(a->o, "%s: must not be empty", a->spelled);
}

static int set_text(struct option_arg *a)
{
	*(const char **)((char *)a->o + a->option->offset) = a->value;
	return *a->value ? 0 : options_fail(a->o, "%s: must not be empty", a->spelled);
}

static int set_community_id(struct option_arg *a)
{
	if (strncmp(a->value, "1:", 2) || strlen(a->value) != 30)
		return options_fail(a->o, "%s %s: must be a Community ID, 1: and 28 characters", a->spelled,
			    a->value);
	return set_text(a);
}

static int set_format(struct option_arg *a)
{
	const char *advice = advice_of_format(a->value);

	if (advice)
		return options_fail(a->o, "%s %s: is of ausearch; %s", a->spelled, a->value, advice);
	a->o->format = a->value;
	return 0;
}

static int set_interpret(struct option_arg *a)
{
	a->o->format = a->o->format ? a->o->format : "table";
	return 0;
}

/* The rules have this key; events of others are read as if they had it. */
static int set_key(struct option_arg *a)
{
	if (!strcmp(a->value, "netlog"))
		return 0;
	return options_fail(a->o, "%s %s: a line is of all rules with the key netlog; for the kind of "
		    "line: --kind KIND", a->spelled, a->value);
}

static int set_conntrack(struct option_arg *a)
{
	a->o->conntrack = a->value;
	a->o->pair = true;
	return 0;
}

static int set_view(struct option_arg *a)
{
	if (a->o->view)
		return options_fail(a->o, "%s: cannot be combined with %s", a->spelled, a->o->view_name);
	a->o->view = a->option->offset;
	a->o->view_name = a->spelled;
	a->o->summary = a->value;
	return 0;
}

static int set_top(struct option_arg *a)
{
	char *end;

	a->o->top = strtoul(a->value, &end, 10);
	if (!isdigit((unsigned char)*a->value) || *end || !a->o->top)
		return options_fail(a->o, "%s %s: must be a number from 1 on", a->spelled, a->value);
	return 0;
}

static int set_open_at(struct option_arg *a)
{
	struct stamp at;
	int err = read_time(a, false, &at);

	if (err)
		return err;
	a->o->has_open_at = true;
	a->o->open_at = stamp_ms(&at);
	return 0;
}

/* As in ausearch: whether the call succeeded. */
static int set_success(struct option_arg *a)
{
	static const enum match_op ops[] = { OP_IS, OP_IS_NOT };
	struct match_error error;
	bool yes = !strcmp(a->value, "yes");

	if (!yes && strcmp(a->value, "no"))
		return options_fail(a->o, "%s %s: must be yes or no", a->spelled, a->value);
	if (match_add(&a->o->match, FIELD_KIND, ops[yes], "fail", MATCH_QUERY, &error))
		return options_fail(a->o, "%s: %s", a->spelled, error.text);
	return 0;
}

static int set_help(struct option_arg *a)
{
	a->took_second = a->second && !strcmp(a->second, "fields");
	a->o->action = a->took_second ? AUNETLOG_HELP_FIELDS : AUNETLOG_HELP;
	return 0;
}

static int set_version(struct option_arg *a)
{
	a->o->action = AUNETLOG_VERSION;
	return 0;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))
#define AT(field) .offset = offsetof(struct aunetlog_options, field)

const struct option options_table[] = {
	{ NULL, "--ancestor", "PID|NAME", "an ancestor of the process has this pid or command name",
		set_text, AT(ancestor) },
	{ NULL, "--beacons", NULL, "programs that connect to the same remote end at regular intervals",
		set_view, AUNETLOG_BEACONS },
	{ NULL, "--checkpoint", "FILE", "read only lines written since the last run with that FILE",
		set_text, AT(checkpoint) },
	{ NULL, "--community-id", "ID", "connection with this Community ID (seed 0), as Zeek and "
		"Suricata write it", set_community_id, AT(community_id) },
	{ NULL, "--conntrack", "FILE", "translations for --pair, as conntrack -L or -E prints them",
		set_conntrack },
	{ NULL, "--debug", NULL, "also report sockets opened before the log, and incomplete events",
		set_flag, AT(debug) },
	{ "-F", "--follow", NULL, "wait for new lines at the end; without -ts print only those",
		set_flag, AT(follow) },
	{ "-O", "--fields", "FIELD,FIELD", "columns of the table: fields, start, end, process, "
		"outcome", set_text, AT(columns) },
	{ NULL, "--format", "NAME", "table (on a terminal), csv, netlog (else), json, ocsf, "
		"cef, leef, cern, sysmon, hone, template:TEXT", set_format },
	{ NULL, "--graph", NULL, "print a graph for Graphviz: programs, addresses, listeners",
		set_view, AUNETLOG_GRAPH },
	{ "-h", "--help", NULL, "print this help; --help fields: list every field",
		set_help },
	{ NULL, "--html", "FILE", "write one page with timeline, graph and table to FILE",
		set_view, AUNETLOG_HTML },
	{ "-if", "--input", "FILE|DIR", "read this; - is standard input; may be repeated", set_input },
	{ "-i", "--interpret", NULL, "print a table, with the names of users, as on a terminal",
		set_interpret },
	{ NULL, "--index", NULL, "write an index of each log that does not grow, for later queries",
		set_flag, AT(index) },
	{ NULL, "--index-dir", "DIR", "directory of the indexes", set_text, AT(index_directory) },
	{ NULL, "--input-logs", NULL, "read auditd's logs even if stdin is a pipe",
		set_flag, AT(input_logs) },
	{ NULL, "--just-one", NULL, "stop after the first match",
		set_flag, AT(just_one) },
	{ "-k", "--key", "KEY", "only netlog, the key of the rules of every line", set_key },
	{ "-l", "--line-buffered", NULL, "write every line immediately",
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
	{ "-r", "--raw", NULL, "print the raw audit records of each match, for ausearch -i",
		set_flag, AT(raw) },
	{ NULL, "--pair", NULL, "both processes of each connection, from the logs of one host or, "
		"with -if HOST=FILE, of several; with --graph or --html as a picture",
		set_flag, AT(pair) },
	{ NULL, "--scan", NULL, "sources that try many ports, or many ends with failures",
		set_view, AUNETLOG_SCAN },
	{ NULL, "--summary", "WHAT", "count connections by remote, local, port, network/BITS, user, "
		"hour, day or a field", set_view, AUNETLOG_SUMMARY },
	{ NULL, "--slow", NULL, "read every record with auparse, in one thread: same result",
		set_flag, AT(slow) },
	{ "-sv", "--success", "yes|no", "no: connections that failed; yes: all others",
		set_success },
	{ "-te", "--end", "[DATE] [TIME]", "at or before this time, or a word such as today",
		set_time, AT(match.to) },
	{ "-ts", "--start", "[DATE] [TIME]", "at or after this time, or a word such as today",
		set_time, AT(match.from) },
	{ NULL, "--top", "N", "only the first N rows", set_top },
	{ NULL, "--utc", NULL, "print times in UTC", set_flag, AT(utc) },
	{ "-v", "--version", NULL, "print the version", set_version },
	{ "-w", "--word", NULL, "-c, -x, -se and --proctitle match the whole text",
		set_flag, AT(word) },
	{ NULL, NULL, NULL, NULL, NULL, 0 },
};

const struct shorthand options_shorthands[] = {
	{ "--failed", FIELD_KIND, "fail", "connections that failed" },
	{ "--in", FIELD_DIRECTION, "in", "connections that this host accepted" },
	{ "--listen", FIELD_KIND, "listen", "listening sockets" },
	{ "--out", FIELD_DIRECTION, "out", "connections that this host opened" },
	{ NULL, FIELD_NONE, NULL, NULL },
};

const struct shorthand *options_find_shorthand(const char *name)
{
	for (const struct shorthand *s = options_shorthands; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

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

const struct option *options_find(const char *name)
{
	name = meaning_of(name);
	for (const struct option *o = options_table; o->full; o++)
		if (!strcmp(o->full, name) || (o->brief && !strcmp(o->brief, name)))
			return o;
	return NULL;
}

/* --KEY, or the spelling of ausearch. */
enum field_id options_find_field(const char *name)
{
	name = meaning_of(name);
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++)
		if ((fields[id].brief && !strcmp(fields[id].brief, name)) ||
		    (fields[id].option && !strcmp(fields[id].option, name)))
			return id;
	return strncmp(name, "--", 2) ? FIELD_NONE : field_by_key(name + 2, strlen(name + 2));
}

