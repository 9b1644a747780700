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
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "parser/audit/reassemble.h"
#include "parser/query/ahead.h"
#include "parser/query/alive.h"
#include "parser/query/checkpoint.h"
#include "parser/query/choose.h"
#include "parser/query/clock.h"
#include "parser/query/coverage.h"
#include "parser/query/extra.h"
#include "parser/query/follow.h"
#include "parser/query/indexed.h"
#include "parser/query/indexing.h"
#include "parser/query/own.h"
#include "parser/query/progress.h"
#include "parser/query/source.h"
#include "parser/query/view.h"
#include "parser/query/view_raw.h"
#include "parser/text.h"
#include "parser/track/track.h"

#define CHUNK 65536
#define IDLE_MS 1000
#define SHOW_MS 200
#define HEAD_LINES 8	/* of an event that began in the file before */

struct query {
	const struct aunetlog_options *options;
	struct aunetlog_source source;
	struct reassembler *reader;
	struct track *track;
	struct own *own;
	struct coverage coverage;	/* of the plugin's own log, if both are read */
	struct view *view;
	struct extra *extra;
	struct checkpoint checkpoint;
	struct alive *alive;	/* for the next checkpoint, and for -r; or NULL */
	const struct event *event;	/* that the tracker has; or NULL */
	bool muted;		/* what an earlier run has printed is read again */
	struct follow *follow;	/* of -F; or NULL */
	struct input_errors errors;
	uint64_t unknown;	/* entries that could match, an end being unknown */
	struct sieve *sieve;	/* of the plugin's files; NULL: every line matters */
	struct index_filter *filter;	/* the same, of an index */
	struct indexed_host host;
	struct indexing *indexing;	/* indexes are made; or NULL */
	uint64_t prefixed;	/* records with a prefix, by the indexes */
	bool extras;		/* CONNECT_USE, PROC_FORK and so on are wanted */
	uint64_t own_lines;	/* of the file in hand, in portions before this one */
	uint64_t own_errors;	/* lines of the plugin's file being read */
	struct utsname name;
	int64_t shown_ms;
	struct progress progress;
	const char *path;	/* being read */
};

static void on_event(const struct event *e, void *arg)
{
	struct query *q = arg;

	if (e->kind != EVENT_MODULE || e->task.ppid >= 0)
		extra_process(q->extra, e->node, e->task.pid, e->task.ppid, e->task.comm);
	q->event = e;
	track_event(q->track, e);
	q->event = NULL;
	if (q->alive)
		alive_event(q->alive, e);
}

/*
 * Every event goes through the tracker and only entries are filtered: if -ts skipped
 * the events before it, the stop of a connection that began earlier would lack its
 * start, its addresses and its process.
 */
static void take_entry(struct query *q, const struct entry *e)
{
	bool matched, maybe;

	if (q->view->done || q->muted)
		return;
	extra_process(q->extra, e->node, e->identity->pid, e->identity->ppid, e->identity->comm);
	/* what matches could match: mostly neither, and one look says so */
	maybe = match_maybe(&q->options->match, e) && extra_holds(q->extra, e);
	matched = maybe && match_entry(&q->options->match, e);
	maybe &= !matched;
	q->unknown += maybe;
	q->view->ops->entry(q->view, e, matched || (maybe && q->options->maybe));
}

/* Returns true for what every log has: it begins while programs are running, and
 * mostly in the middle of an event. */
static bool is_usual(const struct query *q, enum input_error_kind kind)
{
	if (q->options->debug)
		return false;
	return kind == INPUT_ERROR_UNATTRIBUTED ||
	       (kind == INPUT_ERROR_ORPHAN && reassemble_line(q->reader) <= HEAD_LINES);
}

static void note(const struct stamp *event, const char *node, void *arg)
{
	raw_note(arg, event, node);
}

/* With both logs at hand, each counts where the plugin's own covers the time, or not. */
static void on_entry(const struct entry *e, void *arg)
{
	struct query *q = arg;
	struct raw *raw = view_raw_events(q->view);
	uint64_t found = q->view->found;

	if (q->indexing)
		indexing_entry(q->indexing, e, false);
	if (q->source.both && coverage_has(&q->coverage, clock_ms(&e->time)))
		return;
	take_entry(q, e);
	if (raw && q->event && q->alive && q->view->found != found)
		alive_behind(q->alive, e, q->event, note, raw);
}

