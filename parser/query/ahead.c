// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/ahead: reads ahead. Portions are in a ring. An idle thread of this file, or the
 * caller of ahead_next(), reads the next one. Only one thread at a time reads bytes, because
 * they are in order; all threads then parse the lines.
 */
#include "parser/query/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/audit/filter.h"

#define PORTION (256 * 1024)
#define FIRST_PORTION 65536	/* the first lines are to be seen at once */
#define RING 8
#define THREADS_MAX 7
#define SMALL (2 << 20)		/* bytes for which no thread is worth its start */

enum place_state { PLACE_FREE, PLACE_READING, PLACE_READY };

struct place {
	enum place_state state;
	struct ahead_portion portion;
	size_t size;
	struct index_reader *reader;
};

struct ahead {
	struct aunetlog_source *source;
	size_t log, last;	/* being read; the last one */
	struct ahead_how how;

	pthread_mutex_t bytes;	/* guards what is read, up to carried */
	uint32_t block;		/* of the log's index, the next one */
	bool begun;		/* log was */
	enum own_kind kind;
	const char *why;
	char *carry;		/* the beginning of a line */
	size_t carried, carry_size;

	pthread_mutex_t lock;	/* guards the ring */
	pthread_cond_t changed;
	struct place ring[RING];
	uint64_t next, taken;	/* portions that were begun, and given to the caller */
	bool ended, stopped;
	bool held;		/* the caller has the one before taken */
	pthread_t threads[THREADS_MAX];
	int thread_count;
};

/* ---- bytes ---- */

static void complain(struct ahead *a, const struct ahead_portion *o)
{
	fprintf(stderr, "aunetlog: %s: out of memory, a part of it was not read\n", o->log->path);
	o->log->failed = a->source->failed = true;
}

static bool has_room(struct ahead *a, struct place *p, size_t size)
{
	char *more;

	if (p->size >= size)
		return true;
	more = realloc(p->portion.text, size);
	if (!more) {
		complain(a, &p->portion);
		return false;
	}
	p->portion.text = more;
	p->size = size;
	return true;
}

static bool carry(struct ahead *a, const char *text, size_t len)
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

static void next_log(struct ahead *a)
{
	a->log++;
	a->begun = false;
	a->carried = 0;
	a->block = 0;
}

/* Fills a portion up to want bytes, or the end of the file. Returns false at that. */
static bool fill(struct ahead *a, struct place *p, size_t want)
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
 * A line that does not end within a portion is no record and no entry: its beginning is
 * given, so that it is counted and complained of, and the rest is skipped.
 */
static bool skip_line(struct ahead *a, struct place *p)
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
static bool cut(struct ahead *a, struct place *p)
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
static void leave_line(const struct ahead *a, struct ahead_portion *o)
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
static bool read_block(struct ahead *a, struct place *p)
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
	       !index_filter_block(a->how.filter, f, &b[a->block]))
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

/* Reads a portion of the log in hand. Returns false if there is none. */
static bool read_portion(struct ahead *a, struct place *p)
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
			a->kind = o->log->kind;	/* as its beginning says */
		a->begun = a->log == (size_t)(o->log - a->source->logs);
	}
	o->kind = a->kind;
	o->why = a->why;
	if (a->kind == OWN_REFUSED && a->begun)
		next_log(a);
	return true;
}

/* The next portion of any log. Returns false at the end of the last. */
static bool read_bytes(struct ahead *a, struct place *p)
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

/* ---- the ring ---- */

static struct place *place_of(struct ahead *a, uint64_t number)
{
	return &a->ring[number % RING];
}

static void read_index(struct ahead *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	struct index_entries *e = &o->entries;

	o->out.len = o->out.lines = o->out.unknown = 0;
	if (!o->block)
		return;
	e->damaged = true;
	if (p->reader)
		*e = index_reader_entries(p->reader, a->how.filter);
	if (e->damaged || !a->how.text)
		return;
	for (unsigned int i = 0; i < e->count; i++)
		a->how.text(&e->at[i], o->kind, &o->out, a->how.arg);
	e->count = 0;
}

static int read_lines(struct ahead *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;

	if (o->index) {
		read_index(a, p);
		return 0;
	}
	switch (o->kind) {
	case OWN_NOT:
		return batch_read(&o->batch, o->text, o->len, o->first && !o->log->from,
				  a->how.pasted);
	case OWN_LINE:
	case OWN_JSON:
		return sieve_text(a->how.sieve, o->kind, o->text, o->len, &o->lines);
	default:
		return 0;
	}
}

