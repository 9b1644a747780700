// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/entry/entry: names of the values that an entry holds as numbers. */
#include "parser/entry/entry.h"

#include <netinet/in.h>
#include <strings.h>

const char *entry_kind_name(enum entry_kind kind)
{
	static const char *const names[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = "connect start",
		[CONNECT_STOP] = "connect stop",
		[CONNECT_FAIL] = "connect fail",
		[LISTEN_START] = "listen start",
		[LISTEN_STOP] = "listen stop",
		[CONNECT_USE] = "connect use",
		[LISTEN_USE] = "listen use",
		[PROC_FORK] = "process fork",
		[PROC_EXEC] = "process exec",
		[PROC_END] = "process end",
	};

	return names[kind];
}

const char *entry_via_name(enum entry_via via)
{
	static const char *const names[] = {
#define VIA_NAME(name, text) text,
		ENTRY_VIAS(VIA_NAME)
#undef VIA_NAME
	};
	static const char *const by_syslog[] = {
#define VIA_NAME(name, text) text ",syslog",
		ENTRY_VIAS(VIA_NAME)
#undef VIA_NAME
	};

	if (via == VIA_SYSLOG)
		return "syslog";
	return via & VIA_SYSLOG ? by_syslog[via & ~VIA_SYSLOG] : names[via];
}

const char *entry_proto_name(int proto)
{
	switch (proto) {
	case IPPROTO_TCP:	return "TCP";
	case IPPROTO_UDP:	return "UDP";
	case IPPROTO_SCTP:	return "SCTP";
	case IPPROTO_DCCP:	return "DCCP";
	case IPPROTO_UDPLITE:	return "UDPLITE";
	case PROTO_MPTCP:	return "MPTCP";
	}
	return "-";
}

int entry_proto_by_name(const char *name)
{
	static const int protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_UDPLITE,
		PROTO_MPTCP,
	};

	for (size_t i = 0; i < sizeof(protos) / sizeof(*protos); i++)
		if (!strcasecmp(name, entry_proto_name(protos[i])))
			return protos[i];
	return PROTO_UNKNOWN;
}

enum entry_direction entry_direction(const struct entry *e)
{
	/* the direction was at the start, which an incomplete stop lacks */
	if (entry_is_listen(e) || e->incomplete || e->unknown_direction)
		return DIRECTION_UNKNOWN;
	return e->inbound ? DIRECTION_IN : DIRECTION_OUT;
}
