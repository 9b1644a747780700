/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/fragments: the ports of first fragments, for the fragments that follow. */
#ifndef NETLOG_PACKET_FRAGMENTS_H
#define NETLOG_PACKET_FRAGMENTS_H

#include <stdbool.h>
#include <stdint.h>

/* Compared byte by byte. */
struct fragment_key {
	uint8_t addresses[32];	/* source, destination */
	uint32_t id, proto;
};

struct fragments;

/* Makes a table of the latest thousand. NULL without memory. */
struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);	/* may be NULL */

/* addresses: both, of size bytes each. */
struct fragment_key fragment_key(const uint8_t *addresses, uint32_t size, uint8_t proto,
				 uint32_t id);

/* Adds a first fragment; may displace an older one. ns: time of the packet. f may be NULL. */
void fragments_add(struct fragments *f, const struct fragment_key *key, int64_t ns,
		   uint16_t src, uint16_t dst);
/* Returns false if its first fragment was not seen in the half minute before. */
bool fragments_find(const struct fragments *f, const struct fragment_key *key, int64_t ns,
		    uint16_t *src, uint16_t *dst);

#endif
