/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/entry/community_id: Community ID v1, a hash of a flow's five-tuple that other
 * tools (Zeek, Suricata, tshark) compute alike. */
#ifndef NETLOG_COMMUNITY_ID_H
#define NETLOG_COMMUNITY_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/netaddr.h"

#define COMMUNITY_ID_MAX 32	/* "1:" + 28 of base64 + NUL */

/*
 * Writes "1:…" for a flow between a and b, in either order. proto is IPPROTO_* or
 * PROTO_MPTCP, which is hashed as TCP. Returns false, and writes nothing, if an address
 * or a port is unknown, the families differ, or the specification does not cover proto
 * (UDPLITE, DCCP).
 */
bool community_id(const struct netaddr *a, const struct netaddr *b, int proto,
		  uint16_t seed, char buf[COMMUNITY_ID_MAX]);

#endif
