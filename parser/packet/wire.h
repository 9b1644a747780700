/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/wire: integers in a byte order that the file chose, at any alignment. */
#ifndef NETLOG_PACKET_WIRE_H
#define NETLOG_PACKET_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WIRE_NATIVE_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static inline uint16_t wire_get16(const uint8_t *p, bool big)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return big == WIRE_NATIVE_BIG ? v : __builtin_bswap16(v);
}

static inline uint32_t wire_get32(const uint8_t *p, bool big)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return big == WIRE_NATIVE_BIG ? v : __builtin_bswap32(v);
}

static inline uint64_t wire_get64(const uint8_t *p, bool big)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return big == WIRE_NATIVE_BIG ? v : __builtin_bswap64(v);
}

static inline void wire_put16(uint8_t *p, uint16_t v, bool big)
{
	v = big == WIRE_NATIVE_BIG ? v : __builtin_bswap16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void wire_put32(uint8_t *p, uint32_t v, bool big)
{
	v = big == WIRE_NATIVE_BIG ? v : __builtin_bswap32(v);
	memcpy(p, &v, sizeof(v));
}

/* Length with the padding to four bytes that blocks and options have. */
static inline uint32_t wire_padded(uint32_t len)
{
	return (len + 3) & ~3u;
}

#endif
