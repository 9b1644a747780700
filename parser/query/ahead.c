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

#include "parser/query/ahead_bytes.h"

#define RING 8			/* portions, at most; two for each processor */
#define THREADS_MAX 7
#define SMALL (2 << 20)		/* bytes for which no thread is worth its start */

struct ahead {
	struct ahead_how how;
	pthread_mutex_t bytes;	/* guards in */
	struct ahead_bytes in;

	pthread_mutex_t lock;	/* guards the ring */
	pthread_cond_t changed;
	struct place ring[RING];
	unsigned int places;	/* of the ring that are used: few stay in the processor's cache */
	uint64_t next, taken;	/* portions that were begun, and given to the caller */
	bool ended, stopped;
	bool held;		/* the caller has the one before taken */
	pthread_t threads[THREADS_MAX];
	int thread_count;
};

static struct place *place_of(struct ahead *a, uint64_t number)
{
	return &a->ring[number % a->places];
}

/* The entries of a portion as text() formats them. */
struct texts {
	const struct ahead_how *how;
	struct ahead_portion *portion;
};

static void add_text(const struct entry *e, void *arg)
{
	struct texts *t = arg;

	t->how->text(e, t->portion->kind, &t->portion->out, t->how->arg);
}

static void read_index(struct ahead *a, struct place *p)
{
	struct ahead_portion *o = &p->portion;
	struct texts texts = { &a->how, o };

	o->out.len = o->out.lines = o->out.unknown = 0;
	if (!o->block)
		return;
	if (!p->reader)
		o->entries.damaged = true;
	else if (a->how.text)
		o->entries.damaged = !index_reader_each(p->reader, a->how.filter, add_text, &texts);
	else
		o->entries = index_reader_entries(p->reader, a->how.filter);
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
	more = ahead_bytes_read(&a->in, p);
	if (!more)
		end(a, p);
	pthread_mutex_unlock(&a->bytes);
	*did = true;
	if (!more)
		return false;
	if (read_lines(a, p))
		ahead_bytes_complain(&a->in, &p->portion);
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
	a->places = 2 * (n + 1) < RING ? 2 * (n + 1) : RING;
	if (is_small(a->in.source, first, last))
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
	a->in.source = s;
	a->in.log = first;
	a->in.last = last;
	a->in.filter = how->filter;
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
	free(a->in.carry);
	pthread_mutex_destroy(&a->bytes);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->changed);
	free(a);
}
