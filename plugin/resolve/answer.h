/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/answer: passes the results of a round of dumps and of /proc to the tracker, for each
 * request, in this order: found sockets, other certain results, and last closed descriptors, whose
 * notifications may still be in transit. Each step continues from slice to slice.
 */
#ifndef NETLOG_ANSWER_H
#define NETLOG_ANSWER_H

#include "plugin/resolve/slice.h"
#include "plugin/resolve/netns.h"
#include "plugin/resolve/request.h"

struct answers {
	struct track *track;
	struct netns_set *spaces;
	struct requests *requests, *again; /* answered; deferred to the next round */
	bool incomplete;		   /* the dumps: a socket that they lack may be alive */
	unsigned int next;		   /* request */
	unsigned int closed;		   /* descriptors for answer_closed() */

	/* The census: whether each namespace of a process, and each with a name, is watched. */
	struct procfs_walk walk;
	bool all_watched, census_ok;
	int64_t census_ms; /* mono: the result is valid until then */
};

/* again: requests that need another round are added here. */
void answer_begin(struct answers *a, struct requests *requests, struct requests *again,
		  bool incomplete);
/* Reads the namespaces of all processes if an answer depends on them and the last result is older than
 * a second. Returns true when the result is known. */
bool answer_census(struct answers *a, const struct slice *slice);
/* Return true when all requests of the kind are answered. */
bool answer_found(struct answers *a, const struct slice *slice);
bool answer_others(struct answers *a, const struct slice *slice);
/* sure: all sockets that were destroyed before the dumps have been notified. */
bool answer_closed(struct answers *a, bool sure, const struct slice *slice);
/* Invalidates the census after a change of namespaces. */
void answer_forget_census(struct answers *a);

#endif
