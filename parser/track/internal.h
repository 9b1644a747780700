/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/track: what its three files share. Included by track*.c alone. */
#ifndef NETLOG_TRACK_INTERNAL_H
#define NETLOG_TRACK_INTERNAL_H

#include "parser/track/destroyed.h"
#include "parser/track/conn.h"
#include "parser/track/track.h"

#define RECENT_CONNECTS 256

/* A connect that the module reported, so that the rules' event of the same
 * system call is not reported again. */
struct recent_connect {
	uint64_t serial;
	int64_t pid, sec;
	int err;			/* of the failure, 0: not known (yet) */
	struct netaddr remote;
};

/* Sockets whose release was read: on another processor the record of how its
 * connect ended may have been written a moment later. */
#define RECENT_RELEASES 64

/* Processes that ended: audit tells of a vfork after the child is gone. */
#define RECENT_EXITS 64

struct node {
	char *name;			/* NULL: records without node= */
	bool module;			/* the module decides */
	bool unnamed;			/* sock_diag's; audit has not said its name */
	unsigned int left;		/* open when the module went, held by we know not whom */
	struct stamp now;		/* time of the last fact */
	struct recent_connect recent[RECENT_CONNECTS];
	unsigned int next_recent;
	uint64_t released[RECENT_RELEASES];	/* inodes */
	unsigned int next_released;
	int64_t exited[RECENT_EXITS];	/* pids */
	unsigned int next_exited;
};

#define NODES_MAX 256

TAILQ_HEAD(follow_list, follow);

/* track_diag's; all zero while the source is off. */
struct track_diag {
	bool on;
	struct diag_options o;
	int64_t mono;			/* now, ns */
	struct stamp now;
	int64_t stream_ms;		/* time of the latest audit event */
	int64_t news;			/* when one came last, mono */
	bool live;			/* the last one came when it had just happened */
	int64_t next_look;		/* at what waits, mono */
	uint64_t last_question;
	struct follow *by_question, *by_cookie;
	struct follow_list waiting, dying;	/* oldest first */
	unsigned int waiting_count;
	unsigned int doubts;		/* ends that the rules infer, and a sweep is to see */
	struct destroyed_table destroyed;
};

struct track {
	struct socket_table sockets;
	struct process_table processes;
	unsigned int max_processes;
	struct node *nodes[NODES_MAX];
	unsigned int node_count;
	struct track_io io;
	struct track_boot boot;
	bool has_boot;
	struct input_errors *complaints;
	struct track_stats stats;
	struct track_diag diag;

	/* of the fact in hand */
	const struct event *event;
	struct stamp when;	/* its time, see track_event */
	struct node *node;
	uint32_t node_index;
	struct proc *proc;
};

/* What a stop may know beside the socket. */
struct ending {
	enum entry_via via;
	int err;
	int64_t tx, rx, mono;
	const struct stamp *when;	/* NULL: the time of the fact in hand */
	struct identity *identity;		/* NULL: the process of the fact in hand */
};
#define ENDING(...) (&(struct ending){ .tx = -1, .rx = -1, .mono = -1, __VA_ARGS__ })

/* Writes the start of a connection or a listener and remembers that it is open.
 * The socket's remote, local, ev and start must be set. */
void track_open(struct track *t, struct sock *s, enum sock_open kind,
		enum entry_via via);
/* Writes the stop of what is open, if anything is. */
void track_close(struct track *t, struct sock *s, const struct ending *e);
/* Writes a connect fail; nothing may be open. */
void track_fail(struct track *t, struct sock *s, int err, enum entry_via via);
/* The record itself, without what sock_diag may add. */
void track_emit(struct track *t, struct sock *s, enum entry_kind what,
		const struct ending *e);
/* Takes the fact's task as the one that opens what comes next, at its time. */
void track_begin(struct track *t, struct sock *s);

/* The process of the fact, made when new. NULL without pid or memory. */
struct proc *track_proc(struct track *t);
/* A new process of the fact's node. Makes room; of those that were there, only
 * the last one touched is sure to stay. NULL without memory. */
struct proc *track_new_proc(struct track *t, int64_t pid);
/* Takes a descriptor away; reports the end of the socket if it was the last. */
void track_fd_gone(struct track *t, struct fdent *fd, enum entry_via via);
void track_fds_gone(struct track *t, struct proc *p, bool cloexec_only,
		    enum entry_via via);

/* The sockets that the module told of, when it goes: what the rules know, too, is
 * theirs from now on; the others end with the process that opened them. */
void track_module_gone(struct track *t);
void track_left_gone(struct track *t, int64_t pid, enum entry_via via);

/* IPPROTO_* of a socket by its type, PROTO_UNKNOWN when it is not logged. */
int track_socket_proto(int type, int proto);
bool track_is_datagram(int proto);

void track_rules(struct track *t, const struct event *f);
void track_module(struct track *t, const struct event *f);

/* ---- track_diag: called where the rules' facts change a socket ---- */

/* Asks for the socket that begins with the fact in hand. True: its start is held, and
 * written when the answer is here or too late. */
bool track_diag_open(struct track *t, struct sock *s, enum entry_via via);
/* The rules know that the connect under way has succeeded. */
void track_diag_established(struct track *t, struct sock *s);
/* It has failed: true when its start was held, and so the failure is all there is. */
bool track_diag_failed(struct track *t, struct sock *s, int err);
/* A record of the socket follows at once: writes a start that is held. */
void track_diag_flush(struct track *t, struct sock *s);
/* It was destroyed before the fact in hand: its stop is written, and it is no more. */
bool track_diag_over(struct track *t, struct sock *s);
/* A descriptor of a followed socket is gone. True: what the rules would infer from
 * that waits for the kernel's word. */
bool track_diag_fd_gone(struct track *t, struct sock *s, int64_t pid, int64_t fd,
			bool presumed, enum entry_via via);
/* The fact in hand is the latest of audit's stream. */
void track_diag_stream(struct track *t);
void track_diag_dropped(struct sock *s, void *arg);
void track_diag_event(struct track *t, const struct event *f);
/* The fact in hand is older than what is known of the descriptor. */
bool track_diag_stale(const struct track *t);
/* Makes this host's the node in hand. False without memory. */
bool track_local_node(struct track *t);
int64_t track_stamp_ms(const struct stamp *s);

#endif
