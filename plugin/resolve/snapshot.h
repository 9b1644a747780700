/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin/resolve/snapshot: reports a socket that was open before audit could report it. */
#ifndef NETLOG_SNAPSHOT_H
#define NETLOG_SNAPSHOT_H

#include "parser/track/track.h"
#include "plugin/resolve/inventory.h"

/* Ports that the kernel chooses from. */
struct snapshot_ports {
	unsigned int low, high;
};

void snapshot_read_ports(struct snapshot_ports *ports);

/* Returns true for connections, listeners, and those unconnected datagram sockets whose port
 * was chosen by a program: the kernel chooses the port of a socket that only sends. */
bool snapshot_wants(const struct snapshot_ports *ports, const struct diag_sock *s);

/* Reports the socket to the tracker as open by the process that most likely opened it, and as held by
 * each other holder. Holders that have closed it since are left out; without a holder the socket is
 * not reported. */
void snapshot_report(struct track *t, const struct inventory *v, const struct diag_sock *sock);

#endif
