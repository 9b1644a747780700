// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/options: the command line of aunetlog. The table of options
 * and the table of words for times are below; everything is spelled, and means,
 * what it does in ausearch(8), from whose users' fingers it comes.
 */
#include "parser/query/options.h"
#include "parser/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* The option in hand. */
struct arg {
	struct aunetlog_options *o;
	const struct option *option;
	const char *spelled;	/* as the user wrote it */
	const char *value;	/* NULL for a flag */
	const char *second;	/* next word, not an option; NULL: none */
	bool took_second;
};

struct option {
	const char *brief, *full;	/* "-p", "--pid"; brief may be NULL */
	const char *value;		/* what it takes, for the help; or NULL */
	const char *help;
	int (*set)(struct arg *a);
	size_t offset;			/* in the options, of what set fills */
	enum match_key key;
};

static int fail(struct aunetlog_options *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(o->error, sizeof(o->error), format, ap);
	va_end(ap);
	return -EINVAL;
}

static int out_of_memory(struct aunetlog_options *o)
{
	fail(o, "out of memory");
	return -ENOMEM;
}

/*
 * Times. A day word stands for midnight with -ts and, as in ausearch, for that
 * day at the present time of day with -te, unless a time follows; the others
 * are moments. (ausearch's manual says one second after midnight, ausearch
 * means midnight.)
 */
struct word {
	const char *name;
	void (*set)(struct tm *tm);
	bool moment;
};

static void unchanged(struct tm *tm)
{
	(void)tm;
}

static void recent(struct tm *tm)
{
	tm->tm_min -= 10;
}

static void this_hour(struct tm *tm)
{
	tm->tm_min = 0;
	tm->tm_sec = 0;
}

/* As far as the clock was not set since: ausearch computes it like this too. */
static void boot(struct tm *tm)
{
	FILE *f = fopen("/proc/uptime", "re");
	double uptime = 0;

	if (f && fscanf(f, "%lf", &uptime) == 1)
		tm->tm_sec -= (int)(uptime + 0.5);
	if (f)
		fclose(f);
}

static void yesterday(struct tm *tm)
{
	tm->tm_mday--;
}

static void this_week(struct tm *tm)
{
	tm->tm_mday -= tm->tm_wday;
}

static void week_ago(struct tm *tm)
{
	tm->tm_mday -= 7;
}

static void this_month(struct tm *tm)
{
	tm->tm_mday = 1;
}

static void this_year(struct tm *tm)
{
	tm->tm_mday = 1;
	tm->tm_mon = 0;
}

static const struct word words[] = {
	{ "now",	unchanged,		true },
	{ "recent",	recent,		true },
	{ "this-hour",	this_hour,	true },
	{ "boot",	boot,		true },
	{ "today",	unchanged,		false },
	{ "yesterday",	yesterday,	false },
	{ "this-week",	this_week,	false },
	{ "week-ago",	week_ago,	false },
	{ "this-month",	this_month,	false },
	{ "this-year",	this_year,	false },
};

static const struct word *find_word(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].name, name))
			return &words[i];
	return NULL;
}

/* As date +%x prints it, or as aunetlog prints it. */
static bool read_date(const char *text, struct tm *tm)
{
	static const char *const formats[] = { "%x", "%Y-%m-%d" };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct tm date = *tm;
		const char *end = strptime(text, formats[i], &date);

		/* Two digits where the locale writes four are the year 26. */
		if (!end || *end || date.tm_year < 70)
			continue;
		tm->tm_year = date.tm_year;
		tm->tm_mon = date.tm_mon;
		tm->tm_mday = date.tm_mday;
		return true;
	}
	return false;
}

static bool read_milli(const char *text, uint32_t *milli)
{
	char *end;

	if (*text != '.' || strspn(text + 1, "0123456789") != 3)
		return false;
	*milli = strtoul(text + 1, &end, 10);
	return !*end;
}

/* HH:MM, HH:MM:SS, HH:MM:SS.mmm */
static bool read_clock(const char *text, struct tm *tm, uint32_t *milli)
{
	const char *end = strptime(text, "%H:%M:%S", tm);

	if (end)
		return !*end || read_milli(end, milli);
	tm->tm_sec = 0;
	end = strptime(text, "%H:%M", tm);
	return end && !*end;
}

static int fail_time(struct arg *a, const char *text)
{
	char today[64] = "";
	struct tm tm;

	if (localtime_r(&a->o->now, &tm))
		strftime(today, sizeof(today), "%x or %Y-%m-%d", &tm);
	return fail(a->o, "%s %s: neither a date (as %s), nor a time (as 18:00:00), "
		    "nor now, recent, this-hour, boot, today, yesterday, this-week, "
		    "week-ago, this-month, this-year", a->spelled, text, today);
}

