/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/entry: one start, stop or failure before it is formatted. The tracker makes it;
 * fields, match and the formats read it. Strings, identity and the entry itself are borrowed from
 * the tracker and valid until its emit function returns.
 */
#ifndef NETLOG_ENTRY_H
#define NETLOG_ENTRY_H

#include "parser/event.h"
#include "parser/entry/identity.h"

enum entry_kind {
	CONNECT_START,
	CONNECT_STOP,
	CONNECT_FAIL,
	LISTEN_START,
	LISTEN_STOP,
	/* on request: another process than before sent or received on the socket */
	CONNECT_USE,
	LISTEN_USE,
	/* on request: of a process, not of a connection */
	PROC_FORK,
	PROC_EXEC,
	PROC_END,
	ENTRY_KIND_COUNT
};

/* How an entry was inferred if the event itself was not seen; the value of via=. */
#define ENTRY_VIAS(X)							\
	X(NONE,		"")		/* seen */			\
	X(PROGRESS,	"in-progress")	/* outcome of the connect unknown */ \
	X(CLOSE,	"close")	/* close() of the last known descriptor */ \
	X(EXIT,		"exit")		/* the last known holder exited */ \
	X(EXEC,		"exec")		/* close-on-exec */		\
	X(REUSE,	"reuse")	/* its descriptor number was reused */ \
	X(GONE,		"gone")		/* the last known holder was found missing */ \
	X(BOOT,		"boot")		/* the machine was restarted */	\
	X(DESTROY,	"destroy")	/* the kernel reported the socket's destruction */ \
	X(FOUND,	"found")	/* the connect was found to have succeeded */ \
	X(SNAPSHOT,	"snapshot")	/* already open when this program started */ \
	X(SWEEP,	"sweep")	/* a scan of all sockets did not find it */ \
	X(CORRECTED,	"corrected")	/* a start: the inferred stop was wrong */

enum entry_via {
#define ENTRY_VIA_ENUM(name, text) VIA_##name,
	ENTRY_VIAS(ENTRY_VIA_ENUM)
#undef ENTRY_VIA_ENUM
	VIA_COUNT,
	/* In addition to one of these: the records passed through syslog, where any local user can
	 * write such lines. */
	VIA_SYSLOG = 32
};

enum entry_direction { DIRECTION_UNKNOWN, DIRECTION_OUT, DIRECTION_IN };

/* The connection's own number: the same at its start and at its stop. */
struct conn_id {
	uint32_t boot;		/* first 32 bits of the boot id */
	bool has_boot;
	uint64_t number;	/* the socket's cookie; see by_serial */
	bool by_serial;		/* number is the audit serial of the start instead */
	uint32_t nth;		/* connection on that socket, from 1; 0: no id */
};

struct entry {
	enum entry_kind what;
	struct stamp time;	/* when it happened */
	struct stamp ev;	/* audit event of the start; serial 0: there is none */
	struct conn_id id;
	const char *node;	/* NULL: the log has no node names */
	int proto;		/* IPPROTO_*, PROTO_MPTCP or PROTO_UNKNOWN */
	bool inbound;		/* accepted */
	bool unknown_direction;	/* inbound is unknown */
	struct netaddr local, remote;
	struct identity *identity;	/* never NULL */
	int64_t opener;		/* pid of another process that opened it; else ID_UNKNOWN */
	enum entry_via via;
	int err;		/* positive errno, 0: none */
	int64_t dur_ms;		/* stop, end: milliseconds since the start; -1: unknown */
	int64_t tx, rx;		/* bytes; -1: unknown */
	struct optional sent, read;	/* CONNECT_USE: bytes before this process used it */
	int64_t netns;		/* inode; -1: unknown */
	bool other_netns;	/* its process is in a netns that is not watched */
	bool incomplete;	/* a stop whose start was never seen */
	const char *status;	/* PROC_END: "1", "SIGKILL"; NULL: unknown */
	/* the surroundings of the process; NULL: unknown, or none */
	const char *container, *container_name, *pod, *unit, *pcomm;
	const char *entity, *pentity;	/* of the process and its parent, see plugin/enrich */
};

typedef void (*entry_fn)(const struct entry *e, void *arg);

const char *entry_kind_name(enum entry_kind kind);	/* "connect start" */
const char *entry_via_name(enum entry_via via);		/* "exit", "exit,syslog", "syslog" */
const char *entry_proto_name(int proto);		/* "TCP", or "-" */

/* Returns IPPROTO_* or PROTO_MPTCP by its name in any case, or PROTO_UNKNOWN. */
int entry_proto_by_name(const char *name);

/* Returns DIRECTION_UNKNOWN for a listener, which has no direction. */
enum entry_direction entry_direction(const struct entry *e);

/* Returns true for an entry that is neither start, stop nor failure. */
static inline bool entry_is_extra(const struct entry *e)
{
	return e->what > LISTEN_STOP;
}

static inline bool entry_is_process(const struct entry *e)
{
	return e->what == PROC_FORK || e->what == PROC_EXEC || e->what == PROC_END;
}

/* Returns how the entry was inferred, without VIA_SYSLOG. */
static inline enum entry_via entry_inferred(const struct entry *e)
{
	return e->via & ~VIA_SYSLOG;
}

/* Returns true for an entry of a listener. */
static inline bool entry_is_listen(const struct entry *e)
{
	return e->what == LISTEN_START || e->what == LISTEN_STOP || e->what == LISTEN_USE;
}

#endif
