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
	id = exe_key(p->group_leader->start_time, (__u64)exe);
	if (id == last_exe)
		return id;
	x = bpf_ringbuf_reserve(&ring, sizeof(*x), 0);
	if (!x)
		return 0;
	x->kind = NETLOG_BPF_EXE;
	x->pid = BPF_CORE_READ(p, tgid);
	x->id = x->key = id;
	x->parts = x->len = x->args_len = x->deleted = 0;
	read_path(x, p, exe);
	bpf_seq_write(seq, x, sizeof(*x));
	bpf_ringbuf_discard(x, 0);
	return id;
}

/*
 * Returns the direction of an open TCP connection. tcp_ack() counts the SYN of the connecting side
 * among the bytes acknowledged, not that of the accepting side. settled: nothing is in flight, and
 * nothing was sent twice.
 */
static __always_inline __u8 direction_of(const struct netlog_bpf_sock *s, __u64 sent,
					 __u64 acked, bool settled)
{
	if (!settled || (s->state != TCP_ESTABLISHED && s->state != TCP_CLOSE_WAIT))
		return NETLOG_BPF_EITHER;
	return acked == sent + 1 ? NETLOG_BPF_OUTBOUND :
	       acked == sent ? NETLOG_BPF_INBOUND : NETLOG_BPF_EITHER;
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
	struct seq_file *seq = ctx->meta->seq;
	struct socket *sock;
	struct tcp_sock *tp;

	if (!p || !file)
		return 0;
	sock = bpf_sock_from_file(file);
	if (!sock || !sock->sk)
		return 0;
	if (is_smc(sock->sk) ? !read_smc(&e.sock, sock->sk, untrusted(file)) :
	    !read_any(&e.sock, sock->sk, sock))
		return 0;
	tp = bpf_skc_to_tcp_sock(sock->sk);
	if (tp)
		e.sock.direction = direction_of(&e.sock, tp->bytes_sent, tp->bytes_acked,
						!tp->packets_out && !tp->total_retrans);
	write_found(seq, &e, untrusted(p));
	return 0;
}

/* Before 5.11, without bpf_sock_from_file(): a file of sockfs is a socket. Its struct has no
 * type for the verifier. */
SEC("iter/task_file")
int on_file_old(struct bpf_iter__task_file *ctx)
{
	struct netlog_bpf_event e = {};
	struct task_struct *p = ctx->task;
	struct file *file = ctx->file;
	struct tcp_sock *tp;

	if (!p || !file || file->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	tp = (struct tcp_sock *)BPF_CORE_READ((struct socket *)file->private_data, sk);
	if (!read_far(&e.sock, file, (struct sock *)tp))
		return 0;
	if (e.sock.proto == IPPROTO_TCP)
		e.sock.direction = direction_of(&e.sock, BPF_CORE_READ(tp, bytes_sent),
						BPF_CORE_READ(tp, bytes_acked),
						!BPF_CORE_READ(tp, packets_out) &&
						!BPF_CORE_READ(tp, total_retrans));
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
