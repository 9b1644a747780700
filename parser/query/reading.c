// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/reading: the logs of a query, in order, and as they grow. */
#include "parser/query/reading.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "parser/query/entries.h"
#include "parser/query/indexed.h"
#include "parser/query/indexes.h"

#define CHUNK 65536
#define IDLE_MS 1000
#define SHOW_MS 200

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

/* The part of a log that was read. */
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
	if (!indexes_resume(q))
		return;
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

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The first lines are seen at once, and later ones soon. */
static void show(struct query *q, const struct aunetlog_log *log)
{
	int64_t ms = now_ms();

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

static void begin_portion(struct query *q, struct ahead_portion *p)
{
	if (q->indexing)
		reassemble_push(q->reader);	/* what is wrong with it is of the log before */
	if (q->path)
		entries_end_log(q);
	q->path = p->log->path;
	if (p->log->from)	/* another run read its beginning */
		return;
	q->own_lines = 0;
	if (q->indexing)
		indexes_begin_log(q, p->log);
	if (p->index || (p->kind == OWN_NOT && !indexes_resume(q)))
		return;
	reassemble_new_source(q->reader);
	begin_log(q, p->kind, p->why);
}

static void take_portion(struct query *q, struct ahead_portion *p)
{
	if (p->first)
		begin_portion(q, p);
	if (q->view->done)
		return;
	if (p->index)
		indexes_portion(q, p);
	else if (p->kind == OWN_NOT)
		reassemble_batch(q->reader, &p->batch);
	else if (p->kind != OWN_REFUSED)
		take_own_lines(q, p);
}

/* Reads the logs first to last, none of which grows. */
static void read_ahead(struct query *q, size_t first, size_t last)
{
	struct ahead_how how = { .sieve = q->sieve, .filter = q->filter,
				 .pasted = q->options->input_count, .arg = q };
	struct ahead_portion *p;
	struct ahead *a;

	if (indexes_have_text(q)) {
		how.text = indexes_text;
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
	if (indexed_would_help(q->options))
		progress_advise(&q->progress, &q->source, now_ms());
	ahead_free(a);
}

/* Returns true if the log is read from its beginning to its end, and not as it grows. */
static bool is_still(const struct query *q, size_t i)
{
	return !q->options->slow && !q->source.logs[i].live &&
	       !(q->follow && i + 1 == q->source.count);
}

void reading_logs(struct query *q)
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
			entries_end_log(q);
		read_log(q, &q->source.logs[i], q->follow && i + 1 == q->source.count);
	}
	/* Not after each file: an event may continue in the next file, or in the next run. */
	if (q->indexing) {
		indexes_end(q);
	} else if (q->options->checkpoint) {
		reassemble_push(q->reader);
	} else if (!q->view->done && indexes_resume_at_end(q)) {
		reassemble_flush(q->reader);
	}
	if (q->path)
		entries_end_log(q);
}
