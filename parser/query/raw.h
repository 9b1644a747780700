/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/raw: prints the audit records that produced the entries of a query. The events
 * are noted in a first pass over the logs; a second pass reads their records.
 */
#ifndef NETLOG_QUERY_RAW_H
#define NETLOG_QUERY_RAW_H

#include <stdio.h>

#include "parser/query/source.h"

struct raw;

struct raw *raw_new(void);		/* NULL without memory */
void raw_free(struct raw *r);		/* may be NULL */

/* Notes an audit event. Returns -ENOMEM. */
int raw_note(struct raw *r, const struct stamp *event, const char *node);
/* Notes an event, in the form that alive_behind() calls: raw is a struct raw. Without
 * memory the event is left out. */
void raw_note_event(const struct stamp *event, const char *node, void *raw);

/*
 * Writes the records of the noted events, in the order of the logs, to out. Returns their
 * number, or -errno if that could not be written. A log that cannot be read again is reported
 * on standard error.
 */
int64_t raw_write(struct raw *r, struct aunetlog_source *s, FILE *out);

#endif
