// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/output: a queue, a transport, and the thread between them. */
#include "plugin/output/output.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin/clock.h"
#include "plugin/output/patience.h"
#include "plugin/output/queue.h"

#define STAGE 20480	/* less than the smallest queue, more than any frame */
#define BATCH 32768
#define BATCH_MESSAGES 256
#define RETRY_MIN_MS 100 /* of a transport that keeps: doubled up to the maximum */
#define RETRY_MAX_MS 30000
#define REASONS_MAX 4 /* that are reported of one outage */
#define LOSS_MS 1000 /* a loss is reported after this time even if no message follows */

struct output {
	struct transport *transport;
	const struct format *format;
	int severity;
	struct format_place *place; /* or NULL */
	void (*changed)(enum output_change what, const char *name,
			const struct transport *t, int err, void *arg);
	void *changed_arg;
	char *name;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied, ended; /* by the monotonic clock */
	bool stopping, stopped, want_reopen;
	bool stalled; /* the queue was full, and nothing moved while the caller waited */
	struct patience patience;
	uint64_t dropped;	     /* messages, not yet reported */
	uint64_t in_queue, in_batch; /* messages */
	struct output_counts counts;
	struct queue queue;

	/* the writing thread's own */
	char batch[BATCH];
	struct message messages[BATCH_MESSAGES];
	unsigned int first, count; /* of messages: those not written yet */
	unsigned int retry_ms;
	/* of the outage */
	int said;		/* the error that was reported last */
	char said_reason[sizeof(((struct transport *)0)->reason)];
	unsigned int reasons;	/* that were reported */

	/* owned by the putting thread: frames not yet in the queue */
	char stage[STAGE];
	size_t staged;
	unsigned int staged_messages;
};
_Static_assert(STAGE > FRAME_MAX && BATCH > FRAME_MAX, "a frame fits");

/* ---- the putting thread ---- */

/*
 * A caller that is faster than its output for a moment waits until half of the queue is free,
 * if this is soon (patience.h). If nothing moves in that time the output is stalled, and until
 * it moves again messages are dropped without waiting. Lock held.
 */
static void make_room(struct output *s)
{
	size_t before = s->queue.used;
	int64_t begun = clock_now_ms();
	unsigned int left = s->stalled ? 0 : patience_left(&s->patience, begun);
	struct timespec until = clock_in(left);
	int err = left ? 0 : ETIMEDOUT;

	while (s->queue.used > s->queue.size / 2 && !err)
		err = pthread_cond_timedwait(&s->emptied, &s->lock, &until);
	if (!left)
		return;
	patience_spend(&s->patience, begun, clock_now_ms() - begun);
	s->stalled = err && s->queue.used >= before;
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

/* The message with its place in it, in text; or as it is, if that has no room: it takes no
 * number then. */
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
	if (s->staged + FRAME_HEADER + m->len > STAGE)
		stage_full(s);
	s->staged += frame_put(s->stage + s->staged, m);
	s->staged_messages++;
}

/* ---- the writing thread ---- */

static void change(struct output *s, enum output_change what, int err)
{
	if (s->changed)
		s->changed(what, s->name, s->transport, -err, s->changed_arg);
}

/* Returns true if the outage begins, or has a new reason that may be reported. */
static bool is_news(struct output *s, int err, bool failed)
{
	const char *reason = s->transport->reason;

	if (failed && (s->reasons == REASONS_MAX ||
		       (err == s->said && !strcmp(reason, s->said_reason))))
		return false;
	s->reasons = failed ? s->reasons + 1 : 1;
	s->said = err;
	strcpy(s->said_reason, reason);
	return true;
}

/* Reports to the owner when the transport begins to fail, why, and when it works again. */
static void judge(struct output *s, int err)
{
	bool failed;

	pthread_mutex_lock(&s->lock);
	failed = s->counts.failing;
	s->counts.failing = err;
	if (err && !failed)
		s->counts.failures++;
	if (err == -EPIPE && s->transport->ops->ends)
		s->counts.dead = true;
	pthread_mutex_unlock(&s->lock);
	if (!err)
		s->retry_ms = 0;
	if (err && is_news(s, err, failed))
		change(s, OUTPUT_FAILED, err);
	else if (!err && failed)
		change(s, OUTPUT_WORKS, 0);
}

/* Takes the next messages from the queue, unless some are left. Lock held. */
static void fill_batch(struct output *s)
{
	size_t len, at = 0;

	if (s->count)
		return;
	len = queue_take(&s->queue, s->batch, BATCH, BATCH_MESSAGES);
	for (s->first = 0; at < len; s->count++)
		at += frame_get(s->batch + at, &s->messages[s->count]);
	s->in_queue -= s->count;
	s->in_batch = s->count;
}

