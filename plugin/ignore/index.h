/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/index: the entries of an ignore list by program and network, so that a
 * decision takes the same time for ten entries and for ten thousand.
 */
#ifndef NETLOG_IGNORE_INDEX_H
#define NETLOG_IGNORE_INDEX_H

#include "plugin/ignore/item.h"

/* All zero: empty. */
struct ignore_index {
	struct ignore_program *programs;
};

enum ignore_decision {
	IGNORE_NOTHING, /* no entry matches */
	IGNORE_DROP,
	IGNORE_KEEP, /* an entry with ! matches; the strongest */
};

/* Adds an item, which must outlive the index. Returns 0 or -ENOMEM. */
int ignore_index_add(struct ignore_index *x, const struct ignore_item *item);
/* Frees the index, not the items. */
void ignore_index_fini(struct ignore_index *x);

/* The strongest decision of all items that match: keep, then drop. */
enum ignore_decision ignore_index_decide(const struct ignore_index *x, const struct entry *e);

#endif
