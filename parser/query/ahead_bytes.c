// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/query/ahead_bytes: portions of whole lines. */
#include "parser/query/ahead_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTION (256 * 1024)
#define FIRST_PORTION 65536	/* the first lines are to be seen at once */

void ahead_bytes_complain(struct ahead_bytes *a, const struct ahead_portion *o)
{
	fprintf(stderr, "aunetlog: %s: out of memory, a part of it was not read\n", o->log->path);
	o->log->failed = a->source->failed = true;
}

static bool has_room(struct ahead_bytes *a, struct place *p, size_t size)
{
	char *more;

	if (p->size >= size)
		return true;
	more = realloc(p->portion.text, size);
	if (!more) {
		ahead_bytes_complain(a, &p->portion);
		return false;
	}
	p->portion.text = more;
	p->size = size;
	return true;
}

static bool carry(struct ahead_bytes *a, const char *text, size_t len)
{
	if (len > a->carry_size) {
		char *more = realloc(a->carry, len);

		if (!more)
			return false;
		a->carry = more;
		a->carry_size = len;
	}
	if (len)
		memcpy(a->carry, text, len);
	a->carried = len;
	return true;
}

static void next_log(struct ahead_bytes *a)
{
	a->log++;
	a->begun = false;
	a->carried = 0;
	a->block = 0;
}

/* Fills a portion up to want bytes, or the end of the file. Returns false at that. */
static bool fill(struct ahead_bytes *a, struct place *p, size_t want)
{
	struct ahead_portion *o = &p->portion;
	ssize_t n;

	while (o->len < want) {
		n = aunetlog_source_read(a->source, o->log, o->text + o->len, want - o->len, 0);
		if (n <= 0)
			return false;
		o->len += n;
	}
	return true;
}

/*
 * Skips a line that does not end within a portion: neither record nor entry. Its beginning is passed
 * on, so that the line is counted and reported.
 */
static bool skip_line(struct ahead_bytes *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	char buf[4096], *newline;
	ssize_t n;

	while ((n = aunetlog_source_read(a->source, o->log, buf, sizeof(buf), 0)) > 0) {
		newline = memchr(buf, '\n', n);
		if (!newline)
			continue;
		o->text[o->len - 1] = '\n';
		return carry(a, newline + 1, buf + n - (newline + 1));
	}
	return false;
}

/* Keeps the beginning of a line for the next portion. Returns false at the end of the file. */
static bool cut(struct ahead_bytes *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	char *newline = memrchr(o->text, '\n', o->len);
	size_t whole = newline ? newline + 1 - o->text : 0;

	if (!newline)
		return skip_line(a, p);
	if (!carry(a, o->text + whole, o->len - whole))
		return false;
	o->len = whole;
	return true;
}

/* Leaves the incomplete last line of the last file, which another run continues. */
static void leave_line(const struct ahead_bytes *a, struct ahead_portion *o)
{
	const char *newline = memrchr(o->text, '\n', o->len);
	size_t whole = newline ? newline + 1 - o->text : 0;

	if (!a->source->whole_lines || a->log != a->last)
		return;
	o->log->left = o->len - whole;
	o->len = whole;
}

/*
 * Takes the next block of an index that can matter. The first portion has none, so that
 * messages of the index about the log keep their order. Returns false at the end.
 */
static bool read_block(struct ahead_bytes *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	const struct index_file *f = o->index = o->log->index;
	const struct index_head *head = index_file_head(f);
	const struct index_block *b = index_file_blocks(f);

	o->block = NULL;
	o->entries = (struct index_entries){ 0 };
	o->kind = head->kind;
	if (o->first) {
		a->begun = true;
		return true;
	}
	while (a->block < head->block_count &&
	       !index_filter_block(a->filter, f, &b[a->block]))
		a->block++;
	if (a->block == head->block_count) {
		next_log(a);
		return false;
	}
	o->block = &b[a->block++];
	if (!p->reader)
		p->reader = index_reader_new();
	if (p->reader)
		index_reader_read(p->reader, f, o->block);
	return true;
}

/* Reads a portion of the current log. Returns false at its end. */
static bool read_portion(struct ahead_bytes *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	size_t want = a->begun ? PORTION : FIRST_PORTION;

	o->log = &a->source->logs[a->log];
	o->first = !a->begun;
	o->len = 0;
	o->index = NULL;
	if (o->log->fd >= 0 && o->log->index)
		return read_block(a, p);
	if (o->log->fd < 0 || !has_room(a, p, a->carried + want + 1))
		return false;
	if (a->carried)
		memcpy(o->text, a->carry, a->carried);
	o->len = a->carried;
	a->carried = 0;
	if (!fill(a, p, o->len + want)) {
		leave_line(a, o);
		next_log(a);
	} else if (!cut(a, p)) {
		next_log(a);
	}
	if (!o->len)
		return false;
	if (o->first) {
		a->kind = own_recognize(o->text, o->len, &a->why);
		if (o->log->from && a->kind != OWN_REFUSED)
			a->kind = o->log->kind;	/* as at its beginning */
		a->begun = a->log == (size_t)(o->log - a->source->logs);
	}
	o->kind = a->kind;
	o->why = a->why;
	if (a->kind == OWN_REFUSED && a->begun)
		next_log(a);
	return true;
}

bool ahead_bytes_read(struct ahead_bytes *a, struct place *p)
{
	while (a->log <= a->last) {
		size_t log = a->log;

		if (read_portion(a, p))
			return true;
		if (a->log == log)
			next_log(a);
	}
	return false;
}
