/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlog.bpf.c: datagram sockets that have a peer but never send or receive, on request. */
#ifndef NETLOG_BPF_UNUSED_H
#define NETLOG_BPF_UNUSED_H

/* sk got a peer. Returns true if it is watched: its first datagram will be seen. */
static __always_inline bool unused_watch(struct sock *sk)
{
	__u64 key = (__u64)sk;
	__u8 one = 1;

	if (sk->__sk_common.skc_family == AF_INET ? !sees_data4 : !sees_data6)
		return false;
	return !bpf_map_update_elem(&unused, &key, &one, BPF_ANY);
}

/* Stops watching sk. Returns true if it was watched and not used since. */
static __always_inline bool unused_take(struct sock *sk)
{
	__u64 key = (__u64)sk;

	return (sees_data4 || sees_data6) && !bpf_map_delete_elem(&unused, &key);
}

/* The socket is about to send or receive. */
static __always_inline int used(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (bpf_map_lookup_elem(&unused, &key))
		bpf_map_delete_elem(&unused, &key);
	return 0;
}

SEC("fentry/udp_sendmsg") int on_data_send4(__u64 *ctx) { return used((struct sock *)ctx[0]); }
SEC("fentry/udpv6_sendmsg") int on_data_send6(__u64 *ctx) { return used((struct sock *)ctx[0]); }
SEC("fentry/udp_recvmsg") int on_data_recv4(__u64 *ctx) { return used((struct sock *)ctx[0]); }
SEC("fentry/udpv6_recvmsg") int on_data_recv6(__u64 *ctx) { return used((struct sock *)ctx[0]); }

#endif
