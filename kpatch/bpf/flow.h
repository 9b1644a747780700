/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: datagrams of sockets without a peer, on request. */
#ifndef NETLOG_BPF_FLOW_H
#define NETLOG_BPF_FLOW_H

/* Maps the IPv4 address that read_remote() put into an IPv6 socket. */
static __always_inline void map_remote(struct netlog_bpf_sock *s)
{
	__u32 *word = (__u32 *)s->faddr;

	word[3] = word[0];
	word[2] = bpf_htonl(0xffff);
	word[0] = word[1] = 0;
}

static __always_inline int on_sendmsg(__u64 *ctx, bool v6)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct msghdr *msg = (struct msghdr *)ctx[1];
	struct netlog_bpf_sock s;
	struct flow f = {};
	__u8 seen = 1;

	if (!msg->msg_name || !read_sock(&s, sk, sk->sk_socket) || remote_known(&s) ||
	    !read_remote(&s, msg->msg_name, msg->msg_namelen))
		return 0;
	/* IPv4 on an IPv6 socket passes udp_sendmsg() too. */
	if (v6 && !s.faddr[0] && (__u32)s.faddr[1] == bpf_htonl(0xffff))
		return 0;
	if (!v6 && s.family == AF_INET6)
		map_remote(&s);
	f.ino = s.ino;
	f.faddr[0] = s.faddr[0];
	f.faddr[1] = s.faddr[1];
	f.fport = s.fport;
	if (!bpf_map_update_elem(&flows, &f, &seen, BPF_NOEXIST))
		write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 0;
}

SEC("fentry/udp_sendmsg") int on_udp_sendmsg(__u64 *ctx) { return on_sendmsg(ctx, false); }
SEC("fentry/udpv6_sendmsg") int on_udpv6_sendmsg(__u64 *ctx) { return on_sendmsg(ctx, true); }

#endif
