/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/state: the whole state of the tracker, and the current event. Only for the files
 * of this folder. */
#ifndef NETLOG_TRACK_STATE_H
#define NETLOG_TRACK_STATE_H

#include "parser/track/attempt.h"
#include "parser/track/conn_table.h"
#include "parser/track/corrected.h"
#include "parser/track/destroyed.h"
#include "parser/track/idle.h"
#include "parser/track/node.h"
#include "parser/track/track.h"

#define AUDIT_TICK_MS 10	/* audit's clock is the coarse one, up to a timer tick late */

#define PASSED_MAX 32	/* a power of two */
#define BURIED_MAX 64	/* a power of two */

/* A listener that was found at the descriptor of a process that was passed it, or inherited it,
 * before audit reported its listen(). cookie 0: none. */
struct passed_listener {
	uint64_t cookie, serial;	/* serial: of the call that caused the lookup */
	uint32_t node;
	struct netaddr local;
};

/* sock_diag as a source; all zero while it is off. */
struct track_diag {
	bool on;
	struct diag_options o;
	int64_t mono;			/* now, ns */
	struct stamp now;
	int64_t stream_ms;		/* time of the latest audit event */
	int64_t news;			/* arrival of that event, mono */
	bool live;			/* that event was reported without delay */
	int64_t next_look;		/* when waiting connections are next decided, mono */
	uint64_t last_question;
	struct destroyed_table destroyed;
	struct passed_listener passed[PASSED_MAX];
	unsigned int passed_next;
	uint64_t buried[BURIED_MAX];	/* cookies of the sockets whose stops were written last */
	unsigned int buried_next;
};

struct track {
	struct conn_table conns;
	struct fd_table fds;
	struct process_table processes;
	unsigned int max_processes;
	struct node_table nodes;
	struct track_io io;
	struct track_boot boot;
	bool has_boot;
	struct input_errors *errors;
	struct track_stats stats;
	struct track_diag diag;
	struct corrected_table corrected;
	struct idle_table idle;
	struct attempt_table attempts;
	uint32_t scans;		/* complete ones */
	unsigned int unused_ms;	/* see track_hide_unused() */
	unsigned int holder_ms;	/* see track_await_holders() */
	uint64_t awaited;	/* starts that waited for a holder */

	/* the current event */
	const struct event *event;
	uint64_t unnumbered;	/* connections without a number of their own; no cookie is as large */
	bool by_syslog;		/* of the current event, or the last one */
	struct stamp when;	/* its time, see arrival_set_time() */
	bool late;		/* an event with a greater serial arrived before it */
	struct node *node;
	struct proc *proc;
};

/*
 * Returns true if audit's event f is older than that of serial and ms. Serials are assigned in
 * order, when a call ends (they restart at boot); times are those of its entry.
 */
static inline bool state_is_older(const struct event *f, uint64_t serial, int64_t ms)
{
	return f->stamp.serial && f->stamp.serial < serial && stamp_ms(&f->stamp) <= ms;
}

#endif
