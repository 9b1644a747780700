// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a socket to an audit record: reads the socket, writes the fields of
 * netlog_record.h in their order.
 */
#include "record.h"

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/pid_namespace.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "compat.h"

bool record_join = true;
const struct netlog_task netlog_task_unknown;
static atomic64_t written;
static atomic64_t lost;

bool record_wanted(void)
{
	return audit_enabled != AUDIT_OFF;
}

u64 record_written(void)
{
	return atomic64_read(&written);
}

u64 record_lost(void)
{
	return atomic64_read(&lost);
}

struct sock *netlog_sock_owner(const struct sock *sk)
{
	const struct socket *sock = sk->sk_socket;
	struct sock *owner;

	/* Sockets of the kernel's own have no file; nor has one being closed. */
	if (!sock || !sock->file || !sock->sk)
		return NULL;
	owner = sock->sk;
	/* The first subflow of an MPTCP socket borrows its struct socket. */
	if (owner != sk && owner->sk_protocol != IPPROTO_MPTCP)
		return NULL;
	return owner->sk_kern_sock ? NULL : owner;
}

static bool reported(const struct sock *sk)
{
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return false;
	if (sk->sk_type == SOCK_RAW)
		return false;
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_MPTCP:
		return true;
	}
	return false;
}

static void read_addresses(struct netlog_sock *s, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		s->laddr = sk->sk_v6_rcv_saddr;
		if (ipv6_addr_any(&s->laddr) && inet6_sk(sk))
			s->laddr = inet6_sk(sk)->saddr;
		s->faddr = sk->sk_v6_daddr;
		if ((ipv6_addr_type(&s->laddr) | ipv6_addr_type(&s->faddr)) &
		    IPV6_ADDR_LINKLOCAL)
			s->oif = sk->sk_bound_dev_if;
		return;
	}
#endif
	s->laddr.s6_addr32[0] = inet->inet_rcv_saddr ?: inet->inet_saddr;
	s->faddr.s6_addr32[0] = inet->inet_daddr;
}

/*
 * Payload only. bytes_sent leaves out what is still queued; rx counts the FIN,
 * which tcp_fin() marks with SOCK_DONE.
 */
static void read_bytes(struct netlog_sock *s, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	s->tx = tp->bytes_sent - tp->bytes_retrans;
	if (sk->sk_state == TCP_ESTABLISHED || sk->sk_state == TCP_CLOSE_WAIT)
		s->tx += tp->write_seq - tp->snd_nxt;
	s->rx = tp->bytes_received;
	if (s->rx && sock_flag(sk, SOCK_DONE))
		s->rx--;
}

bool netlog_sock_read(struct netlog_sock *s, const struct sock *sk)
{
	const struct sock *owner = netlog_sock_owner(sk);

	if (!owner || !reported(owner))
		return false;
	memset(s, 0, sizeof(*s));
	s->ino = SOCK_INODE(sk->sk_socket)->i_ino;
	s->netns = sock_net(sk)->ns.inum;
	s->family = sk->sk_family;
	s->proto = owner->sk_protocol;
	s->state = READ_ONCE(sk->sk_state);
	s->lport = ntohs(inet_sk(sk)->inet_sport);
	s->fport = ntohs(inet_sk(sk)->inet_dport);
	read_addresses(s, sk);
	if (sk->sk_protocol == IPPROTO_TCP && s->state != TCP_LISTEN)
		read_bytes(s, sk);
	return true;
}

bool netlog_sock_remote(struct netlog_sock *s, const void *uaddr, int len)
{
	const struct sockaddr_in *in = uaddr;
	const struct sockaddr_in6 *in6 = uaddr;

	if (len >= (int)sizeof(*in) && in->sin_family == AF_INET) {
		s->fport = ntohs(in->sin_port);
		if (s->family == AF_INET6)
			ipv6_addr_set_v4mapped(in->sin_addr.s_addr, &s->faddr);
		else
			s->faddr.s6_addr32[0] = in->sin_addr.s_addr;
		return true;
	}
	if (len >= SIN6_LEN_RFC2133 && in6->sin6_family == AF_INET6 &&
	    s->family == AF_INET6) {
		s->fport = ntohs(in6->sin6_port);
		s->faddr = in6->sin6_addr;
		return true;
	}
	return false;
}

void netlog_task_current(struct netlog_task *t)
{
	t->pid = task_tgid_nr(current);
	t->ppid = task_ppid_nr(current);
	t->sid = task_session_nr_ns(current, &init_pid_ns);
	t->auid = from_kuid(&init_user_ns, audit_get_loginuid(current));
	t->uid = from_kuid(&init_user_ns, current_uid());
	t->ses = audit_get_sessionid(current);
	strscpy(t->comm, current->comm, sizeof(t->comm));
}

/*
 * Join the event of the running system call, so that ausearch -a shows both,
 * where that call is soon over and its record costs nothing more: a context
 * is a dummy while no rule is loaded, and joining would force SYSCALL out.
 */
static struct audit_context *context(enum netlog_op op)
{
	if (!READ_ONCE(record_join) || !in_task() || audit_dummy_context())
		return NULL;
	switch (op) {
	case NETLOG_OP_CONNECT:
	case NETLOG_OP_LISTEN:
	case NETLOG_OP_BIND:
	case NETLOG_OP_DGRAM:
	case NETLOG_OP_DISCONNECT:
		return audit_context();
	default:
		return NULL;
	}
}

