/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/dump: dumps the sockets of all watched namespaces, one dump after the other, for the
 * waiting requests, and a full one also for the inventory. */
#ifndef NETLOG_DUMP_H
#define NETLOG_DUMP_H

#include "plugin/resolve/slice.h"
#include "plugin/resolve/inventory.h"
#include "plugin/resolve/netns.h"
#include "plugin/resolve/request.h"

struct dump {
	struct netns_set *spaces;
	struct requests *requests;
	struct inventory *inventory; /* NULL: only what is requested */
	bool reading;		     /* a dump is in progress */
	bool incomplete;	     /* a dump failed, or took too long */
	int step;		     /* of the four dumps of each namespace */
	unsigned int sockets;	     /* so far */
	int64_t begun_ms, end_ms;    /* mono; end_ms: time limit */
	uint64_t count;		     /* dumps since the start of the program */
};

/* Begins. requests must not change until the end; inventory may be NULL. */
void dump_begin(struct dump *d, struct requests *requests, struct inventory *inventory);
/* Reads for one slice. Returns true at the end. */
bool dump_continue(struct dump *d, const struct slice *slice);
/* Returns the descriptor to poll while a dump waits for the kernel, else -1. */
int dump_fd(const struct dump *d);

#endif
