/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/conn_entry: a connection, or its end, as an entry: its number, times, bytes and the
 * process that the entry names. Asks the ignore list once for each connection.
 */
#ifndef NETLOG_CONN_ENTRY_H
#define NETLOG_CONN_ENTRY_H

#include "parser/track/state.h"

/* Fields of a stop or a failure that the connection does not have. */
struct ending {
	enum entry_via via;
	int err;
	int64_t tx, rx, mono;
	const struct stamp *when;	/* NULL: the time of the current event */
	struct identity *identity;	/* NULL: the process of the current event */
};
#define ENDING(...) (&(struct ending){ .tx = -1, .rx = -1, .mono = -1, __VA_ARGS__ })

/*
 * Emits an entry about c, unless the ignore list leaves c out. what: not one of the PROC_ kinds.
 * The first entry of a connection assigns its number. A start names its opener, a stop e->identity,
 * a use the process of the current event.
 */
void conn_entry_write(struct track *t, struct conn *c, enum entry_kind what,
		      const struct ending *e);

#endif
