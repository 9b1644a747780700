// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sockinfo: reads a socket, from any context, and decides whether it is reported.
 */
#include "sockinfo.h"

#include <linux/audit.h>
#include <linux/magic.h>
#include <linux/sock_diag.h>

#include "smc.h"

/*
 * Sockets of the kernel itself have no file, or are marked. NVMe over TCP in Linux 6.7
 * to 6.13 creates its socket as a process would; the settings that it makes before it
 * connects identify it. (iSCSI makes the same settings on a process's socket, and sets
 * sk_reuse.)
 */
static bool is_users(const struct sock *sk, const struct socket *sock)
{
	return sock->file && !sk->sk_kern_sock &&
	       !(sk->sk_allocation == (GFP_ATOMIC | __GFP_MEMALLOC) && !sk->sk_reuse);
}

static bool is_reported(const struct sock *sk)
{
	int proto = sk->sk_protocol;

	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_type != SOCK_RAW &&
	       (proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
		proto == IPPROTO_SCTP || proto == IPPROTO_MPTCP);
}

bool sockinfo_end_known(const union sockinfo_end *e)
{
	return memchr_inv(&e->sa.sa_data, 0, sizeof(*e) - offsetof(struct sockaddr, sa_data));
}

static void read_ends(struct sockinfo *s, const struct sock *sk)
{
	s->local.sa.sa_family = s->remote.sa.sa_family = sk->sk_family;
	s->local.in.sin_port = inet_sk(sk)->inet_sport;
	s->remote.in.sin_port = sk->sk_dport;
	if (sk->sk_family == AF_INET) {
		s->local.in.sin_addr.s_addr = sk->sk_rcv_saddr;
		s->remote.in.sin_addr.s_addr = sk->sk_daddr;
		return;
	}
#if IS_ENABLED(CONFIG_IPV6)
	s->local.in6.sin6_addr = sk->sk_v6_rcv_saddr;
	s->remote.in6.sin6_addr = sk->sk_v6_daddr;
#endif
}

/*
 * Counts payload only. bytes_sent lacks what is still queued; rx includes the FIN,
 * which tcp_fin() marks with SOCK_DONE.
 */
static void read_bytes(struct sockinfo *s, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 queued = tp->write_seq - tp->snd_nxt;

	s->tx = tp->bytes_sent - tp->bytes_retrans;
	if (BIT(s->state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))
		s->tx += queued;
	/* after shutdown() the FIN is the last byte of the queue */
	else if (queued && BIT(s->state) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK))
		s->tx += queued - 1;
	s->rx = tp->bytes_received;
	if (s->rx && sock_flag(sk, SOCK_DONE))
		s->rx--;
}

/*
 * The kernel gives a socket its cookie on the first request for it: here, unless ss or a BPF
 * program was first. This changes nothing else in the socket, is one atomic exchange, and does
 * not sleep.
 */
static u64 cookie_of(const struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);
	u32 halves[2];

	if (likely(cookie))
		return cookie;
	sock_diag_save_cookie((struct sock *)sk, halves);
	return (u64)halves[1] << 32 | halves[0];
}

bool sockinfo_read(struct sockinfo *s, const struct sock *sk, struct socket *sock)
{
	const struct sock *owner = sock ? READ_ONCE(sock->sk) ?: sk : NULL;
	u64 ino;
	bool tcp;

	/* The first subflow of an MPTCP socket borrows its struct socket. */
	if (audit_enabled == AUDIT_OFF || !owner || !is_reported(owner) ||
	    (owner != sk && owner->sk_protocol != IPPROTO_MPTCP))
		return false;
	ino = smc_ino(owner);
	if (!ino && !is_users(owner, sock))
		return false;
	tcp = sk->sk_protocol == IPPROTO_TCP;
	*s = (struct sockinfo){
		.cookie = cookie_of(owner),
		.ino = ino ?: SOCK_INODE(sock)->i_ino, .netns = sock_net(sk)->ns.inum,
		.oif = sk->sk_bound_dev_if, .family = sk->sk_family, .proto = owner->sk_protocol,
		.state = READ_ONCE(sk->sk_state), .datagram = sk->sk_type == SOCK_DGRAM,
	};
	read_ends(s, sk);
	/* A closed socket keeps parts of its last peer's address. It still has that peer
	 * only if it is TCP's, had sent a SYN (rcv_nxt), and the peer closed or reset it. */
	if (s->state == TCP_CLOSE && (s->datagram ||
	    (tcp && (!s->remote.in.sin_port || !tcp_sk(sk)->rcv_nxt))))
		memset(&s->remote, 0, sizeof(s->remote));
	if (tcp && s->state != TCP_LISTEN)
		read_bytes(s, sk);
	return true;
}

bool sockinfo_set_remote(struct sockinfo *s, const void *uaddr, int len)
{
	const struct sockaddr *to = uaddr;
	/* sendto() of an IPv4 socket takes AF_UNSPEC for AF_INET */
	bool v4 = to->sa_family == AF_INET || (!to->sa_family && s->family == AF_INET);

	if (len < (v4 ? (int)sizeof(struct sockaddr_in) : SIN6_LEN_RFC2133) ||
	    !(v4 || (to->sa_family == AF_INET6 && s->family == AF_INET6)))
		return false;
	memset(&s->remote, 0, sizeof(s->remote));
	memcpy(&s->remote, to, v4 ? offsetof(struct sockaddr_in, sin_zero) : SIN6_LEN_RFC2133);
	s->remote.sa.sa_family = v4 ? AF_INET : AF_INET6;
	return true;
}

bool sockinfo_in_use(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	return sock && sock->sk == sk && ((file && file_count(file)) || smc_ino(sk));
}

struct socket *sockinfo_socket(struct file *file)
{
	struct inode *inode = file_inode(file);

	return inode->i_sb->s_magic == SOCKFS_MAGIC ? SOCKET_I(inode) : NULL;
}
