/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/writer: the thread of an output, which writes its queue to its transport. Only for
 * output.c, which owns the struct and starts the thread.
 */
#ifndef NETLOG_WRITER_H
#define NETLOG_WRITER_H

#include <pthread.h>

#include "plugin/output/output.h"
#include "plugin/output/patience.h"
#include "plugin/output/queue.h"

#define WRITER_BATCH 32768		/* bytes */
#define WRITER_BATCH_MESSAGES 256
#define OUTPUT_STAGE 20480	/* less than the smallest queue, more than any frame */

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
	struct patience patience;
	uint64_t dropped;	     /* messages, not yet reported */
	uint64_t in_queue, in_batch; /* messages */
	struct output_counts counts;
	struct queue queue;

	/* the writing thread's own */
	char batch[WRITER_BATCH];
	struct message messages[WRITER_BATCH_MESSAGES];
	unsigned int first, count; /* of messages: those not written yet */
	unsigned int retry_ms;
	/* of the outage */
	int reported;		/* the error reported last */
	char reported_reason[sizeof(((struct transport *)0)->reason)];
	unsigned int reasons;	/* reported so far */

	/* owned by the putting thread: frames not yet in the queue */
	char stage[OUTPUT_STAGE];
	size_t staged;
	unsigned int staged_messages;
};

/* Start routine of pthread_create(3). arg: the struct output. Ends when output.stopping is set and
 * the queue is empty, or its transport fails; it has set output.stopped by then. */
void *writer_run(void *arg);

#endif
