// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of connecting sockets. Bounded; used in softirq.
 */
#include "pending.h"

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define PENDING_BITS 10

struct entry {
	struct hlist_node node;
	const void *key;
	struct pending p;
};

struct bucket {
	spinlock_t lock;
	struct hlist_head head;
};

unsigned int pending_max = 16384;
static struct bucket table[1 << PENDING_BITS];
static atomic_t count;
static atomic64_t full;

unsigned int pending_count(void)
{
	return atomic_read(&count);
}

u64 pending_full(void)
{
	return atomic64_read(&full);
}

void pending_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		spin_lock_init(&table[i].lock);
		INIT_HLIST_HEAD(&table[i].head);
	}
}

void pending_fini(void)
{
	struct hlist_node *next;
	struct entry *e;
	int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		hlist_for_each_entry_safe(e, next, &table[i].head, node)
			kfree(e);
}

static struct bucket *bucket_of(const void *key)
{
	return &table[hash_ptr(key, PENDING_BITS)];
}

/* The entry of key, off its list, or NULL. Under the lock. */
static struct entry *take_off(struct bucket *b, const void *key)
{
	struct entry *e;

	hlist_for_each_entry(e, &b->head, node) {
		if (e->key == key) {
			hlist_del(&e->node);
			return e;
		}
	}
	return NULL;
}

static struct entry *detach(const void *key)
{
	struct bucket *b = bucket_of(key);
	struct entry *e;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	e = take_off(b, key);
	spin_unlock_irqrestore(&b->lock, flags);
	return e;
}

static struct entry *alloc(void)
{
	struct entry *e = NULL;

	if (atomic_inc_return(&count) <= READ_ONCE(pending_max))
		e = kmalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);
	if (!e) {
		atomic_dec(&count);
		atomic64_inc(&full);
	}
	return e;
}

void pending_add(const void *key, const struct pending *p)
{
	struct bucket *b = bucket_of(key);
	struct entry *e = detach(key);	/* left by a probe that was missed */
	unsigned long flags;

	if (!e)
		e = alloc();
	if (!e)
		return;
	e->key = key;
	e->p = *p;
	spin_lock_irqsave(&b->lock, flags);
	hlist_add_head(&e->node, &b->head);
	spin_unlock_irqrestore(&b->lock, flags);
}

/* The last step: who reads 0 from count does not look for an entry any more. */
static void drop(struct entry *e)
{
	kfree(e);
	atomic_dec(&count);
}

bool pending_take(const void *key, struct pending *p)
{
	struct entry *e;

	if (!key || !atomic_read(&count))
		return false;
	e = detach(key);
	if (!e)
		return false;
	*p = e->p;
	drop(e);
	return true;
}

bool pending_take_then(const void *key,
		       void (*then)(struct pending *p, void *arg), void *arg)
{
	struct bucket *b = bucket_of(key);
	struct entry *e;
	unsigned long flags;

	if (!key || !atomic_read(&count))
		return false;
	spin_lock_irqsave(&b->lock, flags);
	e = take_off(b, key);
	if (e)
		then(&e->p, arg);
	spin_unlock_irqrestore(&b->lock, flags);
	if (!e)
		return false;
	drop(e);
	return true;
}
