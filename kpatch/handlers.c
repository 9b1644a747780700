// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handlers: compares a socket before and after, and writes the records.
 */
#include "handlers.h"

#include <linux/fdtable.h>
#include <linux/magic.h>
#include <linux/siphash.h>
#include <net/sctp/structs.h>

#include "pending.h"
#include "record.h"
#include "smc.h"

#define EXIT_SLOTS 16384U	/* of a descriptor table that handle_exit() scans */

#define ARG(n) ((void *)regs_get_kernel_argument(regs, n))

/* ---- connect ---- */

/* asoc NULL: not SCTP, and sk has the peer. */
static int begin(const struct sock *sk, const struct sctp_association *asoc)
{
	const union sctp_addr *peer = asoc ? &asoc->peer.primary_addr : NULL;
	struct pending p = { .of = asoc }, old;

	if (!sockinfo_read(&p.sock, sk, sk->sk_socket) ||
	    (peer && !sockinfo_set_remote(&p.sock, peer, sizeof(*peer))))
		return 1;
	/* An earlier attempt ended silently, as a Fast Open that could not be sent. */
	if (pending_take(sk->sk_socket, NULL, &old))
		record_write(NETLOG_OP_FAIL, &old.sock, &old.task, pending_reason(&old));
	record_task_current(&p.task);
	/* In lean the task is named once. */
	if (record_write(NETLOG_OP_CONNECT, &p.sock, NULL, 0) && !record_joins())
		p.task.pid = 0;
	pending_add(&p);
	return 1;
}

int handle_tcp_connect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return begin(ARG(0), NULL);
}

/* Returns true if sk is not on its way to inet_release(), and is no subflow of another
 * socket. */
static bool in_use(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	return sock && sock->sk == sk && ((file && file_count(file)) || smc_ino(sk));
}

/*
 * A tracepoint, not a probe: it fires in softirq, which may interrupt one of our
 * handlers, and the kernel skips a kprobe hit inside another one's handler. For the
 * same reason current is a stranger. Embryonic sockets have no struct socket. A close
 * without sk_err is reported by the handler of its caller: handle_return(),
 * handle_release().
 */
void handle_state(void *data, const struct sock *sk, const int old, const int new)
{
	struct socket *sock = READ_ONCE(sk->sk_socket);
	int err = new == TCP_CLOSE ? READ_ONCE(sk->sk_err) : 0;
	/* SYN_RECV: the second state of a simultaneous open */
	bool connecting = sk->sk_protocol == IPPROTO_SCTP ? old == TCP_CLOSE :
		sk->sk_protocol == IPPROTO_TCP && (old == TCP_SYN_SENT || old == TCP_SYN_RECV);
	struct pending p;

	if (!connecting || (new != TCP_ESTABLISHED && !err))
		return;
	/* connect() is about to return an error, and sk_err is an older one's; or accepted. */
	if (sock && sock->sk == sk && sk->sk_protocol == IPPROTO_TCP &&
	    (sock->state == SS_CONNECTED || (err && sock->state == SS_UNCONNECTED)))
		return;
	if (!pending_take(sock, NULL, &p)) {
		/* There was no memory for the entry, or the module was loaded later. */
		if (old != TCP_SYN_SENT || !in_use(sk) || !sockinfo_read(&p.sock, sk, sock))
			return;
		p.task.pid = 0;
	}
	p.sock.state = old;
	record_write(err ? NETLOG_OP_FAIL : NETLOG_OP_ESTABLISHED, &p.sock, &p.task, err);
}

/*
 * An ICMP error for an attempt under way. While the program is inside a call on the
 * socket, TCP only sets sk_err_soft; SO_ERROR then returns that error once and clears
 * it, and the attempt ends without a trace of it. Otherwise handle_state() follows.
 */
int handle_icmp(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = ARG(0);

	if (sk->sk_protocol == IPPROTO_TCP)
		pending_icmp(READ_ONCE(sk->sk_socket), (long)ARG(2));
	return 1;
}

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
	return !in_use(ARG(0)) || handle_enter_sk(ri, regs);
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

