// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a socket to an audit record: reads the socket, writes the fields of
 * netlog_record.h in their order.
 */
#include "netlog.h"

#include <linux/audit.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>

bool record_join = true;
module_param_named(join, record_join, bool, 0644);
MODULE_PARM_DESC(join, "write into the event of the running system call (default Y)");

atomic64_t record_written, record_lost;

/* ---- the socket ---- */

/*
 * The kernel's own sockets are marked, where they have a file at all. NVMe over TCP
 * in Linux 6.7 to 6.13 takes one as a process would: it is known by how it is set
 * before it connects. (iSCSI sets a process's socket so, but sk_reuse too.)
 */
static bool is_reported(const struct sock *sk)
{
	int proto = sk->sk_protocol;

	if (sk->sk_kern_sock ||
	    (sk->sk_allocation == (GFP_ATOMIC | __GFP_MEMALLOC) && !sk->sk_reuse))
		return false;
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_type != SOCK_RAW &&
	       (proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
		proto == IPPROTO_SCTP || proto == IPPROTO_MPTCP);
}

bool netlog_end_known(const union netlog_end *e)
{
	return memchr_inv(&e->sa.sa_data, 0, sizeof(*e) - offsetof(struct sockaddr, sa_data));
}

static void read_ends(struct netlog_sock *s, const struct sock *sk)
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
 * Payload only. bytes_sent leaves out what is still queued; rx counts the FIN,
 * which tcp_fin() marks with SOCK_DONE.
 */
static void read_bytes(struct netlog_sock *s, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 queued = tp->write_seq - tp->snd_nxt;

	s->tx = tp->bytes_sent - tp->bytes_retrans;
	if (BIT(s->state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT))
		s->tx += queued;
	/* after shutdown(): the FIN is the last of what is queued */
	else if (queued && BIT(s->state) & (TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK))
		s->tx += queued - 1;
	s->rx = tp->bytes_received;
	if (s->rx && sock_flag(sk, SOCK_DONE))
		s->rx--;
}

bool netlog_sock_read(struct netlog_sock *s, const struct sock *sk, struct socket *sock)
{
	const struct sock *owner = sock ? READ_ONCE(sock->sk) ?: sk : NULL;
	bool tcp;

	/* The first subflow of an MPTCP socket borrows its struct socket. */
	if (audit_enabled == AUDIT_OFF || !owner || !sock->file || !is_reported(owner) ||
	    (owner != sk && owner->sk_protocol != IPPROTO_MPTCP))
		return false;
	tcp = sk->sk_protocol == IPPROTO_TCP;
	*s = (struct netlog_sock){
		.ino = SOCK_INODE(sock)->i_ino, .netns = sock_net(sk)->ns.inum,
		.oif = sk->sk_bound_dev_if, .family = sk->sk_family, .proto = owner->sk_protocol,
		.state = READ_ONCE(sk->sk_state), .datagram = sk->sk_type == SOCK_DGRAM,
	};
	read_ends(s, sk);
	/* A closed socket keeps what is left over of its last peer; it has one still only
	 * where TCP's has closed or reset it: that has sent a SYN. */
	if (s->state == TCP_CLOSE && (s->datagram ||
	    (tcp && (!s->remote.in.sin_port || !tcp_sk(sk)->rcv_nxt))))
		memset(&s->remote, 0, sizeof(s->remote));
	if (tcp && s->state != TCP_LISTEN)
		read_bytes(s, sk);
	return true;
}

bool netlog_sock_remote(struct netlog_sock *s, const void *uaddr, int len)
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

/* ---- the task ---- */

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

/* As audit_log_untrustedstring(), which modules cannot call. (%.0s: nothing of s) */
static void write_string(struct audit_buffer *ab, const char *key, const char *s)
{
	const char *p = s;

	while (*p > 0x20 && *p < 0x7f && *p != '"')
		p++;
	audit_log_format(ab, *p ? " %s=%.0s" : " %s=\"%s\"", key, s);
	for (p = *p ? s : p; *p; p++)
		audit_log_format(ab, "%02X", (unsigned char)*p);
}

static void write_exe(struct audit_buffer *ab)
{
	struct file *exe;
	char *buf, *path;

	rcu_read_lock();	/* no mm: it has exited */
	exe = current->mm ? netlog_get_file(&current->mm->exe_file) : NULL;
	rcu_read_unlock();
	buf = exe ? kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN) : NULL;
	path = buf ? d_path(&exe->f_path, buf, PATH_MAX) : NULL;
	if (!IS_ERR_OR_NULL(path))
		write_string(ab, "exe", path);
	kfree(buf);
	if (exe)
		fput(exe);
}

