// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probes: the table of probed functions, and the life cycle of the module audit_netlog. The
 * module writes network connections that the audit system misses to the audit trail. It
 * replaces no function and no system call.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/tracepoint.h>

#include "handlers.h"
#include "ignore.h"
#include "pending.h"
#include "record.h"
#include "smc.h"

static bool udp_flows;
module_param(udp_flows, bool, 0444);
MODULE_PARM_DESC(udp_flows, "record the first datagram of an unconnected socket to each peer (default N)");

static bool udp_data;
module_param(udp_data, bool, 0444);
MODULE_PARM_DESC(udp_data, "mark connected datagram sockets that were never used (default N)");

/* ---- the table ---- */

/*
 * INSTEAD: placed only if the first probe of the table cannot be placed. DETAIL: it adds to a
 * record that is also written without it; hits that the kernel skips are not counted. SMC:
 * placed only while AF_SMC is in the kernel and the probe before it was placed.
 */
enum { REQUIRED = 0, OPTIONAL = 1, FLOWS = 2, INSTEAD = 4, DETAIL = 8, SMC = 16, DATA = 32 };

static struct probe {
	int when;
	struct kretprobe rp;
} probes[] = {
#define PROBE(symbol, enter, leave, w)						\
	{ .when = w, .rp = { .kp.symbol_name = symbol, .entry_handler = enter,	\
			     .handler = leave, .data_size = sizeof(struct handlers_call) } }
	PROBE("__inet_accept", handle_accept, NULL, OPTIONAL),
	PROBE("security_sock_graft", handle_sock_graft, NULL, INSTEAD),
	PROBE("fd_install", handle_fd_install, NULL, INSTEAD),
	PROBE("inet_release", handle_release, NULL, REQUIRED),
	PROBE("tcp_connect", handle_tcp_connect, NULL, REQUIRED),
	PROBE("security_socket_connect", handle_enter_to, handle_return, REQUIRED),
	PROBE("tcp_v4_pre_connect", handle_enter_sk_to, handle_return, OPTIONAL),
	PROBE("tcp_v6_pre_connect", handle_enter_sk_to, handle_return, OPTIONAL),
	PROBE("tcp_v4_connect", handle_enter_sk_to, handle_return, REQUIRED),
	PROBE("tcp_v6_connect", handle_enter_sk_to, handle_return, OPTIONAL),
	PROBE("ip_icmp_error", handle_icmp, NULL, OPTIONAL | DETAIL),
	PROBE("ipv6_icmp_error", handle_icmp, NULL, OPTIONAL | DETAIL),
	PROBE("inet_dgram_connect", handle_enter_to, handle_return, REQUIRED),
	PROBE("tcp_disconnect", handle_enter_disconnect, handle_return, REQUIRED),
	PROBE("mptcp_disconnect", handle_enter_disconnect, handle_return, OPTIONAL),
	PROBE("udp_abort", handle_enter_disconnect, handle_return, OPTIONAL),
	PROBE("tcp_abort", handle_enter_abort, handle_return, OPTIONAL),
	PROBE("inet_bind", handle_enter, handle_return, REQUIRED),
	PROBE("inet6_bind", handle_enter, handle_return, OPTIONAL),
	PROBE("inet_csk_listen_start", handle_enter_sk, handle_return, REQUIRED),
	PROBE("sctp_inet_listen", handle_enter, handle_return, OPTIONAL),
	PROBE("sctp_primitive_ASSOCIATE", handle_sctp_associate, NULL, OPTIONAL),
	PROBE("sctp_association_free", handle_sctp_free, NULL, OPTIONAL),
	PROBE("smc_listen", handle_smc, NULL, OPTIONAL),
	PROBE("smc_connect", handle_smc, NULL, OPTIONAL),
	PROBE("security_sock_graft", handle_smc_graft, NULL, OPTIONAL | SMC),
	PROBE("udp_sendmsg", handle_udp_sendmsg, NULL, FLOWS),
	PROBE("udpv6_sendmsg", handle_udp_sendmsg, NULL, FLOWS | OPTIONAL),
	PROBE("udp_sendmsg", handle_data, NULL, DATA),
	PROBE("udp_recvmsg", handle_data, NULL, DATA),
	PROBE("udpv6_sendmsg", handle_data, NULL, DATA | OPTIONAL),
	PROBE("udpv6_recvmsg", handle_data, NULL, DATA | OPTIONAL),
	PROBE("tty_audit_exit", handle_exit, NULL, OPTIONAL),
};

/* ---- placing ---- */

static struct tracepoint *state_tp;
static DEFINE_MUTEX(lock);	/* held while probes are placed: also when another module is loaded */
static u64 missed_before;	/* hits missed by probes that were removed */

