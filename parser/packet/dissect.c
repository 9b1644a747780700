// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/dissect: bytes of a packet to the ends of its connection. */
#include "parser/packet/dissect.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <stdlib.h>

#include "parser/packet/fragments.h"
#include "parser/packet/wire.h"

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

#define TYPE_IP 0x0800
#define TYPE_IP6 0x86DD
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88A8
#define TYPE_QINQ_OLD 0x9100
#define TYPE_PPPOE 0x8864
#define TYPE_BRIDGED 0x6558	/* Ethernet in GRE */
#define TAGS_MAX 8
#define HEADERS_MAX 16		/* IPv6 extension headers */
#define DEPTH_MAX 4		/* tunnels in tunnels */

enum {
	LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW_BSD = 12, LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101, LINK_LOOP = 108,
	LINK_SLL = 113, LINK_IP4 = 228, LINK_IP6 = 229, LINK_SLL2 = 276,
};

/* The rest of the packet. */
struct bytes {
	const uint8_t *at;
	uint32_t left;
};

struct dissection {
	struct fragments *fragments;
	int64_t ns;
	bool inner;
	int depth;
	const uint8_t *payload;		/* of the innermost IP header so far */
	uint32_t payload_len;		/* by that header, captured or not; 0: it does not say */
	struct flow *flow;
};

static enum dissect_result ethernet(struct dissection *d, struct bytes b);

static bool skip(struct bytes *b, uint32_t n)
{
	if (b->left < n)
		return false;
	b->at += n;
	b->left -= n;
	return true;
}

static void set_end(struct netaddr *a, uint8_t family, const uint8_t *bytes)
{
	memset(a, 0, sizeof(*a));
	netaddr_set_ip(a, family, bytes);
}

static void set_ports(struct flow *f, uint16_t src, uint16_t dst)
{
	f->src.port = src;
	f->dst.port = dst;
	f->src.has_port = f->dst.has_port = true;
}

static enum dissect_result ip(struct dissection *d, struct bytes b);

static enum dissect_result by_type(struct dissection *d, uint16_t type, struct bytes b)
{
	for (int tags = 0; type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD; tags++) {
		if (b.left < 4)
			return DISSECT_CUT;
		if (tags == TAGS_MAX)
			return DISSECT_MALFORMED;
		type = wire_get16(b.at + 2, true);
		skip(&b, 4);
	}
	if (type == TYPE_PPPOE) {
		if (b.left < 8)
			return DISSECT_CUT;
		type = wire_get16(b.at + 6, true);
		type = type == 0x0021 ? TYPE_IP : type == 0x0057 ? TYPE_IP6 : 0;
		skip(&b, 8);
	}
	if (type == TYPE_BRIDGED)
		return ethernet(d, b);
	return type == TYPE_IP || type == TYPE_IP6 ? ip(d, b) : DISSECT_NOT_IP;
}

static enum dissect_result ethernet(struct dissection *d, struct bytes b)
{
	uint16_t type;

	if (b.left < 14)
		return DISSECT_CUT;
	type = wire_get16(b.at + 12, true);
	skip(&b, 14);
	return by_type(d, type, b);
}

/* ---- tunnels ---- */

/* Takes the packet inside if it can be read; the outer flow is left alone otherwise. */
static bool try_inner(struct dissection *d, enum dissect_result (*take)(struct dissection *,
			struct bytes), struct bytes b, enum dissect_result *result)
{
	struct flow outer = *d->flow;

	if (!d->inner || d->depth == DEPTH_MAX)
		return false;
	d->depth++;
	*result = take(d, b);
	if (*result == DISSECT_FLOW || *result == DISSECT_KERNEL || *result == DISSECT_FRAGMENT)
		return true;
	*d->flow = outer;
	d->depth--;
	return false;
}

/* VXLAN, and Geneve without options: a header of eight bytes, then Ethernet. */
static bool udp_tunnel(struct dissection *d, struct bytes b, enum dissect_result *result)
{
	uint16_t port = d->flow->dst.port;
	bool vxlan = (port == 4789 || port == 8472) && b.left > 8 && b.at[0] == 8;
	bool geneve = port == 6081 && b.left > 8 && !b.at[0] &&
		      wire_get16(b.at + 2, true) == TYPE_BRIDGED;

	if (!vxlan && !geneve)
		return false;
	skip(&b, 8);
	return try_inner(d, ethernet, b, result);
}

