/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/frame: makes pcapng blocks from libpcap's packets. */
#ifndef NETLOG_PACKET_FRAME_H
#define NETLOG_PACKET_FRAME_H

#include "parser/packet/out.h"

struct frame_interface {
	uint16_t link;			/* LINKTYPE_* */
	uint32_t snaplen;
	const char *name, *filter;	/* NULL: unknown, none */
	const char *system;		/* of the capturing host; NULL: unknown */
};

/* LINKTYPE_* of libpcap's DLT_*. */
uint16_t frame_link(int dlt);

/* A section and its interface, in this machine's byte order, times in ns. */
void frame_section(struct out *o, const struct frame_interface *i);
void frame_packet(struct out *o, int64_t ns, const uint8_t *data, uint32_t caplen,
		  uint32_t len);

/* Statistics of the interface at the end: packets received, and dropped by kernel. */
void frame_statistics(struct out *o, int64_t ns, uint64_t received, uint64_t dropped);

#endif
