/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/owners: the connections of the log, by their ends and times; finds those of a packet.
 * No clock of its own: entries and packets bring the time.
 *
 * Successive connections use the same pair of ends. A SYN with a new sequence number begins the next
 * connection of the log; later packets belong to that connection, also those after its end: the
 * kernel's retransmissions, resets and TIME_WAIT answers. If the times fit connections of two
 * processes, neither is named.
 */
#ifndef NETLOG_PACKET_OWNERS_H
#define NETLOG_PACKET_OWNERS_H

#include "parser/entry/fields.h"
#include "parser/packet/dissect.h"
#include "parser/packet/users.h"

#define OWNERS_OPEN INT64_MAX		/* not ended */
#define OWNERS_UNKNOWN INT64_MIN	/* it was open before the log began */

/* An accepted connection can be in the log so much later than its packets, ns; see ACCEPT_MAX. */
#define OWNERS_AHEAD (600 * INT64_C(1000000000))
/* An ended one has packets for so much longer at most, ns; see ENDS_TAIL. */
#define OWNERS_KEPT (600 * INT64_C(1000000000))

/* Why a packet has no owner; the text is in the comment and in the count. */
#define OWNERS_WHYS(X)						\
	X(NONE,		"")					\
	X(NOT_IP,	"not-ip")				\
	X(KERNEL,	"kernel")	/* ICMP and the like */	\
	X(FORWARDED,	"forwarded")	/* neither end belongs to the host */ \
	X(NOT_LOGGED,	"not-logged")				\
	X(BEFORE,	"before-log")				\
	X(ENDED,	"log-ended")				\
	X(NOT_ACCEPTED,	"not-accepted")	/* for a listening socket */ \
	X(CLOSED,	"closed")	/* long after the end */	\
	X(AMBIGUOUS,	"ambiguous")				\
	X(USER,		"user-unknown")	/* of several users of the socket */ \
	X(NO_PID,	"process-unknown")			\
	X(NO_PORT,	"port-unknown")	/* the log lacks the local port */ \
	X(FILTERED,	"filtered")	/* by the conditions */	\
	X(FRAGMENT,	"fragment")				\
	X(CUT,		"cut-short")				\
	X(MALFORMED,	"malformed")				\
	X(LINK,		"link-type")				\
	X(NO_TIME,	"no-time")

enum owners_why {
#define OWNERS_WHY_ENUM(name, text) WHY_##name,
	OWNERS_WHYS(OWNERS_WHY_ENUM)
#undef OWNERS_WHY_ENUM
	WHY_COUNT
};

const char *owners_why_text(enum owners_why why);

/* One connection, or one bound UDP socket. */
struct owner {
	struct owner *next;		/* the next one between these ends */
	struct owner_ends *ends;
	const struct owner_log *log;	/* that it is in */
	struct conn_id id;
	int64_t began, ended;		/* ns since 1970, or as above */
	int64_t lapsed;			/* its host began another one between the ends; 0: no */
	int64_t earliest;		/* its SYN can be as early; OWNERS_UNKNOWN: any time */
	int64_t connected;		/* its SYN is not later, but for ENDS_TOLERANCE */
	struct netaddr local;
	int64_t netns;			/* inode; -1: unknown */
	bool inbound, unknown_direction, listens;
	bool late_end;			/* it may have ended before */
	bool any_netns;			/* it may be in another namespace than its packets */
	struct owner_users users;
	/* the writer's: */
	uint32_t number;		/* 0: not written yet */
	uint32_t section;		/* in which it was written first */
};

/* Returns the process of a connection for formats with only one: the opener, or the first known user;
 * NULL: unknown. */
static inline struct packet_process *owner_process(const struct owner *o)
{
	const struct owner_user *user = &o->users.opener;

	while (user && !user->process)
		user = user->next;
	return user ? user->process : NULL;
}

struct owners;

struct owners_io {
	const enum field_id *fields;	/* of the comment, ended by FIELD_NONE; borrowed */
	/* A connection with a number has ended: called from owners_entry. May be NULL. */
	void (*ended)(struct owner *o, void *arg);
	/* A process forked, executed or ended (PROC_*), ns. The caller owns it. May be NULL. */
	void (*process)(struct packet_process *p, enum entry_kind what, int64_t ns, void *arg);
	void *arg;
};

struct owners *owners_new(const struct owners_io *io);	/* NULL without memory */
void owners_free(struct owners *o);			/* may be NULL */

/* Connections that ended before ns, the time of the first packet, are not kept. */
void owners_begin(struct owners *o, int64_t ns);
/* Connections that begin later are not kept; later packets are WHY_FILTERED. */
void owners_until(struct owners *o, int64_t ns);
/* Adds an entry of the log, in its order. matched: the conditions match it. */
void owners_entry(struct owners *o, const struct entry *e, bool matched);
/* Limits the ended connections to this number and all connections to twice as many, and drops the
 * oldest; 0: no limit. */
void owners_limit(struct owners *o, size_t limit);
/* Drops connections that ended before ns: packets are later by OWNERS_KEPT at least. */
void owners_passed(struct owners *o, int64_t ns);
/* Sets the network namespace of the capture, which has no loopback addresses of others. */
void owners_netns(struct owners *o, int64_t inode);
/* Marks an address as the host's, even if no connection has it. netns: its namespace; -1: unknown. */
void owners_local(struct owners *o, const struct netaddr *a, int64_t netns);

/* Notes the time (ns) of a line that is not an entry; begins: the first line of a run of the plugin. */
void owners_line(struct owners *o, int64_t ns, bool begins);
/* The log ends: events after its last line may be missing. */
void owners_log_ends(struct owners *o);

size_t owners_count(const struct owners *o);
int64_t owners_latest(const struct owners *o);	/* time of the latest entry, ns; 0: none */

/* The log is complete up to this time; OWNERS_OPEN, the initial state: and will not continue. After
 * this time, a SYN into a connection that the log has as open names no process, as the log may be
 * late. */
void owners_complete(struct owners *o, int64_t ns);

struct owners_found {
	struct owner *from, *to;	/* the connection of its sender, of its receiver; or NULL */
	struct owner_user *sender, *receiver;	/* its process; NULL if that is NULL */
	enum owners_why why;		/* both are NULL */
	/* of WHY_NOT_ACCEPTED the listening socket, of WHY_USER the connection */
	const struct owner *near;
	bool late;			/* later log lines could change the result */
};

/* Packets wait for changes of users, even if the log has none so far. */
void owners_expect_uses(struct owners *o);
bool owners_has_uses(const struct owners *o);	/* the log has changes of users, or may */

/* Finds the processes of a packet. Packets are passed in the order of the capture. */
void owners_find(struct owners *o, const struct flow *f, int64_t ns, struct owners_found *found);

#endif
