// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/losses, counters that grow, start again, or are not there. */
#include "plugin/losses.h"

#include "table.h"

#define UNLOADED .unload_lost = -1, .unload_missed = -1

struct step {
	struct loss_counts now;
	struct loss_report lost; /* since the step before */
};

struct row {
	const char *name;
	unsigned int count;
	struct step steps[6];
};

/* A step on each line. */
/* clang-format off */
static const struct row rows[] = {
	{ "an earlier loss is not reported", 2, {
		{ { UNLOADED, .has_kernel = true, .kernel = 500 }, { 0 } },
		{ { UNLOADED, .has_kernel = true, .kernel = 503 }, { .kernel = 3 } },
	} },
	{ "the kernel's count is reset (auditctl --reset-lost)", 3, {
		{ { UNLOADED, .has_kernel = true, .kernel = 500 }, { 0 } },
		{ { UNLOADED, .has_kernel = true, .kernel = 0 }, { 0 } },
		{ { UNLOADED, .has_kernel = true, .kernel = 7 }, { .kernel = 7 } },
	} },
	{ "the kernel does not answer for once", 3, {
		{ { UNLOADED, .has_kernel = true, .kernel = 10 }, { 0 } },
		{ { UNLOADED }, { 0 } },
		{ { UNLOADED, .has_kernel = true, .kernel = 14 }, { .kernel = 4 } },
	} },
	{ "our own counts", 3, {
		{ { UNLOADED, .socket = 1, .gaps = 2 }, { .socket = 1, .gaps = 2 } },
		{ { UNLOADED, .socket = 1, .gaps = 2 }, { 0 } },
		{ { UNLOADED, .socket = 2, .gaps = 5, .torn = 3, .sockdiag = 9 },
		  { .socket = 1, .gaps = 3, .torn = 3, .sockdiag = 9 } },
	} },
	{ "BPF's beside the module's", 2, {
		{ { UNLOADED, .module_load = 7, .module_missed = 3, .bpf_missed = 1 },
		  { .missed = 1 } },
		{ { UNLOADED, .module_load = 7, .module_missed = 5, .bpf_missed = 4, .bpf = 2 },
		  { .missed = 5, .bpf = 2 } },
	} },
	{ "the module was loaded before the plugin", 3, {
		{ { UNLOADED, .module_load = 7, .module_lost = 100, .module_missed = 3 }, { 0 } },
		{ { UNLOADED, .module_load = 7, .module_lost = 100, .module_missed = 5 },
		  { .missed = 2 } },
		{ { UNLOADED, .module_load = 7, .module_lost = 101, .module_missed = 5 },
		  { .module = 1 } },
	} },
	{ "the module is loaded now", 2, {
		{ { UNLOADED }, { 0 } },
		{ { .module_load = 7, .module_lost = 4 }, { .module = 4 } },
	} },
	/* load, lose 10; reload, lose 3: less than before, but a loss */
	{ "the module is reloaded and loses less than before", 3, {
		{ { UNLOADED, .module_load = 7, .module_lost = 0 }, { 0 } },
		{ { UNLOADED, .module_load = 7, .module_lost = 10 }, { .module = 10 } },
		{ { .module_load = 8, .module_lost = 3, .module_missed = 1 },
		  { .module = 3, .missed = 1 } },
	} },
	{ "the module is reloaded and loses more than before", 3, {
		{ { UNLOADED, .module_load = 7, .module_lost = 0 }, { 0 } },
		{ { UNLOADED, .module_load = 7, .module_lost = 10 }, { .module = 10 } },
		{ { .module_load = 8, .module_lost = 12 }, { .module = 12 } },
	} },
	{ "the record \"unload\" has the rest", 4, {
		{ { UNLOADED, .module_load = 7, .module_lost = 5 }, { 0 } },
		{ { UNLOADED }, { 0 } },	/* unloaded; its record is in transit */
		{ { .unload_lost = 9, .unload_missed = 2 }, { .module = 4, .missed = 2 } },
		{ { .unload_lost = 9, .unload_missed = 2 }, { 0 } },
	} },
	{ "unloaded and loaded between two checks, the record is here", 2, {
		{ { UNLOADED, .module_load = 7, .module_lost = 5 }, { 0 } },
		{ { .unload_lost = 9, .module_load = 8, .module_lost = 1 }, { .module = 5 } },
	} },
	{ "loaded again: losses of the load before are not reported twice", 5, {
		{ { UNLOADED, .module_load = 7 }, { 0 } },
		{ { UNLOADED, .module_load = 7, .module_lost = 5 }, { .module = 5 } },
		{ { .unload_lost = 5 }, { 0 } },
		{ { .unload_lost = 5, .module_load = 8 }, { 0 } },
		{ { .unload_lost = 0, .module_load = 8, .module_lost = 2 }, { .module = 2 } },
	} },
	{ "evictions, scans cut short, requests not asked, blind spots", 2, {
		{ { UNLOADED, .unclaimed = 5, .evicted = 1, .cut = 2, .unasked = 3, .unseen = 4 },
		  { .unclaimed = 5, .evicted = 1, .cut = 2, .unasked = 3, .unseen = 4 } },
		{ { UNLOADED, .unclaimed = 5, .evicted = 11, .cut = 22, .unasked = 33, .unseen = 44 },
		  { .evicted = 10, .cut = 20, .unasked = 30, .unseen = 40 } },
	} },
	{ "lines that journald suppressed", 3, {
		{ { UNLOADED }, { 0 } },
		{ { UNLOADED, .suppressed = 7 }, { .suppressed = 7 } },
		{ { UNLOADED, .suppressed = 7 }, { 0 } },
	} },
	{ "lines dropped by an output", 3, {
		{ { UNLOADED, .outputs = 2 }, { 0 } },
		{ { UNLOADED, .outputs = 2, .queue = 5 }, { .queue = 5 } },
		{ { UNLOADED, .outputs = 2, .queue = 30 }, { .queue = 25 } },
	} },
	/* else a stalled output would make a report each second for ever */
	{ "a report of loss that an output drops makes no other report", 5, {
		{ { UNLOADED, .outputs = 2, .queue = 5 }, { .queue = 5 } },
		{ { UNLOADED, .outputs = 2, .queue = 6 }, { 0 } },
		{ { UNLOADED, .outputs = 2, .queue = 7 }, { 0 } },
		{ { UNLOADED, .outputs = 2, .queue = 8 }, { .queue = 3 } },
		{ { UNLOADED, .outputs = 2, .queue = 10 }, { 0 } },
	} },
	{ "nor do several reports", 4, {
		{ { UNLOADED, .outputs = 1, .gaps = 1 }, { .gaps = 1 } },
		{ { UNLOADED, .outputs = 1, .gaps = 2, .queue = 1 }, { .gaps = 1 } },
		{ { UNLOADED, .outputs = 1, .gaps = 2, .queue = 2 }, { 0 } },
		{ { UNLOADED, .outputs = 1, .gaps = 2, .queue = 3 }, { .queue = 3 } },
	} },
	{ "loaded and unloaded between two checks", 3, {
		{ { UNLOADED }, { 0 } },
		{ { .unload_lost = 6 }, { .module = 6 } },
		{ { .unload_lost = 6 }, { 0 } },
	} },
};
/* clang-format on */

