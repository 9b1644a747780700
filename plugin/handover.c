// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/handover: finds events of one source that the other has already reported. */
#include "plugin/handover.h"

#include <stdlib.h>
#include <string.h>

/* One socket may try several peers within microseconds. */
static uint32_t hash_peer(const struct netaddr *a)
{
	uint32_t hash = a->port;

	for (unsigned int i = 0; i < sizeof(a->addr); i++)
		hash = hash * 31 + ((const unsigned char *)&a->addr)[i];
	return hash;
}

static uint64_t *head_of(struct handover *h, uint64_t ino)
{
	return &h->heads[ino % (sizeof(h->heads) / sizeof(*h->heads))];
}

void handover_note(struct handover *h, const struct event *e)
{
	uint64_t *head = head_of(h, e->ino);

	h->last[h->count % HANDOVER_EVENTS] = (struct handover_event){
		.older = *head, .mono = e->mono, .ino = e->ino, .op = e->op,
		.peer = hash_peer(&e->remote),
	};
	*head = ++h->count;
}

void handover_begin(struct handover *h, int64_t now)
{
	h->silent = now;
}

static bool is_known(const struct handover *h, uint64_t number)
{
	return number && h->count - number < HANDOVER_EVENTS;
}

bool handover_take(struct handover *h, const struct event *e)
{
	uint32_t peer = hash_peer(&e->remote);
	int64_t nearest = HANDOVER_NEAR_NS + 1;
	struct handover_event *found = NULL;

	for (uint64_t n = *head_of(h, e->ino); is_known(h, n);) {
		struct handover_event *o = &h->last[(n - 1) % HANDOVER_EVENTS];
		int64_t apart = llabs(o->mono - e->mono);

		if (o->mono < e->mono - 2 * HANDOVER_NEAR_NS)	/* and those before it */
			break;
		if (!o->taken && o->ino == e->ino && o->op == e->op && o->peer == peer &&
		    apart < nearest) {
			nearest = apart;
			found = o;
		}
		n = o->older;
	}
	if (found)
		found->taken = true;
	return found;
}

/* A program that was running when BPF was silenced may have reported or not. */
bool handover_takes(struct handover *h, const struct event *e)
{
	if (!h->silent || e->mono > h->silent + 2 * HANDOVER_NEAR_NS)
		return true;
	return e->mono >= h->silent - 2 * HANDOVER_NEAR_NS && !handover_take(h, e);
}
