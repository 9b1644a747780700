/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: fork, exec and exit of processes, on request; their programs at exit. */
#ifndef NETLOG_BPF_PROCESS_H
#define NETLOG_BPF_PROCESS_H

SEC("tp_btf/sched_process_fork")
int on_fork(__u64 *ctx)
{
	struct task_struct *child = untrusted((struct task_struct *)ctx[1]);
	struct netlog_bpf_sock none = {};
	struct netlog_bpf_task t = {};
	struct known_exe k = {};

	if (shared.silent || child->pid != child->tgid || !child->mm)
		return 0;
	read_task_of(&t, child);
	t.exe = k.id = exe_id();
	if (k.id) {
		k.file = (__u64)child->mm->exe_file;
		k.exec_id = child->self_exec_id;
		k.start = child->start_time;
		bpf_map_update_elem(&exes, &t.pid, &k, BPF_ANY);
	}
	write(NETLOG_OP_FORK, &none, &t, bpf_get_current_pid_tgid() >> 32);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	struct netlog_bpf_sock none = {};

	if (!shared.silent)
		write(NETLOG_OP_EXEC, &none, NULL, 0);
	return 0;
}

/* The last thread of a process: its exit code is set, its memory still exists. */
SEC("fentry/taskstats_exit")
int on_end(__u64 *ctx)
{
	struct task_struct *p = (struct task_struct *)ctx[0];
	struct netlog_bpf_sock s = {};
	int status = p->group_leader->exit_code;

	if (shared.silent || !(int)ctx[1] || !p->mm)
		return 0;
	if (p->signal->flags & SIGNAL_GROUP_EXIT)
		status = p->signal->group_exit_code;
	s.rx = p->group_leader->start_time;
	write(NETLOG_OP_END, &s, NULL, status);
	return 0;
}

#define EXIT_FDS 512		/* without bpf_loop() */
#define EXIT_FDS_LOOP 65536

static __always_inline struct sock *held_sock(struct file *f)
{
	struct socket *sock = BPF_CORE_READ(f, private_data);

	return BPF_CORE_READ(sock, sk);
}

static __always_inline void read_held(struct netlog_bpf_sock *s, struct file *f)
{
	struct sock *sk = held_sock(f);

	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->ino = BPF_CORE_READ(f, f_inode, i_ino);
	s->proto = BPF_CORE_READ(sk, sk_protocol);
	s->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	s->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/*
 * Returns the struct file * that is stored at this address if it is a socket whose family is
 * reported, and 0 otherwise. A global function: the verifier reads it once, not for each round.
 */
__noinline __u64 held_at(__u64 address)
{
	struct file *f = NULL;
	__u16 family;

	if (!can_read || bpf_probe_read_kernel(&f, sizeof(f), (void *)address) || !f)
		return 0;
	if (BPF_CORE_READ(f, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	family = BPF_CORE_READ(held_sock(f), __sk_common.skc_family);
	if (family != AF_INET && family != AF_INET6)
		return 0;
	return is_marked(BPF_CORE_READ(f, f_inode, i_ino)) ? 0 : (__u64)f;
}

struct held {
	__u64 fds, found;
};

/* Returns 1 if the descriptor is a socket that is reported. */
static long look_at(__u32 i, struct held *h)
{
	h->found = held_at(h->fds + i * sizeof(struct file *));
	return h->found != 0;
}

/* An exiting process has no program any more when its sockets are released later. A process
 * that holds a socket and was not reported is therefore reported here. */
SEC("fentry/tty_audit_exit")
int on_exit(__u64 *ctx)
{
	struct task_struct *p = (void *)bpf_get_current_task();
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct netlog_bpf_sock s = {};
	struct known_exe now, *k;
	struct held h = {};
	__u64 max;

	if (!can_read || shared.silent)
		return 0;
	read_exe(&now);
	k = bpf_map_lookup_elem(&exes, &pid);
	if (k && k->start == now.start && k->file == now.file && k->exec_id == now.exec_id)
		return 0;
	max = BPF_CORE_READ(p, files, fdt, max_fds);
	h.fds = (__u64)BPF_CORE_READ(p, files, fdt, fd);
#if LOOP
	bpf_loop(max < EXIT_FDS_LOOP ? max : EXIT_FDS_LOOP, look_at, &h, 0);
#else
	for (__u32 i = 0; i < EXIT_FDS && i < max; i++)
		if (look_at(i, &h))
			break;
#endif
	if (!h.found)
		return 0;
	read_held(&s, (struct file *)h.found);
	write(NETLOG_OP_EXIT, &s, NULL, 0);
	return 0;
}

#endif
