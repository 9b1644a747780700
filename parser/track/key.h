/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/track/key: hash of a key of two numbers, for uthash's *_BYHASHVALUE. A fifth of
 * the cost of its own hash of 16 bytes, and these tables are asked several times an event.
 */
#ifndef NETLOG_KEY_H
#define NETLOG_KEY_H

#include <stdint.h>

/* The upper half of a product, where each bit depends on all lower ones. */
static inline unsigned int key_hash(uint64_t a, uint64_t b)
{
	a = (a ^ a >> 32) * 0x9e3779b97f4a7c15;
	return (unsigned int)(((a ^ b) * 0xd6e8feb86659fd93) >> 32);
}

#endif
