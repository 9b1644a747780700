// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of connecting sockets. Bounded; used in softirq.
 */
#include "pending.h"

#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

unsigned int pending_max = 16384;
atomic_t pending_count;
atomic64_t pending_full;

static DEFINE_HASHTABLE(table, 10);
static DEFINE_SPINLOCK(lock);	/* table */

bool pending_add(const void *key, const struct pending *p)
{
	struct pending *e = NULL;
	unsigned long flags;

	if (atomic_inc_return(&pending_count) <= READ_ONCE(pending_max))
		e = kmemdup(p, sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	if (!e) {
		atomic_dec(&pending_count);
		atomic64_inc(&pending_full);
		return false;
	}
	e->key = key;
	spin_lock_irqsave(&lock, flags);
	hash_add(table, &e->node, (unsigned long)key);
	spin_unlock_irqrestore(&lock, flags);
	return true;
}

bool pending_take(const void *key, struct pending *p)
{
	struct pending *e;
	unsigned long flags;

	if (!key || !atomic_read(&pending_count))
		return false;
	spin_lock_irqsave(&lock, flags);
	hash_for_each_possible(table, e, node, (unsigned long)key) {
		if (e->key == key) {
			hash_del(&e->node);
			break;
		}
	}
	spin_unlock_irqrestore(&lock, flags);
	if (!e)
		return false;
	*p = *e;
	kfree(e);
	atomic_dec(&pending_count);
	return true;
}

void pending_fini(void)
{
	struct hlist_node *next;
	struct pending *e;
	int i;

	hash_for_each_safe(table, i, next, e, node)
		kfree(e);
}
