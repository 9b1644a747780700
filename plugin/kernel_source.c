// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_source: which of the kernel's exact sources speaks, module or BPF. */
#include "plugin/kernel_source.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugin/log.h"

#define SECOND 1000000000LL
/* The module was asked to unload and does not, or its last record does not arrive. */
#define STAY_NS (3 * SECOND)
#define GONE_NS (10 * SECOND)

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Returns true if it is loaded, and has placed its probes. */
static bool module_is_live(void)
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

/* BPF begins or ceases to speak, as the module does with op=load and op=unload. */
static void announce(struct kernel_source *k, enum netlog_op op)
{
	struct timespec now;
	struct event e = {
		.kind = EVENT_MODULE, .op = op, .mono = now_ns(), .missed = -1, .lost = -1,
		.task = TASK_UNKNOWN,
	};

	e.node = k->node.name;
	clock_gettime(CLOCK_REALTIME, &now);
	e.stamp = (struct stamp){ .sec = now.tv_sec, .milli = now.tv_nsec / 1000000 };
	k->event(&e, k->arg);
}

static bool bpf_speaks(const struct kernel_source *k)
{
	return k->bpf && !k->module && !k->broken;
}

/* BPF reports no more, and all its events were read. */
static void module_came(struct kernel_source *k)
{
	if (k->bpf) {
		bpf_input_silence(k->bpf, true);
		handover_begin(&k->handover, now_ns());
		kernel_source_finish(k);
	}
	k->module = true;
}

static bool is_new(const struct event *e, void *arg)
{
	struct kernel_source *k = arg;

	return !handover_met(&k->of_module, e);
}

static bool refuse(const struct event *e, void *arg)
{
	(void)e;
	(void)arg;
	return false;
}

/* Merges the events that both have reported since rmmod was called into one sequence. */
static void merge(struct kernel_source *k)
{
	bool known = k->of_module.count - k->held_from < HANDOVER_EVENTS;

	bpf_input_read(k->bpf);
	k->dropped += join_decide(k->join, known ? is_new : refuse, k) + !known;
}

/* Its last record has arrived, or will not arrive. */
static void module_went(struct kernel_source *k)
{
	k->module = false;
	if (k->bpf && k->woken_at)
		merge(k);
	if (!bpf_speaks(k))
		return;
	bpf_input_silence(k->bpf, false);
	announce(k, NETLOG_OP_LOAD);
	join_release(k->join, now_ns());
	/* without the hook there was a gap: what began in it is found */
	if (!k->woken_at || k->dropped)
		kernel_scan_plan(&k->scan, now_ns());
	k->woken_at = 0;
}

/* BPF has begun to speak by itself: rmmod was called. */
static void look_for_unload(struct kernel_source *k)
{
	unsigned int woken = bpf_input_woken(k->bpf);

	if (!k->module || woken == k->woken)
		return;
	k->woken = woken;
	if (!k->woken_at) {
		join_hold(k->join);
		k->held_from = k->of_module.count;
	}
	k->woken_at = now_ns();
}

/* rmmod failed. */
static void look_for_stay(struct kernel_source *k)
{
	if (!k->module || !k->woken_at || now_ns() - k->woken_at < STAY_NS ||
	    !module_is_live())
		return;
	bpf_input_silence(k->bpf, true);
	bpf_input_read(k->bpf);
	join_decide(k->join, refuse, NULL);
	join_flush(k->join);
	k->woken_at = 0;
}

/* The program was running when BPF fell silent, and the module has not reported its event. */
static bool was_running(struct kernel_source *k, const struct event *e)
{
	return k->handover.silent && e->mono <= k->handover.silent + HANDOVER_NEAR_NS &&
	       !handover_met(&k->of_module, e);
}

static void on_bpf_event(const struct event *e, void *arg)
{
	struct kernel_source *k = arg;
	struct event named = *e;

	look_for_unload(k);
	if (k->module && !k->woken_at && !was_running(k, e))
		return;
	named.node = k->node.name;
	/* A scan holds a reference to each file. The process that closed it is then unknown. */
	if (e->op == NETLOG_OP_RELEASE && e->task.pid == getpid())
		named.task = (struct task)TASK_UNKNOWN;
	if (!k->woken_at)
		handover_note(&k->handover, e);
	join_put(k->join, &named, now_ns());
}

