/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/audit/auparse_reader: passes records through auparse to pieces.c: a whole stream, or the
 * events with a record in another form than the kernel's.
 */
#ifndef NETLOG_AUPARSE_READER_H
#define NETLOG_AUPARSE_READER_H

#include "parser/audit/gather.h"
#include "parser/audit/pieces.h"

struct auparse_reader;

/* Both outlive it. NULL without memory. */
struct auparse_reader *auparse_reader_open(struct pieces *pieces, struct input_errors *complaints);
void auparse_reader_close(struct auparse_reader *r);	/* may be NULL */

/* Takes whole lines of a stream. Events are passed on as auparse completes them. */
void auparse_reader_feed(struct auparse_reader *r, const char *data, size_t len);
/* Completes events that auparse has waited for two seconds. */
void auparse_reader_age(struct auparse_reader *r);
/* Completes all events. */
void auparse_reader_flush(struct auparse_reader *r);

/* Takes one event with all its records. */
void auparse_reader_event(struct auparse_reader *r, const struct gathered *e);

#endif
