// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/query: one query: source -> event -> track -> match -> view for the
 * records of audit, source -> own -> match -> view for what the plugin wrote.
 */
#include "parser/query/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parser/query/choose.h"
#include "parser/query/entries.h"
#include "parser/query/exit_code.h"
#include "parser/query/indexed.h"
#include "parser/query/reading.h"
#include "parser/query/resume.h"
#include "parser/query/view_raw.h"

#define OUTPUT 65536		/* bytes of standard output that are written at once */

/* EPIPE: the reader (head, a pager) has seen enough. Returns false on an error. */
static bool finish_output(struct query *q)
{
	int err = q->view->write_error;

	if (q->options->sink)
		return true;	/* it has nothing of this */
	if (fclose(stdout) && !err)
		err = errno;
	if (!err || err == EPIPE)
		return true;
	fprintf(stderr, "aunetlog: standard output: %s\n", strerror(err));
	return false;
}

static bool line_wise(const struct query *q)
{
	return q->options->line_buffered || isatty(STDOUT_FILENO);
}

static int64_t booted_at(void)
{
	FILE *f = fopen("/proc/stat", "re");
	int64_t at = -1;
	char line[8192];

	while (f && at < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "btime %" SCNd64, &at) != 1)
			at = -1;
	if (f)
		fclose(f);
	return at;
}

/* Only this host's own logs are known to be of this host's boot: a file given by name
 * may be another's. */
static void set_boot(struct query *q)
{
	struct track_boot boot = { .since = booted_at() };
	FILE *f;

	if (q->options->input_count || boot.since < 0 || !*q->name.nodename)
		return;
	boot.node = q->name.nodename;
	f = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!f)
		return;
	if (fscanf(f, "%8" SCNx32, &boot.id) == 1) {
		track_set_boot(q->track, &boot);
		q->host.boot = boot;
	}
	fclose(f);
}

/* The lines of the plugin's own files that the view needs. */
static bool open_sieve(struct query *q)
{
	const struct aunetlog_options *o = q->options;

	if (q->view->ops->needs == VIEW_ALL || o->ancestor)
		return true;
	q->sieve = sieve_new(&o->match, q->view->ops->needs == VIEW_PAIRS || o->has_open_at);
	q->filter = index_filter_new(&o->match, q->view->ops->needs == VIEW_PAIRS || o->has_open_at);
	return q->sieve && q->filter;
}

static bool open_all(struct query *q)
{
	static const struct track_limits limits = {
		.sockets = 65536, .processes = 32768,
	};
	struct track_io io = { .emit = entries_tracked, .arg = q };
	struct own_io own_io = { .emit = entries_own, .error = entries_own_error,
				 .line = entries_own_line, .arg = q };
	const struct aunetlog_options *o = q->options;

	q->extras = o->index || o->sink || (o->format && !strcmp(o->format, "hone"));
	own_io.extras = q->extras;
	if (!uname(&q->name))
		own_io.host = q->host.node = q->name.nodename;
	q->errors.first = entries_input_error;
	q->errors.arg = q;
	q->track = track_new(&limits, &io, &q->errors);
	q->reader = reassemble_open(entries_event, q, &q->errors);
	q->own = own_new(&own_io);
	q->extra = extra_new(q->options);
	if (!q->track || !q->reader || !q->own || !q->extra || !open_sieve(q)) {
		fprintf(stderr, "aunetlog: out of memory\n");
		return false;
	}
	if (o->slow)
		reassemble_by_auparse(q->reader);
	else
		reassemble_no_serials(q->reader);
	return true;
}

