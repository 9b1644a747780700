/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/extra: conditions on values that are not fields of an entry: the Community ID, and the
 * ancestors of the process.
 */
#ifndef NETLOG_QUERY_EXTRA_H
#define NETLOG_QUERY_EXTRA_H

#include "parser/image.h"
#include "parser/query/options.h"

struct extra;

/* The options are borrowed. NULL without memory. */
struct extra *extra_new(const struct aunetlog_options *o);
void extra_free(struct extra *x);	/* may be NULL */

/* Notes a process that an event or an entry reported; -1 and NULL: unknown. comm is audit-encoded. */
void extra_process(struct extra *x, const char *node, int64_t pid, int64_t ppid,
		   const char *comm);

/* Returns true if these conditions hold. */
bool extra_holds(struct extra *x, const struct entry *e);

/* Saves or loads the known processes: none without --ancestor. x is new when they are loaded. */
void extra_image(struct extra *x, struct image *i);

#endif
