// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/output: a bounded queue of lines and the thread that writes from it. */
#include "plugin/output/output.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin/log.h"

#define BATCH 32768
#define PATIENCE_MS 200	/* once, when a queue fills up: see make_room() */
#define STAGE 16384	/* less than the smallest queue, more than any line */

struct output {
	const struct output_ops *ops;
	void *self;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied, ended;
	bool stopping, stopped, want_reopen, failing;
	bool stalled;		/* took nothing for PATIENCE_MS with a full queue */
	uint64_t dropped;	/* lines, not yet told */
	struct output_counts counts;
	size_t size, head, used;	/* head: oldest byte */
	char *queue;
	char batch[BATCH];

	/* the putting thread's own: lines not yet in the queue */
	char stage[STAGE];
	size_t staged;
	unsigned int staged_lines;
};

static void copy_in(struct output *s, const char *data, size_t len)
{
	size_t at = (s->head + s->used) % s->size;
	size_t first = s->size - at < len ? s->size - at : len;

	memcpy(s->queue + at, data, first);
	memcpy(s->queue, data + first, len - first);
	s->used += len;
}

static void deadline(struct timespec *until, unsigned int ms)
{
	clock_gettime(CLOCK_REALTIME, until);
	until->tv_sec += ms / 1000;
	until->tv_nsec += ms % 1000 * 1000000L;
	if (until->tv_nsec >= 1000000000L) {
		until->tv_sec++;
		until->tv_nsec -= 1000000000L;
	}
}

/*
 * A reader that is faster than its output for a moment is not a stalled output:
 * it is given PATIENCE_MS, once. If nothing moves in that time it is stalled, and
 * until it moves again lines are dropped without waiting. Lock held.
 */
static void make_room(struct output *s, size_t need)
{
	struct timespec until;
	int err = 0;

	deadline(&until, PATIENCE_MS);
	while (s->size - s->used < need && !s->stalled && !err)
		err = pthread_cond_timedwait(&s->emptied, &s->lock, &until);
	if (err)
		s->stalled = true;
}

/* Moves what is staged to the queue. Lock held. */
static void enqueue(struct output *s)
{
	if (s->size - s->used < s->staged)
		make_room(s, s->staged);
	if (s->size - s->used < s->staged) {
		s->dropped += s->staged_lines;
		s->counts.lost += s->staged_lines;
	} else {
		copy_in(s, s->stage, s->staged);
		s->counts.lines += s->staged_lines;
	}
	if (s->used > s->counts.queue_peak)
		s->counts.queue_peak = s->used;
	s->staged = s->staged_lines = 0;
}

void output_push(struct output *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->staged)
		enqueue(s);
	if (s->used || s->dropped)
		pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

/* Waking the thread costs more than writing a line: more may come. */
static void stage_full(struct output *s)
{
	pthread_mutex_lock(&s->lock);
	enqueue(s);
	if (s->used > s->size / 8)
		pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
}

void output_put(struct output *s, const char *time, size_t time_len,
	      const char *text, size_t len)
{
	size_t total = time_len + len + 1;
	char *to;

	if (s->staged + total > sizeof(s->stage))
		stage_full(s);
	to = s->stage + s->staged;
	memcpy(to, time, time_len);
	memcpy(to + time_len, text, len);
	to[total - 1] = '\n';
	s->staged += total;
	s->staged_lines++;
}

/* Whole lines from the queue to the batch: returns their length. Lock held. */
static size_t copy_out(struct output *s)
{
	size_t len = s->used < BATCH ? s->used : BATCH;
	size_t first = s->size - s->head < len ? s->size - s->head : len;

	memcpy(s->batch, s->queue + s->head, first);
	memcpy(s->batch + first, s->queue, len - first);
	while (len && s->batch[len - 1] != '\n')
		len--;
	s->used -= len;
	/* an empty queue begins anew: memory never touched stays untouched */
	s->head = s->used ? (s->head + len) % s->size : 0;
	return len;
}

static void told(struct output *s, int err, unsigned int lost)
{
	pthread_mutex_lock(&s->lock);
	s->dropped += lost;
	s->counts.lost += lost;
	if (err == -EPIPE)
		s->counts.dead = true;
	pthread_mutex_unlock(&s->lock);
	if (err && !s->failing)
		log_warnx("%s: %s; lines are lost until this ends", s->ops->name,
			  strerror(-err));
	if (!err && s->failing)
		log_info("%s: writing again", s->ops->name);
	s->failing = err;
}

