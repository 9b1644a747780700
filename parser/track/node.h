/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/node: the hosts of a log, by their node= name, and recent events of each. A bounded
 * table.
 */
#ifndef NETLOG_NODE_H
#define NETLOG_NODE_H

#include <uthash.h>

#include "parser/event.h"
#include "parser/image.h"
#include "parser/input_error.h"
#include "parser/track/ring.h"

/* Hosts in one log. Each takes at most 200 KB, allocated as its events need it. */
#define NODES_MAX INPUT_HOSTS_MAX
#define RECENT_CONNECTS 256
#define RECENT_RELEASES 64
#define RECENT_ENDS 256	/* a power of two */
#define RECENT_EXITS 512
#define RECENT_TIMES 2048
#define RECENT_FAILURES 256
#define RECENT_BEGUN 1024

/* A connect that the module reported, kept so that the system call's event does not report it
 * again. */
struct recent_connect {
	uint64_t serial;
	int64_t pid, sec;
	int err;		/* of the failure, 0: not known (yet) */
	struct netaddr remote;
};

/* A connection that the kernel's side reported: see begun.h. */
struct recent_begun {
	int64_t pid, ms;
	uint64_t serial;	/* of the call's event, if the record joined it; 0: unknown */
	struct netaddr remote;
	int proto;
	uint16_t local_port;
	bool inbound;
	bool taken;		/* by a call of the rules */
};

struct recent_time {
	uint64_t serial, what;	/* what: see node_has_event() */
	int64_t ms;
	bool late;
};

struct recent_exit {
	int64_t pid, ms;
	uint64_t serial;
	bool taken;
};

struct recent_failure {
	uint64_t cookie;
	uint32_t nth;
};

struct node {
	char *name;		/* "": records without node= */
	uint32_t index;
	bool module;		/* the kernel's side decides */
	int64_t module_ms;	/* since when, ms */
	bool unnamed;		/* this host, by sock_diag; audit has not named it yet */
	struct stamp now;	/* time of the last event */
	/* The times of the last events by their numbers, which the kernel gives at the end of
	 * a call: an event that is delivered late has its place by its number. */
	struct ring times;	/* struct recent_time */
	unsigned int last_time;	/* place of the last one that is not late */
	uint32_t clock;		/* how often the clock was seen to be set */
	struct ring connects;	/* struct recent_connect */
	struct ring begun;	/* struct recent_begun */
	bool joins;		/* records of the kernel's side have the serials of the calls' events */
	bool rewrites;		/* and other peers than the calls: cgroup BPF programs replace them */
	/* Cookies, or inodes, of sockets whose release was read. Another processor may write
	 * the outcome of their connect a moment later. */
	uint64_t released[RECENT_RELEASES];
	unsigned int next_released;
	/* Once there are scans, the same for all sockets: a scan may be read after the end of a
	 * socket that it found. */
	struct ring ended;	/* uint64_t */
	bool scanned;
	/* Forgotten sockets whose connect failed: by cookie, how many connections they had. The
	 * next connection on them continues the count. */
	struct ring failed;	/* struct recent_failure */
	/* Processes that exited, by audit's exit event: other events of them may come later,
	 * and a vfork is reported after the child's exit. */
	struct ring exited;	/* struct recent_exit */
	uint64_t last_exit;	/* number of the latest one */
	UT_hash_handle hh;
};

struct node_table {
	struct node **at;
	unsigned int count, size;
	struct node *by_name;
};

void node_fini(struct node_table *t);
/* Saves or loads the rings of n; all else of n was saved, or loaded, before. */
void node_image(struct node *n, struct image *i);

/* name NULL: records without node=. */
bool node_is(const struct node *n, const char *name);
const char *node_name(const struct node *n);	/* NULL: without node= */
struct node *node_find(const struct node_table *t, const char *name);
/* NULL if the table is full, or without memory. */
struct node *node_add(struct node_table *t, const char *name);
/* Returns the node of this host: without a name, or named host (may be NULL). Adds it if it is
 * missing; NULL without memory. */
struct node *node_local(struct node_table *t, const char *host);
/* Names a node that has no name yet. */
void node_rename(struct node_table *t, struct node *n, const char *name);
/* Drops everything but the name and the time, at the node's boot. */
void node_reset(struct node *n);

/* Returns the recent connects, in any order; *count may be 0. */
const struct recent_connect *node_connects(const struct node *n, unsigned int *count);
void node_add_connect(struct node *n, const struct event *f);
void node_add_release(struct node *n, uint64_t number);
bool node_has_release(const struct node *n, uint64_t number);
void node_forget_releases(struct node *n);
/* number: cookie or inode of a socket whose end was read. Ignored until the first call of
 * node_has_end(), which scans make. */
void node_add_end(struct node *n, uint64_t number);
bool node_has_end(struct node *n, uint64_t number);
void node_add_failure(struct node *n, uint64_t cookie, uint32_t nth);
/* Takes and returns the number of connections that the socket had when it was forgotten. */
uint32_t node_take_failure(struct node *n, uint64_t cookie);
/* Returns true if this event is among the recent ones. what: distinguishes events of the same
 * serial. */
bool node_has_event(const struct node *n, uint64_t serial, uint64_t what);
/* Returns false if the event is late: a greater number came shortly before it. */
bool node_add_time(struct node *n, uint64_t serial, uint64_t what, int64_t ms);
/* Returns the time (ms) of the event before this serial, else of the oldest recent event; 0:
 * there is none. */
int64_t node_time_before(const struct node *n, uint64_t serial);
/* serial 0: by no event of audit's. */
void node_add_exit(struct node *n, int64_t pid, uint64_t serial, int64_t ms);
/* Returns true if pid exited at that time (ms) or later, once for each exit. */
bool node_take_exit(struct node *n, int64_t pid, int64_t since);
/* Returns when the process of an event (its serial and time) exited, ms; 0: no exit since then
 * is known. */
int64_t node_exit_after(const struct node *n, int64_t pid, uint64_t serial, int64_t ms);

#endif
