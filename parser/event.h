/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/event: audit's text records in, facts out. The only file of the
 * project that knows auparse.
 *
 * Lines that cannot matter are dropped before auparse sees them (lines.c);
 * events that auparse hands out in pieces are put together again by node, time
 * and serial; a broken record is counted in the complaints and never stops
 * anything.
 */
#ifndef NETLOG_EVENT_H
#define NETLOG_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "complaint.h"
#include "fact.h"

typedef void (*fact_fn)(const struct fact *f, void *arg);

struct event_reader;

/* NULL without memory. complaints outlives the reader. */
struct event_reader *event_open(fact_fn fact, void *arg,
				struct complaints *complaints);
void event_close(struct event_reader *r);

/* Bytes of the stream, split anywhere. Facts are handed out as they complete. */
void event_feed(struct event_reader *r, const char *data, size_t len);

/* Hands over what was fed so far and completes events whose rest does not come
 * (older than 2 s by the clock). To be called about once a second. */
void event_age(struct event_reader *r);

/* Hands over what was fed so far without waiting for a full buffer; no event is
 * completed early. To be called when the input has nothing more for now. */
void event_push(struct event_reader *r);

/* End of the input: everything is completed and handed out. */
void event_flush(struct event_reader *r);

/* Lines seen since the reader was opened or event_new_source() was called: in a
 * complaint's first(), the number of the line, or for complaints about an event
 * a line at most one event later. */
uint64_t event_line(const struct event_reader *r);
void event_new_source(struct event_reader *r);

/* Only from events of this time (ms) on numbers that do not come are gaps. */
void event_gaps_since(struct event_reader *r, uint64_t ms);

/* Records fed to auparse and events it gave, for the state dump. */
struct event_stats {
	uint64_t lines, dropped, events, facts, joined, resets;
	unsigned int held;	/* events waiting for a missing piece */
	uint64_t gaps;		/* events that never came (gaps.h) */
};
void event_stats(const struct event_reader *r, struct event_stats *out);

#endif
