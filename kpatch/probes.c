// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a moment in the life of a socket to a record: the table of probes and
 * their handlers. Handlers run with preemption off and never sleep. Return
 * probes sit only on functions that do not wait for the network: each caller
 * inside one holds an instance, and those are few.
 */
#include "probes.h"

#include <linux/fs.h>
#include <linux/net.h>
#include <linux/siphash.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>
#if IS_ENABLED(CONFIG_IP_SCTP)
#include <net/sctp/structs.h>
#endif

#include "compat.h"
#include "pending.h"
#include "record.h"

bool probes_fire;
static const struct netlog_task unknown;

/* What a return handler remembers of the entry. */
struct call {
	struct sock *sk;
	struct netlog_sock before;
	struct netlog_sock asked;	/* connect: remote end wanted */
	bool unspec;			/* connect: AF_UNSPEC */
};

/* ---- connect ---- */

static void begin(const struct sock *sk, struct pending *p)
{
	struct pending old;

	/* Given up without a word, as a Fast Open that could not be sent. */
	if (pending_take(sk->sk_socket, &old))
		record_write(NETLOG_OP_FAIL, &old.sock, &old.task, ECONNABORTED);
	netlog_task_current(&p->task);
	p->told = record_write(NETLOG_OP_CONNECT, &p->sock, NULL, 0) &&
		  !READ_ONCE(record_join);
	pending_add(sk->sk_socket, p);
}

static int on_tcp_connect(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	struct pending p;

	if (record_wanted() && netlog_sock_read(&p.sock, sk))
		begin(sk, &p);
	return 0;
}

/* Not on its way to inet_release(), and no subflow of another socket. */
static bool in_use(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	return file && file_count(file) && netlog_sock_owner(sk) == sk;
}

/* Those that leave this state for ESTABLISHED completed a connect. */
static bool connecting(const struct sock *sk, int state)
{
	if (sk->sk_protocol == IPPROTO_SCTP)
		return state == TCP_CLOSE;
	/* SYN_RECV: the second state of a simultaneous open */
	return sk->sk_protocol == IPPROTO_TCP &&
	       (state == TCP_SYN_SENT || state == TCP_SYN_RECV);
}

/*
 * A tracepoint, not a probe: this runs in softirq, which may interrupt one of
 * our handlers, and the kernel skips a kprobe hit inside another one's handler.
 * For the same reason current is a stranger. Embryonic sockets have no struct
 * socket. A close without sk_err is reported by whoever asked for it:
 * on_connect_return, on_disconnect_return, on_release.
 */
void probes_on_state(void *data, const struct sock *sk, const int old,
		   const int new)
{
	int err = new == TCP_CLOSE ? READ_ONCE(sk->sk_err) : 0;
	struct pending p;

	if (!connecting(sk, old) || (new != TCP_ESTABLISHED && !err))
		return;
	if (!pending_take(sk->sk_socket, &p)) {
		/* The table was full, or we came after the connect. */
		if (old != TCP_SYN_SENT || !in_use(sk) ||
		    !netlog_sock_read(&p.sock, sk))
			return;
		p.task = unknown;
		p.told = false;
	}
	p.sock.state = old;
	if (err)
		record_write(NETLOG_OP_FAIL, &p.sock, &p.task, err);
	else
		record_write(NETLOG_OP_ESTABLISHED, &p.sock,
			     p.told ? &unknown : &p.task, 0);
}

static int enter_connect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct sockaddr *uaddr = (void *)netlog_arg(regs, 1);

	c->sk = (void *)netlog_arg(regs, 0);
	if (!record_wanted() || !netlog_sock_read(&c->before, c->sk))
		return 1;
	c->asked = c->before;
	/* tcp_v4_connect called by tcp_v6_connect, which has a probe too */
	if (c->sk->sk_family != uaddr->sa_family)
		return 1;
	return !netlog_sock_remote(&c->asked, uaddr, netlog_arg(regs, 2));
}

/* Refused by this host: no route, no free port. What is sent, ends elsewhere. */
static int on_connect_return(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	int err = regs_return_value(regs);
	struct pending p;

	if (err >= 0)
		return 0;
	if (pending_take(c->sk->sk_socket, &p))
		c->asked = p.sock;
	record_write(NETLOG_OP_FAIL, &c->asked, NULL, -err);
	return 0;
}