/* date or clock may be NULL, not both. tm holds the present time. */
static int read_time(struct arg *a, const char *date, const char *clock,
		     struct tm *tm, struct stamp *out)
{
	const struct word *word = date ? find_word(date) : NULL;
	bool end = a->option->offset == offsetof(struct aunetlog_options, match.to);

	if (word && word->moment && clock)
		return fail(a->o, "%s %s is a moment, no time can stand beside it",
			    a->spelled, word->name);
	if (word)
		word->set(tm);
	else if (date && !read_date(date, tm))
		return fail_time(a, date);
	/* A moment keeps the present daylight saving, mktime() corrects it. */
	if (!word || !word->moment)
		tm->tm_isdst = -1;
	out->milli = end ? 999 : 0;
	if (clock && !read_clock(clock, tm, &out->milli))
		return fail_time(a, clock);
	if (!clock && !end && !(word && word->moment))
		tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	out->sec = mktime(tm);
	return 0;
}

static int set_time(struct arg *a)
{
	struct stamp *out = (struct stamp *)((char *)a->o + a->option->offset);
	const char *date = a->value, *clock = a->second;
	struct tm tm;

	if (!strcmp(date, "checkpoint"))
		return fail(a->o, "%s checkpoint: aunetlog has no checkpoints",
			    a->spelled);
	if (!localtime_r(&a->o->now, &tm))
		return fail(a->o, "%s: the clock of this machine is off", a->spelled);
	a->took_second = clock;
	if (strchr(date, ':')) {
		date = a->second;
		clock = a->value;
	}
	if (out == &a->o->match.from)
		a->o->match.has_from = true;
	else
		a->o->match.has_to = true;
	return read_time(a, date, clock, &tm, out);
}

/* Everything else. */
static int set_flag(struct arg *a)
{
	*(bool *)((char *)a->o + a->option->offset) = true;
	return 0;
}

static int set_text(struct arg *a)
{
	*(const char **)((char *)a->o + a->option->offset) = a->value;
	return *a->value ? 0 : fail(a->o, "%s: must not be empty", a->spelled);
}

static int set_help(struct arg *a)
{
	a->o->action = AUNETLOG_HELP;
	return 0;
}

static int set_version(struct arg *a)
{
	a->o->action = AUNETLOG_VERSION;
	return 0;
}

static int add_match(struct arg *a, struct match *m, enum match_key key)
{
	const char *allowed = "";
	int err = match_add(m, key, a->value, &allowed);

	if (err == -ENOMEM)
		return out_of_memory(a->o);
	if (err)
		return fail(a->o, "%s %s: must be %s", a->spelled, a->value, allowed);
	return 0;
}

static int set_match(struct arg *a)
{
	return add_match(a, &a->o->match, a->option->key);
}

static int set_any_user(struct arg *a)
{
	struct match m = { 0 };
	int err = add_match(a, &m, MATCH_UID);

	a->o->has_any_user = true;
	a->o->any_user = m.number[MATCH_UID];
	return err;
}

static int add_node(struct arg *a)
{
	struct aunetlog_options *o = a->o;
	const char **nodes = reallocarray(o->nodes, o->node_count + 1,
					  sizeof(*nodes));

	if (!nodes)
		return out_of_memory(o);
	o->nodes = nodes;
	o->nodes[o->node_count++] = a->value;
	return 0;
}

#define AT(field) .offset = offsetof(struct aunetlog_options, field)