static void on_bpf_scanned(int64_t begun, void *arg)
{
	struct kernel_source *k = arg;
	struct event e = { .kind = EVENT_SCANNED, .mono = begun, .netns = k->netns,
			   .result = k->scan.checks, .node = k->node.name };
	struct timespec now;

	k->scan.complete++;
	join_flush(k->join);
	clock_gettime(CLOCK_REALTIME, &now);
	e.stamp = (struct stamp){ .sec = now.tv_sec, .milli = now.tv_nsec / 1000000 };
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

	*k = (struct kernel_source){
		.use = use, .event = event, .arg = arg,
		.snapshot = snapshot,
	};
	if (named)
		audit_node_read(&k->node);
	k->module = module_is_live();
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
	k->next_test = now_ns() + SECOND;
	if (k->module)
		bpf_input_silence(k->bpf, true);
	else
		announce(k, NETLOG_OP_LOAD);
	k->reported = kernel_source_name(k);
	if (snapshot || k->module)
		kernel_scan_plan(&k->scan, 0);
	k->netns = own_netns();
	kernel_scan_every(&k->scan, snapshot ? wants->scan : 0, now_ns());
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
	if (kernel_scan_is_due(&k->scan, now_ns()) && !bpf_input_scans(k->bpf))
		return 0;
	waits = join_due(k->join, now_ns());
	return ring < 0 || (waits >= 0 && waits < ring) ? waits : ring;
}

void kernel_source_work(struct kernel_source *k, const struct pollfd *fd)
{
	if (!k->bpf)
		return;
	if (kernel_source_exact(k))
		kernel_scan_begin(&k->scan, k->bpf, now_ns());
	bpf_input_work(k->bpf, fd);
	join_release(k->join, now_ns());
}

void kernel_source_finish(struct kernel_source *k)
{
	if (!k->bpf)
		return;
	if (k->woken_at)
		merge(k);
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

/* kernel.ftrace_enabled=0 stops the programs, but not the one on the tracepoint. */
static void test(struct kernel_source *k)
{
	bool runs = bpf_input_test(k->bpf);
	int64_t unseen = bpf_input_unseen(k->bpf);

	k->next_test = now_ns() + SECOND;
	if (runs && !k->broken)
		k->unseen = unseen;
	if (runs != k->broken)
		return;
	if (!runs && unseen > k->unseen && !k->module)
		k->dropped += unseen - k->unseen;
	k->broken = !runs;
	if (k->broken)
		log_warnx("the BPF programs do not run any more: kernel.ftrace_enabled is 0");
	if (k->module)
		return;
	bpf_input_silence(k->bpf, k->broken);
	kernel_source_finish(k);
	announce(k, k->broken ? NETLOG_OP_UNLOAD : NETLOG_OP_LOAD);
	if (!k->broken)
		kernel_scan_plan(&k->scan, now_ns());
}

/* The module's last record may still be on its way. */
static bool is_over(const struct kernel_source *k)
{
	return !k->bpf || !k->woken_at || now_ns() - k->woken_at > GONE_NS;
}

bool kernel_source_check(struct kernel_source *k)
{
	const char *before = k->reported;
	bool module = module_is_live();

	if (module && !k->module)
		module_came(k);
	else if (!module && k->module && is_over(k))
		module_went(k);
	if (k->bpf) {
		look_for_unload(k);
		look_for_stay(k);
	}
	if (k->bpf && now_ns() >= k->next_test)
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
	look_for_unload(k);
	if (e->kind != EVENT_MODULE) {
		if (!bpf_speaks(k) && !k->woken_at)
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
	if (bpf_speaks(k) || !handover_takes(&k->handover, e))
		return false;
	if (!k->woken_at)
		return true;
	named = *e;
	named.node = k->node.name;
	join_put_other(k->join, &named);
	return false;
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
	return k->module || bpf_speaks(k);
}

const char *kernel_source_name(const struct kernel_source *k)
{
	if (k->module)
		return "module";
	return bpf_speaks(k) ? "bpf" : NULL;
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
		kernel_scan_soon(&k->scan, now_ns());
}
