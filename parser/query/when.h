/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/when: the values of -ts and -te, which are one or two words. */
#ifndef NETLOG_QUERY_WHEN_H
#define NETLOG_QUERY_WHEN_H

#include <stdbool.h>
#include <time.h>

#include "parser/event.h"

struct when {
	time_t now;		/* for words such as "recent" */
	bool end;		/* of -te: a missing part is the latest, not the earliest */
	char error[384];
	char note[128];		/* how an ambiguous date was read; or empty */
};

/*
 * Reads a date, a time, or both in any order; second may be NULL. Returns 0, or -EINVAL with
 * the reason in w->error, to be printed after the option's name.
 */
int when_read(struct when *w, const char *first, const char *second, struct stamp *out);

#endif
