// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_source: selects one of the kernel's exact sources, module or BPF. */
#include "plugin/kernel_source.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/kernel_source_state.h"
#include "plugin/log.h"

bool kernel_source_module_is_live(void)
{
	FILE *f = fopen("/sys/module/audit_netlog/initstate", "re");
	char state[16] = "";
	bool live;

	if (!f)
		return false;
	live = fgets(state, sizeof(state), f) && !strcmp(state, "live\n");
	fclose(f);
	return live;
}

/* 0: not known. */
static int64_t own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : (int64_t)st.st_ino;
}

void kernel_source_announce(struct kernel_source *k, enum netlog_op op)
{
	struct event e = {
		.kind = EVENT_MODULE, .op = op, .mono = clock_now_ns(), .missed = -1, .lost = -1,
		.task = TASK_UNKNOWN,
	};

	e.node = k->node.name;
	e.stamp = clock_stamp();
	k->event(&e, k->arg);
}

static bool is_new(const struct event *e, void *arg)
{
	struct kernel_source *k = arg;

	return !handover_take(&k->of_module, e);
}

static bool refuse(const struct event *e, void *arg)
{
	(void)e;
	(void)arg;
	return false;
}

uint64_t kernel_source_decide(struct kernel_source *k, bool take)
{
	bpf_input_read(k->bpf);
	return join_decide(k->join, take ? is_new : refuse, k);
}

void kernel_source_merge(struct kernel_source *k)
{
	bool known = k->of_module.count - k->held_from < HANDOVER_EVENTS;

	k->dropped += kernel_source_decide(k, known) + !known;
}

void kernel_source_see_unload(struct kernel_source *k)
{
	unsigned int woken = bpf_input_woken(k->bpf);

	if (!k->module || woken == k->woken)
		return;
	k->woken = woken;
	if (!k->woken_at) {
		join_hold(k->join);
		k->held_from = k->of_module.count;
	}
	k->woken_at = clock_now_ns();
}

/* The program was running when BPF was silenced, and the module has not reported its event. */
static bool was_running(struct kernel_source *k, const struct event *e)
{
	return k->handover.silent && e->mono <= k->handover.silent + HANDOVER_NEAR_NS &&
	       !handover_take(&k->of_module, e);
}

static void on_bpf_event(const struct event *e, void *arg)
{
	struct kernel_source *k = arg;
	struct event named = *e;

	kernel_source_see_unload(k);
	if (k->module && !k->woken_at && !was_running(k, e))
		return;
	named.node = k->node.name;
	/* A scan holds a reference to each file. The process that closed it is then unknown. */
	if (e->op == NETLOG_OP_RELEASE && e->task.pid == getpid())
		named.task = (struct task)TASK_UNKNOWN;
	if (!k->woken_at)
		handover_note(&k->handover, e);
	join_put(k->join, &named, clock_now_ns());
}

static void on_bpf_scanned(int64_t begun, void *arg)
{
	struct kernel_source *k = arg;
	struct event e = { .kind = EVENT_SCANNED, .mono = begun, .netns = k->netns,
			   .result = k->scan.checks, .node = k->node.name };

	k->scan.complete++;
	join_flush(k->join);
	e.stamp = clock_stamp();
	k->event(&e, k->arg);
}

static void on_bpf_stamp(int64_t pid, int64_t mono, uint64_t serial, void *arg)
{
	struct kernel_source *k = arg;

	join_stamp(k->join, pid, mono, serial);
}