static void warn(const struct query *q)
{
	uint64_t prefixed = q->prefixed + reassemble_prefixed(q->reader);

	if (prefixed)
		fprintf(stderr, "aunetlog: %llu records came through syslog or the like, where "
			"any local user can write such lines\n", (unsigned long long)prefixed);
	if (q->unknown && !q->options->maybe)
		fprintf(stderr, "aunetlog: %llu more %s local or remote end is unknown; --maybe prints %s\n",
			(unsigned long long)q->unknown,
			q->unknown == 1 ? "line could match: its" : "lines could match: their",
			q->unknown == 1 ? "it" : "them");
	if (own_losses(q->own))
		fprintf(stderr, "aunetlog: audisp-netlog reported losses in %llu line%s; to see "
			"them: grep 'netlog lost'\n", (unsigned long long)own_losses(q->own),
			own_losses(q->own) == 1 ? "" : "s");
	if (!q->view->found && !q->source.failed && !q->view->write_error)
		fprintf(stderr, "<no matches>\n");
}

/* Entries that were found only in the plugin's own files have their records elsewhere. */
static void write_raw(struct query *q)
{
	struct raw *raw = view_raw_events(q->view);
	int64_t n;

	if (!raw || !q->view->found)
		return;
	n = raw_write(raw, &q->source, stdout);
	if (n < 0)
		q->view->write_error = -n;
	if (n)
		return;
	fprintf(stderr, "aunetlog: -r: none of the files read has the audit records of the "
		"matches; name the audit log with -if\n");
	q->view->failed = true;
}

/* Audit records come from files that can be read twice. */
static bool check_raw(struct query *q)
{
	for (size_t i = 0; q->options->raw && i < q->source.count; i++)
		if (q->source.logs[i].live) {
			fprintf(stderr, "aunetlog: -r: %s can be read only once; name a file with "
				"-if\n", q->source.logs[i].path);
			return false;
		}
	return true;
}

static int run(struct query *q)
{
	const struct aunetlog_options *o = q->options;
	int status;

	reassemble_replay(q->reader, q->options->input_count);
	set_boot(q);
	aunetlog_source_open(&q->source, q->options);
	if (!check_raw(q))
		return AUNETLOG_FAILED;
	if (o->raw)
		q->alive = alive_new();	/* without memory: of what matches, the start's event alone */
	status = q->options->checkpoint ? resume_checkpoint(q) : 0;
	if (status)
		return status;
	if (!o->index)
		choose_logs(&q->source, o, &q->coverage);
	if (o->index)
		q->indexing = indexing_new(&q->source, o, &q->host);
	else
		indexed_open(&q->source, o, &q->host, q->filter);
	if (o->index && !q->indexing)
		return AUNETLOG_FAILED;
	q->behind = indexed_last(&q->source);
	if (q->options->follow && q->source.count)
		q->follow = follow_new(&q->source.logs[q->source.count - 1]);
	setvbuf(stdout, NULL, line_wise(q) ? _IOLBF : _IOFBF, OUTPUT);
	reading_logs(q);
	if (q->view->ops->finish && !q->view->write_error)
		q->view->ops->finish(q->view);
	write_raw(q);
	if (!finish_output(q))
		return AUNETLOG_FAILED;
	if (o->checkpoint && !q->view->write_error) {
		status = resume_write_checkpoint(q);
		if (status)
			return status;
	}
	warn(q);
	if (q->source.failed || q->view->failed)
		return AUNETLOG_FAILED;
	return q->view->found || q->view->write_error ? AUNETLOG_FOUND : AUNETLOG_NOTHING;
}

int query_run(const struct aunetlog_options *o)
{
	struct query q = { .options = o };
	int status = AUNETLOG_FAILED;
	char error[768];

	q.view = view_open(o, isatty(STDOUT_FILENO), error, sizeof(error));
	if (!q.view)
		fprintf(stderr, "aunetlog: %s\n", error);
	else if (open_all(&q))
		status = run(&q);
	if (q.reader)
		reassemble_close(q.reader);
	if (q.track)
		track_free(q.track);
	own_free(q.own);
	sieve_free(q.sieve);
	index_filter_free(q.filter);
	indexing_free(q.indexing);
	extra_free(q.extra);
	alive_free(q.alive);
	checkpoint_fini(&q.checkpoint);
	coverage_fini(&q.coverage);
	follow_free(q.follow);
	view_close(q.view);
	aunetlog_source_close(&q.source);
	return status;
}
