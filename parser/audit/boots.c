// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/audit/boots: restarts of a host, by serial numbers and mono=. */
#include "parser/audit/boots.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "kpatch/netlog_record.h"

/*
 * Serials come out of order by a few, and events that auditd did not take at once come
 * again thousands later, but with their own, earlier time. A restart is believed if the
 * numbers fall by more than FAR, or by more than NEAR just after a message of a restart.
 */
#define NEAR 256
#define FAR 10000
#define MONO_SLACK 1000000000ULL	/* ns; records of several processors */

struct boots_node {
	uint64_t node;
	uint64_t highest;	/* serial */
	uint64_t newest;	/* time, ms */
	uint64_t mono;		/* ns, 0: not known */
	bool announced;		/* SYSTEM_BOOT or DAEMON_START came last */
	UT_hash_handle hh;
};

static struct boots_node *node_of(struct boots *b, uint64_t node)
{
	struct boots_node *n = b->last;

	if (n && n->node == node)
		return n;
	HASH_FIND(hh, b->by_node, &node, sizeof(node), n);
	if (!n && HASH_COUNT(b->by_node) < BOOTS_NODES_MAX) {
		n = calloc(1, sizeof(*n));
		if (!n)
			return NULL;
		n->node = node;
		HASH_ADD(hh, b->by_node, node, sizeof(n->node), n);
	}
	if (n)
		b->last = n;
	return n;
}

/* mono= of a record of the module, or 0. */
static uint64_t mono_of(const struct head *h)
{
	static const char field[] = " " NETLOG_F_MONO "=";
	const char *p;

	if (h->type != RECORD_KERNEL)
		return 0;
	p = memmem(h->body, h->end - h->body, field, sizeof(field) - 1);
	if (!p)
		return 0;
	p += sizeof(field) - 1;
	return head_number(&p, h->end, 10);
}

static bool began_anew(const struct boots_node *n, const struct head *h, uint64_t mono)
{
	if (h->time < n->newest)
		return false;
	if (mono && n->mono > mono + MONO_SLACK)
		return true;
	return h->serial + (n->announced ? NEAR : FAR) < n->highest;
}

/* Returns true for another record of the newest event, of which nothing is to be learnt. */
static bool is_same_event(const struct boots_node *n, const struct head *h)
{
	return h->serial == n->highest && h->time == n->newest &&
	       (h->type == RECORD_SOCKADDR || h->type == RECORD_PROCTITLE ||
		h->type == RECORD_EOE || h->type == RECORD_OTHER);
}

bool boots_before(struct boots *b, const struct head *h)
{
	struct boots_node *n = node_of(b, h->node);
	bool announces = h->type == RECORD_BOOT || h->type == RECORD_DAEMON_START;
	uint64_t mono;
	bool anew;

	if (!n || is_same_event(n, h))
		return false;
	mono = mono_of(h);
	n->announced |= announces;
	if (!h->serial)
		return false;
	anew = began_anew(n, h, mono);
	if (anew || h->serial > n->highest) {
		n->highest = h->serial;
		n->announced = announces;
	}
	if (anew || h->time > n->newest)
		n->newest = h->time;
	if (anew || mono > n->mono)
		n->mono = mono;
	return anew;
}

void boots_image(struct boots *b, struct image *i)
{
	uint64_t count = HASH_COUNT(b->by_node);
	struct boots_node *n = b->by_node;

	image_count(i, &count);
	while (count-- && !i->bad) {
		uint64_t node = n ? n->node : 0;

		IMAGE(i, node);
		if (i->loading)
			n = node_of(b, node);
		if (!n)
			break;
		IMAGE(i, n->highest);
		IMAGE(i, n->newest);
		IMAGE(i, n->mono);
		IMAGE(i, n->announced);
		n = i->loading ? NULL : n->hh.next;
	}
}

void boots_fini(struct boots *b)
{
	struct boots_node *n, *next;

	HASH_ITER(hh, b->by_node, n, next) {
		HASH_DEL(b->by_node, n);
		free(n);
	}
	b->last = NULL;
}
