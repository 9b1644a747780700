/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: accepted connections, also those of AF_SMC. */
#ifndef NETLOG_BPF_ACCEPT_H
#define NETLOG_BPF_ACCEPT_H

TWICE("fentry/__inet_accept", on_accept)
{
	struct socket *sock = (struct socket *)ctx[1];
	struct netlog_bpf_sock s;

	if (ran_before(ON_ACCEPT, sock, has_again ? ino_of(sock) : 0))
		return 0;
	if (read_sock(&s, (struct sock *)ctx[2], sock))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/* For kernels without __inet_accept(). Its arguments differ between kernels, so its result is
 * not read. */
SEC("fexit/inet_accept")
int on_accept_old(__u64 *ctx)
{
	struct socket *sock = (struct socket *)ctx[1];
	struct netlog_bpf_sock s;

	if (sock->state == SS_CONNECTED && read_sock(&s, sock->sk, sock))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/* ---- AF_SMC ---- */

SEC("fentry/security_socket_listen")
int on_security_listen(__u64 *ctx)
{
	struct sock *sk = SOCKET_SK(ctx);

	if (sk && is_smc(sk))
		smc_mark(sk, ((struct socket *)ctx[0])->file);
	return 0;
}

/* (struct sock *, struct socket *). The TCP connection was accepted before, by a worker of the
 * kernel. */
SEC("fentry/security_sock_graft")
int on_graft(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct netlog_bpf_sock s = {};

	if (is_smc(sk) && !shared.silent && read_smc(&s, sk, ((struct socket *)ctx[1])->file))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

#endif
