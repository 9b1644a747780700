// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a socket to an audit record: reads the socket, writes the fields of
 * netlog_record.h in their order.
 */
#include "record.h"

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "compat.h"

bool record_join = true;
atomic64_t record_written, record_lost;

bool record_wanted(void)
{
	return audit_enabled != AUDIT_OFF;
}

struct sock *netlog_sock_owner(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct sock *owner = sock ? READ_ONCE(sock->sk) : NULL;

	/* Sockets of the kernel's own have no file. */
	if (!owner || !sock->file || owner->sk_kern_sock)
		return NULL;
	/* The first subflow of an MPTCP socket borrows its struct socket. */
	if (owner != sk && owner->sk_protocol != IPPROTO_MPTCP)
		return NULL;
	return owner;
}

static bool reported(const struct sock *sk)
{
	if ((sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    sk->sk_type == SOCK_RAW)
		return false;
	return sk->sk_protocol == IPPROTO_TCP ||
	       sk->sk_protocol == IPPROTO_UDP ||
	       sk->sk_protocol == IPPROTO_UDPLITE ||
	       sk->sk_protocol == IPPROTO_SCTP ||
	       sk->sk_protocol == IPPROTO_MPTCP;
}

static void read_ends(struct netlog_sock *s, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	s->local.sa.sa_family = s->remote.sa.sa_family = sk->sk_family;
	s->local.in.sin_port = inet->inet_sport;
	s->remote.in.sin_port = inet->inet_dport;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		struct in6_addr *l = &s->local.in6.sin6_addr;
		struct in6_addr *r = &s->remote.in6.sin6_addr;

		*l = sk->sk_v6_rcv_saddr;
		if (ipv6_addr_any(l) && inet6_sk(sk))
			*l = inet6_sk(sk)->saddr;
		*r = sk->sk_v6_daddr;
		if ((ipv6_addr_type(l) | ipv6_addr_type(r)) & IPV6_ADDR_LINKLOCAL)
			s->oif = sk->sk_bound_dev_if;
		return;
	}
#endif
	s->local.in.sin_addr.s_addr = inet->inet_rcv_saddr ?: inet->inet_saddr;
	s->remote.in.sin_addr.s_addr = inet->inet_daddr;
}

/*
 * Payload only. bytes_sent leaves out what is still queued; rx counts the FIN,
 * which tcp_fin() marks with SOCK_DONE.
 */
static void read_bytes(struct netlog_sock *s, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 queued = tp->write_seq - tp->snd_nxt;
	unsigned int state = BIT(sk->sk_state);

	s->tx = tp->bytes_sent - tp->bytes_retrans;
	if (state & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))
		s->tx += queued;
	/* after shutdown(): the FIN is the last of what is queued */
	else if (queued && state & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK))
		s->tx += queued - 1;
	s->rx = tp->bytes_received;
	if (s->rx && sock_flag(sk, SOCK_DONE))
		s->rx--;
}

bool netlog_sock_read(struct netlog_sock *s, const struct sock *sk)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);
	const struct sock *owner = netlog_sock_owner(sk);

	if (!sock || !owner || !reported(owner))
		return false;
	memset(s, 0, sizeof(*s));
	s->ino = SOCK_INODE(sock)->i_ino;
	s->netns = sock_net(sk)->ns.inum;
	s->family = sk->sk_family;
	s->proto = owner->sk_protocol;
	s->state = READ_ONCE(sk->sk_state);
	read_ends(s, sk);
	if (sk->sk_protocol == IPPROTO_TCP && s->state != TCP_LISTEN)
		read_bytes(s, sk);
	return true;
}

bool netlog_sock_remote(struct netlog_sock *s, const void *uaddr, int len)
{
	const struct sockaddr *sa = uaddr;
	/* sendto() of an IPv4 socket takes AF_UNSPEC for AF_INET */
	bool v4 = len >= (int)sizeof(s->remote.in) &&
		  (sa->sa_family == AF_INET ||
		   (sa->sa_family == AF_UNSPEC && s->family == AF_INET));
	bool v6 = len >= SIN6_LEN_RFC2133 && sa->sa_family == AF_INET6;

	if (!v4 && !(v6 && s->family == AF_INET6))
		return false;
	memset(&s->remote, 0, sizeof(s->remote));
	/* Without sin_zero, which is whatever the program left there. */
	memcpy(&s->remote, uaddr, v4 ? offsetof(struct sockaddr_in, sin_zero) :
				       SIN6_LEN_RFC2133);
	s->remote.sa.sa_family = v4 ? AF_INET : AF_INET6;
	if (v6)
		s->remote.in6.sin6_flowinfo = 0;
	return true;
}

bool netlog_end_known(const union netlog_end *e)
{
	if (e->in.sin_port)
		return true;
	return e->sa.sa_family == AF_INET6 ? !ipv6_addr_any(&e->in6.sin6_addr) :
					     e->in.sin_addr.s_addr;
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
	const unsigned int soon_over =
		BIT(NETLOG_OP_CONNECT) | BIT(NETLOG_OP_LISTEN) | BIT(NETLOG_OP_BIND) |
		BIT(NETLOG_OP_DGRAM) | BIT(NETLOG_OP_DISCONNECT);

	if (!READ_ONCE(record_join) || !in_task() || audit_dummy_context() ||
	    !(soon_over & BIT(op)))
		return NULL;
	return audit_context();
}

