/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/losses: losses before the outputs, as differences of counters that others keep. Handles
 * counters that restart from zero while the plugin runs (the module is reloaded). Pure: the caller
 * reads the counters and reports.
 */
#ifndef NETLOG_LOSSES_H
#define NETLOG_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

/* Counters as they are now. */
struct loss_counts {
	bool has_kernel;
	uint32_t kernel;      /* records that the kernel dropped since boot */
	uint64_t module_load; /* differs for each load of the module; 0: not loaded */
	uint64_t module_lost, module_missed;
	/* counts of the module's last "unload" record; -1: there was none */
	int64_t unload_lost, unload_missed;
	/* since the plugin started */
	uint64_t socket, gaps, late, torn, sockdiag, bpf, bpf_missed;
	uint64_t evicted, cut, unasked, unseen, unclaimed;
	uint64_t suppressed;  /* by journald, of lines that went to syslog(3) */
	uint64_t queue;	      /* lines that outputs dropped, the plugin's notes included */
	unsigned int outputs; /* that get a note of each loss */
};

/* Losses between two calls. */
struct loss_report {
	uint64_t kernel, module, socket, gaps, late, torn, sockdiag, bpf;
	uint64_t missed;  /* by module and BPF */
	uint64_t queue;	  /* dropped by outputs */
	uint64_t evicted; /* connections forgotten, tables full */
	uint64_t cut;	  /* scans of sockets that a limit cut short */
	uint64_t unasked; /* too many at once to ask sock_diag */
	uint64_t unseen;  /* connections of namespaces that are not watched */
	uint64_t suppressed; /* lines that journald dropped */
	uint64_t unclaimed; /* seen by the rules, by neither module nor BPF */
};

struct losses {
	struct loss_counts last;
	bool known;		  /* last is set */
	uint64_t own;		  /* reports of losses that outputs may have dropped since */
	struct loss_report total; /* of all reports */
};

/* Returns true, with the differences in *out, if anything was lost since the previous call.
 * Losses of the kernel and the module before the first call are not counted.
 *
 * The caller reports a loss to each output, and a stalled output drops this report, too. Drops that
 * may all be such reports are reported with the next larger loss. */
bool losses_update(struct losses *l, const struct loss_counts *now, struct loss_report *out);

#endif
