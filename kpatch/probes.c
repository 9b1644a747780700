// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_netlog: writes to the audit trail what the audit system itself misses of
 * network connections. From a moment in the life of a socket to a record: the
 * handlers, the table of probes, their placing; parameters and counters. record.c
 * writes the records.
 *
 * Handlers run with preemption off and never sleep. Those at the end of a function
 * sit only where it does not wait for the network: each caller inside one holds an
 * instance, and those are few.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "netlog.h"

#include <linux/fdtable.h>
#include <linux/kprobes.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <net/sctp/structs.h>

#define ARG(n) ((void *)regs_get_kernel_argument(regs, n))

static bool udp_flows;
module_param(udp_flows, bool, 0444);
MODULE_PARM_DESC(udp_flows, "record the first datagram of an unconnected socket to each peer (default N)");

/* ---- sockets with a connect under way, and who called it ---- */

struct pending {
	struct netlog_sock sock;	/* as it was when the SYN left */
	struct netlog_task task;	/* who called connect(); nobody where it was accepted */
	const void *of;			/* SCTP: the association, a socket may try several */
};

#define ACCEPTED ((void *)1)		/* of: no connect, see on_sock_graft() */

/* By inode number: an MPTCP socket and its first subflow share it. No limit of its own:
 * who fills it holds as many sockets, each many times as large. */
static DEFINE_XARRAY_FLAGS(pending, XA_FLAGS_LOCK_IRQ);
static unsigned int pending_count;

/* Where there is no memory, the completion names nobody. */
static void pending_add(const struct pending *p)
{
	struct pending *e = kmemdup(p, sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	unsigned long flags;

	xa_lock_irqsave(&pending, flags);
	if (!e || __xa_insert(&pending, p->sock.ino, e, GFP_ATOMIC | __GFP_NOWARN)) {
		kfree(e);
		atomic64_inc(&record_lost);
	} else {
		pending_count++;
	}
	xa_unlock_irqrestore(&pending, flags);
}

/* Move the entry of sock, if of is NULL or the same, to *p. False when there is none. */
static bool pending_take(struct socket *sock, const void *of, struct pending *p)
{
	struct pending *e;
	unsigned long flags;

	if (!sock || !READ_ONCE(pending_count))
		return false;
	xa_lock_irqsave(&pending, flags);
	e = xa_load(&pending, SOCK_INODE(sock)->i_ino);
	if (e && of && e->of != of)
		e = NULL;
	if (e) {
		__xa_erase(&pending, SOCK_INODE(sock)->i_ino);
		pending_count--;
		*p = *e;
	}
	xa_unlock_irqrestore(&pending, flags);
	kfree(e);
	return e;
}

/* ---- connect ---- */

/* asoc NULL: not SCTP; sk knows the peer. */
static int begin(const struct sock *sk, const struct sctp_association *asoc)
{
	const union sctp_addr *peer = asoc ? &asoc->peer.primary_addr : NULL;
	struct pending p = { .of = asoc }, old;

	if (!netlog_sock_read(&p.sock, sk, sk->sk_socket) ||
	    (peer && !netlog_sock_remote(&p.sock, peer, sizeof(*peer))))
		return 1;
	/* Given up without a word, as a Fast Open that could not be sent. */
	if (pending_take(sk->sk_socket, NULL, &old))
		record_write(NETLOG_OP_FAIL, &old.sock, &old.task, ECONNABORTED);
	netlog_task_current(&p.task);
	/* In lean it is named once. */
	if (record_write(NETLOG_OP_CONNECT, &p.sock, NULL, 0) && !READ_ONCE(record_join))
		p.task.pid = 0;
	pending_add(&p);
	return 1;
}

static int on_tcp_connect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return begin(ARG(0), NULL);
}

/* Not on its way to inet_release(), and no subflow of another socket. */
static bool in_use(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);
	struct file *file = sock ? READ_ONCE(sock->file) : NULL;

	return file && file_count(file) && sock->sk == sk;
}

