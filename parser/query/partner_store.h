/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/partner_store: the sides that partner.c stores. Included by the partner files
 * alone. */
#ifndef NETLOG_QUERY_PARTNER_STORE_H
#define NETLOG_QUERY_PARTNER_STORE_H

#include <string.h>
#include <sys/socket.h>
#include <uthash.h>

#include "parser/query/partner.h"

/* Times are cut to milliseconds, an accept() can be late, an inferred end, too. */
#define TOLERANCE_MS 2000
#define ALONE_TOLERANCE_MS 60000	/* where no other connection has these ends */

/* Compared byte by byte. */
struct ends {
	uint8_t low[16], high[16];
	uint16_t low_port, high_port;
	uint8_t family, proto, pad[2];
	const char *node;	/* set for loopback, whose addresses every host has; else NULL */
};

/* The sides between two ends, each list in the order of its beginnings. */
struct group {
	struct ends ends;
	struct side *lists[2];	/* sides whose local end is the low one; the high one */
	UT_hash_handle hh;
};

struct id_of {
	uint64_t number;
	uint32_t boot, nth;
	const char *node;
	uint32_t flags, pad;
};

struct held {
	struct side side;	/* first */
	struct id_of id;
	bool has_id;
	UT_hash_handle hh;
};

struct node {
	char *name;
	int64_t first, last;	/* of its log */
	UT_hash_handle hh;
};

/* Addresses that a log has as its own. */
struct home {
	uint8_t bytes[17];
	const char *node;
	int64_t netns;		/* -1: unknown, or several */
	bool several;		/* nodes */
	UT_hash_handle hh;
};

/* UDP sockets of one port without a connection, in the order of in_group. */
struct bound_port {
	uint32_t key;		/* port, protocol */
	struct side *first;
	UT_hash_handle hh;
};

struct partners {
	struct held *by_id;
	struct side *first, **last;
	struct side *bound;		/* UDP sockets without a connection, latest first */
	struct bound_port *ports;	/* the same by their ports */
	struct side *bound_peers;	/* of partners_join_bound() */
	struct node *nodes;
	struct home *homes;
	struct group *groups;
	struct skew *skews;
	size_t skew_count;
	int64_t unnamed_first, unnamed_last;
	bool out_of_memory;
};

/* Measures the clocks: sets skews, from the groups. */
void partners_measure(struct partners *p);
/* ms that the clock of the node b is ahead of that of a. */
int64_t partners_skew(const struct partners *p, const char *a, const char *b);
/* Returns false, and a difference of 0, if no connection has shown it. */
bool partners_skew_known(const struct partners *p, const char *a, const char *b, int64_t *skew);

bool partners_datagram(int proto);
/* Adds a bound socket, before all are joined. */
void partners_add_bound(struct partners *p, struct side *s);
/* Joins a connected UDP socket with the one that is bound to its remote end. */
void partners_join_bound(struct partners *p, struct side *s);

/* Joins the sides of a group. Each belongs to one other side at most. */
void partners_match(const struct partners *p, struct group *g);

/* Finds why the sides without a peer have none. */
void partners_explain(struct partners *p);

/* Returns the address as one of a log's own; NULL: no log has it. */
static inline const struct home *partners_home(const struct partners *p, const struct netaddr *a)
{
	uint8_t bytes[17] = { a->family };
	struct home *h;

	memcpy(bytes + 1, a->addr, 16);
	HASH_FIND(hh, p->homes, bytes, sizeof(bytes), h);
	return h;
}

static inline bool partners_loopback(const struct netaddr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == AF_INET ? a->addr[0] == 127 : !memcmp(a->addr, one, sizeof(one));
}

static inline bool partners_end_known(const struct netaddr *a)
{
	return a->has_addr && a->has_port && !netaddr_is_any(a);
}

#endif
