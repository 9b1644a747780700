/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/enrich/context: adds the surroundings of its process to an entry: container, pod,
 * unit, the parent's name, and the numbers of both processes. They are read from /proc when the
 * process makes a connection, and kept for its later entries. For a process that has ended, or
 * whose pid was reused, they are unknown, except for its container if BPF reports the control
 * group.
 */
#ifndef NETLOG_CONTEXT_H
#define NETLOG_CONTEXT_H

#include "parser/entry/entry.h"

struct context;

/* proc: "/proc"; cgroup_root: "/sys/fs/cgroup"; root: of the files of
 * container engines, ""; node: name that audit may give this host;
 * machine: machine-id(5), or empty. All borrowed. NULL without memory. */
struct context *context_new(const char *proc, const char *cgroup_root, const char *root,
			    const char *node, const char *machine);
void context_free(struct context *c); /* may be NULL */

enum context_part {
	CONTEXT_ENTITIES = 1,	  /* entity, pentity */
	CONTEXT_SURROUNDINGS = 2, /* container, pod, unit, pcomm */
};

/* Sets these members of *e, or leaves them NULL. parts: enum context_part, added, and the
 * same in every call. The texts are valid until the next call. */
void context_fill(struct context *c, struct entry *e, unsigned int parts);

#endif
