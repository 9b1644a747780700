/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/kept: a copy of an entry that outlives the function that received it. */
#ifndef NETLOG_QUERY_KEPT_H
#define NETLOG_QUERY_KEPT_H

#include "parser/entry/entry.h"

/* Owns the identity and node of the copy. NULL without memory. */
struct entry *kept_new(const struct entry *e);
void kept_free(struct entry *e);	/* may be NULL */

#endif
