/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/proctask: a running process as an audit record would name it, by /proc. */
#ifndef NETLOG_PROCTASK_H
#define NETLOG_PROCTASK_H

#include "parser/event.h"

/* A task with room for its strings, which are encoded as audit does: see fact.h. */
struct proctask {
	struct task task;
	char comm[48], exe[8256], subj[512], title[320];
};

/* False: it is gone. What cannot be seen of it is unknown. */
bool proctask_read(struct proctask *t, int64_t pid);

#endif
