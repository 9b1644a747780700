// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/track/protocol: the transport protocol of a socket. */
#include "parser/track/protocol.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/event.h"

#ifndef IPPROTO_UDPLITE
#define IPPROTO_UDPLITE 136
#endif
#ifndef IPPROTO_SCTP
#define IPPROTO_SCTP 132
#endif

int protocol_of_socket(int type, int proto)
{
	switch (type) {
	case SOCK_STREAM:
		return proto == 0 ? IPPROTO_TCP : proto;
	case SOCK_DGRAM:
		if (proto == 0 || proto == IPPROTO_UDP)
			return IPPROTO_UDP;
		return proto == IPPROTO_UDPLITE ? proto : PROTO_UNKNOWN;
	case SOCK_SEQPACKET:
		return proto == 0 || proto == IPPROTO_SCTP ? IPPROTO_SCTP :
							     PROTO_UNKNOWN;
	case SOCK_DCCP:
		return IPPROTO_DCCP;
	}
	return PROTO_UNKNOWN;
}

bool protocol_is_datagram(int proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE;
}
