/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/extra: conditions that no field of an entry has the answer to: its Community
 * ID, and what is above its process.
 */
#ifndef NETLOG_QUERY_EXTRA_H
#define NETLOG_QUERY_EXTRA_H

#include "parser/image.h"
#include "parser/query/options.h"

struct extra;

/* The options are borrowed. NULL without memory. */
struct extra *extra_new(const struct aunetlog_options *o);
void extra_free(struct extra *x);	/* may be NULL */

/* An event or an entry reported this process: -1 and NULL where something is unknown. comm is
 * audit-encoded. */
void extra_process(struct extra *x, const char *node, int64_t pid, int64_t ppid,
		   const char *comm);

/* Returns true if these conditions hold. */
bool extra_holds(struct extra *x, const struct entry *e);

/* Saves or loads the known processes: none without --ancestor. x is new when they are loaded. */
void extra_image(struct extra *x, struct image *i);

#endif
