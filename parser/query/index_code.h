/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_code: some thousand entries to one block of an index, and back. A block
 * has two zstd frames, with checksums. The first is an array of struct index_hot: what most
 * questions ask for. The second has the rest of each entry, and the identities, in the order
 * of the table of fields: a field that is not known takes no room.
 */
#ifndef NETLOG_QUERY_INDEX_CODE_H
#define NETLOG_QUERY_INDEX_CODE_H

#include "parser/entry/entry.h"

#define INDEX_BLOCK 4096	/* entries of a block, at most */

enum index_known { INDEX_ADDR = 1, INDEX_PORT = 2 };

struct index_end {
	uint8_t family;
	uint8_t known;		/* of enum index_known */
	uint16_t port;
	uint8_t addr[16];
};

enum index_flags {
	INDEX_INBOUND = 1, INDEX_NO_DIRECTION = 2, INDEX_OPENER = 4, INDEX_INCOMPLETE = 8
};

struct index_hot {
	int64_t ms, pid;
	uint32_t identity, at;	/* at: of the rest, in the second frame */
	struct index_end local, remote;
	int16_t proto;
	uint8_t what, flags;
	uint32_t unused;
};

/* A growing text. All zero at first. */
struct index_bytes {
	unsigned char *at;	/* owned */
	size_t len, size;
};
bool index_bytes_add(struct index_bytes *b, const void *data, size_t len);
void index_bytes_fini(struct index_bytes *b);

/* ---- entries to a block ---- */

struct index_encoder;

struct index_encoder *index_encoder_new(void);	/* NULL without memory */
void index_encoder_free(struct index_encoder *e);	/* may be NULL */
/* Returns -ENOMEM, or -ERANGE for a time before 1970. */
int index_encoder_put(struct index_encoder *e, const struct entry *entry);
unsigned int index_encoder_count(const struct index_encoder *e);
/* What was put since the last time, as it will be in the first frame; not compressed. */
const struct index_hot *index_encoder_hot(const struct index_encoder *e);

struct index_frames {
	struct index_bytes hot, cold;	/* owned */
	size_t hot_size, cold_size;	/* not compressed */
};
/* Ends the block, and begins the next. Returns -ENOMEM. */
int index_encoder_end(struct index_encoder *e, struct index_frames *out);

/* ---- a block to entries ---- */

struct index_decoder;

struct index_decoder *index_decoder_new(void);	/* NULL without memory */
void index_decoder_free(struct index_decoder *d);	/* may be NULL */

struct index_coded {
	const void *hot, *cold;		/* the frames */
	size_t hot_len, cold_len, hot_size, cold_size;
	unsigned int count;
};
/* The first frame. Returns NULL if it is damaged, or without memory; valid until the next
 * call. */
const struct index_hot *index_decoder_hot(struct index_decoder *d, const struct index_coded *c);
/*
 * The entries with these numbers, in their order; valid until the next call for a block.
 * Returns NULL if the block is damaged, or without memory.
 */
const struct entry *index_decoder_entries(struct index_decoder *d, const struct index_coded *c,
					  const uint16_t *numbers, unsigned int count);

#endif
