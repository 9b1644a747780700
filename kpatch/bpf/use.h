/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: the process that uses a socket, on request. */
#ifndef NETLOG_BPF_USE_H
#define NETLOG_BPF_USE_H

/*
 * Sets tx and rx to the positions in TCP's two streams where this use begins: the bytes that
 * were written and read before it. sent, received: bytes of this call.
 */
static __always_inline void set_places(struct netlog_bpf_sock *s, struct sock *sk, int sent,
				       int received)
{
	struct tcp_sock *tp = NULL;
	__u32 unread;

	if (sk->sk_protocol == IPPROTO_TCP)
		tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return;
	unread = tp->rcv_nxt - tp->copied_seq;
	/* read_bytes() has subtracted the FIN from rx */
	if (unread && (sk->__sk_common.skc_flags & (1UL << SOCK_DONE_FLAG)))
		unread--;
	s->tx -= sent;
	s->rx -= unread + received;
}

static __always_inline int use(struct sock *sk, int ret, int sent, int received)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32, *last;
	struct netlog_bpf_sock s;

	if (ret <= 0 || !sk || shared.silent)
		return 0;
	last = bpf_sk_storage_get(&users, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!last || *last == pid)
		return 0;
	*last = pid;
	if (!read_sock(&s, sk, sk->sk_socket))
		return 0;
	set_places(&s, sk, sent, received);
	write(NETLOG_OP_USE, &s, NULL, 0);
	return 0;
}

static __always_inline int sends(struct sock *sk, int ret)
{
	return use(sk, ret, ret, 0);
}

/* A process that only peeks receives nothing: the next reader gets the bytes. */
static __always_inline int receives(struct sock *sk, int ret, int flags)
{
	return flags & MSG_PEEK ? 0 : use(sk, ret, 0, ret);
}

/* Since 6.3. */
SEC("tp_btf/sock_send_length") int on_send(__u64 *ctx) { return sends(SOCK(ctx), (int)ctx[1]); }
SEC("tp_btf/sock_recv_length")
int on_recv(__u64 *ctx) { return receives(SOCK(ctx), (int)ctx[1], (int)ctx[2]); }

/* Before 6.3: (struct socket *, struct msghdr *, size_t[, int flags]) */
SEC("fexit/inet_sendmsg") int on_send4(__u64 *ctx) { return sends(SOCKET_SK(ctx), (int)ctx[3]); }
SEC("fexit/inet6_sendmsg") int on_send6(__u64 *ctx) { return sends(SOCKET_SK(ctx), (int)ctx[3]); }
SEC("fexit/inet_recvmsg")
int on_recv4(__u64 *ctx) { return receives(SOCKET_SK(ctx), (int)ctx[4], (int)ctx[3]); }
SEC("fexit/inet6_recvmsg")
int on_recv6(__u64 *ctx) { return receives(SOCKET_SK(ctx), (int)ctx[4], (int)ctx[3]); }

#endif