static void on_own_entry(const struct entry *e, void *arg)
{
	struct query *q = arg;

	if (q->indexing)
		indexing_entry(q->indexing, e, true);
	if (!q->source.both || coverage_has(&q->coverage, clock_ms(&e->time)))
		take_entry(q, e);
}

/* A message on the log in hand; own: it is the plugin's. text: from behind the path on. */
static void print_message(struct query *q, bool own, const char *text)
{
	if (q->indexing) {
		indexing_warning(q->indexing, own, text);
		return;
	}
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s%s", q->path, text);
}

static void print_error(struct query *q, bool own, uint64_t number, const char *what,
			const char *sample, size_t len)
{
	char text[64] = "", *end = text_escape(text, text + sizeof(text) - 1, sample, len);
	char message[512];

	snprintf(message, sizeof(message), ":%llu: %s%s%.*s\n", (unsigned long long)number, what,
		 end > text ? ": " : "", (int)(end - text), text);
	print_message(q, own, message);
}

static void on_input_error(enum input_error_kind kind, const char *sample, size_t len,
			 void *arg)
{
	struct query *q = arg;

	if (q->view->done || q->muted)
		return;
	if (is_usual(q, kind)) {
		q->errors.count[kind] = 0;
		return;
	}
	print_error(q, false, reassemble_line(q->reader), input_error_text(kind), sample, len);
}

static void on_own_error(uint64_t number, const char *line, size_t len, void *arg)
{
	struct query *q = arg;

	if (!q->own_errors++)
		print_error(q, true, number, "not a line of audisp-netlog, skipped", line, len);
}

static void print_more(struct query *q, bool own, uint64_t count, const char *what)
{
	char message[512];

	if (count < 2)
		return;
	snprintf(message, sizeof(message), ": and %llu more: %s\n", (unsigned long long)count - 1,
		 what);
	print_message(q, own, message);
}

/* Of a file that has lines, but no record: it may be what a template made of entries. */
static void check_kind(struct query *q)
{
	uint64_t lines = reassemble_line(q->reader);

	if (q->indexing || !lines || q->errors.count[INPUT_ERROR_LINE_GARBAGE] < lines)
		return;
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s: no line is an audit record or one of audisp-netlog; text of "
		"a template leaves out parts of a connection and cannot be read back\n", q->path);
	q->source.failed = true;
}

/* At the end of a file: the first error of each kind in the next one is reported again. */
static void count_input_errors(struct query *q)
{
	check_kind(q);
	for (int kind = 0; kind < INPUT_ERROR_COUNT; kind++) {
		uint64_t count = q->errors.count[kind];

		q->errors.count[kind] = 0;
		print_more(q, false, count, input_error_text(kind));
	}
	print_more(q, true, q->own_errors, "not a line of audisp-netlog, skipped");
	q->own_errors = 0;
}

static void flush_output(struct query *q)
{
	if (!fflush(stdout))
		return;
	q->view->write_error = errno;
	q->view->done = true;
}

/* A live input has nothing for now: everything read so far is written out. */
static void idle(struct query *q, bool second)
{
	if (second)
		reassemble_age(q->reader);
	else
		reassemble_push(q->reader);
	if (q->view->ops->idle)
		q->view->ops->idle(q->view);
	flush_output(q);
}

static void begin_log(struct query *q, enum own_kind kind, const char *why)
{
	if (kind == OWN_REFUSED) {
		fprintf(stderr, "aunetlog: %s: holds %s, which leaves out parts of a connection; "
			"read the audit log, or a file in the format netlog or json\n",
			q->path, why);
		q->source.failed = true;
	} else if (kind != OWN_NOT) {
		own_begin(q->own, kind);
	}
}

static void end_log(struct query *q, enum own_kind kind, char last)
{
	if (kind == OWN_REFUSED)
		return;
	if (kind == OWN_LINE || kind == OWN_JSON)
		own_end(q->own);
	else if (last != '\n')	/* or the next file's first line would be glued to it */
		reassemble_feed(q->reader, "\n", 1);
}

/* What has been read of a log. */
struct reading {
	struct aunetlog_log *log;
	bool begun;		/* its kind is known */
	enum own_kind kind;
	char last;		/* byte */
};

