/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn: one socket and its connection: the structs, and the phase, which only
 * conn_step() changes. conn_table.c finds connections by number, conn_lists.c and conn_diag.c list
 * those that wait. life.c takes the steps and writes entries.
 *
 * A struct conn lives while a descriptor refers to it (learnt from system calls), while it is
 * listed under its number (learnt from the kernel module), or while sock_diag follows it
 * (diag). The function that removes the last of these (conn_unused) writes its stop and drops
 * it.
 */
#ifndef NETLOG_CONN_H
#define NETLOG_CONN_H

#include <netinet/in.h>

#include "parser/diag.h"
#include "parser/entry/entry.h"
#include "parser/input_error.h"
#include "parser/track/fdtable.h"
#include "parser/track/owner.h"
#include "parser/track/phase.h"
#include "parser/track/unseen.h"

/* The kind of a connection that is open or in progress. */
enum conn_kind { KIND_NONE, KIND_CONNECT, KIND_LISTEN };

/* The search for the process that holds a socket of unknown opener (holder.c). SURE: a complete
 * scan found exactly one. */
enum conn_holder { HOLDER_NONE, HOLDER_AWAITED, HOLDER_FOUND, HOLDER_SEVERAL, HOLDER_SURE };

enum conn_direction { CONN_OUTBOUND, CONN_INBOUND, CONN_EITHER };

/* A socket of the kernel's side: by its cookie, or by its inode if it has no cookie. */
struct conn_key {
	uint64_t number;
	uint32_t node;
	uint32_t by;		/* KEY_COOKIE, or the protocol of the inode */
};
#define KEY_COOKIE UINT32_MAX

/* key.by of an inode. A first subflow has that of its MPTCP socket. */
static inline uint32_t conn_by_inode(int proto)
{
	return proto == PROTO_MPTCP ? 6 : (uint16_t)proto;
}

/* An accepted socket of MPTCP has its listener's cookie: mptcp_sk_clone_init() copies it, while
 * inet_csk_clone_lock() resets it. So has SCTP's since sctp_accept() clones the listener (7.2). */
static inline bool conn_has_cookie(int proto)
{
	return proto != PROTO_MPTCP && proto != IPPROTO_SCTP;
}

/* The state of a request to sock_diag about a connection. It is independent of the phase: an
 * open connection, complete from the rules, may still be waiting for its cookie. */
enum question_state {
	QUESTION_NONE,
	QUESTION_NEW,		/* to be sent at the end of this event */
	QUESTION_ASKED,
	QUESTION_FOUND,		/* answered: a socket is at the descriptor */
	QUESTION_GONE,		/* answered: the descriptor is no longer that socket */
	QUESTION_AGAIN		/* to be sent again, a little later */
};

/* sock_diag's part of a connection, allocated while a request waits or while the connection is
 * followed by cookie. */
struct conn_diag {
	struct conn *conn;
	uint64_t cookie;	/* 0: not followed (yet) */
	int64_t cookie_mono;	/* when the cookie was learnt */
	int64_t opened_ms;	/* a scan found it open then, real time; 0: audit reported it */

	enum question_state question;
	uint64_t question_id;	/* 0: no request is outstanding */
	int64_t pid, ppid;
	int fd;			/* -1: known to be closed */
	int listener;		/* descriptor on which it was accepted; -1: none */
	int64_t fd_gone_ms;	/* time of the audit event that closed it; 0: none has */
	int64_t deadline, answered;	/* mono */
	int64_t looked_ms, answered_ms;	/* real time */
	struct diag_sock found;
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	int64_t netns;		/* this and the next two: see struct diag */
	bool netns_sure, watched;
	bool stranger;		/* may be of a namespace that is not watched */
	bool absent;		/* so may the socket that was at its descriptor */
	enum entry_via via;	/* of the start; VIA_PROGRESS: outcome not known */
	bool handshaking;	/* an answer found the connect still in progress */

	enum entry_via end_via;	/* of an inferred end, VIA_NONE: there is none */
	struct stamp end;
	/* The end is being confirmed: it is written if no process can have the socket. */
	bool confirming;
	bool heritable;		/* an unseen child may have it, if sock_diag cannot be asked */
	bool end_later;		/* end is the latest possible time */
	bool by_list;		/* the socket held there is another's: ask for all that fit */
	bool unsure;		/* unknown now; asked again after the next scan */
	/* last process that closed a descriptor before the destruction; time of the opener's
	 * close */
	struct identity *let_go, *opener;
	bool presumed;		/* let_go had it only if it inherited it */
	int64_t let_go_ms, opener_ms;	/* real time */

	bool missed;		/* one scan did not find it; time of that scan: */
	struct stamp missed_at;

	struct stamp dead_at;	/* DESTROYED: when */
	int64_t dead_mono, tx, rx;

	TAILQ_ENTRY(conn_diag) link;	/* waiting, or dying */
	LIST_ENTRY(conn_diag) rival;	/* while it waits: the rivals of one bucket */
	UT_hash_handle hh_question, hh_cookie;
};

TAILQ_HEAD(diag_list, conn_diag);
LIST_HEAD(rival_list, conn_diag);
LIST_HEAD(left_list, conn);

