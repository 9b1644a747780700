/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: calls compared before and after: failing connects, changed peers, listeners. */
#ifndef NETLOG_BPF_CALLS_H
#define NETLOG_BPF_CALLS_H

static __always_inline __u64 call_key(__u32 function)
{
	return (__u64)function << 32 | (__u32)bpf_get_current_pid_tgid();
}

static __noinline int enter(__u32 function, struct sock *sk)
{
	__u64 key = call_key(function);
	struct netlog_bpf_sock s;

	if (!sk || !read_sock(&s, sk, sk->sk_socket))
		return 0;
	if (bpf_map_update_elem(&calls, &key, &s, BPF_ANY))
		count(&shared.map_full);
	return 0;
}

/* The call failed: this host refused it (no route, no free port, forbidden). An attempt that
 * was sent ends elsewhere, and a socket with a peer keeps it. s: the socket before connect();
 * it is overwritten. */
static __noinline int refused(struct sock *sk, struct netlog_bpf_sock *s, const void *uaddr,
			      int len, int err)
{
	if (!sk || !s || s->state != TCP_CLOSE || !read_remote(s, uaddr, len))
		return 0;
	/* SCTP has not begun here: its pending attempt is an earlier connect's. */
	if (s->proto != IPPROTO_SCTP)
		pending_take_sock(sk->sk_socket, s);
	write(NETLOG_OP_FAIL, s, NULL, err);
	return 0;
}

static __always_inline bool differs(const struct netlog_bpf_sock *a,
				    const struct netlog_bpf_sock *b)
{
	return a->faddr[0] != b->faddr[0] || a->faddr[1] != b->faddr[1] || a->fport != b->fport;
}

/*
 * The socket may have lost its peer or have stopped listening, and may have begun something
 * new. Each call of write() costs the verifier as much as the rest, so there is one for the end
 * and one for the beginning. *before is overwritten.
 */
static __always_inline void changed(struct sock *sk, struct netlog_bpf_sock *before)
{
	struct netlog_bpf_sock now;
	bool other, lost, had_port = before->lport;
	__u8 was = before->state;
	int err = 0;
	__u32 op;

	if (!read_sock(&now, sk, sk->sk_socket))
		return;
	other = differs(before, &now);
	lost = now.state == TCP_CLOSE && (was != TCP_CLOSE || (other && !remote_known(&now)));
	before->unused = now.datagram && (lost || other) && unused_take(sk);
	op = before->unused ? NETLOG_OP_DISCONNECT : 0;		/* it has another peer */
	if (lost && pending_take_sock(sk->sk_socket, before)) {
		op = NETLOG_OP_FAIL;
		err = ECONNABORTED;
	} else if (lost) {		/* op=fail reported an attempt */
		op = was != TCP_SYN_SENT ? NETLOG_OP_DISCONNECT : 0;
	}
	if (op)
		write(op, before, NULL, err);

	op = 0;
	if (now.datagram && now.state == TCP_CLOSE) {
		/* A port that bind() asked for stays: the socket receives from all again. After
		 * "ss -K" this is not reported: the task would be ss. */
		if (now.lport && (lost || !had_port) && sk->sk_err != ECONNABORTED)
			op = NETLOG_OP_BIND;
	} else if (now.datagram ? other : now.state == TCP_LISTEN && was != TCP_LISTEN) {
		now.state = was;
		now.unused = now.datagram && unused_watch(sk);
		op = now.datagram ? NETLOG_OP_DGRAM : NETLOG_OP_LISTEN;
	}
	if (op)
		write(op, &now, NULL, 0);
}

static __noinline int leave(__u32 function, struct sock *sk, const void *uaddr, int len, int ret)
{
	__u64 key = call_key(function);
	struct netlog_bpf_sock *before = bpf_map_lookup_elem(&calls, &key);

	if (!before)
		return 0;
	if (sk && ret < 0 && uaddr) {
		refused(sk, before, uaddr, len, -ret);
	} else if (sk && ret >= 0) {
		changed(sk, before);
	}
	bpf_map_delete_elem(&calls, &key);
	return 0;
}

#define SOCK(ctx)	((struct sock *)(ctx)[0])
#define SOCKET_SK(ctx)	(((struct socket *)(ctx)[0])->sk)

