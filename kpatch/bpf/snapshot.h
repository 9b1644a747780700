/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: sockets that are already open, in all namespaces, each with a process that
 * holds it. */
#ifndef NETLOG_BPF_SNAPSHOT_H
#define NETLOG_BPF_SNAPSHOT_H

/* The process whose program was written last: the iterator visits the descriptors of a process
 * one after the other. Only one iterator runs. */
__u64 last_exe;

/* The program is not remembered: the process reports it, with its command line, when it acts.
 * The ring provides the memory. */
static __always_inline __u64 write_exe_of(struct seq_file *seq, struct task_struct *p)
{
	struct netlog_bpf_exe *x;
	struct file *exe;
	__u64 id;

	if (!can_read)
		return 0;
	exe = BPF_CORE_READ(p, mm, exe_file);
	if (!exe)
		return 0;
	id = p->start_time ^ (__u64)exe;
	if (id == last_exe)
		return id;
	x = bpf_ringbuf_reserve(&ring, sizeof(*x), 0);
	if (!x)
		return 0;
	x->kind = NETLOG_BPF_EXE;
	x->pid = BPF_CORE_READ(p, tgid);
	x->id = id;
	x->parts = x->len = x->args_len = x->deleted = 0;
	read_path(x, p, exe);
	bpf_seq_write(seq, x, sizeof(*x));
	bpf_ringbuf_discard(x, 0);
	return id;
}

static __always_inline void write_found(struct seq_file *seq, struct netlog_bpf_event *e,
					struct task_struct *p)
{
	if (e->sock.state == TCP_CLOSE && !remote_known(&e->sock) &&
	    !(e->sock.lport && e->sock.datagram))
		return;
	if (is_marked(e->sock.ino))
		return;
	read_task_of(&e->task, p);
	e->task.exe = write_exe_of(seq, p);
	e->kind = NETLOG_BPF_EVENT;
	e->op = NETLOG_OP_FOUND;
	e->mono = bpf_ktime_get_ns();
	/* The buffer was full: both are written again. */
	last_exe = bpf_seq_write(seq, e, sizeof(*e)) ? 0 : e->task.exe;
}

SEC("iter/task_file")
int on_file(struct bpf_iter__task_file *ctx)
{
	struct netlog_bpf_event e = {};
	struct task_struct *p = ctx->task;
	struct file *file = ctx->file;
	struct socket *sock;

	if (!p || !file)
		return 0;
	sock = bpf_sock_from_file(file);
	if (sock && read_any(&e.sock, sock->sk, sock))
		write_found(ctx->meta->seq, &e, p);
	return 0;
}

/*
 * Replaces bpf_sock_from_file() before 5.11: a file of sockfs is a socket. Its struct has no
 * type for the verifier, so the helper reads every field.
 */
static __always_inline bool read_far(struct netlog_bpf_sock *s, struct file *file,
				     struct socket *sock)
{
	struct sock *sk = BPF_CORE_READ(sock, sk);
	unsigned int gfp = BPF_CORE_READ(sk, sk_allocation);
	__u64 key = (__u64)sk, *known;

	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->proto = BPF_CORE_READ(sk, sk_protocol);
	if ((s->family != AF_INET && s->family != AF_INET6) ||
	    BPF_CORE_READ(sk, sk_type) == SOCK_RAW || BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock) ||
	    ((gfp == GFP_MEMALLOC || gfp == GFP_MEMALLOC_OLD) &&
	     !BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuse)) ||
	    !(s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP || s->proto == IPPROTO_UDPLITE ||
	      s->proto == IPPROTO_SCTP || s->proto == IPPROTO_MPTCP))
		return false;
	s->ino = BPF_CORE_READ(file, f_inode, i_ino);
	known = bpf_map_lookup_elem(&numbers, &key);
	s->cookie = known ? *known : 0;		/* assigned when the socket first does something */
	s->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	s->oif = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	s->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	s->datagram = BPF_CORE_READ(sk, sk_type) == SOCK_DGRAM;
	s->lport = BPF_CORE_READ(sk, __sk_common.skc_num);
	s->fport = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (s->family == AF_INET) {
		*(__u32 *)s->laddr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(__u32 *)s->faddr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&s->laddr, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&s->faddr, sk, __sk_common.skc_v6_daddr);
	}
	if (s->state == TCP_CLOSE)
		s->fport = s->faddr[0] = s->faddr[1] = 0;
	return true;
}

SEC("iter/task_file")
int on_file_old(struct bpf_iter__task_file *ctx)
{
	struct netlog_bpf_event e = {};
	struct task_struct *p = ctx->task;
	struct file *file = ctx->file;

	if (!p || !file || file->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	if (read_far(&e.sock, file, file->private_data))
		write_found(ctx->meta->seq, &e, p);
	return 0;
}

/*
 * Sockets without a descriptor, such as one in flight or io_uring's, in the network namespace
 * of the process that made the iterator. No process is named: user space only compares them
 * with the sockets that it has.
 */
static __always_inline void write_unheld(struct seq_file *seq, struct sock *sk)
{
	struct netlog_bpf_event e = {};
	struct socket *sock = sk->sk_socket;

	if (!sock || !read_any(&e.sock, sk, sock))
		return;
	e.kind = NETLOG_BPF_EVENT;
	e.op = NETLOG_OP_FOUND;
	e.mono = bpf_ktime_get_ns();
	bpf_seq_write(seq, &e, sizeof(e));
}

SEC("iter/tcp")
int on_tcp(struct bpf_iter__tcp *ctx)
{
	struct sock_common *common = ctx->sk_common;
	struct tcp_sock *tp = common ? bpf_skc_to_tcp_sock(common) : NULL;

	if (tp)
		write_unheld(ctx->meta->seq, (struct sock *)tp);
	return 0;
}

SEC("iter/udp")
int on_udp(struct bpf_iter__udp *ctx)
{
	struct udp_sock *udp = ctx->udp_sk;

	if (udp)
		write_unheld(ctx->meta->seq, (struct sock *)udp);
	return 0;
}

#endif
