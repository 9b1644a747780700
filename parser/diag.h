/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/diag: sock_diag (NETLINK_SOCK_DIAG) as a source of events, and the tracker's requests to
 * it. The plugin answers them; aunetlog has no such source.
 */
#ifndef NETLOG_DIAG_H
#define NETLOG_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/entry/entry.h"
#include "parser/event.h"
#include "parser/netaddr.h"

/* include/net/tcp_states.h; of datagram sockets only ESTABLISHED and CLOSE */
enum sock_state {
	STATE_ESTABLISHED = 1, STATE_SYN_SENT, STATE_SYN_RECV, STATE_FIN_WAIT1,
	STATE_FIN_WAIT2, STATE_TIME_WAIT, STATE_CLOSE, STATE_CLOSE_WAIT,
	STATE_LAST_ACK, STATE_LISTEN, STATE_CLOSING, STATE_NEW_SYN_RECV
};

/* One socket, from a dump or from the report of its destruction. */
struct diag_sock {
	/* Unique until the next boot, over all network namespaces (Linux 5.4, cd48bdda4fb8
	 * "sock: make cookie generation global instead of per netns"). */
	uint64_t cookie;
	uint64_t ino;		/* 0: no process holds it */
	int64_t netns;		/* inode of its network namespace; 0: not known */
	int proto, family, state;
	struct netaddr local, remote;
	/* of a destroyed TCP socket */
	int64_t tx, rx;		/* payload; -1: uncertain */
	int established;	/* 1: the handshake was completed; 0: not; -1: unknown */
	bool refused;		/* not established: a single segment answered */
	/* of a socket in a snapshot */
	int active;		/* 1: opened here; 0: accepted; -1: unknown */
	bool other;		/* belongs to a socket of another protocol: MPTCP */
};

/* An open connection, as the state file has it. */
struct diag_known {
	struct diag_sock sock;
	bool listens, inbound, unknown_direction, unknown_start;
	struct stamp ev, start;
	struct conn_id id;	/* as its start had it */
	uint32_t nth;		/* connections on this socket so far */
	bool ignored;		/* start and stop are not emitted */
};

enum diag_life { DIAG_MISSING, DIAG_ALIVE, DIAG_ORPHAN /* no process holds it */ };

enum diag_op {
	DIAG_FOUND,		/* answer: this socket is at the descriptor */
	DIAG_GONE,		/* answer: the descriptor is no longer that socket */
	DIAG_ABSENT,		/* answer: no dump shows the socket: the kernel closed it, or its
				 * network namespace is not watched */
	DIAG_HIDDEN,		/* answer: the descriptor could not be read */
	/* answers to REQUEST_HELD; DIAG_HIDDEN if not all of its sockets could be dumped */
	DIAG_STILL_HELD,	/* a process holds it: see sock */
	DIAG_NOT_HELD,		/* two dumps showed no such socket, or none with a process */
	DIAG_DESTROYED,		/* a socket was destroyed */
	DIAG_LOST,		/* some reports of destroyed sockets were lost */
	DIAG_OPEN,		/* scan: a socket is open, at fd of the event's task */
	DIAG_HELD,		/* scan: the event's task also holds it, at fd */
	DIAG_KNOWN,		/* state file: it was open when the last run ended: see known;
				 * the task is its opener */
	DIAG_SWEEP		/* a scan of all sockets is complete: ask life() for each */
};

#define DIAG_LIVE_MAX 8

/* An event of kind EVENT_DIAG points to one. */
struct diag {
	enum diag_op op;
	uint64_t question;		/* of an answer: its id */
	int64_t looked_ms;		/* when the descriptor was read, real time */
	struct diag_sock sock;		/* FOUND, DESTROYED; GONE: the first of live */
	int64_t netns;			/* of the process; 0: unknown */
	bool netns_sure;		/* from the process itself, not from its parent */
	bool watched;			/* sockets of that namespace are dumped; netns 0: of every
					 * namespace */
	bool away;			/* LOST: none of our own network namespace */
	/* GONE: open sockets that fit the request, as far as there is room */
	uint64_t live[DIAG_LIVE_MAX];
	unsigned int live_count;
	const struct diag_known *known;	/* KNOWN */
	/* SWEEP. The scan began at begun, mono. holders: DIAG_HELD has reported every holder. */
	bool holders;
	enum diag_life (*life)(uint64_t cookie, uint64_t ino, void *arg);
	void *arg;
	int64_t begun;
};

enum request_kind {
	REQUEST_DESCRIPTOR,	/* which socket is at a descriptor? */
	REQUEST_HELD		/* does a process still have the socket? */
};

/*
 * DESCRIPTOR: fd (-1: known to be closed) of a process; unknown parts of local and remote fit any
 * value. HELD: the socket with that cookie, else with that inode, else with both ends (local,
 * remote, proto), in netns (0: any).
 */
struct request {
	enum request_kind kind;
	uint64_t id;
	int64_t pid, ppid;
	int fd;
	int proto;
	struct netaddr local, remote;
	bool listens;			/* a socket without a remote end */
	uint64_t cookie, ino;		/* HELD; 0: not known */
	int64_t netns;			/* HELD; 0: not known */
};

struct diag_options {
	unsigned int wait_ms;		/* how long a start waits for an answer */
	/* After this time without an event, no earlier audit event is in transit. */
	unsigned int settle_ms;
	unsigned int max;		/* starts that wait at one time */
	const char *node;		/* name that audit may give this host; NULL: none */
	int64_t netns;			/* our own network namespace */
};

#endif
