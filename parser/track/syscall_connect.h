/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/syscall_connect: connect(2). A program may call it again until it learns the
 * outcome, to reach another peer (datagram), or with AF_UNSPEC to disconnect.
 */
#ifndef NETLOG_SYSCALL_CONNECT_H
#define NETLOG_SYSCALL_CONNECT_H

#include "parser/track/state.h"

/* f: a connect() of t->proc that has returned. */
void syscall_connect(struct track *t, const struct event *f);

#endif
