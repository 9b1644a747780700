/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/kernel_source_state: functions of kernel_source.c for kernel_source_turn.c. Included by
 * these two alone. */
#ifndef NETLOG_KERNEL_SOURCE_STATE_H
#define NETLOG_KERNEL_SOURCE_STATE_H

#include "plugin/kernel_source.h"

#define KERNEL_SOURCE_SECOND 1000000000LL	/* ns */

static inline bool kernel_source_bpf_reports(const struct kernel_source *k)
{
	return k->bpf && !k->module && !k->broken;
}

/* Returns true if the module is loaded, and has placed its probes. */
bool kernel_source_module_is_live(void);

/* Reports that BPF begins or ceases to report, as the module does with op=load and op=unload. */
void kernel_source_announce(struct kernel_source *k, enum netlog_op op);

/* Notes that the kernel's part of BPF has begun to report: rmmod was called. */
void kernel_source_see_unload(struct kernel_source *k);

/* Reads BPF's events, and decides those that were held since rmmod was called: releases the ones that
 * the module has not reported, or none if take is false. Returns how many had no room. */
uint64_t kernel_source_decide(struct kernel_source *k, bool take);

/* Merges the events that BPF and module have reported since rmmod was called. */
void kernel_source_merge(struct kernel_source *k);

#endif