void kernel_source_open(struct kernel_source *k, enum kernel_use use,
			const struct bpf_wants *wants, bool snapshot, bool named,
			void (*event)(const struct event *e, void *arg), void *arg)
{
	struct bpf_input_options o = {
		.wants = *wants, .to = { on_bpf_event, on_bpf_stamp, k },
		.scanned = on_bpf_scanned,
	};
	char error[768];

	k->use = use;
	k->event = event;
	k->arg = arg;
	k->snapshot = snapshot;
	if (named)
		audit_node_read(&k->node);
	k->module = kernel_source_module_is_live();
	k->reported = kernel_source_name(k);
	if (use != KERNEL_AUTO && use != KERNEL_BPF)
		return;
	if (use == KERNEL_BPF && k->module) {
		log_warnx("[kernel] source = bpf, but the module is loaded: its records are used");
	}
	k->join = join_new(event, arg);
	k->bpf = k->join ? bpf_input_open(&o, error, sizeof(error)) : NULL;
	if (!k->bpf) {
		log_warnx("BPF cannot be used: %s", k->join ? error : "no memory");
		return;
	}
	k->next_test = clock_now_ns() + KERNEL_SOURCE_SECOND;
	if (k->module)
		bpf_input_silence(k->bpf, true);
	else
		kernel_source_announce(k, NETLOG_OP_LOAD);
	k->reported = kernel_source_name(k);
	if (snapshot || k->module)
		kernel_scan_plan(&k->scan, 0);
	k->netns = own_netns();
	kernel_scan_every(&k->scan, snapshot ? wants->scan : 0, clock_now_ns());
}

void kernel_source_close(struct kernel_source *k)
{
	bpf_input_close(k->bpf);
	join_free(k->join);
	k->bpf = NULL;
	k->join = NULL;
}

int kernel_source_poll(const struct kernel_source *k, struct pollfd *fd)
{
	int ring, waits;

	*fd = (struct pollfd){ .fd = -1 };
	if (!k->bpf)
		return -1;
	ring = bpf_input_poll(k->bpf, fd);
	if (kernel_scan_is_due(&k->scan, clock_now_ns()) && !bpf_input_scans(k->bpf))
		return 0;
	waits = join_due(k->join, clock_now_ns());
	return ring < 0 || (waits >= 0 && waits < ring) ? waits : ring;
}

void kernel_source_work(struct kernel_source *k, const struct pollfd *fd)
{
	if (!k->bpf)
		return;
	if (kernel_source_exact(k))
		kernel_scan_begin(&k->scan, k->bpf, clock_now_ns());
	bpf_input_work(k->bpf, fd);
	join_release(k->join, clock_now_ns());
}

void kernel_source_finish(struct kernel_source *k)
{
	if (!k->bpf)
		return;
	if (k->woken_at)
		kernel_source_merge(k);
	bpf_input_read(k->bpf);
	join_flush(k->join);
}

void kernel_source_rules(struct kernel_source *k, bool loaded)
{
	if (!k->bpf)
		return;
	k->rules = loaded;
	bpf_input_stamps(k->bpf, loaded);
	join_enable(k->join, loaded);
}

const struct event *kernel_source_named(const struct kernel_source *k, const struct event *e,
					struct event *copy)
{
	if (!k->bpf || !e->node || !k->node.known || !audit_node_is_own(&k->node, e->node))
		return e;
	*copy = *e;
	copy->node = k->node.name;
	return copy;
}

bool kernel_source_exact(const struct kernel_source *k)
{
	return k->module || kernel_source_bpf_reports(k);
}

const char *kernel_source_name(const struct kernel_source *k)
{
	if (k->module)
		return "module";
	return kernel_source_bpf_reports(k) ? "bpf" : NULL;
}

uint64_t kernel_source_written(const struct kernel_source *k)
{
	struct bpf_input_counts now = { 0 };

	if (k->bpf)
		bpf_input_counts(k->bpf, &now);
	return now.written;
}

bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *l)
{
	struct bpf_input_counts now;

	*l = (struct kernel_losses){ 0 };
	if (!k->bpf)
		return false;
	bpf_input_counts(k->bpf, &now);
	l->bpf = now.lost - k->counted.lost + now.map_full - k->counted.map_full + k->dropped;
	k->dropped = 0;
	if (now.missed > k->counted.missed)
		l->missed = now.missed - k->counted.missed;
	else	/* one less for a moment: see plugin/input/bpf.c */
		now.missed = k->counted.missed;
	if (!l->bpf && !l->missed)
		return false;
	k->counted = now;
	kernel_source_rescan(k);
	return true;
}

bool kernel_source_scans(const struct kernel_source *k)
{
	return k->bpf;
}

void kernel_source_rescan(struct kernel_source *k)
{
	if (k->bpf)
		kernel_scan_soon(&k->scan, clock_now_ns());
}
