/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/pairs: start and stop of each connection together, by their number (id=).
 * Memory is bounded by the connections that are open at one time.
 */
#ifndef NETLOG_QUERY_PAIRS_H
#define NETLOG_QUERY_PAIRS_H

#include "parser/query/options.h"

/* One of the two may be NULL: the start was not seen, or the connection is open (or it failed,
 * and start is the failure). */
struct pair {
	const struct entry *start, *stop;
	bool again;	/* passed to done before: its inferred stop was revoked */
};

typedef void (*pair_fn)(const struct pair *p, void *arg);

struct pairs;

/*
 * Calls done at the end of each connection whose start or stop matched. pairs_finish() calls it
 * for open connections, in the order of their starts. With --open-at it is called only for the
 * connections that were open at that time. NULL without memory.
 */
struct pairs *pairs_new(const struct aunetlog_options *o, pair_fn done, void *arg);
void pairs_free(struct pairs *p);		/* may be NULL */
void pairs_entry(struct pairs *p, const struct entry *e, bool matched);
void pairs_finish(struct pairs *p);

/* Returns the time of the start, ms since 1970; -1: unknown, as for a connection found open. */
int64_t pair_began(const struct pair *p);
/* Returns true if it failed to connect, or ended with an error. */
bool pair_failed(const struct pair *p);
/* Returns the stop, which has more fields, or else the start. */
const struct entry *pair_entry(const struct pair *p);

#endif
