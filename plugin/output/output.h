/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/output: a bounded queue in front of a transport, and the thread that moves
 * messages from one to the other. If the queue is full, the caller waits for at most 0.2 s, and
 * for at most 2 % of the time: see patience.h. Otherwise a full queue drops messages and counts
 * them; "netlog lost plugin=N" in the same stream reports them as soon as there is room.
 */
#ifndef NETLOG_OUTPUT_H
#define NETLOG_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/entry/format.h"
#include "plugin/output/message.h"
#include "plugin/output/transport.h"

enum output_change {
	OUTPUT_FAILED,	     /* messages wait or are lost until OUTPUT_WORKS; again for a new
				reason, up to four in one outage */
	OUTPUT_WORKS,	     /* after OUTPUT_FAILED */
	OUTPUT_NOT_REOPENED, /* writes continue to the old file */
};

struct output_options {
	const char *name;	     /* as in "netlog state sink=NAME"; copied */
	size_t queue_size;	     /* bytes, 65536 or more */
	const struct format *format; /* for the reports of loss; outlives the output */
	int severity;		     /* of these reports */
	/* NULL, or the place of the last message: output_put() advances it and writes it into the
	 * message. Outlives the output. */
	struct format_place *place;
	/* Called from the output's thread; may be NULL. transport: its name; err: errno. */
	void (*changed)(enum output_change what, const char *name,
			const struct transport *t, int err, void *arg);
	void *arg;
};

struct output_counts {
	uint64_t messages; /* taken into the queue */
	uint64_t lost;	   /* dropped before or after that */
	uint64_t written;
	uint64_t failures;   /* times that the transport began to fail */
	uint64_t queued;     /* bytes, now */
	uint64_t queue_peak; /* bytes */
	bool failing;
	bool dead; /* the reader of the pipe has closed it */
};

struct output;

/* Takes the transport. NULL without memory or thread (the transport is closed then). */
struct output *output_new(struct transport *t, const struct output_options *o);
/* Copies the message. One thread at a time. Messages are gathered until output_push() or until
 * there are enough of them. */
void output_put(struct output *s, const struct message *m);
/* Passes the gathered messages to the output's thread. Call this when there are no more messages for
 * now. */
void output_push(struct output *s);
/* Reopens the file, which was rotated, before the next message. */
void output_reopen(struct output *s);
void output_counts(struct output *s, struct output_counts *out);
const char *output_name(const struct output *s);
/* Writes queued messages, for at most this long, then ends the thread and frees. Returns how
 * many messages were dropped. */
uint64_t output_close(struct output *s, unsigned int timeout_ms);

#endif
