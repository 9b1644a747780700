/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/reader: reads a capture from a file or a pipe, pcapng or (by libpcap) classic pcap, and
 * passes on pcapng blocks.
 */
#ifndef NETLOG_PACKET_READER_H
#define NETLOG_PACKET_READER_H

#include <stddef.h>

#include "parser/packet/pcapng.h"

struct reader_io {
	/* Returns false to stop. The block's bytes are valid until it returns. */
	bool (*block)(const struct pcapng_block *b, void *arg);
	/* Called if a pipe had no byte for idle_ms. Returns false to stop. NULL: wait. */
	bool (*idle)(void *arg);
	int idle_ms;
	void *arg;
};

/* Reads all of fd. Returns 0, or -1 with the reason in error; blocks before the error were
 * passed on. A capture that ends in the middle of a packet is such an error. */
int reader_run(int fd, const struct reader_io *io, char *error, size_t size);

#endif