static void test_steps(void **state)
{
	const struct row *row = *state;
	struct losses l = { .known = false };
	uint64_t queue = 0, kernel = 0;

	for (unsigned int i = 0; i < row->count; i++) {
		const struct step *s = &row->steps[i];
		struct loss_report got;
		bool any = losses_update(&l, &s->now, &got);

		assert_int_equal(got.kernel, s->lost.kernel);
		assert_int_equal(got.module, s->lost.module);
		assert_int_equal(got.missed, s->lost.missed);
		assert_int_equal(got.socket, s->lost.socket);
		assert_int_equal(got.gaps, s->lost.gaps);
		assert_int_equal(got.torn, s->lost.torn);
		assert_int_equal(got.bpf, s->lost.bpf);
		assert_int_equal(got.sockdiag, s->lost.sockdiag);
		assert_int_equal(got.queue, s->lost.queue);
		assert_int_equal(got.evicted, s->lost.evicted);
		assert_int_equal(got.cut, s->lost.cut);
		assert_int_equal(got.unasked, s->lost.unasked);
		assert_int_equal(got.unseen, s->lost.unseen);
		assert_int_equal(got.unclaimed, s->lost.unclaimed);
		assert_int_equal(got.suppressed, s->lost.suppressed);
		queue += got.queue;
		kernel += got.kernel;
		assert_int_equal(any, got.kernel || got.module || got.missed || got.socket ||
					      got.gaps || got.torn || got.sockdiag || got.bpf ||
					      got.queue || got.evicted || got.cut || got.unasked ||
					      got.unseen || got.suppressed);
	}
	assert_int_equal(l.total.queue, queue);
	assert_int_equal(l.total.kernel, kernel);
}

int main(void)
{
	return table_run("losses", test_steps, ROWS(rows));
}