#define CALL(n, fn, sk, when, uaddr, len, ret)					\
SEC("fentry/" #fn) int enter_##fn(__u64 *ctx)					\
{ return (when) ? enter(n, sk) : 0; }						\
SEC("fexit/" #fn) int leave_##fn(__u64 *ctx)					\
{ return leave(n, sk, uaddr, len, ret); }

/* has second programs */
#define CALL_TWICE(n, fn, sk, uaddr, len, ret)					\
TWICE("fentry/" #fn, enter_##fn)						\
{ return ran_before(ENTER + (n), (void *)ctx[0], 0) ? 0 : enter(n, sk); }	\
TWICE("fexit/" #fn, leave_##fn)							\
{ return ran_before(LEAVE + (n), (void *)ctx[0], 0) ? 0 : leave(n, sk, uaddr, len, ret); }

/* fn(struct socket *, struct sockaddr *, int, …) with this many arguments */
#define CALL_TO(n, fn, args)							\
	CALL_TWICE(n, fn, SOCKET_SK(ctx), (void *)ctx[1], (int)ctx[2], (int)ctx[args])
/* fn(struct sock *, int) that takes the peer away, unless close() or MPTCP calls it */
#define CALL_END(n, fn, when)							\
	CALL(n, fn, SOCK(ctx), (when) && in_use(SOCK(ctx)), NULL, 0, (int)ctx[2])

static __always_inline bool same_family(struct sock *sk, const void *uaddr)
{
	__u16 family = sk->__sk_common.skc_family;

	if (!uaddr)
		return false;
	if (can_read)
		bpf_probe_read_kernel(&family, sizeof(family), uaddr);
	return family == sk->__sk_common.skc_family;
}

static int associate_late(struct sock *sk, const void *uaddr, int len);

/* A function of its own: the verifier adds up the stacks of nested calls, 512 bytes at most, and
 * associate_late() has a socket's record, too. */
static __noinline int connect_denied(struct socket *sock, const void *uaddr, int len, int err)
{
	struct sock *sk = sock->sk;
	struct netlog_bpf_sock s;

	if (sk && read_sock(&s, sk, sock))
		refused(sk, &s, uaddr, len, err);
	return 0;
}

/* At this point connect() has had no effect yet. */
TWICE("fexit/security_socket_connect", leave_security_socket_connect)
{
	struct sock *sk = SOCKET_SK(ctx);

	if (ran_before(DENIED, sk, 0))
		return 0;
	if (sk && is_smc(sk)) {
		smc_mark(sk, ((struct socket *)ctx[0])->file);
		return 0;
	}
	if (sctp_late && !(int)ctx[3])
		return associate_late(sk, (void *)ctx[1], (int)ctx[2]);
	if ((int)ctx[3] < 0)
		return connect_denied((struct socket *)ctx[0], (void *)ctx[1], (int)ctx[2], -(int)ctx[3]);
	return 0;
}

/* The socket is as it was before the call. A tcp_v4_connect() called by tcp_v6_connect(), which
 * has a program too, is skipped. send(MSG_FASTOPEN) may pass no address. */
static __noinline int not_connected(struct sock *sk, const void *uaddr, int len, int err)
{
	struct netlog_bpf_sock s;

	if (sk && same_family(sk, uaddr) && read_sock(&s, sk, sk->sk_socket))
		refused(sk, &s, uaddr, len, err);
	return 0;
}

/* fn(struct sock *, struct sockaddr *, int); on_tcp_connect() reports success. */
static __always_inline int connected(__u64 *ctx)
{
	int ret = (int)ctx[3];

	return ret < 0 ? not_connected(SOCK(ctx), (void *)ctx[1], (int)ctx[2], -ret) : 0;
}

SEC("fexit/tcp_v4_pre_connect")
int leave_tcp_v4_pre_connect(__u64 *ctx) { return connected(ctx); }
SEC("fexit/tcp_v6_pre_connect")
int leave_tcp_v6_pre_connect(__u64 *ctx) { return connected(ctx); }
TWICE("fexit/tcp_v4_connect", leave_tcp_v4_connect)
{ return ran_before(CONNECT4, SOCK(ctx), 0) ? 0 : connected(ctx); }
TWICE("fexit/tcp_v6_connect", leave_tcp_v6_connect)
{ return ran_before(CONNECT6, SOCK(ctx), 0) ? 0 : connected(ctx); }
CALL_TO(6, inet_dgram_connect, 4)
CALL_END(7, tcp_disconnect, true)
CALL_END(8, mptcp_disconnect, true)
CALL_END(9, udp_abort, true)
/* "ss -K" of a listener. For other sockets, which need not be full ones, on_state() reports the
 * end. */
CALL_END(10, tcp_abort, SOCK(ctx)->__sk_common.skc_state == TCP_LISTEN)
CALL_TWICE(11, inet_bind, SOCKET_SK(ctx), NULL, 0, (int)ctx[3])
CALL_TWICE(12, inet6_bind, SOCKET_SK(ctx), NULL, 0, (int)ctx[3])
/* Has one argument less since 5.17, so the state alone decides whether it listens. */
CALL_TWICE(13, inet_csk_listen_start, SOCK(ctx), NULL, 0, 0)
CALL(14, sctp_inet_listen, SOCKET_SK(ctx), true, NULL, 0, (int)ctx[2])

#endif
