/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/partner: joins the two sides of a connection, that of the opening and that of
 * the accepting process, on one host or on two whose clocks differ.
 */
#ifndef NETLOG_QUERY_PARTNER_H
#define NETLOG_QUERY_PARTNER_H

#include "parser/entry/entry.h"
#include "parser/query/conntrack.h"

/* Why a side has no partner. */
#define PARTNER_WHYS(X)							\
	X(NONE,		"")						\
	X(FAILED,	"failed")	/* it never connected */	\
	X(UNKNOWN_END,	"end-unknown")	/* an address or a port is unknown */ \
	X(AMBIGUOUS,	"ambiguous")	/* several sides have these ends at the time */ \
	X(OUTSIDE,	"outside")	/* no log has its address */	\
	X(NO_LOG,	"log-missing")	/* no log of its host: a private address, or another time */ \
	X(NAT,		"nat")		/* the other side has another address */ \
	X(NOT_SEEN,	"not-logged")	/* its host's log covers the time, and lacks the connection */

enum partner_why {
#define PARTNER_WHY_ENUM(name, text) PARTNER_##name,
	PARTNER_WHYS(PARTNER_WHY_ENUM)
#undef PARTNER_WHY_ENUM
	PARTNER_WHY_COUNT
};

const char *partner_why_text(enum partner_why why);

/* One side of a connection; times are ms since 1970, -1: unknown, or still open. */
struct side {
	struct side *next;		/* in the order in which they were added */
	const char *node;		/* interned; NULL: the only host */
	int proto;
	struct netaddr local, remote;
	bool inbound, unknown_direction, failed, matched, ambiguous;
	bool bound;			/* a UDP socket for all clients, not this connection's */
	int64_t began, ended, tx, rx, pid, uid, netns;
	char *comm;			/* as in a line; owned */
	char *exe;
	struct conn_id id;
	struct side *peer;		/* of partners_join(); or NULL, and: */
	enum partner_why why;
	struct side *in_group;		/* of partners_join() alone */
};

/* Clocks of two hosts, from the connections between them. */
struct skew {
	const char *from, *to;		/* nodes: of the one that opened, of the other */
	size_t count;
	int64_t median, least, most;	/* ms that the clock of to is ahead */
	bool both_ways;			/* median is of both directions, without the delay */
};

struct partners;

struct partners *partners_new(void);		/* NULL without memory */
void partners_free(struct partners *p);		/* may be NULL */

/* An entry of a log. node: of the host, where the entry has none; or NULL. */
void partners_entry(struct partners *p, const struct entry *e, bool matched, const char *node);

/* Finds each side's peer. translations may be NULL. */
void partners_join(struct partners *p, const struct conntrack *translations);

/* In the order of the logs. */
struct side *partners_first(const struct partners *p);
/* Pairs of hosts between which connections were joined. */
const struct skew *partners_skews(const struct partners *p, size_t *count);
bool partners_out_of_memory(const struct partners *p);

#endif
