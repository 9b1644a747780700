/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/gather: the records of each event together, for logs, in place of auparse:
 * the same events in the same order (au_auparse_next_event() and au_check_events() in
 * auparse.c), at a tenth of the time. aunetlog --slow has auparse do it.
 *
 * An event is complete with its PROCTITLE or EOE, as a record of the module, or when the
 * stream is two seconds ahead of it. It is given out when it is the oldest, by time and
 * serial, of those that have begun, and the first record of another one comes.
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
 * The next record of the stream. late: older than one that came before. stays: the record
 * and its line stay where they are until gather_keep(); else it is copied. Returns -ENOMEM if it
 * is lost.
 */
int gather_record(struct gather *g, struct record *r, bool late, bool stays);
/* Copies the records that are needed on. */
int gather_keep(struct gather *g);
/* Gives out complete events, the oldest first, up to the first incomplete one. */
void gather_drain(struct gather *g);
/*
 * The same where the input ends for now. Later events get the same slots as without this call, and
 * so the same order among those of one time and serial.
 */
void gather_push(struct gather *g);
/* gather_drain() at the time sec (seconds since 1970), which ends events that are too old. */
void gather_age(struct gather *g, int64_t sec);
/* Saves or loads the events that were not given out; g is new then. */
void gather_image(struct gather *g, struct image *i);
/* Returns true if there are any. */
bool gather_waits(const struct gather *g);
/* Gives out all there is. */
void gather_flush(struct gather *g);

#endif
