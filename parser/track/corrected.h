/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/corrected: stops that were inferred, remembered for a while: what contradicts
 * one takes it back, by a start with the same number and via=corrected. Bounded; the oldest
 * goes first.
 */
#ifndef NETLOG_CORRECTED_H
#define NETLOG_CORRECTED_H

#include "parser/track/conn.h"

#define CORRECTED_MAX 256

/* A stop that was inferred, and may be taken back; used is false in an empty place. */
struct inferred_stop {
	bool used;
	struct diag_known known;	/* sock.cookie 0: not known */
	struct identity *opener;
	uint32_t node;
	int64_t pid, ms;		/* of the last known holder; when it let go */
	int fd;
	int family, type;
	bool bound;
};

struct corrected_table {
	struct inferred_stop at[CORRECTED_MAX];
	unsigned int next, count;
};

void corrected_fini(struct corrected_table *t);
/* c, still open, is about to be stopped: pid, its last known holder, let go of fd at ms.
 * pid -1: not known. */
void corrected_add(struct corrected_table *t, const struct conn *c, int64_t pid, int fd,
		   int64_t ms);
/* NULL if none has this cookie, which is not 0. */
struct inferred_stop *corrected_by_cookie(struct corrected_table *t, uint64_t cookie);
/* The listener that pid had at fd when it exited, at that time (ms) or a little before. */
struct inferred_stop *corrected_listener(struct corrected_table *t, uint32_t node, int64_t pid,
					 int fd, int64_t ms);
/* Moves what s remembers into c, which is new. */
void corrected_restore(struct inferred_stop *s, struct conn *c);
void corrected_forget(struct corrected_table *t, struct inferred_stop *s);
/* A boot makes all of the node void. */
void corrected_forget_node(struct corrected_table *t, uint32_t node);

#endif
