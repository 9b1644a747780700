/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/output/output_state: what the two threads of an output share. */
#ifndef NETLOG_OUTPUT_STATE_H
#define NETLOG_OUTPUT_STATE_H

#include <pthread.h>

#include "plugin/output/output.h"
#include "plugin/output/patience.h"
#include "plugin/output/queue.h"

#define OUTPUT_STAGE 20480 /* less than the smallest queue, more than any frame */
#define OUTPUT_BATCH 32768
#define OUTPUT_BATCH_MESSAGES 256

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
	char batch[OUTPUT_BATCH];
	struct message messages[OUTPUT_BATCH_MESSAGES];
	unsigned int first, count; /* of messages: those not written yet */
	unsigned int retry_ms;
	/* of the outage */
	int said;		/* the error that was reported last */
	char said_reason[sizeof(((struct transport *)0)->reason)];
	unsigned int reasons;	/* that were reported */

	/* owned by the putting thread: frames not yet in the queue */
	char stage[OUTPUT_STAGE];
	size_t staged;
	unsigned int staged_messages;
};
_Static_assert(OUTPUT_STAGE > FRAME_MAX && OUTPUT_BATCH > FRAME_MAX, "a frame fits");

/* The thread that moves messages from the queue to the transport; arg is the output. Ends when
 * stopping is set and the queue is empty, or the transport fails. */
void *output_writer(void *arg);

#endif
