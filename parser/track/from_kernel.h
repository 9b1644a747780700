/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/from_kernel: events of the kernel's side (module or BPF), by socket. They are
 * exact: from the first one on they alone decide. */
#ifndef NETLOG_FROM_KERNEL_H
#define NETLOG_FROM_KERNEL_H

#include "parser/track/state.h"

/* f has kind EVENT_MODULE. */
void from_kernel(struct track *t, const struct event *f);

#endif
