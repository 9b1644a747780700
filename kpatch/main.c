// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_netlog: writes to the audit trail what the audit system itself misses
 * of network connections. Start and end of the module, its parameters and
 * counters, the placing of the probes. The way of the data is
 * probes.c -> record.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/tracepoint.h>

#include "netlog.h"

static bool udp_flows;
module_param(udp_flows, bool, 0444);
MODULE_PARM_DESC(udp_flows, "record the first datagram of an unconnected socket to each peer (default N)");

static DEFINE_MUTEX(lock);	/* placing, once others load modules, too */
static u64 missed_before;	/* by probes that were placed anew */
static struct tracepoint *state_tp;

u64 netlog_missed(void)
{
	u64 sum = missed_before;
	int i;

	for (i = 0; i < probes_count; i++)
		sum += probes[i].rp.nmissed + probes[i].rp.kp.nmissed;
	return sum;
}

static int cannot_set(const char *value, const struct kernel_param *kp)
{
	return -EPERM;
}

#define COUNTER(name, expression)					\
static int name##_get(char *page, const struct kernel_param *kp)	\
{									\
	return scnprintf(page, PAGE_SIZE, "%llu\n", (u64)(expression));	\
}									\
static const struct kernel_param_ops name##_ops = { .get = name##_get,	\
						      .set = cannot_set };	\
module_param_cb(name, &name##_ops, NULL, 0444)

COUNTER(missed, netlog_missed());
COUNTER(lost, atomic64_read(&record_lost));
COUNTER(records, atomic64_read(&record_written));
COUNTER(pending, READ_ONCE(pending_count));

static int complain(const char *what, int err)
{
	pr_err("cannot probe %s (error %d): this kernel has renamed or inlined it, or kernel.ftrace_enabled is 0; a newer audit_netlog may know it, without the module the audit rules still work\n",
	       what, err);
	return err;
}

/* Not exported by name, so looked up, as perf does. */
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
		err = tracepoint_probe_register(state_tp, probes_on_state, NULL);
	if (!err)
		return 0;
	state_tp = NULL;
	return complain("tracepoint inet_sock_set_state", err);
}

static int place(struct kretprobe *rp)
{
	int err;

	/* As if never used: a probe that was in a module since unloaded. */
	missed_before += rp->nmissed + rp->kp.nmissed;
	rp->nmissed = rp->kp.nmissed = 0;
	rp->kp.addr = NULL;
	rp->kp.flags = 0;
	/* Some waiting for a lock, on every processor. */
	if (rp->handler)
		rp->maxactive = max(128, 4 * (int)num_possible_cpus());
	err = register_kretprobe(rp);
	if (err)
		rp->kp.addr = NULL;
	return err;
}

static void take_away(struct kretprobe *rp)
{
	if (rp->kp.addr)
		unregister_kretprobe(rp);
	rp->kp.addr = NULL;
}

static int place_all(void)
{
	struct probe *p, *before;
	int err;

	for (p = probes; p < probes + probes_count; p++) {
		if (kprobe_gone(&p->rp.kp))
			take_away(&p->rp);
		for (before = p; before->when & INSTEAD;)
			before--;
		if (p->rp.kp.addr || (p->when & FLOWS && !udp_flows) ||
		    (before != p && before->rp.kp.addr))
			continue;
		err = place(&p->rp);
		if (err && !(p->when & OPTIONAL))
			return complain(p->rp.kp.symbol_name, err);
	}
	return 0;
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
	if (READ_ONCE(probes_fire))
		return 0;
	pr_err("kprobes do not fire: kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0\n");
	return -EPERM;
}

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
	int i;

	if (state_tp)
		tracepoint_probe_unregister(state_tp, probes_on_state, NULL);
	tracepoint_synchronize_unregister();
	for (i = 0; i < probes_count; i++)
		take_away(&probes[i].rp);
	record_write(NETLOG_OP_UNLOAD, NULL, NULL, 0);
	pending_fini();
}

static int __init netlog_init(void)
{
	int err;

	/* First, so that what follows it in the trail is complete. */
	record_write(NETLOG_OP_LOAD, NULL, NULL, 0);
	err = place_tracepoint() ?: place_all() ?: self_test() ?:
	      register_module_notifier(&module_nb);
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