/* ---- TCP and MPTCP disconnect: connect(AF_UNSPEC), shutdown() of a listener ---- */

/*
 * Closed by the peer, and the remote end is still there to be read: last moment
 * for it, for disconnect forgets it. The peer has sent a SYN: it was established.
 */
static bool was_reset(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP && inet_sk(sk)->inet_dport &&
	       tcp_sk(sk)->rcv_nxt;
}

static int enter_disconnect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;

	c->sk = (void *)netlog_arg(regs, 0);
	/* Not when it is close() or MPTCP that asks. */
	if (!record_wanted() || !in_use(c->sk))
		return 1;
	/* Not after a connect that failed: op=fail told of it. */
	if (c->sk->sk_state == TCP_CLOSE && !was_reset(c->sk))
		return 1;
	return !netlog_sock_read(&c->before, c->sk);
}

static int on_disconnect_return(struct kretprobe_instance *ri,
				struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	struct pending p;

	if (regs_return_value(regs))
		return 0;
	if (pending_take(c->sk->sk_socket, &p))
		record_write(NETLOG_OP_FAIL, &p.sock, NULL, ECONNABORTED);
	else if (c->before.state != TCP_SYN_SENT)
		record_write(NETLOG_OP_DISCONNECT, &c->before, NULL, 0);
	return 0;
}

/* ---- accept and listen ---- */

static int enter_accept(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;

	c->sk = (void *)netlog_arg(regs, 2);
	return !record_wanted();
}

static int on_accept_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	struct netlog_sock s;

	if (netlog_sock_read(&s, c->sk))
		record_write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/*
 * Before __inet_accept() came into the kernel (Debian's 6.1 has it). The lock held here,
 * sk_callback_lock, is also taken below locks of softirq, and those that are
 * needed for exe are none: a deadlock. So the record waits for the descriptor,
 * under a key that no connect has.
 */
static const void *accept_key(const struct socket *sock)
{
	return (const char *)sock + 1;
}

static int on_sock_graft(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	struct pending p;

	if (!record_wanted() || !netlog_sock_read(&p.sock, sk))
		return 0;
	netlog_task_current(&p.task);
	if (!pending_add(accept_key(sk->sk_socket), &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, &p.task, 0);
	return 0;
}

static int on_fd_install(struct kprobe *kp, struct pt_regs *regs)
{
	struct inode *inode = file_inode((void *)netlog_arg(regs, 1));
	struct pending p;

	if (S_ISSOCK(inode->i_mode) &&
	    pending_take(accept_key(SOCKET_I(inode)), &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
	return 0;
}

static int enter_socket(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct socket *sock = (void *)netlog_arg(regs, 0);

	c->sk = sock->sk;
	/* No file: the inner socket by which MPTCP 6.1 listens. */
	return !record_wanted() || !c->sk || !sock->file ||
	       !netlog_sock_read(&c->before, c->sk);
}

static int on_listen_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	struct netlog_sock s;

	if (regs_return_value(regs) || c->before.state == TCP_LISTEN ||
	    !netlog_sock_read(&s, c->sk) || s.state != TCP_LISTEN)
		return 0;
	s.state = c->before.state;
	record_write(NETLOG_OP_LISTEN, &s, NULL, 0);
	return 0;
}

/* ---- datagram sockets ---- */

static bool datagram(const struct netlog_sock *s)
{
	return s->proto == IPPROTO_UDP || s->proto == IPPROTO_UDPLITE;
}

/* No port: IP_BIND_ADDRESS_NO_PORT, nothing can arrive yet. */
static void write_bound(const struct sock *sk)
{
	struct netlog_sock s;

	if (netlog_sock_read(&s, sk) && s.local.in.sin_port)
		record_write(NETLOG_OP_BIND, &s, NULL, 0);
}

static int enter_bind(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;

	return enter_socket(ri, regs) || !datagram(&c->before);
}

static int on_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;

	if (!regs_return_value(regs))
		write_bound(c->sk);
	return 0;
}

static int enter_dgram(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct sockaddr *uaddr = (void *)netlog_arg(regs, 1);
	int len = netlog_arg(regs, 2);

	if (enter_bind(ri, regs) || len < (int)sizeof(uaddr->sa_family))
		return 1;
	c->unspec = uaddr->sa_family == AF_UNSPEC;
	c->asked = c->before;
	return !c->unspec && !netlog_sock_remote(&c->asked, uaddr, len);
}

static int on_dgram_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	bool had_peer = netlog_end_known(&c->before.remote);
	int err = regs_return_value(regs);
	struct netlog_sock s;

	if (c->unspec) {
		if (err || !had_peer)
			return 0;
		record_write(NETLOG_OP_DISCONNECT, &c->before, NULL, 0);
		/* A port that was asked for stays: it receives from all again. */
		write_bound(c->sk);
	} else if (err < 0) {
		/* A peer it had before stays. */
		if (!had_peer)
			record_write(NETLOG_OP_FAIL, &c->asked, NULL, -err);
	} else if (netlog_sock_read(&s, c->sk) &&
		   memcmp(&s.remote, &c->before.remote, sizeof(s.remote))) {
		s.state = c->before.state;
		record_write(NETLOG_OP_DGRAM, &s, NULL, 0);
	}
	return 0;
}

