/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/ends: the connections between two ends, in the order of time. Included by
 * owners*.c, pick.h and users.c alone. */
#ifndef NETLOG_PACKET_ENDS_H
#define NETLOG_PACKET_ENDS_H

#include <uthash.h>

#include "parser/entry/id_key.h"
#include "parser/packet/continuity.h"
#include "parser/packet/owners.h"

enum ends_kind {
	ENDS_BOTH,		/* local and remote are known */
	ENDS_REMOTE,		/* the remote one alone */
	ENDS_LOCAL,		/* a bound or listening socket */
};

/* Compared byte by byte, so every byte is set. */
struct ends_key {
	uint8_t local[16], remote[16];
	uint16_t local_port, remote_port;
	uint8_t local_family, remote_family, proto, kind;
};

struct owner_ends {
	struct ends_key key;
	struct owner *first;
	struct owner *now;	/* the latest packet's; NULL: not known */
	bool has_syn;		/* of the latest SYN: */
	bool syn_unowned;	/* so far it began no connection of the log */
	bool syn_outbound;	/* its source is their local end */
	uint32_t syn_seq;
	int64_t syn_ns;
	struct continuity streams;
	const struct owner *streams_of;	/* the packets seen are its */
	UT_hash_handle hh;
};

/* The time that the log of one host covers. */
struct owner_log {
	int64_t first, latest;	/* entry or line, ns; 0: none */
	UT_hash_handle hh;
	char node[];		/* "": the log names no hosts */
};

struct local_address {
	uint8_t bytes[17];	/* family, address */
	int64_t netns;		/* the namespace that has it; -1: unknown */
	bool many_netns;	/* several namespaces have it */
	UT_hash_handle hh;
};

/* An owner with what only the index needs. */
struct indexed {
	struct owner owner;	/* first */
	struct id_key key;
	bool has_key, has_ended;
	struct indexed *prev, *next;	/* in one of the two lists below */
	UT_hash_handle hh;
};

struct owners {
	struct owners_io io;
	size_t limit;
	struct owner_ends *ends;
	struct indexed *by_id;
	struct indexed *open, *ended;	/* oldest first */
	size_t count, ended_count;
	struct local_address *locals;
	size_t local_count;
	bool has_uses;		/* the log has changes of users */
	struct processes *processes;
	int64_t begin, until;	/* connections that ended before, or begin after, cannot match */
	struct owner_log *logs, *log;	/* all, the latest entry's */
	int64_t first, latest;	/* of all logs; 0: none */
	bool log_ends;		/* see owners_log_ends() */
	int64_t complete;	/* see owners_complete() */
	int64_t netns;		/* see owners_netns(); -1: any */
	int64_t seen_netns;	/* in the log; -1: none */
	bool many_netns;	/* the log has several */
};

#define ENDS_MS INT64_C(1000000)
#define ENDS_S (1000 * ENDS_MS)

/* Audit's times come from the tick clock, and are truncated to milliseconds. */
#define ENDS_TOLERANCE (12 * ENDS_MS)
/* Packets that the kernel sends after close(): retransmissions of the last data and of the FIN,
 * answers from TIME_WAIT. */
#define ENDS_TAIL (180 * ENDS_S)
#define ENDS_TAIL_DATAGRAM (5 * ENDS_S)
/* connect() fails after six repetitions of its SYN. */
#define ENDS_CONNECT (130 * ENDS_S)

struct ends_key ends_key(enum ends_kind kind, int proto, const struct netaddr *local,
			 const struct netaddr *remote);
struct owner_ends *ends_find(struct owners *o, const struct ends_key *key);

/* Adds g by the ends and the time of e. Returns false if the entry's ends are too incomplete to be
 * found in a packet. */
bool ends_place(struct owners *o, struct owner *g, const struct entry *e);
void ends_leave(struct owners *o, struct owner *g);

static inline bool ends_known(const struct netaddr *a)
{
	return a->has_addr && a->has_port;
}

static inline int64_t ends_ns(const struct stamp *s)
{
	return s->sec * ENDS_S + s->milli * ENDS_MS;
}

/* Frees x, and drops it from all lists. */
void owners_forget(struct owners *o, struct indexed *x);

/* Loopback. */
bool owners_always_local(const struct netaddr *a);

/* Returns false if they are in different namespaces: by the log, or because a is known to have
 * been open after b began. a began first. */
static inline bool owners_same_netns(const struct owner *a, const struct owner *b)
{
	if (a->netns >= 0 && b->netns >= 0)
		return a->netns == b->netns;
	return a->ended == OWNERS_OPEN || a->late_end || b->began == OWNERS_UNKNOWN ||
	       a->ended <= b->began + ENDS_TOLERANCE;
}

/* Returns true if a packet of either may have another process. */
static inline bool owners_differ(const struct owner *a, const struct owner *b)
{
	return a->users.opener.process != b->users.opener.process || a->users.count ||
	       b->users.count;
}

struct pick {
	const struct flow *flow;
	int64_t ns;
	bool outbound;		/* its source is their local end */
	bool complete;		/* the log is complete up to ns */
	bool log_ends;		/* see owners_log_ends() */
	int64_t local_netns;	/* the namespace of their local address; -1: unknown */
	enum owners_why why;	/* out, with NULL */
	bool late;		/* out: the log may lack the connection so far */
};

/* Returns true if the log of that host begins later, or has ended. */
static inline bool owners_is_before(const struct owner_log *log, int64_t ns)
{
	return !log || !log->first || ns < log->first - ENDS_TOLERANCE;
}

static inline bool owners_is_past(const struct owner_log *log, int64_t ns)
{
	return !log || ns > log->latest + ENDS_TOLERANCE;
}

/* Returns true if g had ended by then: by its line, by the next connection between its ends, or because
 * the host began another one. */
bool owners_is_over(const struct owner *g, int64_t ns);

/* Returns the connection between these ends that the packet belongs to, or NULL. */
struct owner *owners_pick(struct owner_ends *ends, struct pick *p);

#endif