/* Returns false if nothing more is wanted of the log. */
static bool take_bytes(struct query *q, struct reading *r, const char *buf, size_t n)
{
	const char *why;

	if (!r->begun) {
		r->kind = own_recognize(buf, n, &why);
		begin_log(q, r->kind, why);
	}
	r->begun = true;
	if (r->kind == OWN_REFUSED)
		return false;
	if (r->kind == OWN_NOT)
		reassemble_feed(q->reader, buf, n);
	else
		own_feed(q->own, buf, n);
	r->last = buf[n - 1];
	return true;
}

/* At the end of the log that is followed. Returns false when it is over. */
static bool wait_for_more(struct query *q, struct reading *r, bool waited)
{
	idle(q, waited);
	switch (follow_wait(q->follow, r->log, IDLE_MS)) {
	case FOLLOW_MORE:
		return true;
	case FOLLOW_REPLACED:
		end_log(q, r->kind, r->last);
		r->begun = false;
		r->last = '\n';
		reassemble_new_source(q->reader);
		return true;
	default:
		return false;
	}
}

static void read_log(struct query *q, struct aunetlog_log *log, bool follow)
{
	struct reading r = { .log = log, .last = '\n' };
	bool waiting = false;
	char buf[CHUNK];
	ssize_t n;

	q->path = log->path;
	reassemble_new_source(q->reader);
	while (!q->view->done) {
		n = aunetlog_source_read(&q->source, log, buf, sizeof(buf),
					 waiting ? IDLE_MS : 0);
		if (n == -EAGAIN) {
			idle(q, waiting);
			waiting = true;
			continue;
		}
		if (!n && follow && wait_for_more(q, &r, waiting)) {
			waiting = true;
			continue;
		}
		if (n <= 0 || !take_bytes(q, &r, buf, n))
			break;
		waiting = false;
	}
	end_log(q, r.kind, r.last);
}

/* The first lines are seen at once, and later ones soon. */
static void show(struct query *q, const struct aunetlog_log *log)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (ms - q->shown_ms < SHOW_MS)
		return;
	q->shown_ms = ms;
	flush_output(q);
	progress_show(&q->progress, &q->source, log, ms);
}

static void take_own_lines(struct query *q, struct ahead_portion *p)
{
	const struct sieve_line *l = p->lines.lines;

	for (unsigned int i = 0; i < p->lines.count && !q->view->done; i++, l++)
		own_take_line(q->own, p->text + l->at, l->len, q->own_lines + l->number);
	q->own_lines += p->lines.total;
}

/* ---- indexes ---- */

static void damaged_index(struct query *q, const struct aunetlog_log *log)
{
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s: its index is damaged; make it again with --index, or ask with "
		"--no-index\n", log->path);
	q->source.failed = true;
	q->view->done = true;
}

static void take_entries(struct query *q, enum own_kind kind, const struct index_entries *e)
{
	for (unsigned int i = 0; i < e->count && !q->view->done; i++)
		if (kind == OWN_NOT)
			on_entry(&e->at[i], q);
		else if (q->extras || !entry_is_extra(&e->at[i]))
			on_own_entry(&e->at[i], q);
}

static void take_index(struct query *q, struct ahead_portion *p)
{
	const char *line = index_file_warnings(p->index), *end;

	if (p->first) {
		own_add_losses(q->own, index_file_head(p->index)->losses);
		q->prefixed += index_file_head(p->index)->prefixed;
		for (; (end = strchr(line, '\n')); line = end + 1)
			fprintf(stderr, "aunetlog: %s%.*s\n", q->path, (int)(end - line), line);
	}
	if (p->entries.damaged || p->out.failed) {
		damaged_index(q, p->log);
		return;
	}
	take_entries(q, p->kind, &p->entries);
	q->view->found += p->out.lines;
	q->unknown += p->out.unknown;
	if (p->out.len)
		view_write(q->view, p->out.at, p->out.len);
}

/* What came of the audit logs behind all of them. */
static void take_index_tail(struct query *q, const struct aunetlog_log *last)
{
	const struct index_block *b = index_file_blocks(last->index);
	struct index_reader *reader = index_reader_new();
	struct index_entries e;

	q->path = last->path;
	for (uint32_t i = 0; i < index_file_head(last->index)->block_count; i++) {
		if (!reader || !b[i].tail || !index_filter_block(q->filter, last->index, &b[i]))
			continue;
		index_reader_read(reader, last->index, &b[i]);
		e = index_reader_entries(reader, q->filter);
		if (e.damaged)
			damaged_index(q, last);
		else
			take_entries(q, OWN_NOT, &e);
	}
	index_reader_free(reader);
}

