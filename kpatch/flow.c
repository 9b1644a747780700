// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of peers for udp_flows=1: sets of four, the oldest gives way.
 */
#include "flow.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>

#define FLOW_SETS 4096
#define FLOW_WAYS 4

struct flow {
	u64 ino;		/* 0: free */
	struct in6_addr faddr;
	u16 fport;
};

struct flow_set {
	spinlock_t lock;
	unsigned int oldest;
	struct flow way[FLOW_WAYS];
};

static struct flow_set *sets;

int flow_init(void)
{
	int i;

	sets = kvcalloc(FLOW_SETS, sizeof(*sets), GFP_KERNEL);
	if (!sets)
		return -ENOMEM;
	for (i = 0; i < FLOW_SETS; i++)
		spin_lock_init(&sets[i].lock);
	return 0;
}

void flow_fini(void)
{
	kvfree(sets);
}

static bool known(const struct flow_set *set, const struct flow *f)
{
	int i;

	for (i = 0; i < FLOW_WAYS; i++)
		if (set->way[i].ino == f->ino && set->way[i].fport == f->fport &&
		    ipv6_addr_equal(&set->way[i].faddr, &f->faddr))
			return true;
	return false;
}

bool flow_is_new(const struct netlog_sock *s)
{
	struct flow f = { .ino = s->ino, .faddr = s->faddr, .fport = s->fport };
	u32 hash = jhash(&f.faddr, sizeof(f.faddr), f.fport ^ (u32)f.ino);
	struct flow_set *set = &sets[hash % FLOW_SETS];
	unsigned long flags;
	bool is_new;

	spin_lock_irqsave(&set->lock, flags);
	is_new = !known(set, &f);
	if (is_new)
		set->way[set->oldest++ % FLOW_WAYS] = f;
	spin_unlock_irqrestore(&set->lock, flags);
	return is_new;
}
