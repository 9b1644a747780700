/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/from_sockdiag: sock_diag's events, and enabling and disabling sock_diag. It adds
 * facts that the rules' system calls lack: the local end, the outcome of a connect, the
 * destruction of a socket (correlate.c), and sockets that were already open (reconcile.c).
 */
#ifndef NETLOG_FROM_SOCKDIAG_H
#define NETLOG_FROM_SOCKDIAG_H

#include "parser/track/state.h"

/* f has kind EVENT_DIAG or EVENT_TICK. Sets t->node to this host if needed. */
void from_sockdiag(struct track *t, const struct event *f);
void from_sockdiag_on(struct track *t, const struct diag_options *o);
void from_sockdiag_off(struct track *t);

#endif
