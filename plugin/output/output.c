// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/output: a queue in front of a transport, for the thread that puts messages. */
#include "plugin/output/output.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/clock.h"
#include "plugin/output/writer.h"

_Static_assert(OUTPUT_STAGE > FRAME_MAX, "a frame fits");

/*
 * A caller that is briefly faster than its output waits until half of the queue is free, if this is
 * soon (patience.h). Lock held.
 */
static void make_room(struct output *s)
{
	int64_t begun = clock_now_ms();
	unsigned int left = patience_left(&s->patience, begun);
	struct timespec until = clock_in(left);
	int err = 0;

	if (!left)
		return;
	while (s->queue.used > s->queue.size / 2 && !err)
		err = pthread_cond_timedwait(&s->emptied, &s->lock, &until);
	patience_spend(&s->patience, begun, clock_now_ms() - begun);
}

/* Moves what is staged to the queue. Lock held. */
static void enqueue(struct output *s)
{
	if (s->queue.size - s->queue.used < s->staged)
		make_room(s);
	if (queue_put(&s->queue, s->stage, s->staged)) {
		s->in_queue += s->staged_messages;
		s->counts.messages += s->staged_messages;
	} else {
		s->dropped += s->staged_messages;
		s->counts.lost += s->staged_messages;
	}
	if (s->queue.used > s->counts.queue_peak)
		s->counts.queue_peak = s->queue.used;
	s->staged = s->staged_messages = 0;
}

void output_push(struct output *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->staged)
		enqueue(s);
	if (s->queue.used || s->dropped)
		pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

/* Waking the thread costs more than writing a message: more may follow. */
static void stage_full(struct output *s)
{
	pthread_mutex_lock(&s->lock);
	enqueue(s);
	if (s->queue.used > s->queue.size / 8)
		pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

static void drop(struct output *s)
{
	pthread_mutex_lock(&s->lock);
	s->dropped++;
	s->counts.lost++;
	pthread_mutex_unlock(&s->lock);
}

/* Returns the message with its place, in text; or unchanged, and without a number, if there is no
 * room. */
static const struct message *numbered(struct output *s, const struct message *m,
				      struct message *to, char *text)
{
	*to = *m;
	to->text = text;
	s->place->number++;
	to->len = format_number(s->format, s->place, m->text, m->len, text);
	if (to->len)
		return to;
	s->place->number--;
	return m;
}

void output_put(struct output *s, const struct message *m)
{
	char text[FORMAT_MAX];
	struct message other;

	if (m->len > MESSAGE_MAX) {
		drop(s);
		return;
	}
	if (s->place)
		m = numbered(s, m, &other, text);
	if (s->staged + FRAME_HEADER + m->len > OUTPUT_STAGE)
		stage_full(s);
	s->staged += frame_put(s->stage + s->staged, m);
	s->staged_messages++;
}

/* ---- the owner ---- */

/* The thread takes no signals: they belong to the event loop. */
static int start_thread(struct output *s)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&s->thread, NULL, writer_run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

static void init_locks(struct output *s)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, &monotonic);
	pthread_cond_init(&s->emptied, &monotonic);
	pthread_cond_init(&s->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void free_output(struct output *s)
{
	s->transport->ops->close(s->transport);
	queue_fini(&s->queue);
	free(s->name);
	free(s);
}

struct output *output_new(struct transport *t, const struct output_options *o)
{
	struct output *s = calloc(1, sizeof(*s));

	if (!s) {
		t->ops->close(t);
		return NULL;
	}
	s->transport = t;
	s->format = o->format;
	s->severity = o->severity;
	s->place = o->place;
	s->changed = o->changed;
	s->changed_arg = o->arg;
	s->name = strdup(o->name);
	init_locks(s);
	if (queue_init(&s->queue, o->queue_size) || !s->name || start_thread(s)) {
		free_output(s);
		return NULL;
	}
	return s;
}

void output_reopen(struct output *s)
{
	output_push(s);
	pthread_mutex_lock(&s->lock);
	s->want_reopen = true;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

void output_counts(struct output *s, struct output_counts *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->counts;
	out->queued = s->queue.used;
	pthread_mutex_unlock(&s->lock);
}

const char *output_name(const struct output *s)
{
	return s->name;
}

/* Lock held. */
static bool wait_stopped(struct output *s, unsigned int timeout_ms)
{
	struct timespec until = clock_in(timeout_ms);
	int err = 0;

	while (!s->stopped && !err)
		err = pthread_cond_timedwait(&s->ended, &s->lock, &until);
	return s->stopped;
}

uint64_t output_close(struct output *s, unsigned int timeout_ms)
{
	uint64_t left;
	bool stopped;

	output_push(s);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->filled);
	stopped = wait_stopped(s, timeout_ms);
	left = s->in_queue + s->in_batch;
	pthread_mutex_unlock(&s->lock);
	if (!stopped) {
		/* The thread hangs in a write: the process is about to end with it. */
		pthread_detach(s->thread);
		return left ? left : 1;
	}
	pthread_join(s->thread, NULL);
	free_output(s);
	return left;
}
