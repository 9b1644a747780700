/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/seen: the latest audit events whose serial BPF has not reported yet. */
#ifndef NETLOG_SEEN_H
#define NETLOG_SEEN_H

#include <sys/queue.h>
#include <uthash.h>

#include "parser/event.h"

struct seen {
	uint64_t serial;
	struct stamp stamp;
	const char *subj, *proctitle;	/* in text, or NULL */
	UT_hash_handle hh;
	TAILQ_ENTRY(seen) next;
	char text[];
};

struct seen_events {
	struct seen *by_serial;
	TAILQ_HEAD(, seen) list;	/* oldest first */
};

void seen_init(struct seen_events *l);
void seen_clear(struct seen_events *l);

/* Copies the needed parts of audit. A full table drops the oldest; without memory nothing is added. */
void seen_add(struct seen_events *l, const struct event *audit);
struct seen *seen_find(struct seen_events *l, uint64_t serial);	/* NULL: none */
void seen_remove(struct seen_events *l, struct seen *s);

#endif
