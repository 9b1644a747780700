/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/gather: gathers the records of each event, in place of auparse: the same events in
 * the same order (au_auparse_next_event() and au_check_events() in auparse.c), in a tenth of the
 * time. aunetlog --slow uses auparse.
 *
 * An event is complete with its PROCTITLE or EOE, as a record of the module, or when the stream is
 * two seconds ahead of it. The oldest event (by time and serial) of those that have begun is passed
 * on when it is complete and the first record of another one arrives.
 */
#ifndef NETLOG_GATHER_H
#define NETLOG_GATHER_H

#include "parser/audit/record.h"
#include "parser/image.h"

/* A complete event. Its records and their lines may be written to. */
struct gathered {
	struct record **records;
	unsigned int count;
};

typedef void (*gather_fn)(const struct gathered *e, void *arg);

struct gather;

/* NULL without memory. */
struct gather *gather_new(gather_fn event, void *arg);
void gather_free(struct gather *g);		/* may be NULL */

/*
 * Takes the next record of the stream. late: an earlier record is newer. stays: the record and its
 * line stay valid until gather_keep(); otherwise they are copied. Returns 0, or -ENOMEM if the record
 * is lost.
 */
int gather_record(struct gather *g, struct record *r, bool late, bool stays);
/* Copies the records that are still needed. */
int gather_keep(struct gather *g);
/* Passes on complete events, the oldest first, up to the first incomplete one. */
void gather_drain(struct gather *g);
/*
 * Does the same where the input ends for now. Later events get the same slots as without this call,
 * so that events of one time and serial keep their order.
 */
void gather_push(struct gather *g);
/* gather_drain() at the time sec (seconds since 1970), which ends events that are too old. */
void gather_age(struct gather *g, int64_t sec);
/* Saves or loads the events that were not passed on. Loading: g is new. */
void gather_image(struct gather *g, struct image *i);
/* Returns true if an event was not passed on. */
bool gather_waits(const struct gather *g);
/* Passes on all events. */
void gather_flush(struct gather *g);

#endif
