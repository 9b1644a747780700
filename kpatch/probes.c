// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a moment in the life of a socket to a record: the table of probes and
 * their handlers. Handlers run with preemption off and never sleep. Return
 * probes sit only on functions that do not wait for the network: each caller
 * inside one holds an instance, and those are few.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "probes.h"

#include <linux/fs.h>
#include <linux/in6.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/tracepoint.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>
#if IS_ENABLED(CONFIG_IP_SCTP)
#include <net/sctp/structs.h>
#endif

#include "compat.h"
#include "flow.h"
#include "pending.h"
#include "record.h"

bool probes_udp_flows;

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
	return netlog_sock_owner(sk) == sk && file_count(sk->sk_socket->file);
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

struct outcome {
	int state;	/* that the socket leaves */
	int err;
};

static void write_outcome(struct pending *p, void *arg)
{
	const struct outcome *o = arg;

	p->sock.state = o->state;
	if (o->err)
		record_write(NETLOG_OP_FAIL, &p->sock, &p->task, o->err);
	else
		record_write(NETLOG_OP_ESTABLISHED, &p->sock, p->told ?
			     &netlog_task_unknown : &p->task, 0);
}

/*
 * A tracepoint, not a probe: this runs in softirq, which may interrupt one of
 * our handlers, and the kernel skips a kprobe hit inside another one's handler.
 * For the same reason current is a stranger. Embryonic sockets have no struct
 * socket. A close without sk_err is reported by whoever asked for it:
 * on_connect_return, on_disconnect_return, on_release.
 */
static void on_state(void *data, const struct sock *sk, const int old,
		     const int new)
{
	struct outcome o = { .state = old };
	struct pending p;

	if (!connecting(sk, old))
		return;
	if (new == TCP_CLOSE)
		o.err = READ_ONCE(sk->sk_err);
	if (new != TCP_ESTABLISHED && !o.err)
		return;
	if (pending_take_then(sk->sk_socket, write_outcome, &o))
		return;
	/* The table was full, or we came after the connect. */
	if (old != TCP_SYN_SENT || !in_use(sk) || !netlog_sock_read(&p.sock, sk))
		return;
	p.task = netlog_task_unknown;
	p.told = false;
	write_outcome(&p, &o);
}

static int enter_connect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct sockaddr *uaddr = (void *)netlog_arg(regs, 1);

	c->sk = (void *)netlog_arg(regs, 0);
	if (!netlog_sock_read(&c->before, c->sk))
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

static int enter_disconnect(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;

	c->sk = (void *)netlog_arg(regs, 0);
	/* Not when it is close() or MPTCP that asks. */
	if (c->sk->sk_state == TCP_CLOSE || !in_use(c->sk))
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
 * Before __inet_accept() came into the kernel (6.1 has it). The lock held here,
 * sk_callback_lock, is also taken below locks of softirq, and
 * audit_log_task_info() takes task_lock(), which is none of those: a deadlock.
 * So the record does without it, and without exe.
 */
static int on_sock_graft(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	struct netlog_task t;
	struct netlog_sock s;

	if (!record_wanted() || !netlog_sock_read(&s, sk))
		return 0;
	netlog_task_current(&t);
	record_write(NETLOG_OP_ACCEPT, &s, &t, 0);
	return 0;
}

static int enter_socket(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct socket *sock = (void *)netlog_arg(regs, 0);

	c->sk = sock->sk;
	/* No file: the inner socket by which MPTCP 6.1 listens. */
	if (!c->sk || !sock->file)
		return 1;
	return !netlog_sock_read(&c->before, c->sk);
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

static int on_bind_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	struct netlog_sock s;

	if (regs_return_value(regs) || !datagram(&c->before))
		return 0;
	/* No port: IP_BIND_ADDRESS_NO_PORT, nothing can arrive yet. */
	if (netlog_sock_read(&s, c->sk) && s.lport)
		record_write(NETLOG_OP_BIND, &s, NULL, 0);
	return 0;
}

static int enter_dgram(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	const struct sockaddr *uaddr = (void *)netlog_arg(regs, 1);
	int len = netlog_arg(regs, 2);

	if (enter_socket(ri, regs) || !datagram(&c->before) ||
	    len < (int)sizeof(uaddr->sa_family))
		return 1;
	c->unspec = uaddr->sa_family == AF_UNSPEC;
	c->asked = c->before;
	return !c->unspec && !netlog_sock_remote(&c->asked, uaddr, len);
}

static bool same_peer(const struct netlog_sock *a, const struct netlog_sock *b)
{
	return a->fport == b->fport && ipv6_addr_equal(&a->faddr, &b->faddr);
}

static bool connected(const struct netlog_sock *s)
{
	return s->fport || !ipv6_addr_any(&s->faddr);
}

static int on_dgram_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *c = (void *)ri->data;
	int err = regs_return_value(regs);
	struct netlog_sock s;

	if (c->unspec) {
		if (err || !connected(&c->before))
			return 0;
		record_write(NETLOG_OP_DISCONNECT, &c->before, NULL, 0);
		/* A port that was asked for stays: it receives from all again. */
		if (netlog_sock_read(&s, c->sk) && s.lport)
			record_write(NETLOG_OP_BIND, &s, NULL, 0);
	} else if (err < 0) {
		/* A peer it had before stays. */
		if (!connected(&c->before))
			record_write(NETLOG_OP_FAIL, &c->asked, NULL, -err);
	} else if (netlog_sock_read(&s, c->sk) && !same_peer(&s, &c->before)) {
		s.state = c->before.state;
		record_write(NETLOG_OP_DGRAM, &s, NULL, 0);
	}
	return 0;
}

