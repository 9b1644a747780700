/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/packet/out: a buffer in front of a file; blocks and options of pcapng. */
#ifndef NETLOG_PACKET_OUT_H
#define NETLOG_PACKET_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out {
	int fd;			/* borrowed; -1: nothing is written, the bytes stay in buf */
	bool big;		/* byte order of numbers */
	bool never_waits;	/* for the reader of a pipe; see out_is_full() */
	uint8_t *buf;
	size_t used, room;
	size_t block;		/* where the current block begins */
	uint64_t written;
	int err;		/* errno of the first error; nothing is written after it */
};

void out_init(struct out *o, int fd);
void out_fini(struct out *o);		/* does not flush */

/* Returns room for n more bytes, which the caller fills; NULL without memory. */
uint8_t *out_room(struct out *o, size_t n);
void out_bytes(struct out *o, const void *bytes, size_t n);
void out_u32(struct out *o, uint32_t v);

/* Begins a block; out_block_end() writes its length at both ends. */
void out_block(struct out *o, uint32_t type);
void out_option(struct out *o, uint16_t code, const void *value, uint32_t len);
/* Writes nothing if text is NULL, empty, or too long for an option. */
void out_option_text(struct out *o, uint16_t code, const char *text, size_t len);
void out_option_u32(struct out *o, uint16_t code, uint32_t v);
void out_end_of_options(struct out *o);
void out_block_end(struct out *o);

/* Flush if much is buffered, or always; with never_waits, only as much as the reader takes. */
void out_maybe_flush(struct out *o);
void out_flush(struct out *o);
/* Returns true if the reader is behind and much is buffered: the caller should add no more. */
bool out_is_full(const struct out *o);

#endif