/*
 * A tracepoint, not a probe: this runs in softirq, which may interrupt one of
 * our handlers, and the kernel skips a kprobe hit inside another one's handler.
 * For the same reason current is a stranger. Embryonic sockets have no struct
 * socket. A close without sk_err is reported by whoever asked for it: on_return,
 * on_release.
 */
static void on_state(void *data, const struct sock *sk, const int old, const int new)
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
		/* There was no memory for it, or we came after the connect. */
		if (old != TCP_SYN_SENT || !in_use(sk) || !netlog_sock_read(&p.sock, sk, sock))
			return;
		p.task.pid = 0;
	}
	p.sock.state = old;
	record_write(err ? NETLOG_OP_FAIL : NETLOG_OP_ESTABLISHED, &p.sock, &p.task, err);
}

/* ---- what a call made of a socket: compared before and after ---- */

struct call {
	struct sock *sk;
	struct netlog_sock before;
	struct netlog_sock asked;	/* with the remote end asked for */
	bool asks;
};

static int remember(struct kretprobe_instance *ri, struct sock *sk, const void *uaddr, int len)
{
	struct call *c = (void *)ri->data;

	c->sk = sk;
	if (!sk || !netlog_sock_read(&c->before, sk, sk->sk_socket))
		return 1;
	c->asked = c->before;
	c->asks = uaddr && netlog_sock_remote(&c->asked, uaddr, len);
	return 0;
}

/* fn(struct sock *, ...) and fn(struct socket *, ...) */
static int enter_sk(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ARG(0), NULL, 0);
}

static int enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ((struct socket *)ARG(0))->sk, NULL, 0);
}

/* fn(struct socket *, struct sockaddr *, int) */
static int enter_to(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return remember(ri, ((struct socket *)ARG(0))->sk, ARG(1), (long)ARG(2));
}

/* fn(struct sock *, struct sockaddr *, int). Not tcp_v4_connect called by
 * tcp_v6_connect, which has a probe too. send(MSG_FASTOPEN) may give no address. */
static int enter_sk_to(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sockaddr *uaddr = ARG(1);
	struct sock *sk = ARG(0);

	return !uaddr || sk->sk_family != uaddr->sa_family ||
	       remember(ri, sk, uaddr, (long)ARG(2));
}

/* fn(struct sock *, ...) that takes the peer away; not when close() or MPTCP asks. */
static int enter_end(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return !in_use(ARG(0)) || enter_sk(ri, regs);
}

/* The same of a listener that is destroyed by "ss -K". Others, among them no full
 * sockets, say it by their state. */
static int enter_abort(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return ((struct sock *)ARG(0))->sk_state != TCP_LISTEN || enter_end(ri, regs);
}

/* Refused by this host: no route, no free port, forbidden; what is sent, ends
 * elsewhere, and a peer it had before stays. Or it listens, it has a port to receive
 * at, or another peer, or none any more. */
