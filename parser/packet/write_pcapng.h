/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/write_pcapng: writes the capture with the process in each packet: a comment,
 * the process id of the standard (option 8), Hone's connection and process (257, 258; blocks
 * 0x101 and 0x102) and Apple's process (32769; block 0x80000001). Everything else is copied byte for
 * byte, except that a section's length becomes unknown.
 */
#ifndef NETLOG_PACKET_WRITE_PCAPNG_H
#define NETLOG_PACKET_WRITE_PCAPNG_H

#include "parser/packet/annotate.h"
#include "parser/packet/out.h"

struct pcapng_writer_options {
	uint32_t snaplen;		/* captured bytes of a packet at most; 0: all */
	const char *comment;		/* of each section; or NULL */
	const uint8_t *host_id;		/* Hone's machine id as in the file; or NULL */
	uint32_t host_id_len;
	bool no_hone, no_darwin;	/* without their blocks and options */
};

/* Borrows out and what the options point to. NULL without memory. */
struct packet_writer *pcapng_writer_new(struct out *out, const struct pcapng_writer_options *o);

#endif
