/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/alive: the audit events that produced the sockets that are open now, whose
 * records -r prints.
 */
#ifndef NETLOG_QUERY_ALIVE_H
#define NETLOG_QUERY_ALIVE_H

#include "parser/entry/entry.h"
#include "parser/event.h"

struct alive;

struct alive *alive_new(void);		/* NULL without memory */
void alive_free(struct alive *a);	/* may be NULL */

/* Takes the next event, before or after the tracker processes it. */
void alive_event(struct alive *a, const struct event *e);

/*
 * Calls fn for each audit event that is known to have produced an entry: those of its socket so far,
 * and now, the current event, before alive_event() takes it.
 */
void alive_behind(const struct alive *a, const struct entry *e, const struct event *now,
		  void (*fn)(const struct stamp *event, const char *node, void *arg), void *arg);

#endif
