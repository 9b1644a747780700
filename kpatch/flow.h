/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which peers an unconnected datagram socket has already sent to.
 */
#ifndef NETLOG_FLOW_H
#define NETLOG_FLOW_H

#include "record.h"

/*
 * True when s (its remote end filled in) is not in the table, and put it
 * there. The table is bounded: an old peer may be forgotten and be new again.
 */
bool flow_is_new(const struct netlog_sock *s);

int flow_init(void);	/* 0 or -ENOMEM */
void flow_fini(void);

#endif