static int on_udp_sendmsg(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sock *sk = (void *)netlog_arg(regs, 0);
	const struct msghdr *msg = (void *)netlog_arg(regs, 1);
	struct netlog_sock s;

	if (!msg->msg_name || !record_wanted() || !netlog_sock_read(&s, sk) ||
	    connected(&s) ||
	    !netlog_sock_remote(&s, msg->msg_name, msg->msg_namelen))
		return 0;
	if (flow_is_new(&s))
		record_write(NETLOG_OP_FLOW, &s, NULL, 0);
	return 0;
}

/* ---- the end ---- */

/* Nothing to say of sockets that were never bound, connected or listening. */
static bool was_used(const struct netlog_sock *s)
{
	if (s->proto == IPPROTO_TCP || s->proto == IPPROTO_MPTCP)
		return s->state != TCP_CLOSE || s->fport;
	return s->lport || connected(s);
}

static int on_release(struct kprobe *kp, struct pt_regs *regs)
{
	const struct socket *sock = (void *)netlog_arg(regs, 0);
	struct netlog_sock s;
	struct pending p;
	bool unfinished = pending_take(sock, &p);

	if (!record_wanted() || !sock->sk || !netlog_sock_read(&s, sock->sk))
		return 0;
	if (unfinished) {
		s = p.sock;
		s.state = TCP_SYN_SENT;
	}
	if (was_used(&s))
		record_write(NETLOG_OP_RELEASE, &s, NULL,
			     READ_ONCE(sock->sk->sk_err));
	return 0;
}

/* ---- SCTP, one-to-one style; established is on_state() ---- */

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
	p.sock.lport = asoc->base.bind_addr.port;
	begin(sk, &p);
	return 0;
}

/* An association that ends before it was established. */
static int on_sctp_free(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sctp_association *asoc = (void *)netlog_arg(regs, 0);
	const struct sock *sk = asoc->base.sk;
	struct outcome o = {
		.state = READ_ONCE(sk->sk_state),
		.err = READ_ONCE(sk->sk_err) ?: ECONNABORTED,
	};

	if (sk->sk_type == SOCK_STREAM)
		pending_take_then(sk->sk_socket, write_outcome, &o);
	return 0;
}
#endif

/* ---- the table ---- */

/* INSTEAD: required where the entry before it cannot be placed. */
enum { REQUIRED = 0, OPTIONAL = 1, FLOWS = 2, INSTEAD = 4 };

static struct probe {
	int when;
	bool placed;
	struct kretprobe rp;	/* without handler: only rp.kp is used */
} probes[] = {
#define ENTRY(symbol, fn, w) \
	{ .when = w, .rp.kp = { .symbol_name = symbol, .pre_handler = fn } }
#define RETURN(symbol, enter, fn, w) \
	{ .when = w, .rp = { .kp.symbol_name = symbol, .handler = fn, \
			     .entry_handler = enter, \
			     .data_size = sizeof(struct call) } }
	ENTRY("tcp_connect", on_tcp_connect, REQUIRED),
	RETURN("__inet_accept", enter_accept, on_accept_return, OPTIONAL),
	ENTRY("security_sock_graft", on_sock_graft, INSTEAD),
	ENTRY("inet_release", on_release, REQUIRED),
	RETURN("inet_listen", enter_socket, on_listen_return, REQUIRED),
	RETURN("inet_bind", enter_socket, on_bind_return, REQUIRED),
	RETURN("inet_dgram_connect", enter_dgram, on_dgram_return, REQUIRED),
	RETURN("tcp_v4_connect", enter_connect, on_connect_return, REQUIRED),
	RETURN("tcp_disconnect", enter_disconnect, on_disconnect_return,
	       REQUIRED),
	RETURN("tcp_v6_connect", enter_connect, on_connect_return, OPTIONAL),
	RETURN("inet6_bind", enter_socket, on_bind_return, OPTIONAL),
	RETURN("mptcp_listen", enter_socket, on_listen_return, OPTIONAL),
	RETURN("mptcp_disconnect", enter_disconnect, on_disconnect_return,
	       OPTIONAL),
	RETURN("sctp_inet_listen", enter_socket, on_listen_return, OPTIONAL),
#if IS_ENABLED(CONFIG_IP_SCTP)
	ENTRY("sctp_primitive_ASSOCIATE", on_sctp_associate, OPTIONAL),
	ENTRY("sctp_association_free", on_sctp_free, OPTIONAL),
#endif
	ENTRY("udp_sendmsg", on_udp_sendmsg, FLOWS),
	ENTRY("udpv6_sendmsg", on_udp_sendmsg, FLOWS | OPTIONAL),
#undef ENTRY
#undef RETURN
};

