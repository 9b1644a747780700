/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/ignore/repeat: folds similar connections: same kind, protocol, direction, service, user,
 * program, outcome. Listeners are never folded. The first one in a window is logged; one note has the
 * number of the others and the id of the first.
 */
#ifndef NETLOG_IGNORE_REPEAT_H
#define NETLOG_IGNORE_REPEAT_H

#include <stdbool.h>

#include "parser/entry/entry.h"

#define REPEAT_MAX 65536 /* kinds of connections at one time; beyond, nothing is folded */

struct repeat;

/* A kind of connection whose window has ended. */
struct repeat_folded {
	struct conn_id first; /* of the one that was logged; nth 0: it has none */
	uint64_t count;	      /* of those that were not, 1 or more */
	int64_t since_ms;     /* time of the first, real time */
	int64_t until_ms;     /* and of the last */
};

struct repeat *repeat_new(void); /* NULL without memory */
void repeat_free(struct repeat *r); /* may be NULL */

/*
 * Call this once for each connection, with its start or failure. Returns true if it is left out: a
 * similar one was logged less than window_ms before. Calls over first if the entry ends an older
 * window.
 */
bool repeat_fold(struct repeat *r, const struct entry *e, int64_t window_ms,
		 void (*over)(const struct repeat_folded *f, void *arg), void *arg);

/* Ends the windows that have expired at now_ms (real time). window_ms 0: all windows. */
void repeat_expire(struct repeat *r, int64_t now_ms, int64_t window_ms,
		   void (*over)(const struct repeat_folded *f, void *arg), void *arg);

#endif
