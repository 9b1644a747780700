/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/entry/entry: one line of output before it is text. The tracker makes it,
 * match and format read it. Everything is borrowed from the tracker and valid
 * until the emit function returns.
 */
#ifndef NETLOG_RECORD_H_OUT
#define NETLOG_RECORD_H_OUT

#include "parser/event.h"
#include "parser/entry/identity.h"

enum entry_kind {
	CONNECT_START,
	CONNECT_STOP,
	CONNECT_FAIL,
	LISTEN_START,
	LISTEN_STOP,
	ENTRY_KIND_COUNT
};

/* How a fact was learnt when it was not seen itself; the value of via=. */
#define ENTRY_VIAS(X)							\
	X(NONE,		"")		/* seen */			\
	X(PROGRESS,	"in-progress")	/* outcome of the connect unknown */ \
	X(CLOSE,	"close")	/* close() of the last known descriptor */ \
	X(EXIT,		"exit")		/* the last known holder exited */ \
	X(EXEC,		"exec")		/* close-on-exec */		\
	X(REUSE,	"reuse")	/* its descriptor number came back */ \
	X(GONE,		"gone")		/* its last known holder is no more */	\
	X(BOOT,		"boot")		/* the machine was restarted */	\
	X(DESTROY,	"destroy")	/* the kernel announced the socket's end */ \
	X(FOUND,	"found")	/* the connect was found to have succeeded */ \
	X(SNAPSHOT,	"snapshot")	/* it was open when this program started */ \
	X(SWEEP,	"sweep")	/* a look at all sockets did not find it */

enum entry_via {
#define ENTRY_VIA_ENUM(name, text) VIA_##name,
	ENTRY_VIAS(ENTRY_VIA_ENUM)
#undef ENTRY_VIA_ENUM
	VIA_COUNT
};

/*
 * The connection's own number: the same at its start and its stop, from every source.
 * number is the socket's cookie, or, by_serial, the audit serial of the start's event;
 * nth counts the connections on that socket from 1. nth 0: there is no number.
 */
struct conn_id {
	uint32_t boot;		/* first 8 hex digits of the boot id */
	bool has_boot;
	uint64_t number;
	bool by_serial;
	uint32_t nth;
};

struct entry {
	enum entry_kind what;
	struct stamp time;	/* when it happened */
	struct stamp ev;	/* audit event of the start; serial 0: unknown */
	struct conn_id id;
	const char *node;	/* NULL: the log has no node names */
	int proto;		/* IPPROTO_*, PROTO_MPTCP or PROTO_UNKNOWN */
	bool inbound;		/* accepted */
	bool unknown_direction;	/* one or the other */
	struct netaddr local, remote;
	struct identity *identity;	/* never NULL */
	int64_t opener;		/* pid that opened it, or ID_UNKNOWN when the same */
	enum entry_via via;
	int err;		/* positive errno, 0: none */
	int64_t dur_ms;		/* stop: milliseconds since the start; -1: unknown */
	int64_t tx, rx, netns;	/* -1: unknown */
	bool other_netns;	/* not looked for: its process is in that netns */
	bool incomplete;	/* stop of something whose start was never seen */
};

typedef void (*entry_fn)(const struct entry *r, void *arg);

const char *entry_kind_name(enum entry_kind what);	/* "connect start" */
const char *entry_via_name(enum entry_via via);
const char *entry_proto_name(int proto);		/* "TCP", or "-" */

#endif
