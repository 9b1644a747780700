/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/list: the ignore list: entries of item.h, one a line or parted by commas;
 * a line that begins with # is a comment. Indexed by program and network, so that a
 * decision takes the same time for ten entries and for ten thousand.
 */
#ifndef NETLOG_IGNORE_LIST_H
#define NETLOG_IGNORE_LIST_H

#include <stdio.h>

#include "plugin/ignore/item.h"

struct ignore_list;

struct ignore_error {
	unsigned int line; /* 0: of the file, not of a line */
	char text[256];
};

/* Reads all. Returns NULL with the first mistake in *error. An entry that is there twice is
 * taken once. */
struct ignore_list *ignore_list_read(FILE *file, struct ignore_error *error);
/* Does the same for a file, which must belong to root or this user and be writable by no other
 * user, because it hides connections. */
struct ignore_list *ignore_list_open(const char *path, struct ignore_error *error);
void ignore_list_free(struct ignore_list *l); /* may be NULL */

enum ignore_decision {
	IGNORE_NOTHING, /* no entry is about it */
	IGNORE_DROP,
	IGNORE_KEEP, /* an entry with ! is */
};

enum ignore_decision ignore_list_decide(const struct ignore_list *l, const struct entry *e);

unsigned int ignore_list_count(const struct ignore_list *l); /* of NULL: 0 */
/* The first of all entries, in the order of the file; then ->next. */
const struct ignore_item *ignore_list_items(const struct ignore_list *l);
/* Returns true if an entry with that text is there. Either may be NULL. */
bool ignore_list_has(const struct ignore_list *l, const char *text);

#endif