/* Of the current task all of audit's fields; in lean without gid, the other uids and
 * tty: auditd spends more on looking up their names than on all the rest. */
static void write_task(struct audit_buffer *ab, const struct netlog_task *other)
{
	struct netlog_task self;
	const struct netlog_task *t = other ?: &self;

	if (!other)
		netlog_task_current(&self);
	audit_log_format(ab, " " NETLOG_F_SID "=%d", t->sid);
	if (!other && READ_ONCE(record_join)) {
		audit_log_task_info(ab);
		return;
	}
	audit_log_format(ab, " ppid=%d pid=%d auid=%u uid=%u ses=%u",
			 t->ppid, t->pid, t->auid, t->uid, t->ses);
	write_string(ab, "comm", t->comm);
	if (other)
		return;
	write_exe(ab);
	audit_log_task_context(ab);
}

/* ---- the record ---- */

/*
 * Join the event of the running system call, so that ausearch -a shows both,
 * where that call is soon over and its record costs nothing more: a context
 * is a dummy while no rule is loaded, and joining would force SYSCALL out.
 */
static struct audit_context *context(enum netlog_op op)
{
	const unsigned int soon_over = BIT(NETLOG_OP_CONNECT) | BIT(NETLOG_OP_LISTEN) |
		BIT(NETLOG_OP_BIND) | BIT(NETLOG_OP_DGRAM) | BIT(NETLOG_OP_DISCONNECT);

	if (!READ_ONCE(record_join) || audit_dummy_context() || !(soon_over & BIT(op)))
		return NULL;
	return audit_context();
}

static void write_sock(struct audit_buffer *ab, const struct netlog_sock *s)
{
	audit_log_format(ab, " " NETLOG_F_INO "=%llu " NETLOG_F_PROTO "=%u "
			 NETLOG_F_FAMILY "=%u " NETLOG_F_STATE "=%u",
			 s->ino, s->proto, s->family, s->state);
	/* What was never bound or connected has no such address: left out. */
	if (s->local.in.sin_port)
		audit_log_format(ab, " " NETLOG_F_LADDR "=%pISc " NETLOG_F_LPORT "=%u",
				 &s->local, ntohs(s->local.in.sin_port));
	if (netlog_end_known(&s->remote))
		audit_log_format(ab, " " NETLOG_F_FADDR "=%pISc " NETLOG_F_FPORT "=%u",
				 &s->remote, ntohs(s->remote.in.sin_port));
	if (s->oif)
		audit_log_format(ab, " " NETLOG_F_OIF "=%d", s->oif);
	audit_log_format(ab, " " NETLOG_F_NETNS "=%u", s->netns);
}

bool record_write(enum netlog_op op, const struct netlog_sock *s,
		  const struct netlog_task *task, int err)
{
	static const char * const names[] = {
#define NETLOG_OP_NAME(name, text) [NETLOG_OP_##name] = text,
		NETLOG_OPS(NETLOG_OP_NAME)
	};
	bool bytes = (op == NETLOG_OP_RELEASE || op == NETLOG_OP_DISCONNECT) &&
		     s->proto == IPPROTO_TCP && s->state != TCP_LISTEN;
	struct audit_buffer *ab;

	if (audit_enabled == AUDIT_OFF)
		return false;
	ab = audit_log_start(context(op), GFP_ATOMIC, AUDIT_KERNEL);
	atomic64_inc(ab ? &record_written : &record_lost);
	if (!ab)
		return false;
	audit_log_format(ab, NETLOG_F_VERSION "=%d " NETLOG_F_OP "=%s",
			 NETLOG_RECORD_VERSION, names[op]);
	if (s)
		write_sock(ab, s);
	else
		audit_log_format(ab, " " NETLOG_F_MISSED "=%llu " NETLOG_F_LOST "=%llu "
				 NETLOG_F_VER "=" NETLOG_MODULE_VERSION,
				 probes_missed(), (u64)atomic64_read(&record_lost));
	if (err)
		audit_log_format(ab, " " NETLOG_F_ERR "=%d", err);
	if (bytes)
		audit_log_format(ab, " " NETLOG_F_TX "=%llu " NETLOG_F_RX "=%llu", s->tx, s->rx);
	audit_log_format(ab, " " NETLOG_F_MONO "=%llu", ktime_get_ns());
	if (!task || task->pid)
		write_task(ab, task);
	audit_log_end(ab);
	return true;
}
