// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * audit_netlog: writes to the audit trail what the audit system itself misses
 * of network connections. Start and end of the module, its parameters and
 * counters. The way of the data is probes.c -> pending.c -> record.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>

#include "flow.h"
#include "pending.h"
#include "probes.h"
#include "record.h"

module_param_named(join, record_join, bool, 0644);
MODULE_PARM_DESC(join, "write into the event of the running system call (default Y)");
module_param_named(udp_flows, probes_udp_flows, bool, 0444);
MODULE_PARM_DESC(udp_flows, "record the first datagram of an unconnected socket to each peer (default N)");
module_param_named(pending_max, pending_max, uint, 0644);
MODULE_PARM_DESC(pending_max, "connects under way that are remembered (default 16384)");

#define COUNTER(name, expression)					\
static int name##_get(char *page, const struct kernel_param *kp)	\
{									\
	return scnprintf(page, PAGE_SIZE, "%llu\n", (u64)(expression));	\
}									\
static const struct kernel_param_ops name##_ops = { .get = name##_get };	\
module_param_cb(name, &name##_ops, NULL, 0444)

COUNTER(missed, probes_missed());
COUNTER(lost, record_lost());
COUNTER(records, record_written());
COUNTER(pending, pending_count());
COUNTER(pending_full, pending_full());

static int probes_get(char *page, const struct kernel_param *kp)
{
	return probes_show(page);
}

static const struct kernel_param_ops probes_ops = { .get = probes_get };
module_param_cb(probes, &probes_ops, NULL, 0444);

static int self_test_hits;

static noinline void self_test_target(void)
{
	barrier();	/* not to be optimised away */
}

static int on_self_test(struct kprobe *kp, struct pt_regs *regs)
{
	self_test_hits++;
	return 0;
}

/*
 * A probe can be registered and yet never fire (kernel.ftrace_enabled=0, or
 * disarmed in debugfs). Silence would then look like an idle network.
 */
static int self_test(void)
{
	struct kprobe kp = {
		.addr = (kprobe_opcode_t *)self_test_target,
		.pre_handler = on_self_test,
	};
	int err = register_kprobe(&kp);

	if (err) {
		pr_err("kprobes cannot be used (error %d): CONFIG_KPROBES, lockdown or kernel.ftrace_enabled\n",
		       err);
		return err;
	}
	self_test_target();
	unregister_kprobe(&kp);
	if (!READ_ONCE(self_test_hits)) {
		pr_err("kprobes do not fire: kernel.ftrace_enabled or /sys/kernel/debug/kprobes/enabled is 0\n");
		return -EPERM;
	}
	return 0;
}

static int __init netlog_init(void)
{
	int err;

	err = self_test();
	if (err)
		return err;
	pending_init();
	if (probes_udp_flows) {
		err = flow_init();
		if (err)
			return err;
	}
	/* First, so that what follows it in the trail is complete. */
	record_write_self(NETLOG_OP_LOAD, 0);
	err = probes_init();
	if (err)
		goto err_probes;
	return 0;

err_probes:
	record_write_self(NETLOG_OP_UNLOAD, 0);
	flow_fini();
	return err;
}

static void __exit netlog_exit(void)
{
	probes_fini();
	record_write_self(NETLOG_OP_UNLOAD, probes_missed());
	pending_fini();
	flow_fini();
}

module_init(netlog_init);
module_exit(netlog_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(NETLOG_MODULE_VERSION);
MODULE_DESCRIPTION("Audit records for the start and end of network connections");