/* Says in the stream itself that lines are missing from it. */
static void tell_lost(struct output *s, uint64_t lost)
{
	char line[128], stamp[40];
	struct timespec now;
	struct tm tm;
	unsigned int not_written = 0;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
	n = snprintf(line, sizeof(line), "%s.%03ld netlog lost plugin=%llu\n",
		     stamp, now.tv_nsec / 1000000, (unsigned long long)lost);
	if (!s->ops->write(s->self, line, n, &not_written))
		return;
	pthread_mutex_lock(&s->lock);
	s->dropped += lost;	/* still to be told */
	pthread_mutex_unlock(&s->lock);
}

static void write_batch(struct output *s, size_t len, uint64_t dropped)
{
	unsigned int lost = 0;
	int err = 0;

	if (len) {
		err = s->ops->write(s->self, s->batch, len, &lost);
		told(s, err, lost);
	}
	if (dropped && !err) {
		tell_lost(s, dropped);
	} else if (dropped) {
		pthread_mutex_lock(&s->lock);
		s->dropped += dropped;
		pthread_mutex_unlock(&s->lock);
	}
}

static void *writer(void *arg)
{
	struct output *s = arg;
	uint64_t dropped;
	bool reopen;
	size_t len;

	pthread_mutex_lock(&s->lock);
	while (s->used || s->dropped || !s->stopping) {
		/* a loss is told when the queue has moved on, or after a while */
		if (!s->used && !s->stopping && !s->want_reopen) {
			struct timespec until;

			deadline(&until, 1000);
			if (s->dropped)
				pthread_cond_timedwait(&s->filled, &s->lock, &until);
			else
				pthread_cond_wait(&s->filled, &s->lock);
		}
		len = copy_out(s);
		dropped = s->dropped;
		s->dropped = 0;
		reopen = s->want_reopen;
		s->want_reopen = false;
		pthread_mutex_unlock(&s->lock);
		if (reopen && s->ops->reopen)
			s->ops->reopen(s->self);
		write_batch(s, len, dropped);
		pthread_mutex_lock(&s->lock);
		s->stalled = false;
		pthread_cond_signal(&s->emptied);
		if (s->stopping && !s->used)
			break;
	}
	s->stopped = true;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* The thread takes no signals: they are the event loop's. */
static int start_thread(struct output *s)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&s->thread, NULL, writer, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

struct output *output_new(const struct output_ops *ops, void *self, size_t queue_size)
{
	struct output *s = calloc(1, sizeof(*s));

	if (!s)
		goto err_self;
	s->ops = ops;
	s->self = self;
	s->size = queue_size;
	s->queue = malloc(queue_size);
	if (!s->queue)
		goto err_sink;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->filled, NULL);
	pthread_cond_init(&s->emptied, NULL);
	pthread_cond_init(&s->ended, NULL);
	if (start_thread(s))
		goto err_queue;
	return s;
err_queue:
	free(s->queue);
err_sink:
	free(s);
err_self:
	ops->free(self);
	return NULL;
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
	pthread_mutex_unlock(&s->lock);
}

const char *output_name(const struct output *s)
{
	return s->ops->name;
}

static bool wait_stopped(struct output *s, unsigned int timeout_ms)
{
	struct timespec until;
	int err = 0;

	deadline(&until, timeout_ms);
	while (!s->stopped && !err)
		err = pthread_cond_timedwait(&s->ended, &s->lock, &until);
	return s->stopped;
}

size_t output_close(struct output *s, unsigned int timeout_ms)
{
	size_t left;
	bool stopped;

	output_push(s);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->filled);
	stopped = wait_stopped(s, timeout_ms);
	left = s->used;
	pthread_mutex_unlock(&s->lock);
	if (!stopped) {
		/* It hangs in a write: the process is about to end with it. */
		pthread_detach(s->thread);
		return left ? left : 1;
	}
	pthread_join(s->thread, NULL);
	s->ops->free(s->self);
	free(s->queue);
	free(s);
	return left;
}