/*
 * Destroyed by "ss -K" or a BPF program: the peer goes, unasked for. Nothing is
 * locked, close() may run: preemption is off, which is an RCU read side.
 */
static int on_udp_abort(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	struct netlog_sock s;

	if (record_wanted() && in_use(sk) && netlog_sock_read(&s, sk) &&
	    netlog_end_known(&s.remote))
		record_write(NETLOG_OP_DISCONNECT, &s, NULL, 0);
	return 0;
}

/*
 * Has this socket sent to this peer before? A bounded table: an old one may be
 * forgotten, and be new again. A hash stands for each; half a table that two
 * processors write at the same time costs a record too many.
 */
static bool flow_is_new(const struct netlog_sock *s)
{
	static siphash_key_t key;
	static u64 seen[16384];
	static unsigned int oldest;
	u64 *set, hash;
	int i;

	net_get_random_once(&key, sizeof(key));
	hash = siphash(&s->remote, sizeof(s->remote), &key) ^
	       siphash_1u64(s->ino, &key);
	set = &seen[hash % ARRAY_SIZE(seen) & ~3UL];
	for (i = 0; i < 4; i++)
		if (READ_ONCE(set[i]) == hash)
			return false;
	WRITE_ONCE(set[oldest++ % 4], hash);
	return true;
}

static int on_udp_sendmsg(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	const struct msghdr *msg = (void *)netlog_arg(regs, 1);
	struct netlog_sock s;

	if (msg->msg_name && record_wanted() && netlog_sock_read(&s, sk) &&
	    !netlog_end_known(&s.remote) &&
	    netlog_sock_remote(&s, msg->msg_name, msg->msg_namelen) &&
	    flow_is_new(&s))
		record_write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 0;
}

/* ---- the end ---- */

/* Nothing to say of sockets that were never bound, connected or listening. */
static bool was_used(const struct netlog_sock *s)
{
	if (s->proto == IPPROTO_TCP || s->proto == IPPROTO_MPTCP)
		return s->state != TCP_CLOSE || s->remote.in.sin_port;
	return s->local.in.sin_port || netlog_end_known(&s->remote);
}

/* A completion that softirq is about to write on another processor comes first. */
static void wait_for_softirq(struct sock *sk)
{
	unsigned long flags;

	spin_lock_irqsave(&sk->sk_lock.slock, flags);
	spin_unlock_irqrestore(&sk->sk_lock.slock, flags);
}

