/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: connects in progress, and their outcome. */
#ifndef NETLOG_BPF_CONNECT_H
#define NETLOG_BPF_CONNECT_H

static __always_inline struct pending *pending_find(struct socket *sock, __u64 *ino)
{
	if (!sock)
		return NULL;
	*ino = ino_of(sock);
	return *ino ? bpf_map_lookup_elem(&pending, ino) : NULL;
}

/* Moves the entry of sock to *p if of is 0 or equals the entry's. Returns true if it did. */
static __noinline bool pending_take(struct socket *sock, __u64 of, struct pending *p)
{
	__u64 ino;
	struct pending *e = pending_find(sock, &ino);

	if (!e || !p || (of && e->of != of))
		return false;
	__builtin_memcpy(p, e, sizeof(*p));
	return !bpf_map_delete_elem(&pending, &ino);
}

/* Takes only the socket of the entry: the 512 bytes of stack are shared by four functions. */
static __noinline bool pending_take_sock(struct socket *sock, struct netlog_bpf_sock *s)
{
	__u64 ino;
	struct pending *e = pending_find(sock, &ino);

	if (!e || !s)
		return false;
	__builtin_memcpy(s, &e->sock, sizeof(*s));
	return !bpf_map_delete_elem(&pending, &ino);
}

/* peer NULL: sk has the peer. */
static __always_inline int begin(struct sock *sk, __u64 of, const void *peer, int len)
{
	struct socket *sock = sk->sk_socket;
	struct pending p = {};

	/* An earlier attempt ended silently, such as a Fast Open that could not be sent. */
	if (pending_take(sock, 0, &p))
		write(NETLOG_OP_FAIL, &p.sock, &p.task, ECONNABORTED);
	if (!read_sock(&p.sock, sk, sock) || (peer && !read_remote(&p.sock, peer, len)))
		return 0;
	p.of = of;
	p.task.pid = 0;
	if (!write(NETLOG_OP_CONNECT, &p.sock, NULL, 0))
		read_task(&p.task);
	else if (is_marked(p.sock.ino))
		return 0;
	if (bpf_map_update_elem(&pending, &p.sock.ino, &p, BPF_ANY))
		count(&shared.map_full);
	return 0;
}

TWICE("fentry/tcp_connect", on_tcp_connect)
{
	struct sock *sk = (struct sock *)ctx[0];

	if (ran_before(ON_CONNECT, sk, attempt_of(sk)))
		return 0;
	count(&shared.seen);
	return begin(sk, 0, NULL, 0);
}

static __always_inline bool is_connecting(struct sock *sk, int old)
{
	if (sk->sk_protocol == IPPROTO_SCTP)
		return old == TCP_CLOSE;
	/* SYN_RECV: the second state of a simultaneous open */
	return sk->sk_protocol == IPPROTO_TCP && (old == TCP_SYN_SENT || old == TCP_SYN_RECV);
}

/* SCTP without its own functions: listen(2), and its end by a process. */
static __noinline int listen_late(struct sock *sk, struct socket *sock, int old, int new)
{
	struct netlog_bpf_sock s;

	if (!sk || (new != TCP_LISTEN && !in_use(sk)) || !read_sock(&s, sk, sock))
		return 0;
	s.state = old;
	write(new == TCP_LISTEN ? NETLOG_OP_LISTEN : NETLOG_OP_DISCONNECT, &s, NULL, 0);
	return 0;
}

/* A function of its own, for the stack of on_state() and what that calls. */
static __noinline bool state_ran(struct sock *sk, int old, int new)
{
	if (!has_again || !sk)
		return false;
	/* owned: by a process, which is current */
	return ran_in(!sk->sk_lock.owned, ON_STATE, sk,
		      (__u64)attempt_of(sk) << 16 | old << 8 | new);
}

/*
 * In softirq current is unrelated to the connection. Embryonic sockets have no struct socket. A
 * close without sk_err is reported by the caller: leave(), on_release().
 */
TWICE("tp_btf/inet_sock_set_state", on_state)
{
	struct sock *sk = (struct sock *)ctx[0];
	int old = (int)ctx[1], new = (int)ctx[2], err;
	struct socket *sock;
	struct pending p;

	if (state_ran(sk, old, new))
		return 0;
	err = new == TCP_CLOSE ? sk->sk_err : 0;
	sock = sk->sk_socket;
	if (new == TCP_SYN_SENT && sk->sk_protocol == IPPROTO_TCP)
		count(&shared.begun);
	if (sctp_late && sk->sk_protocol == IPPROTO_SCTP && sk->sk_type == SOCK_STREAM &&
	    (new == TCP_LISTEN || old == TCP_LISTEN))
		return listen_late(sk, sock, old, new);
	if (!is_connecting(sk, old) || (new != TCP_ESTABLISHED && !err))
		return 0;
	if (!sock)
		return 0;
	/* connect() is about to return an error and sk_err is older; or the socket was accepted */
	if (sock->sk == sk && sk->sk_protocol == IPPROTO_TCP) {
		int state = sock->state;

		if (state == SS_CONNECTED || (err && state == SS_UNCONNECTED))
			return 0;
	}
	if (!pending_take(sock, 0, &p)) {
		/* The map had no room for the entry, or the program was attached after the
		 * connect. */
		if (old != TCP_SYN_SENT || !in_use(sk) || !read_sock(&p.sock, sk, sock))
			return 0;
		__builtin_memset(&p.task, 0, sizeof(p.task));
	}
	p.sock.state = old;
	write(err ? NETLOG_OP_FAIL : NETLOG_OP_ESTABLISHED, &p.sock, &p.task, err);
	return 0;
}

#endif