/* The socket listens, has a port to receive at, has another peer, or lost its peer. */
int handle_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct handlers_call *c = (void *)ri->data;
	const struct sockinfo *was = &c->before;
	int err = -(int)regs_return_value(regs);
	struct sockinfo now;
	struct pending p;
	bool differs, lost;

	if (err > 0)
		refused(c, err);
	if (err > 0 || !sockinfo_read(&now, c->sk, c->sk->sk_socket))
		return 0;
	differs = memcmp(&was->remote, &now.remote, sizeof(now.remote));
	lost = now.state == TCP_CLOSE &&
	       (was->state != TCP_CLOSE || (differs && !sockinfo_end_known(&now.remote)));

	if (lost && pending_take(c->sk->sk_socket, NULL, &p))
		record_write(NETLOG_OP_FAIL, &p.sock, NULL, pending_reason(&p));
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

static struct socket *socket_of(struct file *file)
{
	struct inode *inode = file_inode(file);

	return inode->i_sb->s_magic == SOCKFS_MAGIC ? SOCKET_I(inode) : NULL;
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
	struct socket *sock = socket_of(ARG(1));
	struct pending p;

	if (sock && sock->state == SS_CONNECTED && pending_take(sock, PENDING_ACCEPTED, &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
	return 1;
}

/* ---- AF_SMC ---- */

/* An AF_SMC socket connects or listens: from now on its TCP socket is reported. */
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

/* ---- datagrams without connect ---- */

/*
 * Returns true if the socket has not sent to this peer before. The table is bounded: a
 * pair that was evicted is new again. A hash stands for each pair; a set that two
 * processors write at the same time costs a record too many.
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

/* ---- the end ---- */

static bool fired;

bool handlers_fired(void)
{
	return READ_ONCE(fired);
}

int handle_release(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	static const struct record_task nobody;
	struct socket *sock = ARG(0);
	struct sockinfo s;
	struct pending p;
	bool unfinished = pending_take(sock, NULL, &p);
	int err;

	if (unfinished && p.of == PENDING_ACCEPTED) {	/* it never got a descriptor */
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
		unfinished = false;
	}
	if (!fired)
		WRITE_ONCE(fired, true);
	if (!sockinfo_read(&s, sock->sk, sock))
		return 1;
	err = READ_ONCE(sock->sk->sk_err);
	if (unfinished) {
		s = p.sock;
		s.state = TCP_SYN_SENT;
		err = err ?: p.icmp_err;
	}
	/* Sockets that never connected nor listened, and cannot receive, have no record. */
	if (s.state != TCP_CLOSE || sockinfo_end_known(&s.remote) ||
	    (s.local.in.sin_port && s.proto != IPPROTO_TCP && s.proto != IPPROTO_MPTCP))
		/* a worker of the kernel closes for an AF_SMC socket */
		record_write(NETLOG_OP_RELEASE, &s, current->flags & PF_KTHREAD ? &nobody : NULL,
			     err);
	smc_unmark(sock->sk);
	return 1;
}

/*
 * Copies the first socket among the descriptors of current. The scan is under a spin
 * lock, so it is bounded by slots of the table, used or not. (iterate_fd() would
 * visit every slot: a table may have a billion of them for one descriptor.)
 */
static bool read_held(struct sockinfo *s)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	unsigned long fd;
	bool found = false;

	if (!files)
		return false;
	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	for_each_set_bit(fd, fdt->open_fds, min(fdt->max_fds, EXIT_SLOTS)) {
		struct file *file = rcu_dereference_raw(fdt->fd[fd]);
		struct socket *sock = file ? socket_of(file) : NULL;

		found = sock && sockinfo_read(s, sock->sk, sock);
		if (found)
			break;
	}
	spin_unlock(&files->file_lock);
	return found;
}

/* When its sockets are released later, an exiting process has no exe any more. */
int handle_exit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct sockinfo s;

	if (read_held(&s))
		record_write(NETLOG_OP_EXIT, &s, NULL, 0);
	return 1;
}

/* ---- SCTP, one-to-one style; handle_state() reports its completion ---- */

int handle_sctp_associate(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sctp_association *asoc = ARG(1);
	const struct sock *sk = asoc->base.sk;

	return sk->sk_type != SOCK_STREAM || begin(sk, asoc);
}

/* An association that ends before it was established. */
int handle_sctp_free(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sctp_association *asoc = ARG(0);
	const struct sock *sk = asoc->base.sk;
	struct pending p;

	/* temp: made to answer a colliding INIT or COOKIE, not the caller's. */
	if (sk->sk_type == SOCK_STREAM && !asoc->temp && pending_take(sk->sk_socket, asoc, &p))
		record_write(NETLOG_OP_FAIL, &p.sock, &p.task,
			     READ_ONCE(sk->sk_err) ?: pending_reason(&p));
	return 1;
}
