// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/handover: finds events of the module that BPF has reported already. */
#include "plugin/handover.h"

#define NEAR_NS 10000000LL	/* largest difference between the two times of one event */

void handover_note(struct handover *h, const struct event *e)
{
	h->last[h->next++ % HANDOVER_EVENTS] = (struct handover_event){
		.mono = e->mono, .ino = e->ino, .op = e->op,
	};
}

void handover_begin(struct handover *h, int64_t now)
{
	h->silent = now;
}

bool handover_met(struct handover *h, const struct event *e)
{
	for (unsigned int i = 0; i < HANDOVER_EVENTS; i++) {
		struct handover_event *b = &h->last[i];

		if (!b->mono || b->ino != e->ino || b->op != e->op ||
		    b->mono < e->mono - NEAR_NS || b->mono > e->mono + NEAR_NS)
			continue;
		b->mono = 0;
		return true;
	}
	return false;
}

/* A program that was running when BPF fell silent may have reported or not. */
bool handover_takes(struct handover *h, const struct event *e)
{
	if (!h->silent || e->mono > h->silent + 2 * NEAR_NS)
		return true;
	return e->mono >= h->silent - 2 * NEAR_NS && !handover_met(h, e);
}