static void end(struct ahead *a, struct place *p)
{
	pthread_mutex_lock(&a->lock);
	p->state = PLACE_FREE;
	a->next--;
	a->ended = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

/* Reads one portion if there is room in the ring and no other thread reads bytes (wait: or once
 * none does). Returns false at the end. */
static bool work(struct ahead *a, bool wait, bool *did)
{
	struct place *p;
	bool more;

	*did = false;
	if (wait)
		pthread_mutex_lock(&a->bytes);
	else if (pthread_mutex_trylock(&a->bytes))
		return true;
	pthread_mutex_lock(&a->lock);
	p = place_of(a, a->next);
	while (wait && p->state != PLACE_FREE && !a->stopped)
		pthread_cond_wait(&a->changed, &a->lock);
	if (a->stopped || a->ended || p->state != PLACE_FREE) {
		more = !a->stopped && !a->ended;
		pthread_mutex_unlock(&a->lock);
		pthread_mutex_unlock(&a->bytes);
		return more;
	}
	p->state = PLACE_READING;
	a->next++;
	pthread_mutex_unlock(&a->lock);
	more = read_bytes(a, p);
	if (!more)
		end(a, p);
	pthread_mutex_unlock(&a->bytes);
	*did = true;
	if (!more)
		return false;
	if (read_lines(a, p))
		complain(a, &p->portion);
	pthread_mutex_lock(&a->lock);
	p->state = PLACE_READY;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return true;
}

static void *run(void *arg)
{
	bool did;

	while (work(arg, true, &did))
		;
	return NULL;
}

static void give_back(struct ahead *a)
{
	if (!a->held)
		return;
	a->held = false;
	place_of(a, a->taken - 1)->state = PLACE_FREE;
	pthread_cond_broadcast(&a->changed);
}

struct ahead_portion *ahead_next(struct ahead *a)
{
	struct place *p;
	bool did;

	pthread_mutex_lock(&a->lock);
	give_back(a);
	for (;;) {
		p = place_of(a, a->taken);
		if (a->taken < a->next && p->state == PLACE_READY)
			break;
		if (a->ended && a->taken == a->next) {
			p = NULL;
			break;
		}
		pthread_mutex_unlock(&a->lock);
		work(a, false, &did);
		pthread_mutex_lock(&a->lock);
		if (!did && !(a->taken < a->next && p->state == PLACE_READY) &&
		    !(a->ended && a->taken == a->next))
			pthread_cond_wait(&a->changed, &a->lock);
	}
	if (p) {
		a->taken++;
		a->held = true;
	}
	pthread_mutex_unlock(&a->lock);
	return p ? &p->portion : NULL;
}

static bool is_small(const struct aunetlog_source *s, size_t first, size_t last)
{
	off_t bytes = 0;
	struct stat st;

	for (size_t i = first; i <= last; i++)
		if (s->logs[i].fd >= 0 && !fstat(s->logs[i].fd, &st))
			bytes += st.st_size;
	return bytes < SMALL;
}

static void start_threads(struct ahead *a, size_t first, size_t last)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN) - 1;

	n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
	if (is_small(a->source, first, last))
		return;
	while (a->thread_count < n &&
	       !pthread_create(&a->threads[a->thread_count], NULL, run, a))
		a->thread_count++;
}

struct ahead *ahead_new(struct aunetlog_source *s, size_t first, size_t last,
			const struct ahead_how *how)
{
	struct ahead *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->source = s;
	a->log = first;
	a->last = last;
	a->how = *how;
	pthread_mutex_init(&a->bytes, NULL);
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	start_threads(a, first, last);
	return a;
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopped = true;
	pthread_cond_broadcast(&a->changed);
	pthread_mutex_unlock(&a->lock);
	for (int i = 0; i < a->thread_count; i++)
		pthread_join(a->threads[i], NULL);
	for (int i = 0; i < RING; i++) {
		struct place *p = &a->ring[i];

		free(p->portion.text);
		free(p->portion.out.at);
		if (p->portion.out.state)
			a->how.text_free(p->portion.out.state);
		index_reader_free(p->reader);
		batch_fini(&p->portion.batch);
		sieve_lines_fini(&p->portion.lines);
	}
	free(a->carry);
	pthread_mutex_destroy(&a->bytes);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->changed);
	free(a);
}
