// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pending: a table by inode number, which an MPTCP socket shares with its first
 * subflow. The table has no limit: each entry belongs to an open socket, which is
 * many times as large.
 */
#include "pending.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static unsigned int count;
module_param_named(pending, count, uint, 0444);

void pending_add(const struct pending *p)
{
	struct pending *e = kmemdup(p, sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	unsigned long flags;

	xa_lock_irqsave(&table, flags);
	if (!e || __xa_insert(&table, p->sock.ino, e, GFP_ATOMIC | __GFP_NOWARN)) {
		kfree(e);
		record_count_lost();
	} else {
		count++;
	}
	xa_unlock_irqrestore(&table, flags);
}

bool pending_take(struct socket *sock, const void *of, struct pending *p)
{
	struct pending *e;
	unsigned long flags;

	if (!sock || !READ_ONCE(count))
		return false;
	xa_lock_irqsave(&table, flags);
	e = xa_load(&table, SOCK_INODE(sock)->i_ino);
	if (e && of && e->of != of)
		e = NULL;
	if (e) {
		__xa_erase(&table, SOCK_INODE(sock)->i_ino);
		count--;
	}
	xa_unlock_irqrestore(&table, flags);
	if (!e)
		return false;
	*p = *e;
	kfree(e);
	return true;
}

void pending_fini(void)
{
	struct pending *e;
	unsigned long ino;

	xa_for_each(&table, ino, e)
		kfree(e);
	xa_destroy(&table);
}
