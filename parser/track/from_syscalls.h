/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_syscalls: system calls that the audit rules report, by process and
 * descriptor. While the kernel's side reports, they add only facts that it cannot see.
 */
#ifndef NETLOG_FROM_SYSCALLS_H
#define NETLOG_FROM_SYSCALLS_H

#include "parser/track/state.h"

void from_syscalls(struct track *t, const struct event *f);

#endif
