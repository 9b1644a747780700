// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_netlog: writes to the audit trail what the audit system itself misses
 * of network connections. Start and end of the module, its parameters and
 * counters, the placing of the probes. The way of the data is
 * probes.c -> pending.c -> record.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/tracepoint.h>

#include "compat.h"
#include "pending.h"
#include "probes.h"
#include "record.h"

static bool udp_flows;
module_param(udp_flows, bool, 0444);
MODULE_PARM_DESC(udp_flows, "record the first datagram of an unconnected socket to each peer (default N)");
module_param_named(join, record_join, bool, 0644);
MODULE_PARM_DESC(join, "write into the event of the running system call (default Y)");
module_param_named(pending_max, pending_max, uint, 0644);
MODULE_PARM_DESC(pending_max, "connects under way that are remembered (default 16384)");

static DEFINE_MUTEX(lock);	/* placed, missed_before */
static u64 missed_before;	/* by probes since taken away */
static struct tracepoint *state_tp;

/* Hits that the kernel skipped. */
static u64 missed(void)
{
	u64 sum = missed_before;
	int i;

	for (i = 0; i < probes_count; i++)
		sum += probes[i].rp.nmissed + probes[i].rp.kp.nmissed;
	return sum;
}

#define COUNTER(name, expression)					\
static int name##_get(char *page, const struct kernel_param *kp)	\
{									\
	return scnprintf(page, PAGE_SIZE, "%llu\n", (u64)(expression));	\
}									\
static const struct kernel_param_ops name##_ops = { .get = name##_get };	\
module_param_cb(name, &name##_ops, NULL, 0444)

COUNTER(missed, missed());
COUNTER(lost, atomic64_read(&record_lost));
COUNTER(records, atomic64_read(&record_written));
COUNTER(pending, atomic_read(&pending_count));
COUNTER(pending_full, atomic64_read(&pending_full));

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
	if (err)
		state_tp = NULL;
	return err;
}

static int place(struct probe *p)
{
	int err;

	/* As if never used: a probe that was in a module since unloaded. */
	p->rp.kp.addr = NULL;
	p->rp.kp.flags = 0;
	/* Some waiting for a lock, on every processor. */
	p->rp.maxactive = max(128, 4 * (int)num_possible_cpus());
	err = p->rp.handler ? register_kretprobe(&p->rp) :
			      register_kprobe(&p->rp.kp);
	p->placed = !err;
	return err;
}

static void take_away(struct probe *p)
{
	if (!p->placed)
		return;
	if (p->rp.handler)
		unregister_kretprobe(&p->rp);
	else
		unregister_kprobe(&p->rp.kp);
	missed_before += p->rp.nmissed + p->rp.kp.nmissed;
	p->rp.nmissed = p->rp.kp.nmissed = 0;
	p->placed = false;
}

static void take_all_away(void)
{
	int i;

	if (state_tp)
		tracepoint_probe_unregister(state_tp, probes_on_state, NULL);
	tracepoint_synchronize_unregister();
	for (i = 0; i < probes_count; i++)
		take_away(&probes[i]);
}

static bool wanted(const struct probe *p)
{
	bool instead = p->when & INSTEAD;

	if (p->when & FLOWS)
		return udp_flows;
	while (p->when & INSTEAD)
		p--;
	return !instead || !p->placed;
}

static int complain(const char *what, int err)
{
	pr_err("cannot probe %s (error %d): this kernel has renamed or inlined it, or kernel.ftrace_enabled is 0; a newer audit_netlog may know it, without the module the audit rules still work\n",
	       what, err);
	return err;
}

static int place_all(void)
{
	int i, err = place_tracepoint();

	if (err)
		return complain("tracepoint inet_sock_set_state", err);
	for (i = 0; i < probes_count; i++) {
		if (!wanted(&probes[i]))
			continue;
		err = place(&probes[i]);
		if (err && !(probes[i].when & OPTIONAL))
			return complain(probes[i].rp.kp.symbol_name, err);
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
	struct probe *p;

	if (state != MODULE_STATE_LIVE)
		return NOTIFY_OK;
	mutex_lock(&lock);
	for (p = probes; p < probes + probes_count; p++) {
		if (!(p->when & OPTIONAL) || !wanted(p))
			continue;
		if (kprobe_gone(&p->rp.kp))
			take_away(p);
		if (!p->placed)
			place(p);
	}
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = on_module };

static int __init netlog_init(void)
{
	int err;

	/* First, so that what follows it in the trail is complete. */
	record_write_self(NETLOG_OP_LOAD, 0);
	mutex_lock(&lock);
	err = place_all();
	mutex_unlock(&lock);
	if (!err)
		err = self_test();
	if (!err)
		err = register_module_notifier(&module_nb);
	if (!err)
		return 0;
	take_all_away();
	record_write_self(NETLOG_OP_UNLOAD, missed());
	pending_fini();
	return err;
}

static void __exit netlog_exit(void)
{
	unregister_module_notifier(&module_nb);
	take_all_away();
	record_write_self(NETLOG_OP_UNLOAD, missed());
	pending_fini();
}

module_init(netlog_init);
module_exit(netlog_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NETLOG_MODULE_VERSION);
MODULE_DESCRIPTION("Audit records for the start and end of network connections");