struct conn {
	struct conn_key key;	/* number 0: not listed */
	enum conn_phase phase;
	enum conn_kind kind;	/* KIND_NONE in IDLE */
	enum conn_direction direction;
	int proto, family, type;
	bool unlogged;		/* not a protocol that is logged (raw, ping, …) */
	bool bound;		/* bind() chose local */
	bool presumed_local;	/* local is that of the listener that the process is presumed to have */
	bool uncollected;	/* the program has not yet read its connect's outcome */
	bool unwritten;		/* the start is still to be written: DEFERRED, DESTROYED */
	bool other_netns;	/* its process is in a namespace that is not watched */
	bool unknown_start;	/* its start is not known exactly */
	bool by_syslog;		/* some of its records came through syslog */
	bool ignored;		/* the ignore list leaves it out */
	bool tentative;		/* not known to be an IP socket: its start is not to be written */
	bool inheritable;	/* no known process has it, but an unseen child may */
	bool served;		/* for a listener: the process that opened it accepted */
	struct netaddr local, remote;
	struct netaddr learnt;	/* local end by sock_diag; family 0: none */
	struct stamp ev, start;
	uint32_t clock;		/* its node's, at start */
	int64_t mono, netns;
	uint64_t cookie;	/* 0: not known */
	uint64_t ino;		/* by the kernel's side; 0: not known */
	uint32_t scan;		/* the kernel's side: last scan that found it */
	bool absent;		/* a later scan did not find it */
	struct conn_id id;	/* for the connection, from its first line on */
	uint32_t nth;		/* connections numbered on this socket */
	struct identity *opener;
	/* By the rules: the event with the greatest number that closed one of its descriptors
	 * while others were left. serial 0: none. */
	struct {
		struct identity *who;
		struct stamp at;
		enum entry_via via;
	} closed;
	int64_t user;		/* pid that was last logged as its user; 0: the opener, ID_UNKNOWN */
	struct conn_diag *diag;
	struct unseen *unseen;	/* its entry in that index, or NULL */
	struct conn *flow;	/* for a bound datagram socket: its flow to one peer */
	struct conn *listener;	/* for such a flow: the bound socket */
	bool left;		/* open at the module's unload, holder unknown */
	LIST_ENTRY(conn) of_left;
	struct fd_holders fds;
	/* The rules saw its start, and the kernel's side is to claim it; 0: not waiting. */
	int64_t unclaimed_ms, unclaimed_since;
	uint64_t attempt;		/* event of its connect that did not wait; 0: none */
	bool attempt_claimed;		/* the kernel's side reported that one */
	struct stamp unclaimed_end;	/* sec 0: not yet */
	bool blind;			/* no record claimed it */
	bool unused;			/* listed: deferred until a datagram socket is used, */
	enum conn_holder holder;	/* or until a scan finds who holds it */
	TAILQ_ENTRY(conn) lru, of_owner, of_unclaimed, of_unused;
	unsigned int owner;
	UT_hash_handle hh;
};

/* The connections of one user, or of several users with the same hash. */
struct conn_owner {
	unsigned int count;
	TAILQ_HEAD(, conn) lru;		/* least recently used first */
};

#define RIVAL_BUCKETS 4096
#define LEFT_BUCKETS 4096

struct conn_table {
	struct conn *by_number;
	TAILQ_HEAD(, conn) lru;		/* least recently used first */
	struct conn *next;		/* of the current walk, see CONN_EACH */
	struct conn_owner owners[OWNERS];
	TAILQ_HEAD(, conn) unclaimed;	/* oldest first */
	TAILQ_HEAD(, conn) unused;	/* in order of arrival */
	unsigned int count, max;
	struct fd_table *fds;
	struct input_errors *errors;

	struct conn_diag *by_question, *by_cookie;
	struct diag_list waiting, dying;	/* oldest first */
	unsigned int waiting_count;
	/* those that wait, by remote end; the last bucket: not known, or a listener */
	struct rival_list rivals[RIVAL_BUCKETS + 1];
	struct left_list left[LEFT_BUCKETS];	/* by pid of the opener */
	struct unseen *unseen;
	unsigned int doubts;		/* ends inferred or missed, not yet confirmed */
};

/*
 * Takes one legal step. If the table has no such transition, returns false, changes nothing and
 * counts an input error; a checked build (NETLOG_CHECK, ASan) aborts.
 */
bool conn_step(struct conn_table *t, struct conn *c, enum conn_step step);
/* Returns true if a start without its stop is written or deferred. */
bool conn_is_open(const struct conn *c);
/* Returns true if a scan of all sockets is to confirm its end. conn_table.doubts counts these. */
bool conn_is_doubted(const struct conn *c);
/* Returns true if only its descriptor is known, whose lookup found nothing. */
bool conn_is_placeholder(const struct conn *c);
/* Returns its local end: sock_diag's, else the one that bind() chose. */
const struct netaddr *conn_local(const struct conn *c);
/* Returns the local end that audit reported of it; family 0: it is unknown, or only presumed. */
const struct netaddr *conn_sure_local(const struct conn *c);
/* Makes the local end unknown: an event contradicts the presumed one. */
void conn_forget_local(struct conn *c);
/* Returns true if no reference to it is left. */
bool conn_unused(const struct conn *c);

/* Takes over the reported state of the connection: its start, its id, and whether it is
 * ignored. */
void conn_take_known(struct conn *c, const struct diag_known *k);
/* Makes flow depend on listener: whatever ends or drops the listener also ends or drops the
 * flow. */
void conn_set_flow(struct conn *listener, struct conn *flow);

#endif
