// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/entries: sends entries to the view and errors to standard error. */
#include "parser/query/entries.h"

#include <string.h>

#include "parser/query/clock.h"
#include "parser/query/view_raw.h"
#include "parser/text.h"

#define HEAD_LINES 8	/* of an event that began in the file before */

void entries_event(const struct event *e, void *arg)
{
	struct query *q = arg;

	if (e->kind != EVENT_MODULE || e->task.ppid >= 0)
		extra_process(q->extra, e->node, e->task.pid, e->task.ppid, e->task.comm);
	if (q->options->sink && q->options->sink->line)
		q->options->sink->line(&e->stamp, false, q->options->sink->arg);
	q->event = e;
	track_event(q->track, e);
	q->event = NULL;
	if (q->alive)
		alive_event(q->alive, e);
}

/*
 * The tracker gets every event; only entries are filtered. If -ts skipped earlier events, the stop of
 * an earlier connection would lack its start, its addresses and its process.
 */
static void take_entry(struct query *q, const struct entry *e)
{
	bool matched, maybe;

	if (q->view->done)
		return;
	extra_process(q->extra, e->node, e->identity->pid, e->identity->ppid, e->identity->comm);
	/* conditions that could match; usually there are none, which this check finds at once */
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

/* With both logs, the plugin's own counts for the times that it covers, audit's for all others. */
void entries_tracked(const struct entry *e, void *arg)
{
	struct query *q = arg;
	struct raw *raw = view_raw_events(q->view);
	uint64_t found = q->view->found;

	if (q->indexing)
		indexing_entry(q->indexing, e, false);
	if (q->source.both && coverage_has(&q->coverage, stamp_ms(&e->time)))
		return;
	take_entry(q, e);
	if (raw && q->event && q->alive && q->view->found != found)
		alive_behind(q->alive, e, q->event, raw_note_event, raw);
}

void entries_own(const struct entry *e, void *arg)
{
	struct query *q = arg;

	if (q->indexing)
		indexing_entry(q->indexing, e, true);
	if (!q->source.both || coverage_has(&q->coverage, stamp_ms(&e->time)))
		take_entry(q, e);
}

void entries_own_line(const struct stamp *time, bool begins, void *arg)
{
	const struct query *q = arg;
	const struct entry_sink *s = q->options->sink;

	if (s && s->line)
		s->line(time, begins, s->arg);
}

/* Writes a message on the current log; own: the plugin's log. text follows the path. */
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

void entries_input_error(enum input_error_kind kind, const char *sample, size_t len,
			 void *arg)
{
	struct query *q = arg;

	if (q->view->done)
		return;
	if (is_usual(q, kind)) {
		q->errors.count[kind] = 0;
		return;
	}
	print_error(q, false, reassemble_line(q->reader), input_error_text(kind), sample, len);
}

void entries_own_error(uint64_t number, const char *line, size_t len, void *arg)
{
	struct query *q = arg;

	if (!q->own_errors++)
		print_error(q, true, number, "not a line of audisp-netlog, skipped", line, len);
}

static void print_more(struct query *q, uint64_t count, const char *what)
{
	if (count < 2 || q->indexing)	/* the index has the numbers */
		return;
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s: and %llu more: %s\n", q->path,
		(unsigned long long)count - 1, what);
}

/* For a file with lines but no record: a template may have made the lines from entries. */
static void check_kind(struct query *q)
{
	uint64_t lines = reassemble_line(q->reader);

	if (!lines || q->errors.count[INPUT_ERROR_LINE_GARBAGE] < lines)
		return;
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s: no line is an audit record or one of audisp-netlog; text of "
		"a template leaves out parts of a connection and cannot be read back\n", q->path);
	q->source.failed = true;
	if (q->indexing)
		indexing_refuse(q->indexing);
}

/* At the end of a file: the first error of each kind in the next file is reported again. */
void entries_end_log(struct query *q)
{
	check_kind(q);
	if (q->indexing)
		indexing_errors(q->indexing, q->errors.count, q->own_errors);
	for (int kind = 0; kind < INPUT_ERROR_COUNT; kind++) {
		uint64_t count = q->errors.count[kind];

		q->errors.count[kind] = 0;
		print_more(q, count, input_error_text(kind));
	}
	print_more(q, q->own_errors, "not a line of audisp-netlog, skipped");
	q->own_errors = 0;
}
