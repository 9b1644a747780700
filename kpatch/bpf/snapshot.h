/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: what is open already, with a process that holds it, of all namespaces. */
#ifndef NETLOG_BPF_SNAPSHOT_H
#define NETLOG_BPF_SNAPSHOT_H

/* The process whose program was written last: the iterator visits its descriptors one
 * after the other. Only one iterator runs. */
__u64 last_exe;

/* Not remembered: the process itself reports its command line, too, when it acts. The
 * ring lends the room. */
static __always_inline __u64 write_exe_of(struct seq_file *seq, struct task_struct *p)
{
	struct file *exe = BPF_CORE_READ(p, mm, exe_file);
	__u64 id = p->start_time ^ (__u64)exe;
	struct netlog_bpf_exe *x;

	if (!can_read || !exe)
		return 0;
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

SEC("iter/task_file")
int on_file(struct bpf_iter__task_file *ctx)
{
	struct netlog_bpf_event e = {};
	struct task_struct *p = ctx->task;
	struct seq_file *seq = ctx->meta->seq;
	struct file *file = ctx->file;
	struct socket *sock;

	if (!p || !file)
		return 0;
	sock = bpf_sock_from_file(file);
	if (!sock || !read_sock(&e.sock, sock->sk, sock))
		return 0;
	if (e.sock.state == TCP_CLOSE && !remote_known(&e.sock) &&
	    !(e.sock.lport && e.sock.datagram))
		return 0;
	read_task_of(&e.task, p);
	e.task.exe = write_exe_of(seq, p);
	e.kind = NETLOG_BPF_EVENT;
	e.op = NETLOG_OP_FOUND;
	e.mono = bpf_ktime_get_ns();
	/* A full buffer: both are written again. */
	last_exe = bpf_seq_write(seq, &e, sizeof(e)) ? 0 : e.task.exe;
	return 0;
}

#endif
