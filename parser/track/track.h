/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/track: the tracker, a state machine: events in, entries out. Pure: no I/O and no
 * clock of its own; time comes with the events.
 *
 * Three sources report the same connections. System calls of the audit rules name descriptors
 * (from_syscalls.c). sock_diag, if it is enabled, adds the state of the sockets
 * (from_sockdiag.c). The kernel's side names sockets and is exact (from_kernel.c): from its
 * first event until it reports its unload, it alone decides, and the rules only add facts about
 * the process.
 *
 * The phases of a connection and the steps between them are in transitions.def.
 */
#ifndef NETLOG_TRACK_H
#define NETLOG_TRACK_H

#include "parser/input_error.h"
#include "parser/diag.h"
#include "parser/event.h"
#include "parser/entry/entry.h"

struct track_limits {
	unsigned int sockets;	/* tracked at one time, 16 or more */
	unsigned int processes;
};

/* Functions that the tracker calls before track_event() returns. None may call the tracker. */
struct track_io {
	void (*emit)(const struct entry *e, void *arg);
	/*
	 * Returns true if the connection of e is to be left out. Called once, with its start or
	 * failure (or its stop, if the start was not seen); the answer applies to its stop,
	 * too. May be NULL.
	 */
	bool (*ignores)(const struct entry *e, void *arg);
	/* Requests the socket of a connection. The answer is a later event. May be NULL without
	 * sock_diag. */
	void (*ask)(const struct request *q, void *arg);
	void *arg;
};

/* The current boot of this host. */
struct track_boot {
	const char *node;	/* name that audit may give this host; NULL: none */
	uint32_t id;		/* first 8 hex digits of /proc/sys/kernel/random/boot_id */
	int64_t since;		/* events from before that second are of another boot */
};

struct track_stats {
	uint64_t events, records, ignored;	/* ignored: of the records, not emitted */
	unsigned int sockets, processes;	/* now */
	unsigned int open;			/* started, not yet stopped */
	bool module;				/* the kernel's side decides */
	uint64_t unused;			/* connections left out, see track_hide_unused() */
	uint64_t unclaimed;			/* of the rules, unknown to the kernel's side */
	int64_t module_missed, module_lost;	/* its own counts, -1: unknown */
};

struct track;

/* *io is copied. errors is counted into and outlives the tracker. NULL without memory. */
struct track *track_new(const struct track_limits *limits, const struct track_io *io,
			struct input_errors *errors);
void track_free(struct track *t);

void track_event(struct track *t, const struct event *f);

/* Connections of this host that begin after this call carry *boot in their number. *boot is
 * copied, its node is borrowed. */
void track_set_boot(struct track *t, const struct track_boot *boot);

/*
 * Enables sock_diag (events of kind EVENT_DIAG and EVENT_TICK will come; *o is copied, its node
 * is borrowed), or with NULL disables it. Waiting entries are then written.
 */
void track_set_diag(struct track *t, const struct diag_options *o);
/* Calls fn for each connection that sock_diag follows and whose start is written: these are
 * saved in the state file. */
void track_diag_each(const struct track *t,
		     void (*fn)(const struct diag_known *k, const struct identity *opener,
				void *arg), void *arg);
/* Does the same for each connection that the kernel's side follows and whose start is written. */
void track_kernel_each(const struct track *t,
		       void (*fn)(const struct diag_known *k, const struct identity *opener,
				  void *arg), void *arg);
/* Drops, at the end of the program, the connections of sock_diag without a stop: a later run writes it.
 * Also drops connections whose end is only inferred: a process may hold them. */
void track_diag_leave(struct track *t);
/* Returns true if sock_diag follows the socket. */
bool track_diag_follows(struct track *t, uint64_t cookie);
/* Returns true if sock_diag follows the socket, and the socket is known at that descriptor. */
bool track_diag_holds(struct track *t, uint64_t cookie, int64_t pid, int fd);
/* Returns true if a connection has an inferred end, or was missing from a sweep, and the kernel
 * has not reported its destruction: an early sweep would decide. */
bool track_diag_doubts(const struct track *t);
/* Returns true if a connection waits: the caller then sends an EVENT_TICK every 20 ms. */
bool track_diag_waits(const struct track *t);

/*
 * Leaves out connections of datagram sockets that neither sent nor received until they ended, if
 * the kernel's side reports this. Their starts wait for the end, and are written at the first event
 * (such as EVENT_TICK) that is wait_ms later. 0: none is left out.
 */
void track_hide_unused(struct track *t, unsigned int wait_ms);
/* Returns true if such a start waits. */
bool track_unused_waits(const struct track *t);

/*
 * Scans of the kernel's side (EVENT_SCANNED) name the processes that hold sockets: a connection
 * whose connect was not recorded waits for them up to wait_ms, as above, and track_unused_waits()
 * is true. 0: none waits.
 */
void track_await_holders(struct track *t, unsigned int wait_ms);
/* Returns how many connections have waited for a scan: when the number grows, the caller scans. */
uint64_t track_awaited(const struct track *t);

/* Returns the time of the oldest waiting entry (real time, ms), or INT64_MAX if none waits: an
 * entry that is emitted later may be that old. */
int64_t track_oldest(const struct track *t);

/* Calls fn for each process without node name that, by the rules, holds descriptors: its exit
 * could pass unseen. fn must not call the tracker. */
void track_holders(const struct track *t, void (*fn)(int64_t pid, void *arg), void *arg);

void track_stats(const struct track *t, struct track_stats *out);

#endif