static struct indexing_counts counts(const struct query *q)
{
	return (struct indexing_counts){ own_losses(q->own), reassemble_prefixed(q->reader) };
}

static void begin_portion(struct query *q, struct ahead_portion *p)
{
	struct indexing_counts c = counts(q);

	if (q->path)
		count_input_errors(q);
	q->path = p->log->path;
	q->own_lines = 0;
	if (q->indexing)
		indexing_log(q->indexing, p->log, &c);
	if (p->index)
		return;
	reassemble_new_source(q->reader);
	begin_log(q, p->kind, p->why);
}

static void take_portion(struct query *q, struct ahead_portion *p)
{
	if (p->first)
		begin_portion(q, p);
	if (p->index)
		take_index(q, p);
	else if (p->kind == OWN_NOT)
		reassemble_batch(q->reader, &p->batch);
	else if (p->kind != OWN_REFUSED)
		take_own_lines(q, p);
}

/* In a thread of its own: what take_entry() does, and the view. */
static void entry_text(const struct entry *e, enum own_kind kind, struct ahead_text *out,
		       void *arg)
{
	struct query *q = arg;
	bool maybe = match_maybe(&q->options->match, e) && extra_holds(q->extra, e);
	bool matched = maybe && match_entry(&q->options->match, e);
	size_t n;

	if (!maybe || (kind != OWN_NOT && !q->extras && entry_is_extra(e)))
		return;
	out->unknown += !matched;
	if (!matched && !q->options->maybe)
		return;
	if (!out->state)
		out->state = q->view->ops->text_new(q->view);
	if (out->size - out->len < VIEW_TEXT_MAX) {
		char *more = realloc(out->at, out->size * 2 + VIEW_TEXT_MAX);

		if (more) {
			out->size = out->size * 2 + VIEW_TEXT_MAX;
			out->at = more;
		}
	}
	out->failed |= !out->state || out->size - out->len < VIEW_TEXT_MAX;
	if (out->failed)
		return;
	n = q->view->ops->text(out->state, e, out->at + out->len);
	out->len += n;
	out->lines += n > 0;
}

/* Lines that need nothing but their own entry. */
static bool is_text(const struct query *q)
{
	return q->view->ops->text && !q->options->has_open_at && !q->options->just_one &&
	       !q->source.both;
}

/* Logs first to last, none of which grows. */
static void read_ahead(struct query *q, size_t first, size_t last)
{
	struct ahead_how how = { .sieve = q->sieve, .filter = q->filter,
				 .pasted = q->options->input_count, .arg = q };
	struct ahead_portion *p;
	struct ahead *a;

	if (is_text(q)) {
		how.text = entry_text;
		how.text_free = q->view->ops->text_free;
	}
	a = ahead_new(&q->source, first, last, &how);

	if (!a) {
		fprintf(stderr, "aunetlog: out of memory\n");
		q->source.failed = true;
		return;
	}
	while (!q->view->done && (p = ahead_next(a))) {
		take_portion(q, p);
		show(q, p->log);
	}
	progress_end(&q->progress);
	ahead_free(a);
}

/* Returns true if the log is read from its beginning to its end, and not as it grows. */
static bool is_still(const struct query *q, size_t i)
{
	return !q->options->slow && !q->source.logs[i].live &&
	       !(q->follow && i + 1 == q->source.count);
}

static void end_indexing(struct query *q)
{
	struct indexing_counts c;

	indexing_ended(q->indexing);
	reassemble_flush(q->reader);
	c = counts(q);
	if (q->path)
		count_input_errors(q);
	if (indexing_finish(q->indexing, &c))
		q->source.failed = true;
}

static void read_logs(struct query *q)
{
	for (size_t i = 0; i < q->source.count && !q->view->done; i++) {
		size_t first = i;

		if (is_still(q, i)) {
			while (i + 1 < q->source.count && is_still(q, i + 1))
				i++;
			read_ahead(q, first, i);
			continue;
		}
		if (q->source.logs[i].fd < 0)
			continue;
		if (q->path)
			count_input_errors(q);
		read_log(q, &q->source.logs[i], q->follow && i + 1 == q->source.count);
	}
	/* Not after each: an event may go on in the next file, or in the next run. */
	if (q->indexing) {
		end_indexing(q);
	} else if (q->options->checkpoint) {
		reassemble_push(q->reader);
	} else if (!q->view->done) {
		if (indexed_last(&q->source))
			take_index_tail(q, indexed_last(&q->source));
		reassemble_flush(q->reader);
	}
	if (q->path)
		count_input_errors(q);
}

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

