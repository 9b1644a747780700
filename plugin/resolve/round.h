/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/round: rounds of dumps and answers. A round serves the requests that existed at its
 * beginning; new ones are collected for the next round.
 */
#ifndef NETLOG_ROUND_H
#define NETLOG_ROUND_H

#include "plugin/resolve/answer.h"
#include "plugin/resolve/dump.h"

enum round_phase {
	ROUND_IDLE,
	ROUND_DUMPS,
	ROUND_CENSUS,
	ROUND_FOUND,
	ROUND_OTHERS,
	ROUND_SENTINEL, /* until earlier notifications have arrived */
	ROUND_CLOSED
};

struct round {
	enum round_phase phase;
	struct requests requests[2], *fresh, *serving;
	struct dump dump;
	struct answers answers;
	unsigned int wait_ms;	  /* how long an entry waits for its answer */
	int64_t took_ms, next_ms; /* the last round; the next one not before */
	uint64_t sentinel;	  /* cookie of a socket of ours, or 0 */
	bool sentinel_seen, sure;
	int64_t sentinel_due_ms;
};

void round_init(struct round *r, struct track *track, struct netns_set *spaces,
		unsigned int wait_ms);
void round_fini(struct round *r);

/* Returns true if requests wait and the next round may begin. */
bool round_due(const struct round *r);
/* Begins a round; inventory is filled, unless it is NULL, until round_continue() reports the end
 * of the dumps. */
void round_begin(struct round *r, struct inventory *inventory);
/* Continues for one slice. Returns true when the dumps of this round have just ended:
 * r->dump.incomplete and the inventory are final. */
bool round_continue(struct round *r, const struct slice *slice);
/* Returns the longest time to wait, in ms; 0: there is work. fd: see dump_fd(). */
int64_t round_wait_ms(const struct round *r);
int round_fd(const struct round *r);

/* A socket was destroyed. Returns true if it was the sentinel. */
bool round_destroyed(struct round *r, uint64_t cookie);

#endif
