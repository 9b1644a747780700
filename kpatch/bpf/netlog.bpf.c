// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of netlog_record.h from BPF, without a module: fentry, fexit and one
 * tracepoint find here what kpatch/probes.c finds with kprobes, in the same order and by the
 * same rules. Records go to a ring buffer (netlog_bpf.h), which plugin/input/bpf.c reads. One
 * object, built once, serves every kernel with BTF (CO-RE).
 *
 * A sleeping function may have an exit program here: unlike a kretprobe, a trampoline has no
 * pool of instances. The kernel skips a program that is already running on the same processor,
 * and counts the skip (recursion_misses).
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#include "netlog_bpf.h"
#include "kpatch/netlog_ignore.h"
#include "kpatch/netlog_record.h"

char LICENSE[] SEC("license") = "GPL";

#include "maps.h"
#include "smc.h"
#include "socket.h"
#include "task.h"
#include "stamp.h"
#include "ignore.h"
#include "snapshot.h"
#include "unused.h"

/* ---- the record ---- */

/*
 * Writes one record. task NULL: the current task, which must then be the one that acts; pid 0:
 * no process. Returns false if the ring had no room. A connection on the ignore list has no
 * records. The function is global where its arguments can be pointers (5.13), so that the
 * verifier reads it once, not for each call.
 */
#if !LOOP
static
#endif
__noinline bool write(__u32 op, const struct netlog_bpf_sock *s,
			     const struct netlog_bpf_task *task, int err)
{
	struct netlog_bpf_event *e;
	__u64 mono, exe = 0;
	bool own = !task;

	if (!s)
		return false;
	if (shared.silent)	/* since the call began */
		return true;
	if (is_ignored(op, s, own))
		return true;
	if (own)
		exe = exe_id();
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(&shared.lost);
		return false;
	}
	e->kind = NETLOG_BPF_EVENT;
	e->op = op;
	e->err = err;
	e->pad = 0;
	e->mono = mono = bpf_ktime_get_ns();
	__builtin_memcpy(&e->sock, s, sizeof(*s));
	if (own) {
		e->task.exe = exe;
		read_self(&e->task);
	} else {
		__builtin_memcpy(&e->task, task, sizeof(*task));
	}
	bpf_ringbuf_submit(e, 0);
	count(&shared.written);
	if (can_read && shared.stamps && own && is_start(op))
		remember_start(mono);
	return true;
}

/* Called for each record of an audit event; the first call counts. */
SEC("fexit/auditsc_get_stamp")
int on_stamp(__u64 *ctx)
{
	if (can_read && shared.stamps)
		report_stamp((struct audit_context *)ctx[0]);
	return 0;
}

static __always_inline struct pending *pending_find(struct socket *sock, __u64 *ino)
{
	if (!sock)
		return NULL;
	*ino = ino_of(sock);
	return *ino ? bpf_map_lookup_elem(&pending, ino) : NULL;
}

/* Moves the entry of sock to *p if of is 0 or equals the entry's. Returns true if it did. */
static __noinline bool pending_take(struct socket *sock, __u64 of, struct pending *p)
{
	__u64 ino;
	struct pending *e = pending_find(sock, &ino);

	if (!e || !p || (of && e->of != of))
		return false;
	__builtin_memcpy(p, e, sizeof(*p));
	return !bpf_map_delete_elem(&pending, &ino);
}

/* Takes only the socket of the entry: the 512 bytes of stack are shared by four functions. */
static __noinline bool pending_take_sock(struct socket *sock, struct netlog_bpf_sock *s)
{
	__u64 ino;
	struct pending *e = pending_find(sock, &ino);

	if (!e || !s)
		return false;
	__builtin_memcpy(s, &e->sock, sizeof(*s));
	return !bpf_map_delete_elem(&pending, &ino);
}

/* ---- connect ---- */

