/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/input/bpf_preempt: whether the kernel preempts BPF programs. */
#ifndef NETLOG_BPF_PREEMPT_H
#define NETLOG_BPF_PREEMPT_H

#include <stdbool.h>

/* Returns true if tasks can be preempted inside the running kernel, which has preempt_schedule(), as
 * far as can be determined without debugfs. */
bool bpf_preempt_happens(void);
/* Returns the same for a kernel with this uname -r, uname -v and /proc/cmdline. built_so: its
 * configuration has CONFIG_PREEMPT or CONFIG_PREEMPT_LAZY. */
bool bpf_preempt_by(const char *release, const char *version, const char *cmdline, bool built_so);

#endif
