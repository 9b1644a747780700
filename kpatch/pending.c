// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pending: a table by socket cookie. The table has no limit: each entry belongs to an
 * open socket, which is many times as large.
 */
#include "pending.h"

#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

static DEFINE_XARRAY_FLAGS(table, XA_FLAGS_LOCK_IRQ);
static unsigned int count;
module_param_named(pending, count, uint, 0444);

bool pending_add(const struct pending *p)
{
	struct pending *e = kmemdup(p, sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	unsigned long flags;
	bool added;

	xa_lock_irqsave(&table, flags);
	added = e && !__xa_insert(&table, p->sock.cookie, e, GFP_ATOMIC | __GFP_NOWARN);
	count += added;
	xa_unlock_irqrestore(&table, flags);
	if (added)
		return true;
	kfree(e);
	record_count_lost();
	return false;
}

/* 0: no record was written for this socket. The cookie of an MPTCP socket stands for its first
 * subflow, too, which borrows its struct socket. */
static u64 cookie_of(const struct socket *sock)
{
	const struct sock *sk = sock ? READ_ONCE(sock->sk) : NULL;

	return sk ? atomic64_read(&sk->sk_cookie) : 0;
}

/* Under the table's lock. An index has 32 bits on some machines. */
static struct pending *find(u64 cookie)
{
	struct pending *e = xa_load(&table, cookie);

	return e && e->sock.cookie == cookie ? e : NULL;
}

void pending_icmp(struct socket *sock, int err)
{
	u64 cookie = READ_ONCE(count) ? cookie_of(sock) : 0;
	struct pending *e;
	unsigned long flags;

	if (!cookie)
		return;
	xa_lock_irqsave(&table, flags);
	e = find(cookie);
	if (e)
		e->icmp_err = err;
	xa_unlock_irqrestore(&table, flags);
}

bool pending_take(struct socket *sock, const void *of, struct pending *p)
{
	u64 cookie = READ_ONCE(count) ? cookie_of(sock) : 0;
	struct pending *e;
	unsigned long flags;

	if (!cookie)
		return false;
	xa_lock_irqsave(&table, flags);
	e = find(cookie);
	if (e && of && e->of != of)
		e = NULL;
	if (e) {
		__xa_erase(&table, cookie);
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
	unsigned long index;

	xa_for_each(&table, index, e)
		kfree(e);
	xa_destroy(&table);
}
