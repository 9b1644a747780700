/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/reassemble: audit's text records in, events of the tracker out.
 *
 * Lines that cannot matter are dropped (filter.c). Records in the kernel's own form are read
 * here (record_fields.c, module_record.c) and gathered by event in auparse's order
 * (gather.c), at a tenth of its time; auparse reads an event with a record in any other form
 * (auparse_reader.c). Events that come in pieces are put together again by node, time and
 * serial (pieces.c). A broken record is counted in the complaints and never stops anything.
 */
#ifndef NETLOG_REASSEMBLE_H
#define NETLOG_REASSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/audit/batch.h"
#include "parser/input_error.h"
#include "parser/event.h"
#include "parser/image.h"

typedef void (*event_fn)(const struct event *f, void *arg);

struct reassembler;

/* NULL without memory. complaints outlives the reader. */
struct reassembler *reassemble_open(event_fn event, void *arg,
				struct input_errors *complaints);
void reassemble_close(struct reassembler *r);

/*
 * The stream is a log and not that of this running host: restarts are found and given as
 * EVENT_BOOT. pasted: lines may have a prefix of syslog, audispd or the kernel's log, and
 * the records of an event ausearch's order. Any local user can write such a line: not for
 * auditd's pipe, the kernel's stream or its own logs. To be called before the first byte.
 */
void reassemble_replay(struct reassembler *r, bool pasted);
/* Records that had a prefix. */
uint64_t reassemble_prefixed(const struct reassembler *r);

/* auparse reads and gathers everything. To be called before the first byte. */
void reassemble_by_auparse(struct reassembler *r);
/* Gaps in the serials are not counted: of no use in a log that is read afterwards. To be
 * called before the first byte. */
void reassemble_no_serials(struct reassembler *r);

/* Lines that were read ahead, in place of reassemble_feed(). Not by auparse. */
void reassemble_batch(struct reassembler *r, struct batch *b);

/* Bytes of the stream, split anywhere. Facts are handed out as they complete. */
void reassemble_feed(struct reassembler *r, const char *data, size_t len);

/* Hands over what was fed so far and completes events whose rest does not come
 * (older than 2 s by the clock). To be called about once a second. */
void reassemble_age(struct reassembler *r);

/* Hands over what was fed so far without waiting for a full buffer; no event is
 * completed early. To be called when the input has nothing more for now. */
void reassemble_push(struct reassembler *r);

/*
 * Saves what later lines depend on, behind reassemble_push(), or loads it: r was just opened then,
 * with the same options. Not with reassemble_by_auparse() or serials. After loading, the next line
 * is taken for one of the same source.
 */
void reassemble_image(struct reassembler *r, struct image *i);
/* Returns true if reassemble_flush() would have something to hand out. */
bool reassemble_waits(const struct reassembler *r);

/* End of the input: everything is completed and handed out. */
void reassemble_flush(struct reassembler *r);

/* Lines seen since the reader was opened or reassemble_new_source() was called: in a
 * complaint's first(), the number of the line, or for complaints about an event
 * a line at most one event later. */
uint64_t reassemble_line(const struct reassembler *r);
void reassemble_new_source(struct reassembler *r);

/* Only from events of this time (ms) on numbers that do not come are gaps. */
void reassemble_serials_since(struct reassembler *r, uint64_t ms);

/* Counts the events that are late, as serials_count_late() does: now in ms, of a clock that is
 * never set back. Returns true if there are more than before. */
bool reassemble_count_late(struct reassembler *r, int64_t now);
/* Returns true if the above is to be called again within 100 ms. */
bool reassemble_late_waits(const struct reassembler *r);

/* For the state dump. */
struct reassemble_stats {
	uint64_t lines, dropped, events, facts, joined, resets;
	unsigned int held;	/* events waiting for a missing piece */
	uint64_t gaps;		/* events that never came (serials.h) */
	uint64_t late;		/* events that had not come 0.7 s after a later one */
};
void reassemble_stats(const struct reassembler *r, struct reassemble_stats *out);

#endif