static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct netlog_sock *was = &c->before;
	struct netlog_sock now;
	struct pending p;
	int err = -(int)regs_return_value(regs);
	bool differs, lost;

	if (err > 0 && c->asks && was->state == TCP_CLOSE) {
		/* SCTP has not begun here; what is under way is of an earlier connect. */
		if (was->proto != IPPROTO_SCTP && pending_take(c->sk->sk_socket, NULL, &p))
			c->asked = p.sock;
		record_write(NETLOG_OP_FAIL, &c->asked, NULL, err);
	}
	if (err > 0 || !netlog_sock_read(&now, c->sk, c->sk->sk_socket))
		return 0;
	differs = memcmp(&was->remote, &now.remote, sizeof(now.remote));
	lost = now.state == TCP_CLOSE &&
	       (was->state != TCP_CLOSE || (differs && !netlog_end_known(&now.remote)));

	if (lost && pending_take(c->sk->sk_socket, NULL, &p))
		record_write(NETLOG_OP_FAIL, &p.sock, NULL, ECONNABORTED);
	else if (lost && was->state != TCP_SYN_SENT)	/* op=fail told of it */
		record_write(NETLOG_OP_DISCONNECT, was, NULL, 0);

	if (now.datagram && now.state == TCP_CLOSE) {
		/* A port that was asked for stays: it receives from all again. Of one that
		 * "ss -K" destroyed that is not said: it would be told as ss's. */
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

static int on_accept(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct netlog_sock s;

	if (netlog_sock_read(&s, ARG(2), ARG(1)))
		record_write(NETLOG_OP_ACCEPT, &s, NULL, 0);
	return 1;
}

static struct socket *socket_of(struct file *file)
{
	struct inode *inode = file_inode(file);

	return inode->i_sb->s_magic == SOCKFS_MAGIC ? SOCKET_I(inode) : NULL;
}

/*
 * Before __inet_accept() came into the kernel (Debian's 6.1 has it): marked under
 * sk_callback_lock, where the locks that exe needs are not allowed, and written when
 * its descriptor is made.
 */
static int on_sock_graft(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct pending p = { .of = ACCEPTED };

	if (netlog_sock_read(&p.sock, ARG(0), ARG(1)))
		pending_add(&p);
	return 1;
}

static int on_fd_install(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct socket *sock = socket_of(ARG(1));
	struct pending p;

	if (sock && sock->state == SS_CONNECTED && pending_take(sock, ACCEPTED, &p))
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
	return 1;
}

/* ---- datagrams without connect ---- */

/*
 * Has this socket sent to this peer before? A bounded table: an old one may be
 * forgotten, and be new again. A hash stands for each; half a table that two
 * processors write at the same time costs a record too many.
 */
static bool flow_is_new(const struct netlog_sock *s)
{
	static siphash_key_t key;
	static u64 seen[4096][4];
	static unsigned int oldest;
	u64 *set, hash;
	int i;

	net_get_random_once(&key, sizeof(key));
	hash = siphash(&s->remote, sizeof(s->remote), &key) ^ siphash_1u64(s->ino, &key);
	set = seen[hash % ARRAY_SIZE(seen)];
	for (i = 0; i < 4; i++)
		if (READ_ONCE(set[i]) == hash)
			return false;
	WRITE_ONCE(set[oldest++ % 4], hash);
	return true;
}

static int on_udp_sendmsg(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sock *sk = ARG(0);
	const struct msghdr *msg = ARG(1);
	const struct sockaddr_in6 *to = msg->msg_name;
	struct netlog_sock s;

	/* What is IPv4 by way of IPv6, comes by udp_sendmsg() too. */
	if (!to || (to->sin6_family == AF_INET6 && ipv6_addr_v4mapped(&to->sin6_addr)))
		return 1;
	if (netlog_sock_read(&s, sk, sk->sk_socket) && !netlog_end_known(&s.remote) &&
	    netlog_sock_remote(&s, to, msg->msg_namelen) && flow_is_new(&s))
		record_write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 1;
}

/* ---- the end ---- */

static bool fired;		/* a socket's release was seen */

static int on_release(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct socket *sock = ARG(0);
	struct netlog_sock s;
	struct pending p;
	bool unfinished = pending_take(sock, NULL, &p);

	if (unfinished && p.of == ACCEPTED) {	/* it never got a descriptor */
		record_write(NETLOG_OP_ACCEPT, &p.sock, NULL, 0);
		unfinished = false;
	}
	if (!fired)
		WRITE_ONCE(fired, true);
	if (!netlog_sock_read(&s, sock->sk, sock))
		return 1;
	if (unfinished) {
		s = p.sock;
		s.state = TCP_SYN_SENT;
	}
	/* Nothing to say of one that was never connected or listening, nor could receive. */
	if (s.state != TCP_CLOSE || netlog_end_known(&s.remote) ||
	    (s.local.in.sin_port && s.proto != IPPROTO_TCP && s.proto != IPPROTO_MPTCP))
		record_write(NETLOG_OP_RELEASE, &s, NULL, READ_ONCE(sock->sk->sk_err));
	return 1;
}

/* For iterate_fd(), which holds a lock: not for long. */
static int read_held(const void *s, struct file *file, unsigned int fd)
{
	struct socket *sock = socket_of(file);

	return fd >= 16384 || (sock && netlog_sock_read((void *)s, sock->sk, sock));
}

/* Later, when its sockets are released, an ending process has no program any more. */
static int on_exit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct netlog_sock s = { 0 };

	iterate_fd(current->files, 0, read_held, &s);
	if (s.ino)
		record_write(NETLOG_OP_EXIT, &s, NULL, 0);
	return 1;
}

