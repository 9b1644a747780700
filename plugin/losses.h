/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/losses: how much was lost before it reached an output, as differences of
 * counters that their owners keep. Some of the counters start again from zero while the
 * plugin runs (the module is reloaded); this file knows when. Pure: the caller reads the
 * counters and reports.
 */
#ifndef NETLOG_LOSSES_H
#define NETLOG_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/* Counters as they are now. */
struct loss_counts {
	bool has_kernel;
	uint32_t kernel;	/* records that the kernel dropped since boot */
	uint64_t module_load;	/* differs for each load of the module; 0: not loaded */
	uint64_t module_lost, module_missed;
	/* what the module's last "unload" record said; -1: there was none */
	int64_t unload_lost, unload_missed;
	uint64_t socket, gaps, torn, sockdiag, bpf, bpf_missed, evicted, unclaimed;	/* since the plugin started */
};

/* What was lost between two calls. */
struct loss_report {
	uint64_t kernel, module, socket, gaps, torn, sockdiag, bpf;
	uint64_t missed;	/* by module and BPF */
	uint64_t evicted;	/* open connections forgotten: a table was full */
	uint64_t unclaimed;	/* seen by the rules, and by neither module nor BPF */
};

struct losses {
	struct loss_counts last;
	bool known;		/* last is set */
};

/* Returns true if anything was lost since the call before; *out says what. What the
 * kernel and the module lost before the first call is not counted. */
bool losses_update(struct losses *l, const struct loss_counts *now, struct loss_report *out);

#endif
