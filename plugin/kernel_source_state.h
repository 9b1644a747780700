/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/kernel_source_state: functions of kernel_source.c for kernel_source_turn.c. Included by
 * these two alone. */
#ifndef NETLOG_KERNEL_SOURCE_STATE_H
#define NETLOG_KERNEL_SOURCE_STATE_H

#include "plugin/kernel_source.h"

#define KERNEL_SOURCE_SECOND 1000000000LL	/* ns */

static inline bool kernel_source_bpf_speaks(const struct kernel_source *k)
{
	return k->bpf && !k->module && !k->broken;
}

/* Returns true if the module is loaded, and has placed its probes. */
bool kernel_source_module_is_live(void);

/* Reports that BPF begins or ceases to speak, as the module does with op=load and op=unload. */
void kernel_source_announce(struct kernel_source *k, enum netlog_op op);

/* Notes that BPF has begun to speak by itself: rmmod was called. */
void kernel_source_see_unload(struct kernel_source *k);

/* Reads BPF's events, and releases those that were held since rmmod was called: the ones that
 * the module has not reported, or with take false none. Returns how many found no room. */
uint64_t kernel_source_decide(struct kernel_source *k, bool take);

/* Merges the events that both have reported since rmmod was called into one sequence. */
void kernel_source_merge(struct kernel_source *k);

#endif