static int on_release(struct kprobe *kp, struct pt_regs *regs)
{
	const struct socket *sock = (void *)netlog_arg(regs, 0);
	struct sock *sk = sock->sk;
	struct netlog_sock s;
	struct pending p;
	bool unfinished;

	/* Accepted, and never got a descriptor. */
	if (pending_take(accept_key(sock), &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, &p.task, 0);
	unfinished = pending_take(sock, &p);
	if (!probes_fire)
		WRITE_ONCE(probes_fire, true);
	if (!record_wanted() || !sk || !netlog_sock_owner(sk))
		return 0;
	if (!unfinished && sk->sk_type == SOCK_STREAM)
		wait_for_softirq(sk);
	if (!netlog_sock_read(&s, sk))
		return 0;
	if (unfinished) {
		s = p.sock;
		s.state = TCP_SYN_SENT;
	}
	if (was_used(&s))
		record_write(NETLOG_OP_RELEASE, &s, NULL, READ_ONCE(sk->sk_err));
	return 0;
}

/* ---- SCTP, one-to-one style; established is probes_on_state() ---- */

#if IS_ENABLED(CONFIG_IP_SCTP)
static int on_sctp_associate(struct kprobe *kp, struct pt_regs *regs)
{
	struct sctp_association *asoc = (void *)netlog_arg(regs, 1);
	const struct sock *sk = asoc->base.sk;
	struct pending p;

	if (!record_wanted() || sk->sk_type != SOCK_STREAM ||
	    !netlog_sock_read(&p.sock, sk) ||
	    !netlog_sock_remote(&p.sock, &asoc->peer.primary_addr,
				sizeof(asoc->peer.primary_addr)))
		return 0;
	p.sock.local.in.sin_port = htons(asoc->base.bind_addr.port);
	begin(sk, &p);
	return 0;
}

/* An association that ends before it was established. */
static int on_sctp_free(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sctp_association *asoc = (void *)netlog_arg(regs, 0);
	const struct sock *sk = asoc->base.sk;
	struct pending p;

	/* temp: made to answer a colliding INIT or COOKIE, not the caller's. */
	if (sk->sk_type == SOCK_STREAM && !asoc->temp && pending_take(sk->sk_socket, &p)) {
		p.sock.state = READ_ONCE(sk->sk_state);
		record_write(NETLOG_OP_FAIL, &p.sock, &p.task,
			     READ_ONCE(sk->sk_err) ?: ECONNABORTED);
	}
	return 0;
}
#endif

/* ---- the table ---- */

#define ENTRY(symbol, fn, w) \
	{ .when = w, .rp.kp = { .symbol_name = symbol, .pre_handler = fn } }
#define RETURN(symbol, enter, fn, w) \
	{ .when = w, .rp = { .kp.symbol_name = symbol, .handler = fn, \
			     .entry_handler = enter, \
			     .data_size = sizeof(struct call) } }

struct probe probes[] = {
	ENTRY("tcp_connect", on_tcp_connect, REQUIRED),
	RETURN("__inet_accept", enter_accept, on_accept_return, OPTIONAL),
	ENTRY("security_sock_graft", on_sock_graft, INSTEAD),
	ENTRY("fd_install", on_fd_install, INSTEAD),
	ENTRY("inet_release", on_release, REQUIRED),
	RETURN("inet_listen", enter_socket, on_listen_return, REQUIRED),
	RETURN("inet_bind", enter_bind, on_bind_return, REQUIRED),
	RETURN("inet_dgram_connect", enter_dgram, on_dgram_return, REQUIRED),
	RETURN("tcp_v4_connect", enter_connect, on_connect_return, REQUIRED),
	RETURN("tcp_disconnect", enter_disconnect, on_disconnect_return, REQUIRED),
	RETURN("tcp_v6_connect", enter_connect, on_connect_return, OPTIONAL),
	RETURN("inet6_bind", enter_bind, on_bind_return, OPTIONAL),
	ENTRY("udp_abort", on_udp_abort, OPTIONAL),
	RETURN("mptcp_listen", enter_socket, on_listen_return, OPTIONAL),
	RETURN("mptcp_disconnect", enter_disconnect, on_disconnect_return, OPTIONAL),
	RETURN("sctp_inet_listen", enter_socket, on_listen_return, OPTIONAL),
#if IS_ENABLED(CONFIG_IP_SCTP)
	ENTRY("sctp_primitive_ASSOCIATE", on_sctp_associate, OPTIONAL),
	ENTRY("sctp_association_free", on_sctp_free, OPTIONAL),
#endif
	ENTRY("udp_sendmsg", on_udp_sendmsg, FLOWS),
	ENTRY("udpv6_sendmsg", on_udp_sendmsg, FLOWS | OPTIONAL),
};

const int probes_count = ARRAY_SIZE(probes);
