// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handlers_connect: an attempt to connect, from the first packet to its outcome: TCP, MPTCP and
 * SCTP in the one-to-one style.
 */
#include "handlers.h"

#include <net/sctp/structs.h>

#include "ignore.h"
#include "pending.h"

/* asoc NULL: not SCTP, and sk has the peer. */
static int begin(const struct sock *sk, const struct sctp_association *asoc)
{
	const union sctp_addr *peer = asoc ? &asoc->peer.primary_addr : NULL;
	struct pending p = { .of = asoc }, old;

	if (!sockinfo_read(&p.sock, sk, sk->sk_socket) ||
	    (peer && !sockinfo_set_remote(&p.sock, peer, sizeof(*peer))))
		return 1;
	/* An earlier attempt ended silently, such as a Fast Open that could not be sent. */
	if (pending_take(sk->sk_socket, NULL, &old))
		record_write(NETLOG_OP_FAIL, &old.sock, &old.task, pending_reason(&old));
	record_task_current(&p.task);
	/* With join=0 (lean) the task is named once. */
	if (record_write(NETLOG_OP_CONNECT, &p.sock, NULL, 0) && !record_joins())
		p.task.pid = 0;
	if (ignore_has(p.sock.cookie))
		return 1;
	pending_add(&p);
	return 1;
}

int handle_tcp_connect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return begin(ARG(0), NULL);
}

static bool stopping;

void handlers_stop(void)
{
	WRITE_ONCE(stopping, true);
}

/*
 * A tracepoint, not a probe: it fires in softirq, which may interrupt one of our handlers, and
 * the kernel skips a kprobe hit inside another one's handler. Softirq also means that current
 * is unrelated to the connection. Embryonic sockets have no struct socket. A close without
 * sk_err is reported by the handler of its caller: handle_return(), handle_release().
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
	/* connect() is about to return an error, and sk_err is older; or it was accepted. */
	if (sock && sock->sk == sk && sk->sk_protocol == IPPROTO_TCP &&
	    (sock->state == SS_CONNECTED || (err && sock->state == SS_UNCONNECTED)))
		return;
	if (!pending_take(sock, NULL, &p)) {
		/* There was no memory for the entry, or the module was loaded later. */
		if (READ_ONCE(stopping) || old != TCP_SYN_SENT || !sockinfo_in_use(sk) ||
		    !sockinfo_read(&p.sock, sk, sock))
			return;
		p.task.pid = 0;
	}
	p.sock.state = old;
	record_write(err ? NETLOG_OP_FAIL : NETLOG_OP_ESTABLISHED, &p.sock, &p.task, err);
}

/*
 * An ICMP error for an attempt in progress. While the program is inside a call on the
 * socket, TCP only sets sk_err_soft. SO_ERROR then returns that error once and clears it, and
 * the end of the attempt no longer shows it. Otherwise handle_state() follows.
 */
int handle_icmp(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = ARG(0);

	if (sk->sk_protocol == IPPROTO_TCP)
		pending_icmp(READ_ONCE(sk->sk_socket), (long)ARG(2));
	return 1;
}

/* ---- SCTP, one-to-one style; handle_state() reports its completion ---- */

int handle_sctp_associate(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sctp_association *asoc = ARG(1);
	const struct sock *sk = asoc->base.sk;

	return sk->sk_type != SOCK_STREAM || begin(sk, asoc);
}

/* An association ended before it was established. */
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
