/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/packet/reader: reads a capture, pcapng by its blocks and classic pcap by libpcap,
 * from a file or a pipe, and hands out blocks in either case.
 */
#ifndef NETLOG_PACKET_READER_H
#define NETLOG_PACKET_READER_H

#include <stddef.h>

#include "parser/packet/pcapng.h"

struct reader_io {
	/* Returns false if no more is wanted. The block's bytes are valid until it returns. */
	bool (*block)(const struct pcapng_block *b, void *arg);
	/* A pipe had nothing for idle_ms. Returns false to stop. NULL: it is waited for. */
	bool (*idle)(void *arg);
	int idle_ms;
	void *arg;
};

/* Reads all of fd. Returns 0, or -1 with the reason in error; blocks before the error were
 * passed on. A capture that ends in the middle of a packet is such an error. */
int reader_run(int fd, const struct reader_io *io, char *error, size_t size);

#endif
