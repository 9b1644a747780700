/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlog.bpf.c: the ignore list in the kernel, from 5.17 on. A connection is compared when it
 * begins. The socket of an ignored connection stays marked, and has no records, until it begins
 * another connection or is released.
 */
#ifndef NETLOG_BPF_IGNORE_H
#define NETLOG_BPF_IGNORE_H

/*
 * Sockets, by inode number: IGNORED, or a datagram socket with something REPORTED. A datagram
 * socket may begin another connection without an end; if the socket has something reported, the
 * new connection is reported too, so that user space, which applies the same list, sees the end
 * of the first one.
 */
enum { IGNORED = 1, REPORTED };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} marks SEC(".maps");

#if LOOP
static __always_inline void read_program(struct netlog_subject *u)
{
	struct task_struct *p = (void *)bpf_get_current_task();
	struct file *exe;

	if (!can_read)
		return;
	exe = BPF_CORE_READ(p, mm, exe_file);
	if (!exe)
		return;
	u->ino = BPF_CORE_READ(exe, f_inode, i_ino);
	u->dev = BPF_CORE_READ(exe, f_inode, i_sb, s_dev);
}

/* This function and is_listed() are global: the verifier checks them once, not on each path
 * that leads to them. */
__noinline int read_subject(struct netlog_subject *u, __u32 op, const struct netlog_bpf_sock *s)
{
	bool listens = op == NETLOG_OP_LISTEN || op == NETLOG_OP_BIND;

	if (!u || !s)
		return 0;
	u->port = listens || op == NETLOG_OP_ACCEPT ? s->lport : s->fport;
	u->uid = (__u32)bpf_get_current_uid_gid();
	u->remote = !listens && remote_known(s);
	u->net[0] = s->faddr[0];
	u->net[1] = s->faddr[1];
	if (s->family == AF_INET) {
		u->net[0] = 0;
		((__u32 *)u->net)[2] = bpf_htonl(0xffff);
		((__u32 *)u->net)[3] = *(__u32 *)s->faddr;
	}
	read_program(u);
	return 0;
}

struct comparison {
	struct netlog_subject subject;
	__u32 listed, pad;
};

/* Returns 1 at the first matching entry, and past the last one. */
static long compare(__u32 i, struct comparison *c)
{
	__u64 n = i;

	if (n >= shared.ignores)
		return 1;
	barrier_var(n);		/* the verifier must not learn that n is small */
	n &= NETLOG_IGNORES - 1;
	if (!netlog_ignore_holds(&ignores[n], &c->subject))
		return 0;
	c->listed = !ignores[n].keep;
	return 1;
}

__noinline bool is_listed(__u32 op, const struct netlog_bpf_sock *s)
{
	struct comparison c = {};

	if (!s || !shared.ignores)
		return false;
	read_subject(&c.subject, op, s);
	bpf_loop(NETLOG_IGNORES, compare, &c, 0);	/* the verifier checks one round */
	return c.listed;
}

static __always_inline bool begins(__u32 op)
{
	return (1ULL << op) & (1ULL << NETLOG_OP_CONNECT | 1ULL << NETLOG_OP_ACCEPT |
			       1ULL << NETLOG_OP_LISTEN | 1ULL << NETLOG_OP_BIND |
			       1ULL << NETLOG_OP_DGRAM | 1ULL << NETLOG_OP_FLOW);
}

static __always_inline __u8 mark_of(__u64 ino)
{
	__u8 *mark = bpf_map_lookup_elem(&marks, &ino);

	return mark ? *mark : 0;
}

static __always_inline bool is_marked(__u64 ino)
{
	return has_list && shared.ignoring && mark_of(ino) == IGNORED;
}

static __always_inline void unmark(__u64 ino)
{
	if (has_list && shared.ignoring)
		bpf_map_delete_elem(&marks, &ino);
}

static __always_inline bool set_mark(__u64 ino, __u8 mark)
{
	if (!bpf_map_update_elem(&marks, &ino, &mark, BPF_ANY))
		return true;
	count(&shared.map_full);
	return false;
}

static __always_inline bool ignores_new(__u32 op, const struct netlog_bpf_sock *s)
{
	if (mark_of(s->ino) != REPORTED && is_listed(op, s) && set_mark(s->ino, IGNORED)) {
		count(&shared.ignored);
		return true;
	}
	if (s->datagram)
		set_mark(s->ino, REPORTED);
	else
		unmark(s->ino);
	return false;
}

/* Returns true if no record is to be written for op. own: the current task acts. */
static __always_inline bool is_ignored(__u32 op, const struct netlog_bpf_sock *s, bool own)
{
	__u8 was;

	if (!has_list || !shared.ignoring || !s->ino)
		return false;
	if (begins(op))
		return ignores_new(op, s);
	was = mark_of(s->ino);
	if (op == NETLOG_OP_FAIL && !was && own && is_listed(op, s)) {	/* refused at once */
		count(&shared.ignored);
		return true;
	}
	if (was && (op == NETLOG_OP_DISCONNECT || op == NETLOG_OP_RELEASE ||
		    (op == NETLOG_OP_FAIL && was == IGNORED)))
		unmark(s->ino);
	return was == IGNORED;
}

#else	/* before 5.17 the verifier would walk every path through the list */
static __always_inline bool is_marked(__u64 ino) { return false; }
static __always_inline void unmark(__u64 ino) {}
static __always_inline bool is_ignored(__u32 op, const struct netlog_bpf_sock *s, bool own)
{
	return false;
}
#endif

#endif
