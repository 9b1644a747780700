/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/resolver: answers the tracker's requests about sockets (parser/diag.h) from
 * /proc and the kernel's socket diagnostics. One round of dumps serves all waiting requests.
 * Notifications of destroyed sockets are passed on as they arrive. All work is done from the
 * event loop, a few milliseconds per iteration.
 */
#ifndef NETLOG_RESOLVER_H
#define NETLOG_RESOLVER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/track/track.h"
#include "plugin/resolve/netns.h"

struct resolver;

struct resolver_options {
	unsigned int wait_ms;	/* how long an entry waits for its answer */
	unsigned int settle_ms; /* see diag_options */
	unsigned int sweep_s;	/* between sweeps; 0: none */
	bool sees_all;		/* other processes' descriptors */
	bool may_subscribe;	/* to the notifications */
	bool snapshot;		/* report sockets that are already open */
	const char *state;	/* state file, or NULL */
	char *const *netns;	/* network namespaces to watch as well: see config */
	unsigned int netns_count;
};

struct resolver_stats {
	uint64_t questions, dumps, destroyed, sweeps;
	uint64_t lost;	    /* times that notifications were lost */
	uint64_t cut;	    /* sweeps that a limit has cut short */
	unsigned int netns; /* watched now, of those that are configured */
};

/* Switches the tracker's sock_diag source on; *o is copied. Returns NULL with the reason in *error. */
struct resolver *resolver_open(struct track *track, const struct resolver_options *o,
			       const char **error);
/* Switches sock_diag off. ending: the program exits, and a later run continues. */
void resolver_close(struct resolver *r, bool ending);

/* Queues a request of the tracker, and reads the descriptor now; may be called from within
 * track_event(). The answer is an event that resolver_work() delivers. */
void resolver_ask(struct resolver *r, const struct request *q);

#define RESOLVER_FDS (NETNS_MAX + 1)
/* Fills fds for poll(2), and returns the longest time to wait, in ms. */
int resolver_poll(struct resolver *r, struct pollfd fds[RESOLVER_FDS]);
/* Reads notifications. Call this before the audit records that arrived meanwhile are read. */
void resolver_events(struct resolver *r);
/* Reads the namespaces of new requests, and enters new ones, for a few milliseconds at most. Call this
 * after each buffer of input, because a process may exit soon. */
void resolver_lookup(struct resolver *r);
/* Continues all work for one slice, and sends the tracker a tick. */
void resolver_work(struct resolver *r);

/* Checks which network namespaces exist, now or after the current round. */
void resolver_check_netns(struct resolver *r);

void resolver_stats(const struct resolver *r, struct resolver_stats *out);

#endif
