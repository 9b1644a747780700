/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/list: the ignore list: entries of item.h, one per line or separated by
 * commas. A line that begins with # is a comment.
 */
#ifndef NETLOG_IGNORE_LIST_H
#define NETLOG_IGNORE_LIST_H

#include <stdio.h>

#include "plugin/ignore/index.h"

struct ignore_list;

struct ignore_error {
	unsigned int line; /* 0: the mistake is not in a line */
	char text[256];
};

/* Reads all entries, a repeated one only once. Returns the list, which the caller owns, or
 * NULL with the first mistake in *error. */
struct ignore_list *ignore_list_read(FILE *file, struct ignore_error *error);
/* Does the same for a file. It must belong to root or this user and be writable by no other
 * user, because it hides connections. */
struct ignore_list *ignore_list_open(const char *path, struct ignore_error *error);
void ignore_list_free(struct ignore_list *l); /* may be NULL */

/* The decision about an entry; IGNORE_NOTHING if l is NULL. */
enum ignore_decision ignore_list_decide(const struct ignore_list *l, const struct entry *e);

unsigned int ignore_list_count(const struct ignore_list *l); /* of NULL: 0 */
/* The first entry, in the order of the file; continue with ->next. Owned by the list. */
const struct ignore_item *ignore_list_items(const struct ignore_list *l);
/* Returns true if the list has an entry with that text. l may be NULL. */
bool ignore_list_has(const struct ignore_list *l, const char *text);

#endif
