/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/index_layout: the layout of an index file; for index_write.c and index_file.c. */
#ifndef NETLOG_QUERY_INDEX_LAYOUT_H
#define NETLOG_QUERY_INDEX_LAYOUT_H

#include <lzma.h>
#include <stddef.h>
#include <stdint.h>

#define INDEX_MAGIC "aunetlog index 1"		/* with its NUL */
#define INDEX_TRAILER 0x31786564676f6c6eULL	/* "nlogdex1" on the machine that reads it */
#define INDEX_PROBES 3

struct index_trailer {
	uint64_t offset, len, size;	/* of the directory's frame; size: not compressed */
	uint64_t magic;
};

static inline uint64_t index_probe(uint64_t hash, int probe, uint32_t words)
{
	return (hash >> 21 * probe) & (words * 64ull - 1);
}

/* Checksum of the bytes after those that have the sum before; 0: there are none. */
static inline uint64_t index_sum(const void *bytes, size_t len, uint64_t before)
{
	return lzma_crc64(bytes, len, before);
}

#endif
