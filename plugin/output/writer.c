// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/output/writer: the thread of an output: batches, retries, reports of loss. */
#include "plugin/output/writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugin/clock.h"

#define RETRY_MIN_MS 100 /* of a transport that keeps: doubled up to the maximum */
#define RETRY_MAX_MS 30000
#define REASONS_MAX 4 /* that are reported of one outage */
#define LOSS_MS 1000 /* a loss is reported after this time even if no message follows */

_Static_assert(WRITER_BATCH > FRAME_MAX, "a frame fits");

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
		       (err == s->reported && !strcmp(reason, s->reported_reason))))
		return false;
	s->reasons = failed ? s->reasons + 1 : 1;
	s->reported = err;
	strcpy(s->reported_reason, reason);
	return true;
}

/* Reports to the owner when and why the transport begins to fail, and when it works again. */
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
	len = queue_take(&s->queue, s->batch, WRITER_BATCH, WRITER_BATCH_MESSAGES);
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

/* Waits for work. Lock held. */
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
	if (!s->count && s->queue.used <= s->queue.size / 2)
		pthread_cond_signal(&s->emptied);
	/* messages that fail while stopping are dropped */
	return !s->stopping || (s->queue.used && !s->count);
}

void *writer_run(void *arg)
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
