// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/kernel_source: which of the kernel's exact sources speaks, module or BPF. */
#include "plugin/kernel_source.h"

#include <time.h>

#include "plugin/input/audit_status.h"
#include "plugin/log.h"

#define TEST_NS (60 * 1000000000LL)	/* between tests whether BPF's programs run */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* BPF begins or ceases to speak, as the module does with op=load and op=unload. */
static void announce(struct kernel_source *k, enum netlog_op op)
{
	struct timespec now;
	struct event e = {
		.kind = EVENT_MODULE, .op = op, .mono = now_ns(), .missed = -1, .lost = -1,
		.task = { ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,
			  ID_UNKNOWN, NULL, NULL, NULL, NULL },
	};

	clock_gettime(CLOCK_REALTIME, &now);
	e.stamp = (struct stamp){ .sec = now.tv_sec, .milli = now.tv_nsec / 1000000 };
	k->event(&e, k->arg);
}

static bool bpf_speaks(const struct kernel_source *k)
{
	return k->bpf && !k->module && !k->broken;
}

/* BPF is silent from now on, and all that it has reported is read. */
static void module_came(struct kernel_source *k)
{
	k->module = true;
	if (!k->bpf)
		return;
	bpf_input_silence(k->bpf, true);
	bpf_input_read(k->bpf);
	k->module_since = now_ns();
}

static void module_went(struct kernel_source *k)
{
	k->module = false;
	if (!bpf_speaks(k))
		return;
	bpf_input_silence(k->bpf, false);
	announce(k, NETLOG_OP_LOAD);
}

void kernel_source_open(struct kernel_source *k, enum kernel_use use, bool flows,
			void (*event)(const struct event *e, void *arg), void *arg)
{
	struct bpf_input_options o = { .flows = flows, .event = event, .arg = arg };
	char error[768];

	*k = (struct kernel_source){ .use = use, .event = event, .arg = arg };
	k->module = audit_status_module();
	if (use != KERNEL_AUTO && use != KERNEL_BPF)
		return;
	if (use == KERNEL_BPF && k->module) {
		log_warnx("[kernel] source = bpf, but the module is loaded: its records are used");
	}
	k->bpf = bpf_input_open(&o, error, sizeof(error));
	if (!k->bpf) {
		log_warnx("BPF cannot be used: %s", error);
		return;
	}
	k->next_test = now_ns() + TEST_NS;
	if (k->module)
		module_came(k);
	else
		announce(k, NETLOG_OP_LOAD);
}

void kernel_source_close(struct kernel_source *k)
{
	bpf_input_close(k->bpf);
	k->bpf = NULL;
}

int kernel_source_poll(const struct kernel_source *k, struct pollfd *fd)
{
	*fd = (struct pollfd){ .fd = -1 };
	return k->bpf ? bpf_input_poll(k->bpf, fd) : -1;
}

void kernel_source_work(struct kernel_source *k, const struct pollfd *fd)
{
	if (k->bpf)
		bpf_input_work(k->bpf, fd);
}

void kernel_source_finish(struct kernel_source *k)
{
	if (k->bpf)
		bpf_input_read(k->bpf);
}

/* kernel.ftrace_enabled=0 stops the programs, but not the one on the tracepoint. */
static void test(struct kernel_source *k)
{
	bool runs = bpf_input_test(k->bpf);

	k->next_test = now_ns() + TEST_NS;
	if (runs != k->broken)
		return;
	k->broken = !runs;
	if (k->broken)
		log_warnx("the BPF programs do not run any more: kernel.ftrace_enabled is 0");
	if (k->module)
		return;
	bpf_input_silence(k->bpf, k->broken);
	bpf_input_read(k->bpf);
	announce(k, k->broken ? NETLOG_OP_UNLOAD : NETLOG_OP_LOAD);
}

bool kernel_source_check(struct kernel_source *k)
{
	const char *before = kernel_source_name(k);
	bool module = audit_status_module();

	if (module && !k->module)
		module_came(k);
	else if (!module && k->module)
		module_went(k);
	if (k->bpf && now_ns() >= k->next_test)
		test(k);
	if (bpf_speaks(k) && !k->incomplete && !bpf_input_complete(k->bpf)) {
		log_warnx("SCTP was loaded after BPF was attached, or the kernel is older than "
			  "5.11: SCTP connections are not reported by BPF; restart auditd");
		k->incomplete = true;
	}
	return kernel_source_name(k) != before;
}

bool kernel_source_takes(struct kernel_source *k, const struct event *e)
{
	if (e->kind != EVENT_MODULE || e->node || !k->bpf)
		return true;
	if (e->op == NETLOG_OP_UNLOAD) {
		if (k->module)
			module_went(k);
		return !bpf_speaks(k);
	}
	if (!k->module)
		module_came(k);
	return e->op == NETLOG_OP_LOAD || e->mono > k->module_since;
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

bool kernel_source_losses(struct kernel_source *k, struct kernel_losses *l)
{
	struct bpf_input_counts now;

	*l = (struct kernel_losses){ 0 };
	if (!k->bpf)
		return false;
	bpf_input_counts(k->bpf, &now);
	l->bpf = now.lost - k->told.lost + now.map_full - k->told.map_full;
	if (now.missed > k->told.missed)
		l->missed = now.missed - k->told.missed;
	if (!l->bpf && !l->missed)
		return false;
	k->told = now;
	return true;
}
