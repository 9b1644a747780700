// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/indexes: indexes in place of logs, and their making. */
#include "parser/query/indexes.h"

#include <stdlib.h>
#include <string.h>

#include "parser/query/entries.h"
#include "parser/query/resume.h"

/* indexed_open() found the index undamaged: it was changed since then, or memory ran out. */
static void unreadable_index(struct query *q, const struct aunetlog_log *log)
{
	progress_end(&q->progress);
	fprintf(stderr, "aunetlog: %s: its index was changed while it was read, or memory ran out; run "
		"the query again, or with --no-index\n", log->path);
	q->source.failed = true;
	q->view->done = true;
}

#define FIRST_TEXT (2 << 20)	/* bytes */

static void take_entries(struct query *q, enum own_kind kind, const struct index_entries *e)
{
	for (unsigned int i = 0; i < e->count && !q->view->done; i++)
		if (kind == OWN_NOT)
			entries_tracked(&e->at[i], q);
		else if (q->extras || !entry_is_extra(&e->at[i]))
			entries_own(&e->at[i], q);
}

void indexes_portion(struct query *q, struct ahead_portion *p)
{
	const char *line = index_file_warnings(p->index), *end;

	if (p->first) {
		own_add_losses(q->own, index_file_head(p->index)->losses);
		q->prefixed += index_file_head(p->index)->prefixed;
		memcpy(q->errors.count, index_file_head(p->index)->errors, sizeof(q->errors.count));
		q->own_errors = index_file_head(p->index)->own_errors;
		for (; (end = strchr(line, '\n')); line = end + 1)
			fprintf(stderr, "aunetlog: %s%.*s\n", q->path, (int)(end - line), line);
	}
	if (p->entries.damaged || p->out.failed) {
		unreadable_index(q, p->log);
		return;
	}
	take_entries(q, p->kind, &p->entries);
	q->view->found += p->out.lines;
	q->unknown += p->out.unknown;
	if (p->out.len)
		view_write(q->view, p->out.at, p->out.len);
}

bool indexes_resume(struct query *q)
{
	const struct aunetlog_log *log = q->behind;
	size_t len = 0;
	void *state = log ? index_file_state(log->index, &len) : NULL;
	bool loaded = state && resume_load_audit(q, state, len);

	free(state);
	q->behind = NULL;
	if (log && !loaded)
		unreadable_index(q, log);
	return !log || loaded;
}

/* Mostly there is nothing to be completed. */
bool indexes_resume_at_end(struct query *q)
{
	return !q->behind || !index_file_head(q->behind->index)->waits || indexes_resume(q);
}

/* The first size is that of most blocks: memory that is not written to costs nothing. */
static bool has_room(struct ahead_text *out)
{
	size_t size = out->size ? out->size * 2 : FIRST_TEXT;
	char *more;

	if (out->size - out->len >= VIEW_TEXT_MAX)
		return true;
	more = realloc(out->at, size);
	if (!more)
		return false;
	out->at = more;
	out->size = size;
	return true;
}

/* Runs in its own thread: does the work of take_entry(), and of the view. */
void indexes_text(const struct entry *e, enum own_kind kind, struct ahead_text *out,
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
	out->failed |= !out->state || !has_room(out);
	if (out->failed)
		return;
	n = q->view->ops->text(out->state, e, out->at + out->len);
	out->len += n;
	out->lines += n > 0;
}

/* Lines that need nothing but their own entry. */
bool indexes_have_text(const struct query *q)
{
	return q->view->ops->text && !q->options->has_open_at && !q->options->just_one &&
	       !q->source.both;
}

static struct indexing_counts counts(const struct query *q)
{
	return (struct indexing_counts){ own_losses(q->own), reassemble_prefixed(q->reader) };
}

static void end_audit_log(struct query *q)
{
	size_t len = 0;
	void *state;

	if (!indexing_audit(q->indexing))
		return;
	state = resume_save_audit(q, &len);
	indexing_state(q->indexing, state, len, reassemble_waits(q->reader));
	free(state);
}

void indexes_begin_log(struct query *q, struct aunetlog_log *log)
{
	struct indexing_counts c = counts(q);

	if (log->kind == OWN_NOT || log->kind == OWN_REFUSED)
		end_audit_log(q);
	indexing_log(q->indexing, log, &c);
}

void indexes_end(struct query *q)
{
	struct indexing_counts c;

	reassemble_push(q->reader);
	if (q->path)
		entries_end_log(q);
	end_audit_log(q);
	c = counts(q);
	if (indexing_finish(q->indexing, &c))
		q->source.failed = true;
}
