/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: SCTP in the one-to-one style; established is on_state(). */
#ifndef NETLOG_BPF_SCTP_H
#define NETLOG_BPF_SCTP_H

SEC("fentry/sctp_primitive_ASSOCIATE")
int on_sctp_associate(__u64 *ctx)
{
	struct sctp_association *asoc = (struct sctp_association *)ctx[1];
	struct sock *sk = asoc->base.sk;

	if (sk->sk_type != SOCK_STREAM)
		return 0;
	return begin(sk, (__u64)asoc, &asoc->peer.primary_addr, sizeof(union sctp_addr));
}

/* Takes the end of an association that was never established. */
SEC("fentry/sctp_association_free")
int on_sctp_free(__u64 *ctx)
{
	struct sctp_association *asoc = (struct sctp_association *)ctx[0];
	struct sock *sk = asoc->base.sk;
	struct pending p;
	int err;

	/* temp: made to answer a colliding INIT or COOKIE, not the caller's. */
	if (sk->sk_type != SOCK_STREAM || BPF_CORE_READ_BITFIELD(asoc, temp) ||
	    !pending_take(sk->sk_socket, (__u64)asoc, &p))
		return 0;
	err = sk->sk_err;
	write(NETLOG_OP_FAIL, &p.sock, &p.task, err ? err : ECONNABORTED);
	return 0;
}

/*
 * Without SCTP's own functions, the kernel functions that SCTP calls are probed. A failed
 * connect is reported at the release of the socket.
 */
static __noinline bool asked_again(struct sock *sk, const void *uaddr, int len)
{
	struct netlog_bpf_sock s;
	struct pending *p;
	__u64 ino;

	if (!sk)
		return false;
	p = pending_find(sk->sk_socket, &ino);
	return p && read_sock(&s, sk, sk->sk_socket) && read_remote(&s, uaddr, len) &&
	       !differs(&s, &p->sock);
}

static __noinline int associate_late(struct sock *sk, const void *uaddr, int len)
{
	if (!sk || sk->sk_type != SOCK_STREAM || sk->sk_protocol != IPPROTO_SCTP ||
	    sk->__sk_common.skc_state != TCP_CLOSE || asked_again(sk, uaddr, len))
		return 0;
	return begin(sk, 0, uaddr, len);
}

SEC("fexit/security_sctp_bind_connect")
int on_sctp_connect_late(__u64 *ctx)
{
	int what = (int)ctx[1];

	if ((int)ctx[4] || (what != SCTP_SOCKOPT_CONNECTX_OLD && what != SCTP_SOCKOPT_CONNECTX &&
			    what != SCTP_SOCKOPT_CONNECTX3 && what != SCTP_SENDMSG_CONNECT))
		return 0;
	return associate_late((struct sock *)ctx[0], (void *)ctx[2], (int)ctx[3]);
}

#endif
