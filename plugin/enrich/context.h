/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/context: what an entry says of the surroundings of its process: container,
 * pod, unit, and the parent's name. Read from /proc when the process makes a connection,
 * and kept for its later entries. A process that has ended, or whose pid belongs to
 * another one by now, is unknown.
 */
#ifndef NETLOG_CONTEXT_H
#define NETLOG_CONTEXT_H

#include "parser/entry/entry.h"

struct context;

/* proc: "/proc"; node: name that audit may give this host. Both borrowed. NULL without
 * memory. */
struct context *context_new(const char *proc, const char *node);
void context_free(struct context *c); /* may be NULL */

/* Sets container, pod, unit and pcomm of *e, or leaves them NULL. The texts are valid
 * until the next call. */
void context_fill(struct context *c, struct entry *e);

#endif