static const struct option options[] = {
	{ "-c", "--comm", "NAME", "command whose name contains NAME",
		set_text, AT(comm) },
	{ NULL, "--debug", NULL, "say also what could not be attributed",
		set_flag, AT(debug) },
	{ "-h", "--help", NULL, "this help", set_help },
	{ "-if", "--input", "FILE|DIR", "read this, - is standard input",
		set_text, AT(input) },
	{ NULL, "--input-logs", NULL, "read auditd's logs even if stdin is a pipe",
		set_flag, AT(input_logs) },
	{ NULL, "--just-one", NULL, "stop after the first match",
		set_flag, AT(just_one) },
	{ "-l", "--line-buffered", NULL, "write every line at once",
		set_flag, AT(line_buffered) },
	{ NULL, "--local", "ADDRESS", "local end: ADDR, ADDR/BITS, ADDR:PORT, :PORT",
		set_match, .key = MATCH_LOCAL },
	{ "-n", "--node", "NAME", "machine; any of them when given repeatedly",
		add_node },
	{ "-p", "--pid", "PID", "process", set_match, .key = MATCH_PID },
	{ "-pp", "--ppid", "PID", "parent process", set_match, .key = MATCH_PPID },
	{ NULL, "--proto", "NAME", "tcp, udp, sctp, mptcp, udplite or dccp",
		set_match, .key = MATCH_PROTO },
	{ NULL, "--remote", "ADDRESS", "remote end, see --local",
		set_match, .key = MATCH_REMOTE },
	{ "-se", "--context", "CONTEXT", "SELinux context that contains CONTEXT",
		set_text, AT(context) },
	{ NULL, "--session", "ID", "login session", set_match, .key = MATCH_SES },
	{ "-te", "--end", "[DATE] [TIME]", "at or before, or a word as today",
		set_time, AT(match.to) },
	{ "-ts", "--start", "[DATE] [TIME]", "at or after, or a word as today",
		set_time, AT(match.from) },
	{ "-ua", "--uid-all", "USER", "user or login user",
		set_any_user },
	{ "-ui", "--uid", "USER", "user", set_match, .key = MATCH_UID },
	{ "-ul", "--loginuid", "USER", "login user", set_match, .key = MATCH_AUID },
	{ "-v", "--version", NULL, "the version", set_version },
	{ "-w", "--word", NULL, "-c and -x give the whole name",
		set_flag, AT(word) },
	{ "-x", "--executable", "PATH", "executable whose path contains PATH",
		set_text, AT(exe) },
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].full, name) ||
		    (options[i].brief && !strcmp(options[i].brief, name)))
			return &options[i];
	return NULL;
}

/* "-1" is a value (unset), "-" too (stdin); "-x" is the next option. */
static bool is_value(const char *text)
{
	return text && (*text != '-' || !text[1] || isdigit((unsigned char)text[1]));
}

/* Takes one option off the front. Returns the number of words, or an error. */
static int parse_one(struct aunetlog_options *o, char **words_left)
{
	struct arg a = { .o = o, .spelled = words_left[0] };
	int err;

	a.option = find_option(a.spelled);
	if (!a.option)
		return fail(o, "%s: unknown option, see aunetlog --help", a.spelled);
	if (!a.option->value) {
		err = a.option->set(&a);
		return err ? err : 1;
	}
	if (!is_value(words_left[1]))
		return fail(o, "%s needs a value: %s", a.spelled, a.option->value);
	a.value = words_left[1];
	if (words_left[2] && *words_left[2] != '-')
		a.second = words_left[2];
	err = a.option->set(&a);
	return err ? err : 2 + a.took_second;
}

int aunetlog_options_parse(struct aunetlog_options *o, int argc, char **argv,
			   time_t now)
{
	memset(o, 0, sizeof(*o));
	o->auditd_conf = AUDITD_CONF;
	o->now = now;
	for (int i = 1; i < argc && o->action == AUNETLOG_QUERY;) {
		int used = parse_one(o, argv + i);

		if (used < 0)
			return used;
		i += used;
	}
	return 0;
}

void aunetlog_options_fini(struct aunetlog_options *o)
{
	match_fini(&o->match);
	free(o->nodes);
	o->nodes = NULL;
	o->node_count = 0;
}

void aunetlog_options_usage(FILE *out)
{
	fputs("usage: aunetlog [options]\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option *d = &options[i];
		char name[64];

		snprintf(name, sizeof(name), "%s%s%s %s", d->brief ? d->brief : "",
			 d->brief ? "," : "", d->full, d->value ? d->value : "");
		fprintf(out, "  %-28s %s\n", name, d->help);
	}
}

static bool text_holds(const struct aunetlog_options *o, const char *want,
		       const char *encoded)
{
	char text[4096];

	if (!want)
		return true;
	if (!encoded)
		return false;
	audit_text(encoded, text, sizeof(text));
	return o->word ? !strcmp(text, want) : strstr(text, want) != NULL;
}

static bool node_holds(const struct aunetlog_options *o, const char *node)
{
	for (unsigned int i = 0; i < o->node_count; i++)
		if (node && !strcmp(o->nodes[i], node))
			return true;
	return !o->node_count;
}

bool aunetlog_options_match(const struct aunetlog_options *o,
			    const struct entry *r)
{
	const struct identity *w = r->identity;

	return match_entry(&o->match, r) &&
	       (!o->has_any_user || w->uid == o->any_user ||
		w->auid == o->any_user) &&
	       node_holds(o, r->node) &&
	       text_holds(o, o->comm, w->comm) && text_holds(o, o->exe, w->exe) &&
	       text_holds(o, o->context, w->subj);
}
