// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/dissect: bytes of a packet to the ends of its connection. */
#include "parser/packet/dissect.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/packet/fragments.h"
#include "parser/packet/ip.h"
#include "parser/packet/wire.h"

#define TYPE_IP 0x0800
#define TYPE_IP6 0x86DD
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88A8
#define TYPE_QINQ_OLD 0x9100
#define TYPE_PPPOE 0x8864
#define TYPE_BRIDGED 0x6558	/* Ethernet in GRE */
#define TAGS_MAX 8
#define DEPTH_MAX 4		/* tunnels in tunnels */

enum {
	LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW_BSD = 12, LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101, LINK_LOOP = 108,
	LINK_SLL = 113, LINK_IP4 = 228, LINK_IP6 = 229, LINK_SLL2 = 276,
};

struct dissection {
	struct fragments *fragments;
	int64_t ns;
	bool inner;
	int depth;
	const uint8_t *payload;		/* of the innermost IP header so far */
	uint32_t payload_len;		/* length in that header, captured or not; 0: unknown */
	struct flow *flow;
};

static enum dissect_result ethernet(struct dissection *d, struct bytes b);

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
		bytes_skip(&b, 4);
	}
	if (type == TYPE_PPPOE) {
		if (b.left < 8)
			return DISSECT_CUT;
		type = wire_get16(b.at + 6, true);
		type = type == 0x0021 ? TYPE_IP : type == 0x0057 ? TYPE_IP6 : 0;
		bytes_skip(&b, 8);
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
	bytes_skip(&b, 14);
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
	bytes_skip(&b, 8);
	return try_inner(d, ethernet, b, result);
}

static enum dissect_result gre_payload(struct dissection *d, struct bytes b)
{
	uint16_t flags = wire_get16(b.at, true), type = wire_get16(b.at + 2, true);
	uint32_t head = 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) +
			(flags & 0x1000 ? 4 : 0);

	/* routing and version 1 (PPTP) are not read */
	if (flags & 0x4007 || !bytes_skip(&b, head))
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
	if (d->flow->proto == IPPROTO_UDP && bytes_skip(&b, 8) && udp_tunnel(d, b, &result))
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

/* The first fragment has the ports, for those that follow. */
static enum dissect_result fragment(struct dissection *d, const struct ip_packet *p)
{
	enum dissect_result result;
	uint16_t src, dst;
	int depth = d->depth;

	if (!p->offset) {
		result = transport(d, p->proto, p->rest);
		/* not the ports of a packet inside of this one */
		if (result == DISSECT_FLOW && d->depth == depth)
			fragments_add(d->fragments, &p->key, d->ns, d->flow->src.port,
				      d->flow->dst.port);
		return result;
	}
	d->flow->proto = p->proto;
	if (!fragments_find(d->fragments, &p->key, d->ns, &src, &dst))
		return DISSECT_FRAGMENT;
	set_ports(d->flow, src, dst);
	return DISSECT_FLOW;
}

/* ---- IP ---- */

static enum dissect_result ip(struct dissection *d, struct bytes b)
{
	struct ip_packet p;
	enum dissect_result result = ip_read(b, d->flow, &p);

	if (result != DISSECT_FLOW)
		return result;
	d->payload = p.payload;
	d->payload_len = p.payload_len;
	return p.is_fragment ? fragment(d, &p) : transport(d, p.proto, p.rest);
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
	bytes_skip(&b, 4);
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
	bytes_skip(&b, head);
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
