/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/dump: one dump after the other of the sockets of all watched namespaces,
 * for the requests that wait, and if it is full, for the inventory. */
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
	bool reading;		     /* a dump is under way */
	bool incomplete;	     /* one has failed, or took too long */
	int step;		     /* of the four dumps of each namespace */
	unsigned int sockets;	     /* so far */
	int64_t begun_ms, end_ms;    /* mono; aborted then */
	uint64_t count;		     /* dumps since the start of the program */
};

/* Begins. requests must stay as they are until the end; inventory may be NULL. */
void dump_begin(struct dump *d, struct requests *requests, struct inventory *inventory);
/* Reads for one slice. Returns true at the end. */
bool dump_go_on(struct dump *d, const struct slice *slice);
/* Returns the descriptor to poll while a dump is under way and the kernel has sent no more
 * yet, else -1. */
int dump_fd(const struct dump *d);

#endif