static enum dissect_result gre_payload(struct dissection *d, struct bytes b)
{
	uint16_t flags = wire_get16(b.at, true), type = wire_get16(b.at + 2, true);
	uint32_t head = 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) +
			(flags & 0x1000 ? 4 : 0);

	/* routing and version 1 (PPTP) are not read */
	if (flags & 0x4007 || !skip(&b, head))
		return DISSECT_NOT_IP;
	return by_type(d, type, b);
}

/* ---- transport ---- */

static enum dissect_result tcp(struct dissection *d, struct bytes b)
{
	struct flow *f = d->flow;

	if (b.left < 4)
		return DISSECT_CUT;
	set_ports(f, wire_get16(b.at, true), wire_get16(b.at + 2, true));
	if (b.left >= 14) {
		uint32_t before = b.at - d->payload, head = (b.at[12] >> 4) * 4;
		uint32_t len = d->payload_len ? d->payload_len - before : b.left;

		f->has_seq = true;
		f->data = len > head ? len - head : 0;
		f->seq = wire_get32(b.at + 4, true);
		f->ack_seq = wire_get32(b.at + 8, true);
		f->fin = b.at[13] & 1;
		f->syn = b.at[13] & 2;
		f->rst = b.at[13] & 4;
		f->ack = b.at[13] & 16;
	}
	return DISSECT_FLOW;
}

static enum dissect_result ports_only(struct dissection *d, struct bytes b)
{
	enum dissect_result result;

	if (b.left < 4)
		return DISSECT_CUT;
	set_ports(d->flow, wire_get16(b.at, true), wire_get16(b.at + 2, true));
	if (d->flow->proto == IPPROTO_UDP && skip(&b, 8) && udp_tunnel(d, b, &result))
		return result;
	return DISSECT_FLOW;
}

static enum dissect_result transport(struct dissection *d, int proto, struct bytes b)
{
	enum dissect_result result;

	d->flow->proto = proto;
	switch (proto) {
	case IPPROTO_TCP:
		return tcp(d, b);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return ports_only(d, b);
	case IPPROTO_GRE:
		if (b.left >= 4 && try_inner(d, gre_payload, b, &result))
			return result;
		return DISSECT_KERNEL;
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
		if (try_inner(d, ip, b, &result))
			return result;
		return DISSECT_KERNEL;
	default:
		return DISSECT_KERNEL;
	}
}

/* The first fragment has the ports; more: others follow. */
static enum dissect_result fragment(struct dissection *d, const struct fragment_key *key,
				    uint32_t offset, int proto, struct bytes b)
{
	enum dissect_result result;
	uint16_t src, dst;
	int depth = d->depth;

	if (!offset) {
		result = transport(d, proto, b);
		/* not the ports of a packet inside of this one */
		if (result == DISSECT_FLOW && d->depth == depth)
			fragments_add(d->fragments, key, d->ns, d->flow->src.port,
				      d->flow->dst.port);
		return result;
	}
	d->flow->proto = proto;
	if (!fragments_find(d->fragments, key, d->ns, &src, &dst))
		return DISSECT_FRAGMENT;
	set_ports(d->flow, src, dst);
	return DISSECT_FLOW;
}

/* ---- IP ---- */

static enum dissect_result ip4(struct dissection *d, struct bytes b)
{
	uint32_t head = (b.at[0] & 15) * 4, total, place;
	struct fragment_key key;

	if (b.left < 20)
		return DISSECT_CUT;
	total = wire_get16(b.at + 2, true);
	place = wire_get16(b.at + 6, true);
	set_end(&d->flow->src, AF_INET, b.at + 12);
	set_end(&d->flow->dst, AF_INET, b.at + 16);
	d->flow->has_addresses = true;
	/* 0: segmentation offload, longer than the field can say */
	if (head < 20 || (total && total < head))
		return DISSECT_MALFORMED;
	if (total && total < b.left)
		b.left = total;		/* Ethernet's padding */
	if (place & 0x3fff)
		key = fragment_key(b.at + 12, 4, b.at[9], wire_get16(b.at + 4, true));
	if (b.left < head)
		return DISSECT_CUT;
	int proto = b.at[9];

	skip(&b, head);
	d->payload = b.at;
	d->payload_len = total ? total - head : 0;
	if (place & 0x3fff)
		return fragment(d, &key, place & 0x1fff, proto, b);
	return transport(d, proto, b);
}