static u64 missed_by(const struct probe *p)
{
	return p->when & DETAIL ? 0 : p->rp.nmissed + p->rp.kp.nmissed;
}

static u64 missed(void)
{
	u64 sum = missed_before;
	struct probe *p;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++)
		sum += missed_by(p);
	return sum;
}

/* Resets p as if never used, so that it can be placed again. */
static void take_away(struct probe *p)
{
	struct kretprobe *rp = &p->rp;

	if (rp->kp.addr)
		unregister_kretprobe(rp);
	missed_before += missed_by(p);
	rp->nmissed = rp->kp.nmissed = rp->kp.flags = 0;
	rp->kp.addr = NULL;
}

static int complain(const char *what, int err)
{
	pr_err("cannot probe %s (error %d): this kernel has renamed or inlined it, or kernel.ftrace_enabled is 0; a newer audit_netlog may know it, without the module the audit rules still work\n",
	       what, err);
	return err;
}

static bool is_placed(const char *symbol)
{
	struct probe *p;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++)
		if (p->when & DATA && p->rp.kp.addr && !strcmp(p->rp.kp.symbol_name, symbol))
			return true;
	return false;
}

static void see_data(void)
{
	handlers_see_data(is_placed("udp_sendmsg") && is_placed("udp_recvmsg"),
			  is_placed("udpv6_sendmsg") && is_placed("udpv6_recvmsg"));
}

static int place_all(void)
{
	struct probe *p;
	int err;

	for (p = probes; p < probes + ARRAY_SIZE(probes); p++) {
		if (kprobe_gone(&p->rp.kp))
			take_away(p);
		if (p->rp.kp.addr || (p->when & FLOWS && !udp_flows) ||
		    (p->when & DATA && !udp_data) ||
		    (p->when & INSTEAD && probes[0].rp.kp.addr) ||
		    (p->when & SMC && !p[-1].rp.kp.addr))
			continue;
		/* Callers that wait for a lock hold an instance, on every processor. */
		p->rp.maxactive = max(128, 4 * (int)num_possible_cpus());
		err = register_kretprobe(&p->rp);
		if (!err)
			continue;
		p->rp.kp.addr = NULL;
		if (!(p->when & OPTIONAL))
			return complain(p->rp.kp.symbol_name, err);
	}
	see_data();
	return 0;
}

/* The tracepoint is not exported by name; perf finds it in the same way. */
static void find_state_tp(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state") &&
	    !tracepoint_probe_register(tp, handle_state, NULL))
		state_tp = tp;
}

/*
 * A probe can be registered and yet never fire (disarmed in debugfs), and silence would look
 * like an idle network. So the module opens and closes a socket to test it.
 */
static int self_test(void)
{
	struct socket *sock;
	int err = sock_create_kern(&init_net, AF_INET, SOCK_DGRAM, 0, &sock);

	if (err)
		return err;
	sock_release(sock);
	if (handlers_fired())
		return 0;
	pr_err("kprobes do not fire: kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0\n");
	return -EPERM;
}

/* ---- the module ---- */

/* A counter that was set at load continues from there. */
static int missed_get(char *page, const struct kernel_param *kp)
{
	return scnprintf(page, PAGE_SIZE, "%llu\n", missed());
}

static const struct kernel_param_ops missed_ops = { .set = param_set_ullong, .get = missed_get };
module_param_cb(missed, &missed_ops, &missed_before, 0444);

/* IPv6, SCTP and SMC may be loaded, and unloaded, after this module. */
static int on_module(struct notifier_block *nb, unsigned long state, void *data)
{
	mutex_lock(&lock);
	if (state == MODULE_STATE_LIVE)
		place_all();
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

/*
 * All at once: an event between the removal of two probes would be seen by halves. The
 * tracepoint is last: until then an attempt that was reported has its outcome.
 */
static void remove_all(void)
{
	static struct kretprobe *placed[ARRAY_SIZE(probes)];
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].rp.kp.addr)
			placed[n++] = &probes[i].rp;
	unregister_kretprobes(placed, n);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		probes[i].rp.kp.addr = NULL;
		take_away(&probes[i]);
	}
	if (state_tp)
		tracepoint_probe_unregister(state_tp, handle_state, NULL);
	tracepoint_synchronize_unregister();
}

static void stop(void)
{
	handlers_stop();
	remove_all();
	record_write_module(NETLOG_OP_UNLOAD, missed());
	pending_fini();
	ignore_fini();
	smc_fini();
}

static int __init netlog_init(void)
{
	int err;

	/* The load record is first, so that the trail is complete from it on. */
	record_write_module(NETLOG_OP_LOAD, missed());
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