/* peer NULL: sk has the peer. */
static __always_inline int begin(struct sock *sk, __u64 of, const void *peer, int len)
{
	struct socket *sock = sk->sk_socket;
	struct pending p = {};

	/* An earlier attempt ended silently, such as a Fast Open that could not be sent. */
	if (pending_take(sock, 0, &p))
		write(NETLOG_OP_FAIL, &p.sock, &p.task, ECONNABORTED);
	if (!read_sock(&p.sock, sk, sock) || (peer && !read_remote(&p.sock, peer, len)))
		return 0;
	p.of = of;
	p.task.pid = 0;
	if (!write(NETLOG_OP_CONNECT, &p.sock, NULL, 0))
		read_task(&p.task);
	else if (is_marked(p.sock.ino))
		return 0;
	if (bpf_map_update_elem(&pending, &p.sock.ino, &p, BPF_ANY))
		count(&shared.map_full);
	return 0;
}

SEC("fentry/tcp_connect")
int on_tcp_connect(__u64 *ctx)
{
	count(&shared.seen);
	return begin((struct sock *)ctx[0], 0, NULL, 0);
}

static __always_inline bool is_connecting(struct sock *sk, int old)
{
	if (sk->sk_protocol == IPPROTO_SCTP)
		return old == TCP_CLOSE;
	/* SYN_RECV: the second state of a simultaneous open */
	return sk->sk_protocol == IPPROTO_TCP && (old == TCP_SYN_SENT || old == TCP_SYN_RECV);
}

/* SCTP without its own functions: listen(2), and its end by a process. */
static __noinline int listen_late(struct sock *sk, int old, int new)
{
	struct netlog_bpf_sock s;

	if (!sk || (new != TCP_LISTEN && !in_use(sk)) || !read_sock(&s, sk, sk->sk_socket))
		return 0;
	s.state = old;
	write(new == TCP_LISTEN ? NETLOG_OP_LISTEN : NETLOG_OP_DISCONNECT, &s, NULL, 0);
	return 0;
}

/*
 * In softirq current is unrelated to the connection. Embryonic sockets have no struct socket. A
 * close without sk_err is reported by the caller: leave(), on_release().
 */
SEC("tp_btf/inet_sock_set_state")
int on_state(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int old = (int)ctx[1], new = (int)ctx[2];
	int err = new == TCP_CLOSE ? sk->sk_err : 0;
	struct socket *sock;
	struct pending p;

	if (new == TCP_SYN_SENT && sk->sk_protocol == IPPROTO_TCP)
		count(&shared.begun);
	if (sctp_late && sk->sk_protocol == IPPROTO_SCTP && sk->sk_type == SOCK_STREAM &&
	    (new == TCP_LISTEN || old == TCP_LISTEN))
		return listen_late(sk, old, new);
	if (!is_connecting(sk, old) || (new != TCP_ESTABLISHED && !err))
		return 0;
	sock = sk->sk_socket;
	if (!sock)
		return 0;
	/* connect() is about to return an error and sk_err is older; or the socket was accepted */
	if (sock->sk == sk && sk->sk_protocol == IPPROTO_TCP) {
		int state = sock->state;

		if (state == SS_CONNECTED || (err && state == SS_UNCONNECTED))
			return 0;
	}
	if (!pending_take(sock, 0, &p)) {
		/* The map had no room for the entry, or the program was attached after the
		 * connect. */
		if (old != TCP_SYN_SENT || !in_use(sk) || !read_sock(&p.sock, sk, sock))
			return 0;
		__builtin_memset(&p.task, 0, sizeof(p.task));
	}
	p.sock.state = old;
	write(err ? NETLOG_OP_FAIL : NETLOG_OP_ESTABLISHED, &p.sock, &p.task, err);
	return 0;
}

/* ---- calls that are compared before and after ---- */

static __always_inline __u64 call_key(__u32 function)
{
	return (__u64)function << 32 | (__u32)bpf_get_current_pid_tgid();
}

static __noinline int enter(__u32 function, struct sock *sk)
{
	__u64 key = call_key(function);
	struct netlog_bpf_sock s;

	if (!sk || !read_sock(&s, sk, sk->sk_socket))
		return 0;
	if (bpf_map_update_elem(&calls, &key, &s, BPF_ANY))
		count(&shared.map_full);
	return 0;
}

