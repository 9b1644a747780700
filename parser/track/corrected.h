/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/corrected: recent inferred stops. An event that contradicts such a stop revokes
 * it, by a start with the same number and via=corrected. Bounded; the oldest is evicted first.
 */
#ifndef NETLOG_CORRECTED_H
#define NETLOG_CORRECTED_H

#include "parser/track/conn.h"

#define CORRECTED_MAX 256

/* An inferred stop that may be revoked; used is false in an empty place. */
struct inferred_stop {
	bool used;
	struct diag_known known;	/* sock.cookie 0: not known */
	struct identity *opener;
	uint32_t node;
	int64_t pid, ms;		/* last known holder; when that process closed the socket */
	int fd;
	int family, type;
	bool bound;
};

struct corrected_table {
	struct inferred_stop at[CORRECTED_MAX];
	unsigned int next, count;
};

void corrected_fini(struct corrected_table *t);
/* Adds c, whose stop is about to be inferred: pid, its last known holder, closed fd at ms. pid -1:
 * unknown. */
void corrected_add(struct corrected_table *t, const struct conn *c, int64_t pid, int fd,
		   int64_t ms);
/* Returns the stop with this cookie, which must not be 0, or NULL. */
struct inferred_stop *corrected_by_cookie(struct corrected_table *t, uint64_t cookie);
/* Returns the listener that pid had at fd when it exited, at that time (ms) or shortly before. */
struct inferred_stop *corrected_listener(struct corrected_table *t, uint32_t node, int64_t pid,
					 int fd, int64_t ms);
/* Moves the state in s into c, which is new. */
void corrected_restore(struct inferred_stop *s, struct conn *c);
void corrected_forget(struct corrected_table *t, struct inferred_stop *s);
/* Drops all stops of the node at its boot. */
void corrected_forget_node(struct corrected_table *t, uint32_t node);

#endif