static bool is_extension(int next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_AH || next == IPPROTO_MH || next == IPPROTO_HIP ||
	       next == IPPROTO_SHIM6 || next == IPPROTO_FRAGMENT;
}

static enum dissect_result ip6_payload(struct dissection *d, const uint8_t *addresses,
				       int next, struct bytes b)
{
	for (int headers = 0; is_extension(next); headers++) {
		bool is_fragment = next == IPPROTO_FRAGMENT;
		uint32_t head, place;

		if (b.left < 8)
			return DISSECT_CUT;
		if (headers == HEADERS_MAX)
			return DISSECT_MALFORMED;
		place = wire_get16(b.at + 2, true);
		head = is_fragment ? 8 : next == IPPROTO_AH ? (b.at[1] + 2u) * 4 :
							      (b.at[1] + 1u) * 8;
		next = b.at[0];
		if (is_fragment && place & 0xfff9) {
			struct fragment_key key = fragment_key(addresses, 16, 0,
							       wire_get32(b.at + 4, true));

			skip(&b, head);
			/* a first one with more headers behind has its ports there */
			if (place & 0xfff8 || !is_extension(next))
				return fragment(d, &key, place >> 3, next, b);
			continue;
		}
		if (!skip(&b, head))
			return DISSECT_CUT;
	}
	return transport(d, next, b);
}

static enum dissect_result ip6(struct dissection *d, struct bytes b)
{
	const uint8_t *addresses = b.at + 8;
	uint32_t payload;
	int next;

	if (b.left < 40)
		return DISSECT_CUT;
	payload = wire_get16(b.at + 4, true);
	next = b.at[6];
	set_end(&d->flow->src, AF_INET6, addresses);
	set_end(&d->flow->dst, AF_INET6, addresses + 16);
	d->flow->has_addresses = true;
	skip(&b, 40);
	d->payload = b.at;
	d->payload_len = payload;
	if (payload && payload < b.left)
		b.left = payload;	/* 0: a jumbogram, or segmentation offload */
	return ip6_payload(d, addresses, next, b);
}

static enum dissect_result ip(struct dissection *d, struct bytes b)
{
	if (!b.left)
		return DISSECT_CUT;
	if (b.at[0] >> 4 == 4)
		return ip4(d, b);
	return b.at[0] >> 4 == 6 ? ip6(d, b) : DISSECT_MALFORMED;
}

/* ---- links ---- */

/* The family is in the byte order of the machine that captured, or in the network's. AF_INET
 * is 2 everywhere; IPv6 is one of five numbers, all of them below 256. */
static enum dissect_result loopback(struct dissection *d, struct bytes b)
{
	uint32_t family;

	if (b.left < 4)
		return DISSECT_CUT;
	family = wire_get32(b.at, false);
	if (family > 0xffff)
		family = wire_get32(b.at, true);
	skip(&b, 4);
	switch (family) {
	case 2:			/* AF_INET */
	case 10:		/* AF_INET6 of Linux, and of the systems below */
	case 24:
	case 28:
	case 30:
		return ip(d, b);
	default:
		return DISSECT_NOT_IP;
	}
}

static enum dissect_result cooked(struct dissection *d, struct bytes b, uint32_t head,
				  uint32_t type_at)
{
	uint16_t type;

	if (b.left < head)
		return DISSECT_CUT;
	type = wire_get16(b.at + type_at, true);
	skip(&b, head);
	return by_type(d, type, b);
}

enum dissect_result dissect(struct fragments *fragments, uint16_t link, const uint8_t *data,
			    uint32_t len, int64_t ns, bool inner, struct flow *f)
{
	struct dissection d = { .fragments = fragments, .ns = ns, .inner = inner, .flow = f };
	struct bytes b = { .at = data, .left = len };

	memset(f, 0, sizeof(*f));
	switch (link) {
	case LINK_ETHERNET:
		return ethernet(&d, b);
	case LINK_NULL:
	case LINK_LOOP:
		return loopback(&d, b);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IP4:
	case LINK_IP6:
		return ip(&d, b);
	case LINK_SLL:
		return cooked(&d, b, 16, 14);
	case LINK_SLL2:
		return cooked(&d, b, 20, 0);
	default:
		return DISSECT_LINK;
	}
}
