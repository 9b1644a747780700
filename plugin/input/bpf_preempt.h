/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/bpf_preempt: whether the kernel preempts BPF programs. */
#ifndef NETLOG_BPF_PREEMPT_H
#define NETLOG_BPF_PREEMPT_H

#include <stdbool.h>
#include <string.h>

struct bpf_btf;

/* Returns true unless the kernel's own code is known not to be preempted. Needs root's
 * privileges. */
bool bpf_preempt_happens(struct bpf_btf *functions);
/* The same by the text of /sys/kernel/debug/sched/preempt, such as "none (voluntary) full". */
static inline bool bpf_preempt_by_mode(const char *text)
{
	return !strstr(text, "(none)") && !strstr(text, "(voluntary)");
}

#endif
