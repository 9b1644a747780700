/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: the end of a socket. */
#ifndef NETLOG_BPF_RELEASE_H
#define NETLOG_BPF_RELEASE_H

/* The connection was established, and the program that reports it was not attached. */
static __always_inline bool was_established(const struct netlog_bpf_sock *s)
{
	return s->proto == IPPROTO_TCP && s->state != TCP_CLOSE && s->state != TCP_SYN_SENT &&
	       s->state != TCP_SYN_RECV;
}

TWICE("fentry/inet_release", on_release)
{
	struct socket *sock = (struct socket *)ctx[0];
	struct sock *sk = sock->sk;
	struct netlog_bpf_sock s, begun;
	bool unfinished, unreported, idle;

	if (ran_before(ON_RELEASE, sock, has_again ? ino_of(sock) : 0))
		return 0;
	if (!shared.fired)
		shared.fired = 1;
	unfinished = pending_take_sock(sock, &begun);
	unreported = !read_sock(&s, sk, sock);
	idle = sk && unused_take(sk);
	if (shared.silent && sock->file)
		unmark(sock->file->f_inode->i_ino);
	if (sk) {
		forget_number(sk);
		smc_unmark(sk);
	}
	if (unreported)
		return 0;
	s.unused = idle;
	if (unfinished && !was_established(&s)) {
		__builtin_memcpy(&s, &begun, sizeof(s));
		s.state = TCP_SYN_SENT;
	}
	/* A socket that never connected or listened, and could not receive, has no record. */
	if (s.state != TCP_CLOSE || remote_known(&s) ||
	    (s.lport && s.proto != IPPROTO_TCP && s.proto != IPPROTO_MPTCP))
		write(NETLOG_OP_RELEASE, &s, NULL, sk->sk_err);
	return 0;
}

#endif
