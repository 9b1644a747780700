// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handlers: calls that are compared before and after, accept, and datagrams. The
 * outcome of a connect is in handlers_connect.c, the end of a socket in
 * handlers_end.c.
 */
#include "handlers.h"

#include <linux/siphash.h>

#include "pending.h"
#include "smc.h"

/* ---- calls that are compared before and after ---- */

static int remember(struct kretprobe_instance *ri, struct sock *sk, const void *uaddr, int len)
{
	struct handlers_call *c = (void *)ri->data;

	c->sk = sk;
	if (!sk || !sockinfo_read(&c->before, sk, sk->sk_socket))
		return 1;
	c->asked = c->before;
	c->asks = uaddr && sockinfo_set_remote(&c->asked, uaddr, len);
	return 0;
}

int handle_enter_sk(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ARG(0), NULL, 0);
}

int handle_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ((struct socket *)ARG(0))->sk, NULL, 0);
}

int handle_enter_to(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ((struct socket *)ARG(0))->sk, ARG(1), (long)ARG(2));
}

/* tcp_v4_connect() called by tcp_v6_connect() is left to the probe of the latter.
 * send(MSG_FASTOPEN) may pass no address. */
int handle_enter_sk_to(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sockaddr *uaddr = ARG(1);
	struct sock *sk = ARG(0);

	return !uaddr || sk->sk_family != uaddr->sa_family ||
	       remember(ri, sk, uaddr, (long)ARG(2));
}

/* A function that takes the peer away, unless close() or MPTCP calls it. */
int handle_enter_disconnect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return !sockinfo_in_use(ARG(0)) || handle_enter_sk(ri, regs);
}

/* "ss -K" of a listener. For other sockets, which need not be full ones, handle_state()
 * reports the end. */
int handle_enter_abort(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return ((struct sock *)ARG(0))->sk_state != TCP_LISTEN ||
	       handle_enter_disconnect(ri, regs);
}

/* The call failed: this host refused it (no route, no free port, forbidden). A socket
 * with a peer keeps it, and an attempt that was sent ends elsewhere. */
static void refused(struct handlers_call *c, int err)
{
	struct pending p;

	if (!c->asks || c->before.state != TCP_CLOSE)
		return;
	/* SCTP has not begun here: its pending attempt is an earlier connect's. */
	if (c->before.proto != IPPROTO_SCTP && pending_take(c->sk->sk_socket, NULL, &p))
		c->asked = p.sock;
	record_write(NETLOG_OP_FAIL, &c->asked, NULL, err);
}

static bool sees_data4, sees_data6;

void handlers_see_data(bool v4, bool v6)
{
	WRITE_ONCE(sees_data4, v4);
	WRITE_ONCE(sees_data6, v6);
}

/* A datagram socket got a peer. Returns true if its first datagram will be seen. */
static bool watch(const struct sockinfo *s)
{
	struct pending p = { .sock = *s, .of = PENDING_UNUSED };

	return READ_ONCE(*(s->family == AF_INET ? &sees_data4 : &sees_data6)) &&
	       pending_add(&p);
}

int handle_data(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pending p;

	pending_take(((struct sock *)ARG(0))->sk_socket, PENDING_UNUSED, &p);
	return 1;
}

/* The socket listens, has a port to receive at, has another peer, or lost its peer. */
int handle_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct handlers_call *c = (void *)ri->data;
	struct sockinfo *was = &c->before;
	int err = -(int)regs_return_value(regs);
	struct sockinfo now;
	struct pending p;
	bool differs, lost, taken;

	if (err > 0)
		refused(c, err);
	if (err > 0 || !sockinfo_read(&now, c->sk, c->sk->sk_socket))
		return 0;
	differs = memcmp(&was->remote, &now.remote, sizeof(now.remote));
	lost = now.state == TCP_CLOSE &&
	       (was->state != TCP_CLOSE || (differs && !sockinfo_end_known(&now.remote)));

	taken = (lost || (differs && now.datagram)) &&
		pending_take(c->sk->sk_socket, NULL, &p);
	was->unused = taken && p.of == PENDING_UNUSED;
	if (taken && !was->unused)
		record_write(NETLOG_OP_FAIL, &p.sock, NULL, pending_reason(&p));
	else if (was->unused)	/* also when it gets another peer */
		record_write(NETLOG_OP_DISCONNECT, was, NULL, 0);
	else if (lost && was->state != TCP_SYN_SENT)	/* op=fail reported that one */
		record_write(NETLOG_OP_DISCONNECT, was, NULL, 0);

	if (now.datagram && now.state == TCP_CLOSE) {
		/* A port that bind() asked for stays: the socket receives from all again.
		 * After "ss -K" this is not reported: the task would be ss. */
		if (now.local.in.sin_port && (lost || !was->local.in.sin_port) &&
		    READ_ONCE(c->sk->sk_err) != ECONNABORTED)
			record_write(NETLOG_OP_BIND, &now, NULL, 0);
	} else if (now.datagram ? differs : now.state == TCP_LISTEN && was->state != TCP_LISTEN) {
		now.state = was->state;
		now.unused = now.datagram && watch(&now);
		record_write(now.datagram ? NETLOG_OP_DGRAM : NETLOG_OP_LISTEN, &now, NULL, 0);
	}
	return 0;
}