static DEFINE_MUTEX(lock);	/* placed */

/* Not exported by name, so looked up, as perf does. */
static struct tracepoint *state_tp;

static void find_state_tp(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state"))
		state_tp = tp;
}

static int place_tracepoint(void)
{
	int err = -ENOENT;

	for_each_kernel_tracepoint(find_state_tp, NULL);
	if (state_tp)
		err = tracepoint_probe_register(state_tp, on_state, NULL);
	if (err)
		state_tp = NULL;
	return err;
}

static void take_tracepoint_away(void)
{
	if (state_tp)
		tracepoint_probe_unregister(state_tp, on_state, NULL);
	tracepoint_synchronize_unregister();
	state_tp = NULL;
}

static int place(struct probe *p)
{
	int err;

	/* As if never used: a probe that was in a module since unloaded. */
	p->rp.kp.addr = NULL;
	p->rp.kp.flags = 0;
	if (p->rp.handler) {
		/* Some waiting for a lock, on every processor. */
		p->rp.maxactive = max(128, 4 * (int)num_possible_cpus());
		err = register_kretprobe(&p->rp);
	} else {
		err = register_kprobe(&p->rp.kp);
	}
	p->placed = !err;
	return err;
}

static void take_away(void)
{
	struct kretprobe *rps[ARRAY_SIZE(probes)];
	struct kprobe *kps[ARRAY_SIZE(probes)];
	int i, nr = 0, nk = 0;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!probes[i].placed)
			continue;
		if (probes[i].rp.handler)
			rps[nr++] = &probes[i].rp;
		else
			kps[nk++] = &probes[i].rp.kp;
		probes[i].placed = false;
	}
	take_tracepoint_away();
	unregister_kretprobes(rps, nr);
	unregister_kprobes(kps, nk);
}

static bool wanted(const struct probe *p)
{
	if ((p->when & INSTEAD) && p[-1].placed)
		return false;
	return !(p->when & FLOWS) || probes_udp_flows;
}

static int complain(const char *what, int err)
{
	pr_err("cannot probe %s (error %d): this kernel has renamed or inlined it, or kernel.ftrace_enabled is 0; a newer audit_netlog may know it, without the module the audit rules still work\n",
	       what, err);
	take_away();
	return err;
}

static int place_all(void)
{
	int i, err;

	err = place_tracepoint();
	if (err)
		return complain("tracepoint inet_sock_set_state", err);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!wanted(&probes[i]))
			continue;
		err = place(&probes[i]);
		if (err && !(probes[i].when & OPTIONAL))
			return complain(probes[i].rp.kp.symbol_name, err);
	}
	return 0;
}

/* IPv6 and SCTP may come, and go, after us. */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct probe *p;

	if (state != MODULE_STATE_LIVE)
		return NOTIFY_OK;
	mutex_lock(&lock);
	for (p = probes; p < probes + ARRAY_SIZE(probes); p++) {
		if (!(p->when & OPTIONAL) || !wanted(p))
			continue;
		if (p->placed && kprobe_gone(&p->rp.kp)) {
			if (p->rp.handler)
				unregister_kretprobe(&p->rp);
			else
				unregister_kprobe(&p->rp.kp);
			p->placed = false;
		}
		if (!p->placed)
			place(p);
	}
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

int probes_init(void)
{
	int err;

	err = register_module_notifier(&module_nb);
	if (err)
		return err;
	mutex_lock(&lock);
	err = place_all();
	mutex_unlock(&lock);
	if (err)
		unregister_module_notifier(&module_nb);
	return err;
}

void probes_fini(void)
{
	unregister_module_notifier(&module_nb);
	mutex_lock(&lock);
	take_away();
	mutex_unlock(&lock);
}

u64 probes_missed(void)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		sum += probes[i].rp.nmissed + probes[i].rp.kp.nmissed;
	return sum;
}

int probes_show(char *page)
{
	int i, len = 0;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		len += scnprintf(page + len, PAGE_SIZE - len, "%s %s\n",
				 probes[i].rp.kp.symbol_name,
				 probes[i].placed ? "placed" : "absent");
	return len;
}
