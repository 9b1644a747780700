/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/pcapng: walks the blocks of a pcapng file in memory, in either byte order, and keeps the
 * section's byte order and interfaces for later blocks. Every length is checked; a block is returned
 * whole, so that it can be copied.
 */
#ifndef NETLOG_PACKET_PCAPNG_H
#define NETLOG_PACKET_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCAPNG_BLOCK_MAX (16u << 20)	/* bytes; a longer block is an error */
#define PCAPNG_INTERFACES_MAX 65536	/* per section; packets of later ones have no link type */

enum pcapng_type {
	PCAPNG_SECTION = 0x0A0D0D0A,
	PCAPNG_INTERFACE = 1,
	PCAPNG_OLD_PACKET = 2,
	PCAPNG_SIMPLE_PACKET = 3,
	PCAPNG_STATISTICS = 5,
	PCAPNG_PACKET = 6,
	PCAPNG_HONE_PROCESS = 0x101,
	PCAPNG_HONE_CONNECTION = 0x102,
	PCAPNG_DARWIN_PROCESS = 0x80000001,
};

enum pcapng_option {
	PCAPNG_END = 0,
	PCAPNG_COMMENT = 1,
	PCAPNG_FLAGS = 2,		/* of a packet */
	PCAPNG_PROCESS = 8,		/* of a packet: pid, tid */
	PCAPNG_TIME_UNIT = 9,		/* of an interface */
	PCAPNG_TIME_OFFSET = 14,
	PCAPNG_HONE_ID = 257,		/* of a section: machine; of a packet: connection */
	PCAPNG_HONE_PID = 258,
	PCAPNG_DARWIN_INDEX = 32769,
	PCAPNG_DARWIN_EFFECTIVE = 32771,
};

/* How a reader of the section understands an interface's packets. */
struct pcapng_interface {
	uint16_t link;		/* LINKTYPE_* */
	uint8_t unit;		/* if_tsresol; 6: microseconds */
	int64_t offset;		/* if_tsoffset, seconds */
};

struct pcapng {
	bool begun, big;	/* byte order of the current section */
	uint32_t section;	/* its number, from 1 */
	struct pcapng_interface *interfaces;
	size_t count, room;
	uint64_t at;		/* bytes before the next block */
	size_t need;		/* PCAPNG_MORE: length of the next block, as far as known */
	char error[160];	/* PCAPNG_BAD: the error, with its position */
};

enum pcapng_result { PCAPNG_OK, PCAPNG_MORE, PCAPNG_BAD };

/* Pointers are into the bytes that were given to pcapng_next(). */
struct pcapng_block {
	uint32_t type, len;	/* len: the whole block */
	const uint8_t *bytes;
	uint32_t section;
	bool big;
	/* of a packet */
	bool is_packet, has_time, has_link;
	uint16_t link;
	int64_t ns;		/* since 1970 */
	const uint8_t *data;
	uint32_t caplen, length;	/* captured, on the wire */
	/* of a section, an interface and a packet: options without the end mark */
	bool has_options;	/* valid ones; otherwise none can be added */
	const uint8_t *options;
	uint32_t options_len;
};

struct pcapng_field {
	uint16_t code, len;
	const uint8_t *value;	/* not aligned */
};

/* p begins as all zero. */
void pcapng_fini(struct pcapng *p);

/*
 * Takes the block at the beginning of data. PCAPNG_MORE: data ends inside the block. A block
 * with invalid contents is still returned, without is_packet: only lengths that make the next
 * block impossible to find are PCAPNG_BAD.
 */
enum pcapng_result pcapng_next(struct pcapng *p, const uint8_t *data, size_t len,
			       struct pcapng_block *b);

/* Takes the option at *at, and moves *at to the next one. Returns false at the end. */
bool pcapng_field_next(const struct pcapng_block *b, const uint8_t **at,
		       struct pcapng_field *f);
/* Returns false also if the block has no options, or invalid ones. */
bool pcapng_has_option(const struct pcapng_block *b, uint16_t code);

#endif
