/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/track/protocol: the transport protocol of a socket. */
#ifndef NETLOG_PROTOCOL_H
#define NETLOG_PROTOCOL_H

#include <stdbool.h>

/* Returns the IPPROTO_* of socket(2)'s second and third argument, or PROTO_UNKNOWN for a socket
 * that is not logged. */
int protocol_of_socket(int type, int proto);
/* Returns true if a connect only sets the peer's address: UDP and UDP-Lite. */
bool protocol_is_datagram(int proto);

#endif