/* The call failed: this host refused it (no route, no free port, forbidden). An attempt that
 * was sent ends elsewhere, and a socket with a peer keeps it. s: the socket before connect();
 * it is overwritten. */
static __noinline int refused(struct sock *sk, struct netlog_bpf_sock *s, const void *uaddr,
			      int len, int err)
{
	if (!sk || !s || s->state != TCP_CLOSE || !read_remote(s, uaddr, len))
		return 0;
	/* SCTP has not begun here: its pending attempt is an earlier connect's. */
	if (s->proto != IPPROTO_SCTP)
		pending_take_sock(sk->sk_socket, s);
	write(NETLOG_OP_FAIL, s, NULL, err);
	return 0;
}

static __always_inline bool differs(const struct netlog_bpf_sock *a,
				    const struct netlog_bpf_sock *b)
{
	return a->faddr[0] != b->faddr[0] || a->faddr[1] != b->faddr[1] || a->fport != b->fport;
}

/* The socket lost its peer, or stopped listening. */
static __always_inline void lost_peer(struct sock *sk, const struct netlog_bpf_sock *before)
{
	struct netlog_bpf_sock s;

	if (pending_take_sock(sk->sk_socket, &s))
		write(NETLOG_OP_FAIL, &s, NULL, ECONNABORTED);
	else if (before->state != TCP_SYN_SENT)	/* op=fail reported it */
		write(NETLOG_OP_DISCONNECT, before, NULL, 0);
}

static __always_inline void changed(struct sock *sk, struct netlog_bpf_sock *before)
{
	struct netlog_bpf_sock now;
	__u8 was = before->state;
	bool other, lost;

	if (!read_sock(&now, sk, sk->sk_socket))
		return;
	other = differs(before, &now);
	lost = now.state == TCP_CLOSE && (was != TCP_CLOSE || (other && !remote_known(&now)));
	before->unused = now.datagram && (lost || other) && unused_take(sk);
	if (lost)
		lost_peer(sk, before);
	else if (before->unused)	/* another peer */
		write(NETLOG_OP_DISCONNECT, before, NULL, 0);
	if (now.datagram && now.state == TCP_CLOSE) {
		/* A port that bind() asked for stays: the socket receives from all again. After
		 * "ss -K" this is not reported: the task would be ss. */
		if (now.lport && (lost || !before->lport) && sk->sk_err != ECONNABORTED)
			write(NETLOG_OP_BIND, &now, NULL, 0);
	} else if (now.datagram ? other : now.state == TCP_LISTEN && was != TCP_LISTEN) {
		now.state = was;
		now.unused = now.datagram && unused_watch(sk);
		write(now.datagram ? NETLOG_OP_DGRAM : NETLOG_OP_LISTEN, &now, NULL, 0);
	}
}

static __noinline int leave(__u32 function, struct sock *sk, const void *uaddr, int len, int ret)
{
	__u64 key = call_key(function);
	struct netlog_bpf_sock *before = bpf_map_lookup_elem(&calls, &key), s;

	if (!before)
		return 0;
	if (sk && ret < 0 && uaddr) {
		__builtin_memcpy(&s, before, sizeof(s));
		refused(sk, &s, uaddr, len, -ret);
	} else if (sk && ret >= 0) {
		changed(sk, before);
	}
	bpf_map_delete_elem(&calls, &key);
	return 0;
}

#define SOCK(ctx)	((struct sock *)(ctx)[0])
#define SOCKET_SK(ctx)	(((struct socket *)(ctx)[0])->sk)

