// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/owners: the connections of the log, by their ends and times. */
#include "parser/packet/owners.h"

#include <stdlib.h>
#include <utlist.h>

#include "parser/packet/ends.h"

#define LOCALS_MAX 65536

struct owners *owners_new(const struct owners_io *io)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->io = *io;
	o->begin = OWNERS_UNKNOWN;
	o->until = OWNERS_OPEN;
	o->complete = OWNERS_OPEN;
	o->netns = o->seen_netns = -1;
	o->processes = processes_new();
	if (o->processes)
		return o;
	free(o);
	return NULL;
}

void owners_limit(struct owners *o, size_t limit)
{
	o->limit = limit;
}

void owners_forget(struct owners *o, struct indexed *x)
{
	ends_leave(o, &x->owner);
	if (x->has_key)
		HASH_DEL(o->by_id, x);
	if (x->has_ended) {
		DL_DELETE(o->ended, x);
		o->ended_count--;
	} else {
		DL_DELETE(o->open, x);
	}
	o->count--;
	users_free(&x->owner.users);
	free(x);
}

void owners_local(struct owners *o, const struct netaddr *a, int64_t netns)
{
	struct local_address *l;
	uint8_t bytes[17] = { a->family };

	if (!a->has_addr || owners_always_local(a) || netaddr_is_any(a) ||
	    o->local_count == LOCALS_MAX)
		return;
	memcpy(bytes + 1, a->addr, 16);
	HASH_FIND(hh, o->locals, bytes, sizeof(bytes), l);
	if (l) {
		l->many_netns |= l->netns >= 0 && netns >= 0 && l->netns != netns;
		l->netns = netns >= 0 ? netns : l->netns;
		return;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	l->netns = netns;
	memcpy(l->bytes, bytes, sizeof(bytes));
	HASH_ADD(hh, o->locals, bytes, sizeof(l->bytes), l);
	o->local_count++;
}

void owners_passed(struct owners *o, int64_t ns)
{
	while (o->ended && o->ended->owner.ended < ns)
		owners_forget(o, o->ended);
}

void owners_netns(struct owners *o, int64_t inode)
{
	o->netns = inode;
}

void owners_begin(struct owners *o, int64_t ns)
{
	o->begin = ns;
}

void owners_until(struct owners *o, int64_t ns)
{
	o->until = ns;
}

void owners_expect_uses(struct owners *o)
{
	o->has_uses = true;
}

bool owners_has_uses(const struct owners *o)
{
	return o->has_uses;
}

size_t owners_count(const struct owners *o)
{
	return o->count;
}

int64_t owners_latest(const struct owners *o)
{
	return o->latest;
}

void owners_complete(struct owners *o, int64_t ns)
{
	o->complete = ns;
}

void owners_free(struct owners *o)
{
	struct owner_log *log, *next_log;
	struct local_address *l, *next;

	if (!o)
		return;
	while (o->open)
		owners_forget(o, o->open);
	while (o->ended)
		owners_forget(o, o->ended);
	HASH_ITER(hh, o->locals, l, next) {
		HASH_DEL(o->locals, l);
		free(l);
	}
	HASH_ITER(hh, o->logs, log, next_log) {
		HASH_DEL(o->logs, log);
		free(log);
	}
	processes_free(o->processes);
	free(o);
}
