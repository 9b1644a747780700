/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlog.bpf.c: AF_SMC, which any user can have: its TCP socket is the kernel's own and has no
 * file. That socket is marked when AF_SMC's one is about to connect or to listen, or is
 * accepted, and counts as the one of user space from then on.
 */
#ifndef NETLOG_BPF_SMC_H
#define NETLOG_BPF_SMC_H

#define SMC_WORDS 64	/* of struct smc_sock behind its struct sock, to be searched */

/* Marked TCP sockets (struct sock *): the inode number of AF_SMC's. Until inet_release(). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u64);
} smcs SEC(".maps");

static __always_inline bool is_smc(struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_SMC || sk->sk_protocol == IPPROTO_SMC;
}

/* Returns the inode number of the mark, or 0. */
static __always_inline __u64 smc_ino(struct sock *sk)
{
	__u64 key = (__u64)sk, *ino;

	if (!shared.smc)
		return 0;
	ino = bpf_map_lookup_elem(&smcs, &key);
	return ino ? *ino : 0;
}

static __always_inline void smc_unmark(struct sock *sk)
{
	__u64 key = (__u64)sk;

	if (shared.smc)
		bpf_map_delete_elem(&smcs, &key);
}

/*
 * Returns the struct sock * of the struct socket * of TCP that is stored at this address, 0 for
 * any other word. A global function: the verifier reads it once, not for each round.
 */
__noinline __u64 tcp_sock_at(__u64 address)
{
	struct socket *sock = NULL;
	struct sock *sk;

	if (!can_read || bpf_probe_read_kernel(&sock, sizeof(sock), (void *)address) || !sock)
		return 0;
	sk = BPF_CORE_READ(sock, sk);
	if (!sk || BPF_CORE_READ(sk, sk_socket) != sock ||
	    BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	return (__u64)sk;
}

struct smc_search {
	__u64 at, sk;
};

/* One word. Returns 1 if it was found. */
static long smc_look(__u32 i, struct smc_search *s)
{
	s->sk = tcp_sock_at(s->at + i * sizeof(__u64));
	return s->sk != 0;
}

/* There may be no BTF of struct smc_sock, so its memory is searched for the pointer to its TCP
 * socket. Marks that one, and returns it; 0: not found. */
static __noinline __u64 smc_mark(struct sock *smc, struct file *file)
{
	struct smc_search s = {};
	__u64 ino;

	/* copied by the helper, the pointer is a number for the verifier */
	if (!can_read || !smc || !file || bpf_probe_read_kernel(&s.at, sizeof(s.at), &smc))
		return 0;
	s.at += bpf_core_type_size(struct sock);
#if LOOP	/* the verifier checks one round */
	bpf_loop(SMC_WORDS, smc_look, &s, 0);
#else
	for (int i = 0; i < SMC_WORDS; i++)
		if (smc_look(i, &s))
			break;
#endif
	if (!s.sk)
		return 0;
	ino = file->f_inode->i_ino;
	if (bpf_map_update_elem(&smcs, &s.sk, &ino, BPF_ANY)) {
		count(&shared.map_full);
		return 0;
	}
	shared.smc = 1;
	return s.sk;
}

#endif
