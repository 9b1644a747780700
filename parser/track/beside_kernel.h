/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/beside_kernel: system calls where module or BPF reports connections. They
 * add only what no probe sees: connects that this host refused, and sockets that the kernel's
 * side does not claim.
 */
#ifndef NETLOG_BESIDE_KERNEL_H
#define NETLOG_BESIDE_KERNEL_H

#include "parser/track/state.h"

void beside_kernel(struct track *t, const struct event *f);

#endif
