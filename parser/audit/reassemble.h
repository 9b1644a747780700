/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/reassemble: audit's text records in, events of the tracker out.
 *
 * filter.c drops irrelevant lines. record_fields.c and module_record.c read records in the kernel's
 * own form, and gather.c gathers them by event in auparse's order, in a tenth of its time; auparse
 * reads an event with a record in any other form (auparse_reader.c). pieces.c joins events that
 * arrive in pieces, by node, time and serial. A broken record is counted in the complaints and never
 * stops the program.
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
 * Reads a log, not the stream of this running host: restarts are found and reported as EVENT_BOOT.
 * pasted: lines may have a prefix of syslog, audispd or the kernel's log, and the records of an
 * event may be in ausearch's order. Any local user can write such a line: not for auditd's pipe, the
 * kernel's stream or auditd's own logs. Call this before the first byte.
 */
void reassemble_replay(struct reassembler *r, bool pasted);
/* Returns how many records had a prefix. */
uint64_t reassemble_prefixed(const struct reassembler *r);

/* Has auparse read and gather all records. Call this before the first byte. */
void reassemble_by_auparse(struct reassembler *r);
/* Switches off the count of gaps in the serials, which is of no use for a log. Call this before the
 * first byte. */
void reassemble_no_serials(struct reassembler *r);

/* Takes lines that were read ahead, in place of reassemble_feed(). Not by auparse. */
void reassemble_batch(struct reassembler *r, struct batch *b);

/* Takes bytes of the stream, split anywhere. Passes on events as they complete. */
void reassemble_feed(struct reassembler *r, const char *data, size_t len);

/* Passes on buffered lines, and events that are older than 2 s by the clock. Call this about once a
 * second. */
void reassemble_age(struct reassembler *r);

/* Passes on buffered lines without waiting for a full buffer; completes no event early. Call this
 * when there is no more input for now. */
void reassemble_push(struct reassembler *r);

/*
 * Saves the state that later lines depend on, after reassemble_push(), or loads it into a newly
 * opened r with the same options. Not with reassemble_by_auparse() or serials. After loading, the
 * next line belongs to the same source.
 */
void reassemble_image(struct reassembler *r, struct image *i);
/* Returns true if reassemble_flush() would pass on an event. */
bool reassemble_waits(const struct reassembler *r);

/* At the end of the input, completes and passes on all events. */
void reassemble_flush(struct reassembler *r);

/* Lines seen since the reader was opened or reassemble_new_source() was called: in a
 * complaint's first(), the number of the line, or for complaints about an event
 * a line at most one event later. */
uint64_t reassemble_line(const struct reassembler *r);
void reassemble_new_source(struct reassembler *r);

/* Counts missing serials as gaps only from events of this time (ms) on. */
void reassemble_serials_since(struct reassembler *r, uint64_t ms);

/* Counts the events that are late, as serials_count_late() does: now in ms, of a clock that is
 * never set back. Returns true if there are more than before. */
bool reassemble_count_late(struct reassembler *r, int64_t now);
/* Returns true if reassemble_count_late() must be called again within 100 ms. */
bool reassemble_late_waits(const struct reassembler *r);

/* For the state dump. */
struct reassemble_stats {
	uint64_t lines, dropped, events, facts, joined, resets;
	unsigned int held;	/* events waiting for a missing piece */
	uint64_t gaps;		/* events that never arrived (serials.h) */
	uint64_t late;		/* events that had not arrived 0.7 s after a later one */
};
void reassemble_stats(const struct reassembler *r, struct reassemble_stats *out);

#endif
