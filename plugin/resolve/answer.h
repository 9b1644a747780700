/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/answer: passes the results of the dumps of a round and of /proc to the
 * tracker, for each request. Answers come in this order: found sockets, everything else that is
 * certain, and last the descriptors that were closed, whose notifications may still be in
 * transit. Each step continues from slice to slice.
 */
#ifndef NETLOG_ANSWER_H
#define NETLOG_ANSWER_H

#include "plugin/resolve/slice.h"
#include "plugin/resolve/netns.h"
#include "plugin/resolve/request.h"

struct answers {
	struct track *track;
	struct netns_set *spaces;
	struct requests *requests, *again; /* answered; put off to the next round */
	bool incomplete;		   /* the dumps: a socket that they lack may be alive */
	unsigned int next;		   /* request */
	unsigned int closed;		   /* descriptors that answer_closed() is to answer */

	/* Is each namespace of a process, and each with a name, watched? */
	struct procfs_walk walk;
	bool all_watched, census_ok;
	int64_t census_ms; /* mono: the result is valid until then */
};

/* again: requests that need another round are added here. */
void answer_begin(struct answers *a, struct requests *requests, struct requests *again,
		  bool incomplete);
/* Reads the namespaces of all processes if an answer depends on them and the last result
 * is older than a second. Returns true when it is known. */
bool answer_census(struct answers *a, const struct slice *slice);
/* Return true when all of the kind are answered. */
bool answer_found(struct answers *a, const struct slice *slice);
bool answer_others(struct answers *a, const struct slice *slice);
/* sure: all sockets that were destroyed before the dumps have been notified. */
bool answer_closed(struct answers *a, bool sure, const struct slice *slice);
/* The namespaces have changed: the census is repeated. */
void answer_forget_census(struct answers *a);

#endif
