// SPDX-License-Identifier: GPL-2.0-or-later
/* ignore: the ignore list in the kernel; kpatch/bpf/ignore.h does the same in BPF. */
#include "ignore.h"

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "netlog_ignore.h"

struct list {
	struct rcu_head rcu;
	unsigned int count;
	struct netlog_ignore at[];
};

static struct list __rcu *list;
static bool used;	/* a list was set at some time: sockets may be marked */
static atomic64_t ignored;
module_param_named(ignored, ignored.counter, ullong, 0444);

/*
 * Marked sockets by cookie. A datagram socket may begin another connection without an end. If an
 * earlier one was REPORTED, the new connection is reported, too: the plugin, which applies the
 * same list, needs it as the end of the first one.
 */
enum { IGNORED = 1, REPORTED };
static DEFINE_XARRAY_FLAGS(marks, XA_FLAGS_LOCK_IRQ);

/* ---- the parameter ---- */

static bool read_line(const char *text, struct netlog_ignore *i)
{
	u64 *low = (u64 *)&i->uid_low, *high = (u64 *)&i->uid_high;
	u64 *first = (u64 *)&i->first, *last = (u64 *)&i->last;

	return sscanf(text, NETLOG_IGNORE_FORMAT, &i->keep, &i->exe, &i->dev, &i->ino,
		      &i->remote, &i->net[0], &i->net[1], &i->mask[0], &i->mask[1],
		      low, high, first, last) == 13;
}

static struct list *read_list(char *text)
{
	struct list *l = kzalloc(struct_size(l, at, NETLOG_IGNORES), GFP_KERNEL);
	char *line;

	if (!l)
		return ERR_PTR(-ENOMEM);
	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		if (l->count == NETLOG_IGNORES || !read_line(line, &l->at[l->count])) {
			kfree(l);
			return ERR_PTR(-EINVAL);
		}
		l->count++;
	}
	return l;
}

/* Callers hold the parameters' lock. */
static int ignore_set(const char *value, const struct kernel_param *kp)
{
	char *text = kstrdup(value, GFP_KERNEL);
	struct list *fresh = text ? read_list(text) : ERR_PTR(-ENOMEM), *old;

	kfree(text);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	if (fresh->count)
		WRITE_ONCE(used, true);
	old = rcu_dereference_protected(list, 1);
	rcu_assign_pointer(list, fresh);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/* Number of entries: a page has no room for the entries themselves. */
static int ignore_get(char *page, const struct kernel_param *kp)
{
	int count;

	rcu_read_lock();
	count = rcu_access_pointer(list) ? rcu_dereference(list)->count : 0;
	rcu_read_unlock();
	return scnprintf(page, PAGE_SIZE, "%d\n", count);
}

static const struct kernel_param_ops ignore_ops = { .set = ignore_set, .get = ignore_get };
module_param_cb(ignore, &ignore_ops, NULL, 0600);

/* ---- comparing ---- */

static void read_subject(struct netlog_subject *u, enum netlog_op op, const struct sockinfo *s)
{
	bool listens = op == NETLOG_OP_LISTEN || op == NETLOG_OP_BIND;
	struct file *exe;

	*u = (struct netlog_subject){
		.uid = from_kuid(&init_user_ns, current_uid()),
		.port = ntohs(listens || op == NETLOG_OP_ACCEPT ? s->local.in.sin_port :
								  s->remote.in.sin_port),
		.remote = !listens && sockinfo_end_known(&s->remote),
	};
	if (s->remote.sa.sa_family == AF_INET6) {
		memcpy(u->net, &s->remote.in6.sin6_addr, sizeof(u->net));
	} else {
		((__force __be32 *)u->net)[2] = htonl(0xffff);
		((__force __be32 *)u->net)[3] = s->remote.in.sin_addr.s_addr;
	}
	exe = current->mm ? rcu_dereference(current->mm->exe_file) : NULL;
	if (!exe)
		return;
	u->ino = file_inode(exe)->i_ino;
	u->dev = file_inode(exe)->i_sb->s_dev;
}

static bool is_listed(enum netlog_op op, const struct sockinfo *s)
{
	const struct list *l;
	struct netlog_subject u;
	bool listed = false;
	unsigned int i;

	rcu_read_lock();
	l = rcu_dereference(list);
	if (l && l->count) {
		read_subject(&u, op, s);
		for (i = 0; i < l->count; i++)
			if (netlog_ignore_holds(&l->at[i], &u)) {
				listed = !l->at[i].keep;
				break;
			}
	}
	rcu_read_unlock();
	return listed;
}

/* ---- marks ---- */

/* An index has 32 bits on some machines: there nothing is ignored. */
static unsigned long mark_of(u64 cookie)
{
	return sizeof(long) < 8 ? REPORTED : xa_to_value(xa_load(&marks, cookie) ?: xa_mk_value(0));
}

static bool set_mark(u64 cookie, unsigned long mark)
{
	unsigned long flags;
	bool set;

	xa_lock_irqsave(&marks, flags);
	set = !xa_is_err(__xa_store(&marks, cookie, xa_mk_value(mark),
				    GFP_ATOMIC | __GFP_NOWARN));
	xa_unlock_irqrestore(&marks, flags);
	return set;
}

static void unmark(u64 cookie)
{
	unsigned long flags;

	xa_lock_irqsave(&marks, flags);
	__xa_erase(&marks, cookie);
	xa_unlock_irqrestore(&marks, flags);
}

bool ignore_has(u64 cookie)
{
	return READ_ONCE(used) && mark_of(cookie) == IGNORED;
}

static bool begins(enum netlog_op op)
{
	return BIT(op) & (BIT(NETLOG_OP_CONNECT) | BIT(NETLOG_OP_ACCEPT) | BIT(NETLOG_OP_LISTEN) |
			  BIT(NETLOG_OP_BIND) | BIT(NETLOG_OP_DGRAM) | BIT(NETLOG_OP_FLOW));
}

static bool takes_new(enum netlog_op op, const struct sockinfo *s)
{
	unsigned long was = mark_of(s->cookie);

	if (was != REPORTED && is_listed(op, s) && set_mark(s->cookie, IGNORED)) {
		atomic64_inc(&ignored);
		return true;
	}
	if (s->datagram)
		set_mark(s->cookie, REPORTED);
	else if (was)
		unmark(s->cookie);
	return false;
}

bool ignore_takes(enum netlog_op op, const struct sockinfo *s, bool own)
{
	unsigned long was;

	if (likely(!READ_ONCE(used)) || !s->cookie)
		return false;
	if (begins(op))
		return takes_new(op, s);
	was = mark_of(s->cookie);
	if (op == NETLOG_OP_FAIL && !was && own && is_listed(op, s)) {	/* refused at once */
		atomic64_inc(&ignored);
		return true;
	}
	if (was && (op == NETLOG_OP_DISCONNECT || op == NETLOG_OP_RELEASE ||
		    (op == NETLOG_OP_FAIL && was == IGNORED)))
		unmark(s->cookie);
	return was == IGNORED;
}

void ignore_fini(void)
{
	xa_destroy(&marks);
	kfree(rcu_dereference_protected(list, 1));
}
