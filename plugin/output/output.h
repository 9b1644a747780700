/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/output: where lines go. Each sink has a bounded queue and a thread that
 * writes from it, so that whoever puts a line in does not wait for it (but once,
 * at most 0.2 s, to tell slow from stalled): when the queue is full the line is dropped, counted, and a "netlog lost plugin=N" line says so
 * in the same stream as soon as there is room. Knows nothing of audit.
 */
#ifndef NETLOG_SINK_H
#define NETLOG_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A kind of sink. Called by the sink's own thread alone. write gets whole
 * lines, each ended by a newline, each with a time of time_len bytes in front;
 * it returns 0 or -errno, and *lost the number of lines that were not written.
 */
struct output_ops {
	const char *name;
	int (*write)(void *self, const char *lines, size_t len,
		     unsigned int *lost);
	void (*reopen)(void *self);	/* may be NULL */
	void (*free)(void *self);
};

struct output;

struct output_counts {
	uint64_t lines, lost, queue_peak;	/* queue_peak: bytes */
	bool dead;				/* the reader of the pipe is gone */
};

/* Takes self. NULL without memory or thread (self is freed then). */
struct output *output_new(const struct output_ops *ops, void *self, size_t queue_size);
/* A line is time, text and newline. Never blocks. Lines are gathered until
 * output_push() or until there are enough of them. */
void output_put(struct output *s, const char *time, size_t time_len,
	      const char *text, size_t len);
/* Hands what was gathered to the sink's thread. To be called when there is no more
 * to put for now. */
void output_push(struct output *s);
/* The file was rotated away: open it anew before the next line. */
void output_reopen(struct output *s);
void output_counts(struct output *s, struct output_counts *out);
const char *output_name(const struct output *s);
/* Writes what is queued, for at most this long, then ends the thread and frees.
 * Returns how many bytes of lines were given up. */
size_t output_close(struct output *s, unsigned int timeout_ms);

/* Appends to a file, created 0640. The path is copied. */
struct output *output_file(const char *path, size_t queue_size);
struct output *output_stdout(size_t queue_size);
/* facility and priority as in syslog.h; the time in front is left out. */
struct output *output_syslog(int facility, int priority, size_t queue_size);

#endif
