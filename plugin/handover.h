/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/handover: the change from BPF to the module and back: finds events of one source that the
 * other has already reported. For a while both see the same events, with times that differ by
 * microseconds, or by more if a task was preempted in between. No clock of its own.
 */
#ifndef NETLOG_HANDOVER_H
#define NETLOG_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"

#define HANDOVER_EVENTS 16384
#define HANDOVER_NEAR_NS 100000000LL	/* largest difference between the times of one event */

struct handover {
	int64_t silent;		/* BPF reports nothing from then on, mono ns; 0: it never reported */
	uint64_t count;		/* events so far; the last HANDOVER_EVENTS are known */
	uint64_t heads[4096];	/* by inode: the number of the last event, from 1 */
	struct handover_event {
		uint64_t older;	/* the number of the one before it under the same head */
		int64_t mono;
		uint64_t ino;
		uint32_t peer;	/* hash */
		bool taken;
		enum netlog_op op;
	} last[HANDOVER_EVENTS];
};

/* Adds an event of BPF, or of the module. */
void handover_note(struct handover *h, const struct event *e);
/* Returns true if e, of the other source, is one of the added events, and removes that one. */
bool handover_take(struct handover *h, const struct event *e);
/* Notes that BPF is silent since now. */
void handover_begin(struct handover *h, int64_t now);
/* Returns true if this event of the module is one that BPF has not reported. */
bool handover_takes(struct handover *h, const struct event *e);

#endif