#define CALL(n, fn, sk, when, uaddr, len, ret)					\
SEC("fentry/" #fn) int enter_##fn(__u64 *ctx)					\
{ return (when) ? enter(n, sk) : 0; }						\
SEC("fexit/" #fn) int leave_##fn(__u64 *ctx)					\
{ return leave(n, sk, uaddr, len, ret); }

/* fn(struct socket *, struct sockaddr *, int, …) with this many arguments */
#define CALL_TO(n, fn, args)							\
	CALL(n, fn, SOCKET_SK(ctx), true, (void *)ctx[1], (int)ctx[2], (int)ctx[args])
/* fn(struct sock *, int) that takes the peer away, unless close() or MPTCP calls it */
#define CALL_END(n, fn, when)							\
	CALL(n, fn, SOCK(ctx), (when) && in_use(SOCK(ctx)), NULL, 0, (int)ctx[2])

static __always_inline bool same_family(struct sock *sk, const void *uaddr)
{
	__u16 family = sk->__sk_common.skc_family;

	if (!uaddr)
		return false;
	if (can_read)
		bpf_probe_read_kernel(&family, sizeof(family), uaddr);
	return family == sk->__sk_common.skc_family;
}

static int associate_late(struct sock *sk, const void *uaddr, int len);

/* A function of its own: the verifier adds up the stacks of nested calls, 512 bytes at most, and
 * associate_late() has a socket's record, too. */
static __noinline int connect_denied(struct socket *sock, const void *uaddr, int len, int err)
{
	struct sock *sk = sock->sk;
	struct netlog_bpf_sock s;

	if (sk && read_sock(&s, sk, sock))
		refused(sk, &s, uaddr, len, err);
	return 0;
}

/* At this point connect() has had no effect yet. */
SEC("fexit/security_socket_connect") int leave_security_socket_connect(__u64 *ctx)
{
	struct sock *sk = SOCKET_SK(ctx);

	if (sk && is_smc(sk)) {
		smc_mark(sk, ((struct socket *)ctx[0])->file);
		return 0;
	}
	if (sctp_late && !(int)ctx[3])
		return associate_late(sk, (void *)ctx[1], (int)ctx[2]);
	if ((int)ctx[3] < 0)
		return connect_denied((struct socket *)ctx[0], (void *)ctx[1], (int)ctx[2], -(int)ctx[3]);
	return 0;
}

/* The socket is as it was before the call. A tcp_v4_connect() called by tcp_v6_connect(), which
 * has a program too, is skipped. send(MSG_FASTOPEN) may pass no address. */
static __noinline int not_connected(struct sock *sk, const void *uaddr, int len, int err)
{
	struct netlog_bpf_sock s;

	if (sk && same_family(sk, uaddr) && read_sock(&s, sk, sk->sk_socket))
		refused(sk, &s, uaddr, len, err);
	return 0;
}

/* fn(struct sock *, struct sockaddr *, int); on_tcp_connect() reports success. */
#define CONNECT(fn)								\
SEC("fexit/" #fn) int leave_##fn(__u64 *ctx)					\
{										\
	int ret = (int)ctx[3];							\
	return ret < 0 ? not_connected(SOCK(ctx), (void *)ctx[1], (int)ctx[2], -ret) : 0; \
}

CONNECT(tcp_v4_pre_connect)
CONNECT(tcp_v6_pre_connect)
CONNECT(tcp_v4_connect)
CONNECT(tcp_v6_connect)
CALL_TO(6, inet_dgram_connect, 4)
CALL_END(7, tcp_disconnect, true)
CALL_END(8, mptcp_disconnect, true)
CALL_END(9, udp_abort, true)
/* "ss -K" of a listener. For other sockets, which need not be full ones, on_state() reports the
 * end. */
CALL_END(10, tcp_abort, SOCK(ctx)->__sk_common.skc_state == TCP_LISTEN)
CALL(11, inet_bind, SOCKET_SK(ctx), true, NULL, 0, (int)ctx[3])
CALL(12, inet6_bind, SOCKET_SK(ctx), true, NULL, 0, (int)ctx[3])
/* Has one argument less since 5.17, so the state alone decides whether it listens. */
CALL(13, inet_csk_listen_start, SOCK(ctx), true, NULL, 0, 0)
CALL(14, sctp_inet_listen, SOCKET_SK(ctx), true, NULL, 0, (int)ctx[2])

/* ---- accept ---- */

SEC("fentry/__inet_accept")
int on_accept(__u64 *ctx)
{
	struct netlog_bpf_sock s;

	if (read_sock(&s, (struct sock *)ctx[2], (struct socket *)ctx[1]))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/* For kernels without __inet_accept(). Its arguments differ between kernels, so its result is
 * not read. */
SEC("fexit/inet_accept")
int on_accept_old(__u64 *ctx)
{
	struct socket *sock = (struct socket *)ctx[1];
	struct netlog_bpf_sock s;

	if (sock->state == SS_CONNECTED && read_sock(&s, sock->sk, sock))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/* ---- AF_SMC ---- */

SEC("fentry/security_socket_listen")
int on_security_listen(__u64 *ctx)
{
	struct sock *sk = SOCKET_SK(ctx);

	if (sk && is_smc(sk))
		smc_mark(sk, ((struct socket *)ctx[0])->file);
	return 0;
}

/* (struct sock *, struct socket *). The TCP connection was accepted before, by a worker of the
 * kernel. */
SEC("fentry/security_sock_graft")
int on_graft(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct netlog_bpf_sock s = {};

	if (is_smc(sk) && !shared.silent && read_smc(&s, sk, ((struct socket *)ctx[1])->file))
		write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 0;
}

/* ---- datagrams without connect, on request ---- */

/* The IPv4 address that read_remote() put into an IPv6 socket. */
static __always_inline void map_remote(struct netlog_bpf_sock *s)
{
	__u32 *word = (__u32 *)s->faddr;

	word[3] = word[0];
	word[2] = bpf_htonl(0xffff);
	word[0] = word[1] = 0;
}

static __always_inline int on_sendmsg(__u64 *ctx, bool v6)
{
	struct sock *sk = (struct sock *)ctx[0];
	struct msghdr *msg = (struct msghdr *)ctx[1];
	struct netlog_bpf_sock s;
	struct flow f = {};
	__u8 seen = 1;

	if (!msg->msg_name || !read_sock(&s, sk, sk->sk_socket) || remote_known(&s) ||
	    !read_remote(&s, msg->msg_name, msg->msg_namelen))
		return 0;
	/* IPv4 on an IPv6 socket passes udp_sendmsg() too. */
	if (v6 && !s.faddr[0] && (__u32)s.faddr[1] == bpf_htonl(0xffff))
		return 0;
	if (!v6 && s.family == AF_INET6)
		map_remote(&s);
	f.ino = s.ino;
	f.faddr[0] = s.faddr[0];
	f.faddr[1] = s.faddr[1];
	f.fport = s.fport;
	if (!bpf_map_update_elem(&flows, &f, &seen, BPF_NOEXIST))
		write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 0;
}

SEC("fentry/udp_sendmsg") int on_udp_sendmsg(__u64 *ctx) { return on_sendmsg(ctx, false); }
SEC("fentry/udpv6_sendmsg") int on_udpv6_sendmsg(__u64 *ctx) { return on_sendmsg(ctx, true); }

/* ---- the end ---- */

/* The connection was established, and the program that reports it was not attached. */
static __always_inline bool was_established(const struct netlog_bpf_sock *s)
{
	return s->proto == IPPROTO_TCP && s->state != TCP_CLOSE && s->state != TCP_SYN_SENT &&
	       s->state != TCP_SYN_RECV;
}

SEC("fentry/inet_release")
int on_release(__u64 *ctx)
{
	struct socket *sock = (struct socket *)ctx[0];
	struct sock *sk = sock->sk;
	struct netlog_bpf_sock s, begun;
	bool unfinished, unreported, idle;

	if (!shared.fired)
		shared.fired = 1;
	unfinished = pending_take_sock(sock, &begun);
	unreported = !read_sock(&s, sk, sock);
	idle = sk && unused_take(sk);
	if (shared.silent && sock->file)
		unmark(sock->file->f_inode->i_ino);
	if (sk) {
		forget_number(sk);
		smc_unmark(sk);
	}
	if (unreported)
		return 0;
	s.unused = idle;
	if (unfinished && !was_established(&s)) {
		__builtin_memcpy(&s, &begun, sizeof(s));
		s.state = TCP_SYN_SENT;
	}
	/* A socket that never connected or listened, and could not receive, has no record. */
	if (s.state != TCP_CLOSE || remote_known(&s) ||
	    (s.lport && s.proto != IPPROTO_TCP && s.proto != IPPROTO_MPTCP))
		write(NETLOG_OP_RELEASE, &s, NULL, sk->sk_err);
	return 0;
}

/* ---- the process that uses a socket, on request ---- */

/*
 * Sets tx and rx to the positions in TCP's two streams where this use begins: the bytes that
 * were written and read before it. sent, received: bytes of this call.
 */
static __always_inline void set_places(struct netlog_bpf_sock *s, struct sock *sk, int sent,
				       int received)
{
	struct tcp_sock *tp = NULL;
	__u32 unread;

	if (sk->sk_protocol == IPPROTO_TCP)
		tp = bpf_skc_to_tcp_sock(sk);
	if (!tp)
		return;
	unread = tp->rcv_nxt - tp->copied_seq;
	/* read_bytes() has subtracted the FIN from rx */
	if (unread && (sk->__sk_common.skc_flags & (1UL << SOCK_DONE_FLAG)))
		unread--;
	s->tx -= sent;
	s->rx -= unread + received;
}

static __always_inline int use(struct sock *sk, int ret, int sent, int received)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32, *last;
	struct netlog_bpf_sock s;

	if (ret <= 0 || !sk || shared.silent)
		return 0;
	last = bpf_sk_storage_get(&users, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!last || *last == pid)
		return 0;
	*last = pid;
	if (!read_sock(&s, sk, sk->sk_socket))
		return 0;
	set_places(&s, sk, sent, received);
	write(NETLOG_OP_USE, &s, NULL, 0);
	return 0;
}

static __always_inline int sends(struct sock *sk, int ret)
{
	return use(sk, ret, ret, 0);
}

/* A process that only peeks receives nothing: the next reader gets the bytes. */
static __always_inline int receives(struct sock *sk, int ret, int flags)
{
	return flags & MSG_PEEK ? 0 : use(sk, ret, 0, ret);
}

/* Since 6.3. */
SEC("tp_btf/sock_send_length") int on_send(__u64 *ctx) { return sends(SOCK(ctx), (int)ctx[1]); }
SEC("tp_btf/sock_recv_length")
int on_recv(__u64 *ctx) { return receives(SOCK(ctx), (int)ctx[1], (int)ctx[2]); }

/* Before 6.3: (struct socket *, struct msghdr *, size_t[, int flags]) */
SEC("fexit/inet_sendmsg") int on_send4(__u64 *ctx) { return sends(SOCKET_SK(ctx), (int)ctx[3]); }
SEC("fexit/inet6_sendmsg") int on_send6(__u64 *ctx) { return sends(SOCKET_SK(ctx), (int)ctx[3]); }
SEC("fexit/inet_recvmsg")
int on_recv4(__u64 *ctx) { return receives(SOCKET_SK(ctx), (int)ctx[4], (int)ctx[3]); }
SEC("fexit/inet6_recvmsg")
int on_recv6(__u64 *ctx) { return receives(SOCKET_SK(ctx), (int)ctx[4], (int)ctx[3]); }

/* ---- unloading of the module ---- */

/* Two words: "audit_netlog" with its NUL. */
static __always_inline bool is_module(const void *name)
{
	struct { __u64 first; __u32 second; __u32 end; } text = {};

	return bpf_probe_read_user_str(&text, sizeof(text), name) == 13 &&
	       text.first == 0x656e5f7469647561ULL && text.second == 0x676f6c74;
}

/* From here on both report until the module's probes are removed: there is no gap. */
SEC("fentry/__x64_sys_delete_module")
int on_delete_module(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	__u64 name = 0;

	if (!can_read || !shared.silent)
		return 0;
	bpf_probe_read_kernel(&name, sizeof(name), &regs->di);
	if (is_module((void *)name)) {
		shared.silent = 0;
		__sync_fetch_and_add(&shared.woken, 1);
	}
	return 0;
}

#include "process.h"
#include "sctp.h"
