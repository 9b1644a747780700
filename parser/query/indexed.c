// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/indexed: which logs of a query have an index. */
#include "parser/query/indexed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parser/query/index_check.h"

#define CONTEXT_MAX 1024

/* The query whose indexes are opened. */
struct indexed {
	const struct aunetlog_options *options;
	const struct indexed_host *host;
	const struct index_filter *filter;
};

static bool is_own(const struct aunetlog_log *log)
{
	return log->kind == OWN_LINE || log->kind == OWN_JSON;
}

/* The rules by which local times are read. */
static size_t put_zone(char *to, size_t size)
{
	const char *tz = getenv("TZ");
	char link[256];
	ssize_t n = readlink("/etc/localtime", link, sizeof(link) - 1);

	link[n > 0 ? n : 0] = 0;
	tzset();
	return snprintf(to, size, " tz=%s,%s,%s,%s,%ld", tz ? tz : "-", link, tzname[0], tzname[1],
			timezone);
}

bool indexed_key(const struct aunetlog_log *log, const struct aunetlog_options *o,
		 const struct indexed_host *host, struct index_key *own)
{
	char context[CONTEXT_MAX];
	size_t n;

	if (log->fd < 0 || log->live || log->kind == OWN_REFUSED)
		return false;
	n = snprintf(context, sizeof(context), "kind=%d pasted=%d node=%s", log->kind,
		     !!o->input_count, host->node ? host->node : "");
	if (is_own(log) && n < sizeof(context))
		put_zone(context + n, sizeof(context) - n);
	else if (host->boot.node && n < sizeof(context))
		snprintf(context + n, sizeof(context) - n, " boot=%" PRIx32 ",%" PRId64,
			 host->boot.id, host->boot.since);
	return index_key_of(log->fd, context, own);
}

/* Path of the log's index, owned by the caller. NULL: it has none. */
static char *path_of(const struct aunetlog_log *log, const struct indexed *x,
		     struct index_key *own)
{
	if (!indexed_key(log, x->options, x->host, own))
		return NULL;
	return index_key_path(x->options->index_directory, own);
}

static void report(const struct aunetlog_log *log, const struct indexed *x, const char *damage)
{
	struct index_key own;
	char *path = path_of(log, x, &own);

	fprintf(stderr, "aunetlog: %s: damaged index: %s; ", path ? path : log->path, damage);
	if (x->options->index)
		fprintf(stderr, "making it again from %s\n", log->path);
	else
		fprintf(stderr, "reading %s%s instead; to make it again, run --index on the same "
			"logs\n", log->path, is_own(log) ? "" : " and later audit logs");
	free(path);
}

static void open_one(struct aunetlog_log *log, const struct indexed *x)
{
	const char *damage = NULL;
	struct index_key own;
	char *path = path_of(log, x, &own);

	if (path)
		log->index = index_file_open(path, &own, &damage);
	free(path);
	if (damage)
		report(log, x, damage);
}

/* Returns true if the index was made after the audit log of that chain. */
static bool goes_on(const struct index_file *f, const struct index_key *before)
{
	const struct index_head *h = index_file_head(f);
	struct index_key chain = index_key_chain(&h->own, before);

	return index_key_equal(&h->before, before) && index_key_equal(&h->chain, &chain);
}

static void drop(struct aunetlog_log *log)
{
	index_file_close(log->index);
	log->index = NULL;
}

/* The audit logs up to the first one without an index: the next one needs the state at their end. */
static void drop_parts(struct aunetlog_source *s)
{
	struct index_key before = { 0 };
	bool all = true;

	for (size_t i = 0; i < s->count; i++) {
		struct aunetlog_log *log = &s->logs[i];

		if (log->fd < 0 || is_own(log))
			continue;
		all = all && log->index && goes_on(log->index, &before);
		if (all)
			before = index_file_head(log->index)->chain;
		else
			drop(log);
	}
}

static struct aunetlog_log *find_last(const struct aunetlog_source *s)
{
	struct aunetlog_log *last = NULL;

	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].index && !is_own(&s->logs[i]))
			last = &s->logs[i];
	return last;
}

/* Damage is found before anything of the index is used: the log can still be read. */
static void check_blocks(struct aunetlog_log *log, const struct indexed *x)
{
	const char *damage = index_check_blocks(log->index, x->filter);

	if (!damage && x->options->index && !is_own(log))
		damage = index_check_state(log->index);
	if (!damage)
		return;
	report(log, x, damage);
	drop(log);
}

/* The only state that a query can need is that of the last one. */
static void check_state(struct aunetlog_source *s, const struct indexed *x)
{
	struct aunetlog_log *last;
	const char *damage;

	while ((last = find_last(s))) {
		damage = index_check_state(last->index);
		if (!damage)
			return;
		report(last, x, damage);
		drop(last);
	}
}

bool indexed_would_help(const struct aunetlog_options *o)
{
	return !o->slow && !o->no_index && !o->follow && !o->checkpoint && !o->ancestor && !o->raw &&
	       !o->debug && !o->index;
}

static bool is_asked(const struct aunetlog_options *o)
{
	char *own = o->index_directory ? NULL : index_directory();
	const char *directory = own ? own : o->index_directory;
	bool is = directory && !access(directory, X_OK) && (o->index || indexed_would_help(o));

	free(own);
	return is;
}

void indexed_open(struct aunetlog_source *s, const struct aunetlog_options *o,
		  const struct indexed_host *host, const struct index_filter *filter)
{
	struct indexed x = { o, host, filter };

	if (!is_asked(o))
		return;
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].fd >= 0)
			open_one(&s->logs[i], &x);
	drop_parts(s);
	for (size_t i = 0; i < s->count; i++)
		if (s->logs[i].index)
			check_blocks(&s->logs[i], &x);
	drop_parts(s);
	check_state(s, &x);
}

const struct aunetlog_log *indexed_last(const struct aunetlog_source *s)
{
	return find_last(s);
}