static struct audit_buffer *start(enum netlog_op op)
{
	static const char * const names[] = {
#define NETLOG_OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(NETLOG_OP_NAME)
#undef NETLOG_OP_NAME
	};
	struct audit_buffer *ab = NULL;

	if (!record_wanted())
		return NULL;
	ab = audit_log_start(context(op), GFP_ATOMIC, AUDIT_KERNEL);
	atomic64_inc(ab ? &record_written : &record_lost);
	audit_log_format(ab, NETLOG_F_VERSION "=%d " NETLOG_F_OP "=%s",
			 NETLOG_RECORD_VERSION, names[op]);
	return ab;
}

static void write_sock(struct audit_buffer *ab, const struct netlog_sock *s)
{
	audit_log_format(ab, " " NETLOG_F_INO "=%llu " NETLOG_F_PROTO "=%u "
			 NETLOG_F_FAMILY "=%u " NETLOG_F_STATE "=%u",
			 s->ino, s->proto, s->family, s->state);
	/* What was never bound or connected has no such address: left out. */
	if (s->local.in.sin_port)
		audit_log_format(ab, " " NETLOG_F_LADDR "=%pISc " NETLOG_F_LPORT
				 "=%u", &s->local, ntohs(s->local.in.sin_port));
	if (netlog_end_known(&s->remote))
		audit_log_format(ab, " " NETLOG_F_FADDR "=%pISc " NETLOG_F_FPORT
				 "=%u", &s->remote, ntohs(s->remote.in.sin_port));
	if (s->oif)
		audit_log_format(ab, " " NETLOG_F_OIF "=%d", s->oif);
	audit_log_format(ab, " " NETLOG_F_NETNS "=%u", s->netns);
}

/* As audit_log_untrustedstring(), which modules cannot call. */
static void write_string(struct audit_buffer *ab, const char *key, const char *s)
{
	const char *p = s;

	while (*p > 0x20 && *p < 0x7f && *p != '"')
		p++;
	if (!*p) {
		audit_log_format(ab, " %s=\"%s\"", key, s);
		return;
	}
	audit_log_format(ab, " %s=", key);
	for (p = s; *p; p++)
		audit_log_format(ab, "%02X", (unsigned char)*p);
}

static void write_exe(struct audit_buffer *ab)
{
	struct file *exe = netlog_exe_file();
	char *buf = exe ? kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN) : NULL;
	char *path = buf ? d_path(&exe->f_path, buf, PATH_MAX) : NULL;

	if (IS_ERR_OR_NULL(path))
		audit_log_format(ab, " exe=(null)");
	else
		write_string(ab, "exe", path);
	kfree(buf);
	if (exe)
		fput(exe);
}

static void write_task(struct audit_buffer *ab, const struct netlog_task *t)
{
	audit_log_format(ab, " " NETLOG_F_SID "=%d ppid=%d pid=%d auid=%u uid=%u "
			 "ses=%u", t->sid, t->ppid, t->pid, t->auid, t->uid, t->ses);
	write_string(ab, "comm", t->comm);
}

/* In lean without gid, the other uids and tty: auditd spends more on looking up
 * their names than on all the rest of the record. */
static void write_current(struct audit_buffer *ab)
{
	struct netlog_task t;

	if (READ_ONCE(record_join)) {
		audit_log_format(ab, " " NETLOG_F_SID "=%d",
				 task_session_nr_ns(current, &init_pid_ns));
		audit_log_task_info(ab);
		return;
	}
	netlog_task_current(&t);
	write_task(ab, &t);
	write_exe(ab);
	audit_log_task_context(ab);
}

bool record_write(enum netlog_op op, const struct netlog_sock *s,
		  const struct netlog_task *task, int err)
{
	bool bytes = s->proto == IPPROTO_TCP && s->state != TCP_LISTEN &&
		     (op == NETLOG_OP_RELEASE || op == NETLOG_OP_DISCONNECT);
	struct audit_buffer *ab = start(op);

	if (!ab)
		return false;
	write_sock(ab, s);
	if (err)
		audit_log_format(ab, " " NETLOG_F_ERR "=%d", err);
	if (bytes)
		audit_log_format(ab, " " NETLOG_F_TX "=%llu " NETLOG_F_RX
				 "=%llu", s->tx, s->rx);
	audit_log_format(ab, " " NETLOG_F_MONO "=%llu", ktime_get_ns());
	if (!task)
		write_current(ab);
	else if (task->pid)
		write_task(ab, task);
	audit_log_end(ab);
	return true;
}

void record_write_self(enum netlog_op op, u64 missed)
{
	struct audit_buffer *ab = start(op);

	if (!ab)
		return;
	audit_log_format(ab, " " NETLOG_F_MISSED "=%llu " NETLOG_F_LOST "=%llu "
			 NETLOG_F_VER "=" NETLOG_MODULE_VERSION " " NETLOG_F_MONO
			 "=%llu", missed, (u64)atomic64_read(&record_lost),
			 ktime_get_ns());
	write_current(ab);
	audit_log_end(ab);
}