/* Counts messages that were lost with a broken connection. Lock held. */
static void settle_undelivered(struct output *s)
{
	struct transport *t = s->transport;

	s->counts.written -= t->undelivered;
	s->counts.lost += t->undelivered;
	s->dropped += t->undelivered + t->unreported;
	t->undelivered = t->unreported = 0;
}

static int write_batch(struct output *s)
{
	const struct transport_ops *ops = s->transport->ops;
	unsigned int done = s->count, lost = 0;
	int err;

	if (!s->count)
		return 0;
	err = ops->write(s->transport, s->messages + s->first, s->count, &done);
	s->first += done;
	s->count -= done;
	if (!ops->keeps) {
		lost = s->count;
		s->count = 0;
	}
	pthread_mutex_lock(&s->lock);
	s->dropped += lost;
	s->counts.lost += lost;
	s->counts.written += done;
	settle_undelivered(s);
	s->in_batch = s->count;
	pthread_mutex_unlock(&s->lock);
	judge(s, err);
	return err;
}

/* Reports in the stream itself that messages are missing from it. */
static void report_loss(struct output *s, uint64_t lost)
{
	char note[64], text[MESSAGE_MAX];
	struct timespec now;
	struct message m = { .severity = s->severity, .text = text, .reports = lost };
	unsigned int done;
	int n, err = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	m.time.sec = now.tv_sec;
	m.time.milli = now.tv_nsec / 1000000;
	n = snprintf(note, sizeof(note), "netlog lost plugin=%llu",
		     (unsigned long long)lost);
	m.len = format_note(s->format, &m.time, note, n, text);
	m.has_time = format_has_time(s->format);
	m.structured = format_is_structured(s->format);
	if (m.len) { /* hone has no notes */
		err = s->transport->ops->write(s->transport, &m, 1, &done);
		judge(s, err);
	}
	pthread_mutex_lock(&s->lock);
	settle_undelivered(s);
	if (err)
		s->dropped += lost; /* still to be reported */
	pthread_mutex_unlock(&s->lock);
}

/* Waits until there is something to do. Lock held. */
static void wait_for_work(struct output *s)
{
	struct timespec until;

	if (s->stopping || s->want_reopen)
		return;
	if (s->count && s->retry_ms) {
		until = clock_in(s->retry_ms);
		while (!s->stopping && !s->want_reopen &&
		       pthread_cond_timedwait(&s->filled, &s->lock, &until) != ETIMEDOUT)
			;
	} else if (!s->queue.used && !s->count) {
		/* a loss is reported when the queue has moved on, or after a while */
		until = clock_in(LOSS_MS);
		if (s->dropped)
			pthread_cond_timedwait(&s->filled, &s->lock, &until);
		else
			pthread_cond_wait(&s->filled, &s->lock);
	}
}

static void back_off(struct output *s)
{
	if (!s->count)
		return;
	s->retry_ms = s->retry_ms ? s->retry_ms * 2 : RETRY_MIN_MS;
	if (s->retry_ms > RETRY_MAX_MS)
		s->retry_ms = RETRY_MAX_MS;
}

static void reopen(struct output *s)
{
	int err = 0;

	if (s->transport->ops->reopen)
		err = s->transport->ops->reopen(s->transport);
	if (err)
		change(s, OUTPUT_NOT_REOPENED, err);
}

/* One iteration. Returns false at the end. Lock held, and released while it writes. */
static bool turn(struct output *s)
{
	uint64_t dropped;
	bool again;
	int err;

	wait_for_work(s);
	fill_batch(s);
	again = s->want_reopen;
	s->want_reopen = false;
	pthread_mutex_unlock(&s->lock);
	if (again)
		reopen(s);
	err = write_batch(s);
	back_off(s);
	pthread_mutex_lock(&s->lock);
	dropped = err ? 0 : s->dropped;
	s->dropped -= dropped;
	if (dropped) {
		pthread_mutex_unlock(&s->lock);
		report_loss(s, dropped);
		pthread_mutex_lock(&s->lock);
	}
	if (!s->count) { /* else nothing has moved */
		s->stalled = false;
		if (s->queue.used <= s->queue.size / 2)
			pthread_cond_signal(&s->emptied);
	}
	/* messages that fail while stopping are dropped */
	return !s->stopping || (s->queue.used && !s->count);
}

static void *writer(void *arg)
{
	struct output *s = arg;

	judge(s, s->transport->ops->open(s->transport));
	pthread_mutex_lock(&s->lock);
	while (turn(s))
		;
	s->stopped = true;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- the owner ---- */

/* The thread takes no signals: they belong to the event loop. */
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
