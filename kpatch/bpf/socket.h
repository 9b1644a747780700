/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: reads a socket. kpatch/record.c has the reasons. */
#ifndef NETLOG_BPF_SOCKET_H
#define NETLOG_BPF_SOCKET_H

static __always_inline bool is_kernels(struct sock *sk)
{
	unsigned int gfp = sk->sk_allocation;

	return BPF_CORE_READ_BITFIELD(sk, sk_kern_sock) ||
	       ((gfp == GFP_MEMALLOC || gfp == GFP_MEMALLOC_OLD) &&
		!BPF_CORE_READ_BITFIELD(sk, __sk_common.skc_reuse));
}

/* The inode number that user space knows; 0: the kernel's own socket. */
static __always_inline __u64 ino_of(struct socket *sock)
{
	__u64 ino = smc_ino(sock->sk);
	struct file *f = sock->file;

	return ino ? ino : f ? f->f_inode->i_ino : 0;
}

static __always_inline bool is_reported(struct sock *sk)
{
	__u16 proto = sk->sk_protocol, family = sk->__sk_common.skc_family;

	return (family == AF_INET || family == AF_INET6) && sk->sk_type != SOCK_RAW &&
	       (proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
		proto == IPPROTO_SCTP || proto == IPPROTO_MPTCP) &&
	       (!is_kernels(sk) || smc_ino(sk));
}

/* An accepted MPTCP socket has its listener's cookie, if that cookie was ever read. */
static __always_inline bool use_cookie(struct sock *owner)
{
	return has_cookie && owner->sk_protocol != IPPROTO_MPTCP;
}

/* Returns 0 if the map has no room. on_release() deletes the number with the socket. */
static __always_inline __u64 number_of(struct sock *owner)
{
	__u64 key = (__u64)owner, number, *known;

	if (use_cookie(owner))
		return bpf_get_socket_cookie(owner);
	known = bpf_map_lookup_elem(&numbers, &key);
	if (known)
		return *known;
	number = unique();
	if (!bpf_map_update_elem(&numbers, &key, &number, BPF_NOEXIST))
		return number;
	known = bpf_map_lookup_elem(&numbers, &key);	/* another processor was first */
	return known ? *known : 0;
}

static __always_inline void forget_number(struct sock *owner)
{
	__u64 key = (__u64)owner;

	if (!use_cookie(owner))
		bpf_map_delete_elem(&numbers, &key);
}

static __always_inline bool remote_known(const struct netlog_bpf_sock *s)
{
	return s->faddr[0] || s->faddr[1] || s->fport;
}

static __always_inline void read_ends(struct netlog_bpf_sock *s, struct sock *sk)
{
	struct sock_common *c = &sk->__sk_common;

	s->lport = c->skc_num;
	s->fport = bpf_ntohs(c->skc_dport);
	if (s->family == AF_INET) {
		*(__u32 *)s->laddr = c->skc_rcv_saddr;
		*(__u32 *)s->faddr = c->skc_daddr;
		return;
	}
	s->laddr[0] = *(__u64 *)&c->skc_v6_rcv_saddr.in6_u.u6_addr32[0];
	s->laddr[1] = *(__u64 *)&c->skc_v6_rcv_saddr.in6_u.u6_addr32[2];
	s->faddr[0] = *(__u64 *)&c->skc_v6_daddr.in6_u.u6_addr32[0];
	s->faddr[1] = *(__u64 *)&c->skc_v6_daddr.in6_u.u6_addr32[2];
}

/* Payload only: rx counts the FIN, which tcp_fin() marks with SOCK_DONE. */
static __always_inline void read_bytes(struct netlog_bpf_sock *s, struct sock *sk,
				       struct tcp_sock *tp)
{
	__u32 queued = tp->write_seq - tp->snd_nxt, bit = 1U << (s->state & 31);

	s->tx = tp->bytes_sent - tp->bytes_retrans;
	if (bit & (1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT))
		s->tx += queued;
	else if (queued && (bit & (1 << TCP_FIN_WAIT1 | 1 << TCP_CLOSING | 1 << TCP_LAST_ACK)))
		s->tx += queued - 1;
	s->rx = tp->bytes_received;
	if (s->rx && (sk->__sk_common.skc_flags & (1UL << SOCK_DONE_FLAG)))
		s->rx--;
}

/*
 * Fills *s. sock is sk->sk_socket, the socket that sk is about to be given, or NULL. Returns
 * true if the socket belongs to user space and its protocol is reported.
 */