static struct audit_buffer *start(enum netlog_op op)
{
	static const char * const names[] = {
#define NETLOG_OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(NETLOG_OP_NAME)
#undef NETLOG_OP_NAME
	};
	struct audit_buffer *ab;

	ab = audit_log_start(context(op), GFP_ATOMIC, AUDIT_KERNEL);
	if (!ab) {
		atomic64_inc(&lost);
		return NULL;
	}
	atomic64_inc(&written);
	audit_log_format(ab, NETLOG_F_VERSION "=%d " NETLOG_F_OP "=%s",
			 NETLOG_RECORD_VERSION, names[op]);
	return ab;
}

static void write_local(struct audit_buffer *ab, const struct netlog_sock *s)
{
	if (s->family == AF_INET6)
		audit_log_format(ab, " " NETLOG_F_LADDR "=%pI6c "
				 NETLOG_F_LPORT "=%u", &s->laddr, s->lport);
	else
		audit_log_format(ab, " " NETLOG_F_LADDR "=%pI4 "
				 NETLOG_F_LPORT "=%u", &s->laddr, s->lport);
}

static void write_remote(struct audit_buffer *ab, const struct netlog_sock *s)
{
	if (s->family == AF_INET6)
		audit_log_format(ab, " " NETLOG_F_FADDR "=%pI6c "
				 NETLOG_F_FPORT "=%u", &s->faddr, s->fport);
	else
		audit_log_format(ab, " " NETLOG_F_FADDR "=%pI4 "
				 NETLOG_F_FPORT "=%u", &s->faddr, s->fport);
}

static void write_sock(struct audit_buffer *ab, const struct netlog_sock *s)
{
	audit_log_format(ab, " " NETLOG_F_INO "=%llu " NETLOG_F_PROTO "=%u "
			 NETLOG_F_FAMILY "=%u " NETLOG_F_STATE "=%u",
			 s->ino, s->proto, s->family, s->state);
	if (s->lport)
		write_local(ab, s);
	/* What was never bound or connected has no such address: left out. */
	if (s->fport || !ipv6_addr_any(&s->faddr))
		write_remote(ab, s);
	if (s->oif)
		audit_log_format(ab, " " NETLOG_F_OIF "=%d", s->oif);
	audit_log_format(ab, " " NETLOG_F_NETNS "=%u", s->netns);
}

/* As audit_log_untrustedstring(), which modules cannot call. */
static void write_comm(struct audit_buffer *ab, const char *comm)
{
	const unsigned char *p;

	for (p = comm; *p; p++)
		if (*p == '"' || *p < 0x21 || *p > 0x7e)
			break;
	if (!*p) {
		audit_log_format(ab, " comm=\"%s\"", comm);
		return;
	}
	audit_log_format(ab, " comm=");
	for (p = comm; *p; p++)
		audit_log_format(ab, "%02X", *p);
}

static void write_task(struct audit_buffer *ab, const struct netlog_task *t)
{
	if (!t->pid)
		return;
	audit_log_format(ab, " " NETLOG_F_SID "=%d ppid=%d pid=%d auid=%u "
			 "uid=%u ses=%u", t->sid, t->ppid, t->pid, t->auid,
			 t->uid, t->ses);
	write_comm(ab, t->comm);
}

static void write_current(struct audit_buffer *ab)
{
	audit_log_format(ab, " " NETLOG_F_SID "=%d",
			 task_session_nr_ns(current, &init_pid_ns));
	audit_log_task_info(ab);
}

bool record_write(enum netlog_op op, const struct netlog_sock *s,
		  const struct netlog_task *task, int err)
{
	struct audit_buffer *ab;
	bool tcp = s->proto == IPPROTO_TCP && s->state != TCP_LISTEN;

	if (!record_wanted())
		return false;
	ab = start(op);
	if (!ab)
		return false;
	write_sock(ab, s);
	if (err)
		audit_log_format(ab, " " NETLOG_F_ERR "=%d", err);
	if (tcp && (op == NETLOG_OP_RELEASE || op == NETLOG_OP_DISCONNECT))
		audit_log_format(ab, " " NETLOG_F_TX "=%llu " NETLOG_F_RX
				 "=%llu", s->tx, s->rx);
	audit_log_format(ab, " " NETLOG_F_MONO "=%llu", ktime_get_ns());
	if (task)
		write_task(ab, task);
	else
		write_current(ab);
	audit_log_end(ab);
	return true;
}

void record_write_self(enum netlog_op op, u64 missed)
{
	struct audit_buffer *ab;

	if (!record_wanted())
		return;
	ab = start(op);
	if (!ab)
		return;
	audit_log_format(ab, " " NETLOG_F_MISSED "=%llu " NETLOG_F_LOST
			 "=%llu " NETLOG_F_VER "=" NETLOG_MODULE_VERSION " "
			 NETLOG_F_MONO "=%llu",
			 missed, record_lost(), ktime_get_ns());
	write_current(ab);
	audit_log_end(ab);
}