/* ---- SCTP, one-to-one style; established is on_state() ---- */

static int on_sctp_associate(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sctp_association *asoc = ARG(1);
	const struct sock *sk = asoc->base.sk;

	return sk->sk_type != SOCK_STREAM || begin(sk, asoc);
}

/* An association that ends before it was established. */
static int on_sctp_free(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct sctp_association *asoc = ARG(0);
	const struct sock *sk = asoc->base.sk;
	struct pending p;

	/* temp: made to answer a colliding INIT or COOKIE, not the caller's. */
	if (sk->sk_type == SOCK_STREAM && !asoc->temp && pending_take(sk->sk_socket, asoc, &p))
		record_write(NETLOG_OP_FAIL, &p.sock, &p.task,
			     READ_ONCE(sk->sk_err) ?: ECONNABORTED);
	return 1;
}

/* ---- the table ---- */

/* INSTEAD: only where the first one cannot be placed. */
enum { REQUIRED = 0, OPTIONAL = 1, FLOWS = 2, INSTEAD = 4 };

/* Where its entry handler returns 0, its handler is called when the function ends. */
static struct probe {
	int when;
	struct kretprobe rp;
} probes[] = {
#define PROBE(symbol, enter, leave, w)						\
	{ .when = w, .rp = { .kp.symbol_name = symbol, .entry_handler = enter,	\
			     .handler = leave, .data_size = sizeof(struct call) } }
	PROBE("__inet_accept", on_accept, NULL, OPTIONAL),
	PROBE("security_sock_graft", on_sock_graft, NULL, INSTEAD),
	PROBE("fd_install", on_fd_install, NULL, INSTEAD),
	PROBE("inet_release", on_release, NULL, REQUIRED),
	PROBE("tcp_connect", on_tcp_connect, NULL, REQUIRED),
	PROBE("security_socket_connect", enter_to, on_return, REQUIRED),
	PROBE("tcp_v4_pre_connect", enter_sk_to, on_return, OPTIONAL),
	PROBE("tcp_v6_pre_connect", enter_sk_to, on_return, OPTIONAL),
	PROBE("tcp_v4_connect", enter_sk_to, on_return, REQUIRED),
	PROBE("tcp_v6_connect", enter_sk_to, on_return, OPTIONAL),
	PROBE("inet_dgram_connect", enter_to, on_return, REQUIRED),
	PROBE("tcp_disconnect", enter_end, on_return, REQUIRED),
	PROBE("mptcp_disconnect", enter_end, on_return, OPTIONAL),
	PROBE("udp_abort", enter_end, on_return, OPTIONAL),
	PROBE("tcp_abort", enter_abort, on_return, OPTIONAL),
	PROBE("inet_bind", enter, on_return, REQUIRED),
	PROBE("inet6_bind", enter, on_return, OPTIONAL),
	PROBE("inet_csk_listen_start", enter_sk, on_return, REQUIRED),
	PROBE("sctp_inet_listen", enter, on_return, OPTIONAL),
	PROBE("sctp_primitive_ASSOCIATE", on_sctp_associate, NULL, OPTIONAL),
	PROBE("sctp_association_free", on_sctp_free, NULL, OPTIONAL),
	PROBE("udp_sendmsg", on_udp_sendmsg, NULL, FLOWS),
	PROBE("udpv6_sendmsg", on_udp_sendmsg, NULL, FLOWS | OPTIONAL),
	PROBE("tty_audit_exit", on_exit, NULL, OPTIONAL),
};

static struct tracepoint *state_tp;
static DEFINE_MUTEX(lock);	/* placing, once others load modules, too */
static u64 missed_before;	/* by probes that were taken away */

