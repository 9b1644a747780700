/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/dissect: finds the ends of a packet's connection in its bytes. It reads
 * Ethernet, Linux cooked 1 and 2, raw IP, loopback, VLAN tags and IPv6 extension headers, and uses the
 * first fragment's ports for later ones. It reads no byte beyond the captured ones.
 */
#ifndef NETLOG_PACKET_DISSECT_H
#define NETLOG_PACKET_DISSECT_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/netaddr.h"

enum dissect_result {
	DISSECT_FLOW,		/* a connection's packet */
	DISSECT_NOT_IP,		/* ARP and the like */
	DISSECT_KERNEL,		/* IP that the kernel sends itself: ICMP, IGMP */
	DISSECT_FRAGMENT,	/* a later fragment whose first fragment is missing */
	DISSECT_CUT,		/* captured too short */
	DISSECT_MALFORMED,
	DISSECT_LINK,		/* an unknown link type */
};

struct flow {
	int proto;		/* IPPROTO_* */
	struct netaddr src, dst;	/* ports only with DISSECT_FLOW */
	bool has_addresses;
	bool syn, ack, rst, fin;	/* TCP, not of later fragments */
	bool has_seq;		/* the four above and the two below are set */
	uint32_t seq, ack_seq;
	uint32_t data;		/* bytes of TCP's data, also those that were not captured */
};

struct fragments;	/* see fragments.h */

/*
 * link is a LINKTYPE_*. inner: dissects the packet inside VXLAN, Geneve without options, GRE and IP in
 * IP, or the outer one if the inner one is unreadable. ns: time of the packet, for fragments.
 */
enum dissect_result dissect(struct fragments *fragments, uint16_t link, const uint8_t *data,
			    uint32_t len, int64_t ns, bool inner, struct flow *f);

#endif
