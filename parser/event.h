/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/event: one event, as a source reports it: the input of the tracker. The event and its
 * strings are borrowed: valid until the function that takes the event returns.
 */
#ifndef NETLOG_PARSER_EVENT_H
#define NETLOG_PARSER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/netaddr.h"
#include "kpatch/netlog_record.h"

#define ID_UNKNOWN	(-1)		/* not in the record */
#define ID_UNSET	4294967295LL	/* audit's own "unset": auid, ses */
#define PROTO_UNKNOWN	(-1)
#define PROTO_MPTCP	262

/* Audit's event id: the time has milliseconds, the serial counts events. */
struct stamp {
	int64_t sec;
	uint32_t milli;
	uint64_t serial;
};

/* Milliseconds since 1970; the first or last number if a log has a time that is out of range. */
static inline int64_t stamp_ms(const struct stamp *s)
{
	int64_t ms;

	if (__builtin_mul_overflow(s->sec, 1000, &ms) ||
	    __builtin_add_overflow(ms, s->milli, &ms))
		return s->sec < 0 ? INT64_MIN : INT64_MAX;
	return ms;
}

/* A number that may be unknown; all zero: unknown. */
struct optional {
	bool known;
	int64_t number;
};

/*
 * The task of an event. Numbers are as audit prints them, ID_UNKNOWN where the
 * record has none. Strings are as audit wrote them, still encoded: quoted when
 * harmless, hex otherwise; NULL when absent, (null) or (none). audit_text()
 * decodes them.
 */
struct task {
	int64_t pid, ppid, uid, auid, ses, sid;
	const char *comm, *exe, *subj, *proctitle;
	/* BPF alone */
	struct optional egid, cgroup;	/* cgroup: inode of its directory in cgroup v2 */
	const char *pcomm;	/* its parent's, not encoded; NULL: unknown */
};
/* All numbers are unknown. */
#define TASK_UNKNOWN { ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,	\
		       ID_UNKNOWN, ID_UNKNOWN, NULL, NULL, NULL, NULL }

struct diag;

enum event_kind {
	EVENT_NONE,
	EVENT_SOCKET,		/* fd = socket(family, type, proto) */
	EVENT_BIND,		/* bind(fd, addr) */
	EVENT_LISTEN,		/* listen(fd) */
	EVENT_CONNECT,		/* connect(fd, addr) = result */
	EVENT_ACCEPT,		/* newfd = accept(fd, addr) */
	EVENT_CLOSE,		/* close(fd) .. close_range(fd, newfd) */
	EVENT_DUP,		/* newfd = dup(fd) */
	EVENT_CLOEXEC,		/* fd gets or loses FD_CLOEXEC */
	EVENT_FORK,		/* newfd = pid of the child */
	EVENT_EXEC,
	EVENT_EXIT_THREAD,	/* exit(2): one thread, not the process */
	EVENT_EXIT_GROUP,
	EVENT_GONE,		/* the process no longer exists, by a scan of /proc */
	EVENT_BOOT,		/* the host booted */
	EVENT_MODULE,		/* from the kernel's side (module or BPF), see op */
	EVENT_DIAG,		/* from sock_diag, see diag.h; mono is set */
	EVENT_TICK,		/* time passes: stamp and mono are now */
	EVENT_KEPT,		/* state file: the kernel's side had reported it as open; see
				 * diag->known, the task is its opener */
	EVENT_SCANNED,		/* op=found has reported the sockets that were open at mono: those
				 * that a process holds, and all of TCP and UDP in netns.
				 * result 1: no loss is known */
	EVENT_KIND_COUNT
};

enum event_direction { EVENT_EITHER, EVENT_OUTBOUND, EVENT_INBOUND };

/* Flat, not a union by source: an event of BPF can be both, joined with the system call of
 * the same serial. Zeroing and copying one costs 0.9 % of the plugin's instructions. */
struct event {
	enum event_kind kind;
	struct stamp stamp;
	struct stamp ev;	/* BPF: audit's event of the same call; serial 0: none */
	const char *node;	/* node= of the record, or NULL */
	bool by_syslog;		/* its records had a prefix of syslog or the like */
	struct task task;

	int64_t result;		/* exit=: 0, a descriptor, or -errno */
	int fd, newfd;
	bool cloexec;		/* the descriptor has FD_CLOEXEC now */
	int family, type, proto;
	unsigned int sa_family;	/* raw family of the SOCKADDR record */
	bool has_sockaddr;
	struct netaddr addr;	/* SOCKADDR: what is bound or the peer */

	/* kernel module only */
	enum netlog_op op;
	uint64_t ino, cookie;	/* cookie 0: not known */
	int64_t netns, mono, tx, rx, missed, lost;	/* -1: unknown */
	int err, state;
	enum event_direction direction;	/* op=found */
	bool unused;		/* no datagram yet, see NETLOG_F_DATA */
	struct netaddr local, remote;
	/* op=fork, exec, end */
	int status;		/* end: as wait(2) has it */
	int64_t born;		/* end: mono of its fork */

	const struct diag *diag;	/* EVENT_DIAG */
};

#endif
