// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_source_turn: switches between module and BPF when one is loaded, unloaded or fails. */
#include "plugin/kernel_source.h"

#include "plugin/clock.h"
#include "plugin/kernel_source_state.h"
#include "plugin/log.h"

/* The module does not unload as requested, or its last record does not arrive. */
#define STAY_NS (3 * KERNEL_SOURCE_SECOND)
#define GONE_NS (10 * KERNEL_SOURCE_SECOND)

/* BPF is silent, and all its events were read. */
static void module_came(struct kernel_source *k)
{
	if (k->bpf) {
		bpf_input_silence(k->bpf, true);
		handover_begin(&k->handover, clock_now_ns());
		kernel_source_finish(k);
	}
	k->module = true;
}

/* Its last record has arrived, or will not arrive. */
static void module_went(struct kernel_source *k)
{
	k->module = false;
	if (k->bpf && k->woken_at)
		kernel_source_merge(k);
	if (!kernel_source_bpf_reports(k))
		return;
	bpf_input_silence(k->bpf, false);
	kernel_source_announce(k, NETLOG_OP_LOAD);
	join_release(k->join, clock_now_ns());
	/* without the hook there was a gap: a scan finds connections that began in it */
	if (!k->woken_at || k->dropped)
		kernel_scan_plan(&k->scan, clock_now_ns());
	k->woken_at = 0;
}

/* rmmod failed. */
static void look_for_stay(struct kernel_source *k)
{
	if (!k->module || !k->woken_at || clock_now_ns() - k->woken_at < STAY_NS ||
	    !kernel_source_module_is_live())
		return;
	bpf_input_silence(k->bpf, true);
	kernel_source_decide(k, false);
	join_flush(k->join);
	k->woken_at = 0;
}

/* kernel.ftrace_enabled=0 stops the programs, but not the one on the tracepoint. */
static void test(struct kernel_source *k)
{
	bool runs = bpf_input_test(k->bpf);
	int64_t unseen = bpf_input_unseen(k->bpf);

	k->next_test = clock_now_ns() + KERNEL_SOURCE_SECOND;
	if (runs && !k->broken)
		k->unseen = unseen;
	if (runs != k->broken)
		return;
	if (!runs && unseen > k->unseen && !k->module)
		k->dropped += unseen - k->unseen;
	k->broken = !runs;
	if (k->broken)
		log_warnx("the BPF programs no longer run: kernel.ftrace_enabled is 0");
	if (k->module)
		return;
	bpf_input_silence(k->bpf, k->broken);
	kernel_source_finish(k);
	kernel_source_announce(k, k->broken ? NETLOG_OP_UNLOAD : NETLOG_OP_LOAD);
	if (!k->broken)
		kernel_scan_plan(&k->scan, clock_now_ns());
}

/* The module's last record may still be in transit. */
static bool is_over(const struct kernel_source *k)
{
	return !k->bpf || !k->woken_at || clock_now_ns() - k->woken_at > GONE_NS;
}

bool kernel_source_check(struct kernel_source *k)
{
	const char *before = k->reported;
	bool module = kernel_source_module_is_live();

	if (module && !k->module)
		module_came(k);
	else if (!module && k->module && is_over(k))
		module_went(k);
	if (k->bpf) {
		kernel_source_see_unload(k);
		look_for_stay(k);
	}
	if (k->bpf && clock_now_ns() >= k->next_test)
		test(k);
	/* it may have changed since, too: with the module's last record */
	k->reported = kernel_source_name(k);
	return k->reported != before;
}

bool kernel_source_takes(struct kernel_source *k, const struct event *e)
{
	struct event named;

	if (!k->bpf || e->kind == EVENT_BOOT || !audit_node_is_own(&k->node, e->node))
		return true;
	kernel_source_see_unload(k);
	if (e->kind != EVENT_MODULE) {
		if (!kernel_source_bpf_reports(k) && !k->woken_at)
			return true;
		if (!k->rules)		/* they have just been loaded */
			kernel_source_rules(k, true);
		join_audit(k->join, e);
		return false;
	}
	if (e->op == NETLOG_OP_UNLOAD && k->module)
		module_went(k);
	if (k->module)
		handover_note(&k->of_module, e);
	if (kernel_source_bpf_reports(k) || !handover_takes(&k->handover, e))
		return false;
	if (!k->woken_at)
		return true;
	named = *e;
	named.node = k->node.name;
	join_put_other(k->join, &named);
	return false;
}