/* ---- accept ---- */

int handle_accept(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockinfo s;

	if (sockinfo_read(&s, ARG(2), ARG(1)))
		record_write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 1;
}

/*
 * On kernels without __inet_accept() (Debian's 6.1 has it) the accept is noted under
 * sk_callback_lock, which forbids the locks that exe needs, and written when its
 * descriptor is installed.
 */
int handle_sock_graft(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pending p = { .of = PENDING_ACCEPTED };

	if (sockinfo_read(&p.sock, ARG(0), ARG(1)))
		pending_add(&p);
	return 1;
}

int handle_fd_install(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct socket *sock = sockinfo_socket(ARG(1));
	struct pending p;

	if (sock && sock->state == SS_CONNECTED && pending_take(sock, PENDING_ACCEPTED, &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
	return 1;
}

/* ---- AF_SMC ---- */

/* An AF_SMC socket connects or listens: its TCP socket is reported after this. */
int handle_smc(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct socket *sock = ARG(0);

	rcu_read_lock();
	if (sock->sk)
		smc_mark(sock->sk, sock);
	rcu_read_unlock();
	return 1;
}

/* An AF_SMC socket is accepted. The TCP connection was accepted before by a worker of
 * the kernel. For want of exe see handle_sock_graft(). */
int handle_smc_graft(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = ARG(0);
	struct socket *sock = NULL;
	struct record_task task;
	struct sockinfo s;

	rcu_read_lock();
	if (sk->sk_family == AF_SMC || sk->sk_protocol == NETLOG_IPPROTO_SMC)
		sock = smc_mark(sk, ARG(1));
	if (sock && sockinfo_read(&s, sock->sk, sock)) {
		record_task_current(&task);
		record_write(NETLOG_OP_ACCEPT, &s, &task, 0);
	}
	rcu_read_unlock();
	return 1;
}

/* ---- datagrams without connect, on request ---- */

/*
 * Returns true if the socket has not sent to this peer before. The table is bounded: a pair
 * that was evicted counts as new. Each pair is stored as a hash; if two processors write a set
 * at the same time, a record may be written twice.
 */
static bool flow_is_new(const struct sockinfo *s)
{
	static siphash_key_t key;
	static u64 seen[4096][4];
	static unsigned int oldest;
	u64 *set, hash;
	int i;

	net_get_random_once(&key, sizeof(key));
	hash = siphash(&s->remote, sizeof(s->remote), &key) ^ siphash_1u64(s->cookie, &key);
	set = seen[hash % ARRAY_SIZE(seen)];
	for (i = 0; i < 4; i++)
		if (READ_ONCE(set[i]) == hash)
			return false;
	WRITE_ONCE(set[oldest++ % 4], hash);
	return true;
}

int handle_udp_sendmsg(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = ARG(0);
	const struct msghdr *msg = ARG(1);
	const struct sockaddr_in6 *to = msg->msg_name;
	struct sockinfo s;

	/* IPv4 on an IPv6 socket passes udp_sendmsg() too. */
	if (!to || (to->sin6_family == AF_INET6 && ipv6_addr_v4mapped(&to->sin6_addr)))
		return 1;
	if (sockinfo_read(&s, sk, sk->sk_socket) && !sockinfo_end_known(&s.remote) &&
	    sockinfo_set_remote(&s, to, msg->msg_namelen) && flow_is_new(&s))
		record_write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 1;
}