u64 probes_missed(void)
{
	u64 sum = missed_before;
	struct probe *p;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++)
		sum += p->rp.nmissed + p->rp.kp.nmissed;
	return sum;
}

/* As if never used: it may be placed again. */
static void take_away(struct kretprobe *rp)
{
	if (rp->kp.addr)
		unregister_kretprobe(rp);
	missed_before += rp->nmissed + rp->kp.nmissed;
	rp->nmissed = rp->kp.nmissed = rp->kp.flags = 0;
	rp->kp.addr = NULL;
}

static int complain(const char *what, int err)
{
	pr_err("cannot probe %s (error %d): this kernel has renamed or inlined it, or kernel.ftrace_enabled is 0; a newer audit_netlog may know it, without the module the audit rules still work\n",
	       what, err);
	return err;
}

static int place_all(void)
{
	struct probe *p;
	int err;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++) {
		if (kprobe_gone(&p->rp.kp))
			take_away(&p->rp);
		if (p->rp.kp.addr || (p->when & FLOWS && !udp_flows) ||
		    (p->when & INSTEAD && probes[0].rp.kp.addr))
			continue;
		/* Some waiting for a lock, on every processor. */
		p->rp.maxactive = max(128, 4 * (int)num_possible_cpus());
		err = register_kretprobe(&p->rp);
		if (!err)
			continue;
		p->rp.kp.addr = NULL;
		if (!(p->when & OPTIONAL))
			return complain(p->rp.kp.symbol_name, err);
	}
	return 0;
}

/* Not exported by name, so looked up, as perf does. */
static void find_state_tp(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state") &&
	    !tracepoint_probe_register(tp, on_state, NULL))
		state_tp = tp;
}

/*
 * A probe can be registered and yet never fire (disarmed in debugfs). Silence
 * would then look like an idle network. So a socket is opened and closed.
 */
static int self_test(void)
{
	struct socket *sock;
	int err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, 0, &sock);

	if (err)
		return err;
	sock_release(sock);
	if (READ_ONCE(fired))
		return 0;
	pr_err("kprobes do not fire: kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0\n");
	return -EPERM;
}

/* ---- the module ---- */

/* A counter that was set when loading goes on from there. */
static int missed_get(char *page, const struct kernel_param *kp)
{
	return scnprintf(page, PAGE_SIZE, "%llu\n", probes_missed());
}

static const struct kernel_param_ops missed_ops = { .set = param_set_ullong, .get = missed_get };
module_param_cb(missed, &missed_ops, &missed_before, 0444);
module_param_named(lost, record_lost.counter, ullong, 0444);
module_param_named(records, record_written.counter, ullong, 0444);
module_param_named(pending, pending_count, uint, 0444);

/* IPv6 and SCTP may come, and go, after us. */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	mutex_lock(&lock);
	if (state == MODULE_STATE_LIVE)
		place_all();
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

static void stop(void)
{
	struct pending *e;
	unsigned long ino;
	int i;

	if (state_tp)
		tracepoint_probe_unregister(state_tp, on_state, NULL);
	tracepoint_synchronize_unregister();
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		take_away(&probes[i].rp);
	record_write(NETLOG_OP_UNLOAD, NULL, NULL, 0);
	xa_for_each(&pending, ino, e)
		kfree(e);
	xa_destroy(&pending);
}

static int __init netlog_init(void)
{
	int err;

	/* First, so that what follows it in the trail is complete. */
	record_write(NETLOG_OP_LOAD, NULL, NULL, 0);
	for_each_kernel_tracepoint(find_state_tp, NULL);
	err = state_tp ? 0 : complain("tracepoint inet_sock_set_state", -ENOENT);
	err = err ?: place_all() ?: self_test() ?: register_module_notifier(&module_nb);
	if (err)
		stop();
	return err;
}

static void __exit netlog_exit(void)
{
	unregister_module_notifier(&module_nb);
	stop();
}

module_init(netlog_init);
module_exit(netlog_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NETLOG_MODULE_VERSION);
MODULE_DESCRIPTION("Audit records for the start and end of network connections");
