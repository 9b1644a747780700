/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/ip: the headers of IPv4 and IPv6, down to the transport's. */
#ifndef NETLOG_PACKET_IP_H
#define NETLOG_PACKET_IP_H

#include "parser/packet/dissect.h"
#include "parser/packet/fragments.h"

/* The rest of a packet, as far as it was captured. */
struct bytes {
	const uint8_t *at;
	uint32_t left;
};

/* Returns false, and skips nothing, if fewer than n are left. */
static inline bool bytes_skip(struct bytes *b, uint32_t n)
{
	if (b->left < n)
		return false;
	b->at += n;
	b->left -= n;
	return true;
}

struct ip_packet {
	int proto;		/* IPPROTO_* of what follows */
	struct bytes rest;	/* the transport's header and data */
	const uint8_t *payload;	/* after the first IP header: IPv6's extension headers belong to it */
	uint32_t payload_len;	/* as that header has it, captured or not; 0: unknown */
	bool is_fragment;
	uint32_t offset;	/* of the fragment, in units of eight bytes */
	struct fragment_key key;	/* with is_fragment */
};

/* Sets the addresses of f as soon as they are read. Returns DISSECT_FLOW with *p filled, or
 * DISSECT_CUT or DISSECT_MALFORMED. */
enum dissect_result ip_read(struct bytes b, struct flow *f, struct ip_packet *p);

#endif
