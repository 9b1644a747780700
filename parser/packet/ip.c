// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/ip: the headers of IPv4 and IPv6, down to the transport's. */
#include "parser/packet/ip.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "parser/packet/wire.h"

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif
#define IPPROTO_HIP 139
#define IPPROTO_SHIM6 140

#define HEADERS_MAX 16		/* IPv6 extension headers */

static void set_ends(struct flow *f, uint8_t family, const uint8_t *src, const uint8_t *dst)
{
	memset(&f->src, 0, sizeof(f->src));
	memset(&f->dst, 0, sizeof(f->dst));
	netaddr_set_ip(&f->src, family, src);
	netaddr_set_ip(&f->dst, family, dst);
	f->has_addresses = true;
}

static enum dissect_result ip4(struct bytes b, struct flow *f, struct ip_packet *p)
{
	const uint8_t *header = b.at;
	uint32_t head = (header[0] & 15) * 4, total, place;

	if (b.left < 20)
		return DISSECT_CUT;
	total = wire_get16(header + 2, true);
	place = wire_get16(header + 6, true);
	set_ends(f, AF_INET, header + 12, header + 16);
	/* 0: segmentation offload, longer than the field can hold */
	if (head < 20 || (total && total < head))
		return DISSECT_MALFORMED;
	if (total && total < b.left)
		b.left = total;		/* Ethernet's padding */
	if (!bytes_skip(&b, head))
		return DISSECT_CUT;
	p->proto = header[9];
	p->rest = b;
	p->payload = b.at;
	p->payload_len = total ? total - head : 0;
	p->is_fragment = place & 0x3fff;
	p->offset = place & 0x1fff;
	if (p->is_fragment)
		p->key = fragment_key(header + 12, 4, header[9], wire_get16(header + 4, true));
	return DISSECT_FLOW;
}

static bool is_extension(int next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_AH || next == IPPROTO_MH || next == IPPROTO_HIP ||
	       next == IPPROTO_SHIM6 || next == IPPROTO_FRAGMENT;
}

/* Skips the extension headers, up to a fragment's whose transport header follows or is in
 * another fragment. p->proto is the first one's number. */
static enum dissect_result ip6_extensions(const uint8_t *addresses, struct bytes b,
					  struct ip_packet *p)
{
	for (int headers = 0; is_extension(p->proto) && !p->is_fragment; headers++) {
		bool is_fragment = p->proto == IPPROTO_FRAGMENT;
		const uint8_t *header = b.at;
		uint32_t head, place;

		if (b.left < 8)
			return DISSECT_CUT;
		if (headers == HEADERS_MAX)
			return DISSECT_MALFORMED;
		place = wire_get16(header + 2, true);
		head = is_fragment ? 8 : p->proto == IPPROTO_AH ? (header[1] + 2u) * 4 :
								  (header[1] + 1u) * 8;
		if (!bytes_skip(&b, head))
			return DISSECT_CUT;
		p->proto = header[0];
		/* a first fragment with more headers after has its ports there */
		if (is_fragment && place & 0xfff9 && (place & 0xfff8 || !is_extension(p->proto))) {
			p->is_fragment = true;
			p->offset = place >> 3;
			p->key = fragment_key(addresses, 16, 0, wire_get32(header + 4, true));
		}
	}
	p->rest = b;
	return DISSECT_FLOW;
}

static enum dissect_result ip6(struct bytes b, struct flow *f, struct ip_packet *p)
{
	const uint8_t *header = b.at, *addresses = header + 8;
	uint32_t payload;

	if (b.left < 40)
		return DISSECT_CUT;
	payload = wire_get16(header + 4, true);
	set_ends(f, AF_INET6, addresses, addresses + 16);
	bytes_skip(&b, 40);
	*p = (struct ip_packet){ .proto = header[6], .payload = b.at, .payload_len = payload };
	if (payload && payload < b.left)
		b.left = payload;	/* 0: a jumbogram, or segmentation offload */
	return ip6_extensions(addresses, b, p);
}

enum dissect_result ip_read(struct bytes b, struct flow *f, struct ip_packet *p)
{
	if (!b.left)
		return DISSECT_CUT;
	if (b.at[0] >> 4 == 4)
		return ip4(b, f, p);
	return b.at[0] >> 4 == 6 ? ip6(b, f, p) : DISSECT_MALFORMED;
}