/* Which lines of the plugin's own files the view needs. */
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
	struct track_io io = { .emit = on_entry, .arg = q };
	struct own_io own_io = { .emit = on_own_entry, .error = on_own_error, .arg = q };
	const struct aunetlog_options *o = q->options;

	q->extras = o->index || o->sink || (o->format && !strcmp(o->format, "hone"));
	own_io.extras = q->extras;
	if (!uname(&q->name))
		own_io.host = q->host.node = q->name.nodename;
	q->errors.first = on_input_error;
	q->errors.arg = q;
	q->track = track_new(&limits, &io, &q->errors);
	q->reader = reassemble_open(on_event, q, &q->errors);
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
		fprintf(stderr, "aunetlog: %llu more lines could match: an end of theirs is unknown; "
			"--maybe prints them\n", (unsigned long long)q->unknown);
	if (own_losses(q->own))
		fprintf(stderr, "aunetlog: audisp-netlog reported losses in %llu lines; to see "
			"them: grep 'netlog lost'\n", (unsigned long long)own_losses(q->own));
	if (!q->view->found && !q->source.failed && !q->view->write_error)
		fprintf(stderr, "<no matches>\n");
}

/* What was found in the plugin's own files alone has its records elsewhere. */
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
	fprintf(stderr, "aunetlog: -r: none of the files read has the audit records of what was "
		"found; name the audit log with -if\n");
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

/* The state is what sockets and unfinished events came from, in the order of the logs. */
static int write_checkpoint(struct query *q)
{
	struct checkpoint *c = &q->checkpoint;
	struct raw *raw = raw_new();
	FILE *f = raw ? checkpoint_begin(c, &q->source) : NULL;
	int64_t n = f ? 0 : -EIO;

	if (f) {
		alive_each(q->alive, note, raw);
		reassemble_each_open(q->reader, note, raw);
		raw_write_text(raw, c->state ? c->state : "", c->state_len, f);
		n = raw_write(raw, &q->source, f);
	}
	raw_free(raw);
	if (!f)
		return AUNETLOG_CHECKPOINT_FAILED;
	if (n >= 0)
		return checkpoint_end(c, f);
	fprintf(stderr, "aunetlog: --checkpoint %s: %s\n", c->path, strerror(-n));
	fclose(f);
	return AUNETLOG_CHECKPOINT_FAILED;
}

/* Goes on where an earlier run ended. */
static int begin_checkpoint(struct query *q)
{
	struct checkpoint *c = &q->checkpoint;
	int status = checkpoint_read(c, q->options->checkpoint);

	for (size_t i = 0; !status && i < q->source.count; i++)
		if (q->source.logs[i].live) {
			fprintf(stderr, "aunetlog: --checkpoint: %s is not a file; name one with -if\n",
				q->source.logs[i].path);
			status = AUNETLOG_FAILED;
		}
	if (!status)
		status = checkpoint_skip(c, &q->source);
	if (status)
		return status;
	q->source.whole_lines = true;
	q->alive = alive_new();
	if (!q->alive)
		return AUNETLOG_FAILED;
	q->path = c->path;
	q->muted = true;
	if (c->state_len)
		reassemble_feed(q->reader, c->state, c->state_len);
	reassemble_push(q->reader);
	q->muted = false;
	memset(q->errors.count, 0, sizeof(q->errors.count));
	q->path = NULL;
	return 0;
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
	status = q->options->checkpoint ? begin_checkpoint(q) : 0;
	if (status)
		return status;
	choose_logs(&q->source, o, &q->coverage);
	if (o->index)
		q->indexing = indexing_new(&q->source, o, &q->host);
	else
		indexed_open(&q->source, o, &q->host);
	if (o->index && !q->indexing)
		return AUNETLOG_FAILED;
	if (q->options->follow && q->source.count)
		q->follow = follow_new(&q->source.logs[q->source.count - 1]);
	setvbuf(stdout, NULL, line_wise(q) ? _IOLBF : _IOFBF, CHUNK);
	read_logs(q);
	if (q->view->ops->finish && !q->view->write_error)
		q->view->ops->finish(q->view);
	write_raw(q);
	if (!finish_output(q))
		return AUNETLOG_FAILED;
	if (o->checkpoint && !q->view->write_error) {
		status = write_checkpoint(q);
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
