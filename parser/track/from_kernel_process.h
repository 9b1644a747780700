/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/from_kernel_process: process events of the kernel's side, on request: op=fork,
 * exec and end. They do not concern connections. */
#ifndef NETLOG_FROM_KERNEL_PROCESS_H
#define NETLOG_FROM_KERNEL_PROCESS_H

#include "parser/track/state.h"

/* Emits the entry of f. Returns false if f is an event of a socket. */
bool from_kernel_process(struct track *t, const struct event *f);

#endif
