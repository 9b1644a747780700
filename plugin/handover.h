/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/handover: from BPF to the module and back: finds events of one source that the other
 * has reported already. For a while both see the same events; each assigns its own time,
 * microseconds apart. No clock.
 */
#ifndef NETLOG_HANDOVER_H
#define NETLOG_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/event.h"

#define HANDOVER_EVENTS 8192

struct handover {
	int64_t silent;		/* BPF reports nothing from then on, mono ns; 0: it never reported */
	unsigned int next;
	struct handover_event {
		int64_t mono;	/* 0: none, or met */
		uint64_t ino;
		enum netlog_op op;
	} last[HANDOVER_EVENTS];
};

/* An event of BPF, in the order of time. */
void handover_note(struct handover *h, const struct event *e);
/* Returns true if an event of the other source is one of those, and forgets that one. */
bool handover_met(struct handover *h, const struct event *e);
/* BPF is silent since now. */
void handover_begin(struct handover *h, int64_t now);
/* Returns true if this event of the module is one that BPF has not reported. */
bool handover_takes(struct handover *h, const struct event *e);

#endif