static __noinline bool read_any(struct netlog_bpf_sock *s, struct sock *sk, struct socket *sock)
{
	struct tcp_sock *tp = NULL;
	struct sock *owner;

	__builtin_memset(s, 0, sizeof(*s));
	if (!sk || !sock)
		return false;
	s->ino = ino_of(sock);
	if (!s->ino)
		return false;
	owner = sock->sk;
	if (!owner)
		owner = sk;
	if (!is_reported(owner))
		return false;
	/* The first subflow of an MPTCP socket borrows its struct socket. */
	if (owner != sk && owner->sk_protocol != IPPROTO_MPTCP)
		return false;
	s->cookie = number_of(owner);
	s->netns = untrusted(sk)->__sk_common.skc_net.net->ns.inum;
	s->oif = sk->__sk_common.skc_bound_dev_if;
	s->family = sk->__sk_common.skc_family;
	s->proto = owner->sk_protocol;
	s->state = sk->__sk_common.skc_state;
	s->datagram = sk->sk_type == SOCK_DGRAM;
	read_ends(s, sk);
	if (sk->sk_protocol == IPPROTO_TCP)
		tp = bpf_skc_to_tcp_sock(sk);
	if (tp)		/* an embryonic or closed socket has no skc_num any more */
		s->lport = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	/* A closed socket keeps parts of its last peer's address. It still has that peer only
	 * if it is TCP's, had sent a SYN, and was closed or reset by the peer. */
	if (s->state == TCP_CLOSE && (s->datagram || (tp && (!s->fport || !tp->rcv_nxt))))
		s->fport = s->faddr[0] = s->faddr[1] = 0;
	if (tp && s->state != TCP_LISTEN)
		read_bytes(s, sk, tp);
	return true;
}

/* Reads the socket too, but returns false if no record is to be written. */
static __always_inline bool read_sock(struct netlog_bpf_sock *s, struct sock *sk,
				      struct socket *sock)
{
	return !shared.silent && read_any(s, sk, sock);
}

/*
 * Reads a socket by an address that has no type for the verifier: the helper reads every field.
 * file: user space's. Kernel sockets are not for it, but for a marked one.
 */
static __noinline bool read_far(struct netlog_bpf_sock *s, struct file *file, struct sock *sk)
{
	unsigned int gfp = BPF_CORE_READ(sk, sk_allocation);
	__u64 key = (__u64)sk, *known;

	if (!s || !file)
		return false;
	s->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	s->proto = BPF_CORE_READ(sk, sk_protocol);
	if ((s->family != AF_INET && s->family != AF_INET6) ||
	    BPF_CORE_READ(sk, sk_type) == SOCK_RAW ||
	    !(s->proto == IPPROTO_TCP || s->proto == IPPROTO_UDP || s->proto == IPPROTO_UDPLITE ||
	      s->proto == IPPROTO_SCTP || s->proto == IPPROTO_MPTCP))
		return false;
	if (!smc_ino(sk) && (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock) ||
			     ((gfp == GFP_MEMALLOC || gfp == GFP_MEMALLOC_OLD) &&
			      !BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_reuse))))
		return false;
	s->ino = file->f_inode->i_ino;
	/* a number is assigned when the socket first does something */
	known = bpf_map_lookup_elem(&numbers, &key);
	s->cookie = known ? *known : 0;
	if (has_cookie && s->proto != IPPROTO_MPTCP)
		s->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
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

/* Reads the marked TCP socket of smc, a socket of AF_SMC, into *s. */
static __noinline bool read_smc(struct netlog_bpf_sock *s, struct sock *smc, struct file *file)
{
	__u64 sk = smc_mark(smc, file);

	return sk && read_far(s, file, (struct sock *)sk);
}

/* Sets the remote end from the address that was passed to connect(), len bytes. */
static __always_inline bool read_remote(struct netlog_bpf_sock *s, const void *uaddr, int len)
{
	struct { __u16 family, port; __u32 addr4, addr6[4]; } to = {};
	bool v4;

	if (!can_read || !uaddr || len < SIN_LEN || bpf_probe_read_kernel(&to, SIN_LEN, uaddr))
		return false;
	/* sendto() of an IPv4 socket takes AF_UNSPEC for AF_INET */
	v4 = to.family == AF_INET || (!to.family && s->family == AF_INET);
	if (v4) {
		s->faddr[0] = s->faddr[1] = 0;
		*(__u32 *)s->faddr = to.addr4;
	} else if (to.family != AF_INET6 || s->family != AF_INET6 || len < SIN6_LEN ||
		   bpf_probe_read_kernel(&to, SIN6_LEN, uaddr)) {
		return false;
	} else {
		__builtin_memcpy(s->faddr, to.addr6, sizeof(to.addr6));
	}
	s->fport = bpf_ntohs(to.port);
	return true;
}

/* Returns true if user space holds the socket: it is not on its way to inet_release(), and is
 * no subflow of another socket. */
static __always_inline bool in_use(struct sock *sk)
{
	struct socket *sock = untrusted(sk)->sk_socket;
	struct file *f;

	if (!sock)
		return false;
	if (sock->sk != sk)
		return false;
	f = sock->file;
	if (!f)
		return smc_ino(sk);
	if (bpf_core_field_exists(((struct file___new *)0)->f_ref))
		return ((struct file___new *)f)->f_ref.refcnt.counter >= 0;
	return ((struct file___old *)f)->f_count.counter != 0;
}

#endif
