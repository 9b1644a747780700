// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/packet/frame: makes pcapng blocks from libpcap's packets, which have none. */
#include "parser/packet/frame.h"

#include <pcap/dlt.h>
#include <string.h>

#include "parser/packet/pcapng.h"
#include "parser/packet/wire.h"

#define MAGIC 0x1A2B3C4Du
#define LINKTYPE_RAW 101
#define SYSTEM 3		/* options of a section */
#define APPLICATION 4
#define NAME 2			/* options of an interface */
#define FILTER 11
#define RECEIVED 4		/* options of statistics */
#define DROPPED 7

uint16_t frame_link(int dlt)
{
	return dlt == DLT_RAW ? LINKTYPE_RAW : dlt;
}

static void put_text(struct out *o, uint16_t code, const char *text)
{
	if (text)
		out_option(o, code, text, strlen(text));
}

static void put_time(struct out *o, int64_t ns)
{
	out_u32(o, (uint64_t)ns >> 32);
	out_u32(o, ns);
}

void frame_section(struct out *o, const struct frame_interface *i)
{
	static const uint8_t nanoseconds = 9;
	uint8_t versions[4];

	out_block(o, PCAPNG_SECTION);
	out_u32(o, MAGIC);
	wire_put16(versions, 1, o->big);
	wire_put16(versions + 2, 0, o->big);
	out_bytes(o, versions, sizeof(versions));
	out_u32(o, 0xFFFFFFFFu);	/* length of the section: unknown */
	out_u32(o, 0xFFFFFFFFu);
	put_text(o, SYSTEM, i->system);
	put_text(o, APPLICATION, "aunetlog " NETLOG_VERSION);
	out_end_of_options(o);
	out_block_end(o);

	out_block(o, PCAPNG_INTERFACE);
	wire_put16(versions, i->link, o->big);
	wire_put16(versions + 2, 0, o->big);
	out_bytes(o, versions, sizeof(versions));
	out_u32(o, i->snaplen);
	put_text(o, NAME, i->name);
	out_option(o, PCAPNG_TIME_UNIT, &nanoseconds, 1);
	if (i->filter) {
		char text[1024] = "";	/* the first byte is libpcap's */

		strncat(text + 1, i->filter, sizeof(text) - 2);
		out_option(o, FILTER, text, 1 + strlen(text + 1));
	}
	out_end_of_options(o);
	out_block_end(o);
}

void frame_packet(struct out *o, int64_t ns, const uint8_t *data, uint32_t caplen,
		  uint32_t len)
{
	uint32_t padded = wire_padded(caplen);
	uint8_t *to;

	out_block(o, PCAPNG_PACKET);
	out_u32(o, 0);
	put_time(o, ns);
	out_u32(o, caplen);
	out_u32(o, len);
	to = out_room(o, padded);
	if (to) {
		memcpy(to, data, caplen);
		memset(to + caplen, 0, padded - caplen);
	}
	out_block_end(o);
}

static void put_count(struct out *o, uint16_t code, uint64_t v)
{
	uint8_t bytes[8];

	wire_put32(bytes + (o->big ? 0 : 4), v >> 32, o->big);
	wire_put32(bytes + (o->big ? 4 : 0), v, o->big);
	out_option(o, code, bytes, sizeof(bytes));
}

void frame_statistics(struct out *o, int64_t ns, uint64_t received, uint64_t dropped)
{
	out_block(o, PCAPNG_STATISTICS);
	out_u32(o, 0);
	put_time(o, ns);
	put_count(o, RECEIVED, received);
	put_count(o, DROPPED, dropped);
	out_end_of_options(o);
	out_block_end(o);
}
