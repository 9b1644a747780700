/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_code: some thousand entries to one block of an index, and back. A block
 * has two zstd frames, with checksums. The first has the values that most queries need: an array of
 * struct index_hot, the pids by identity (int64_t), and the addresses. The second has the other
 * fields of each entry, and the identities, in the order of the table of fields; an unknown field
 * takes no space.
 */
#ifndef NETLOG_QUERY_INDEX_CODE_H
#define NETLOG_QUERY_INDEX_CODE_H

#include "parser/entry/entry.h"

#define INDEX_BLOCK 4096	/* entries of a block, at most */

struct index_address {
	uint8_t bytes[16];
	uint8_t family;
	uint8_t known;		/* 0: only the family is known */
	uint8_t unused[2];
};
#define INDEX_ADDRESSES (2 * INDEX_BLOCK)	/* of a block, at most */
#define INDEX_NO_ADDRESS UINT16_MAX

enum index_flags {
	INDEX_INBOUND = 1, INDEX_NO_DIRECTION = 2, INDEX_OPENER = 4, INDEX_INCOMPLETE = 8,
	/* ports that are known */
	INDEX_LOCAL_PORT = 16, INDEX_REMOTE_PORT = 32,
};

struct index_hot {
	uint32_t ms;		/* relative to the block's first time */
	uint32_t at;		/* of the rest, in the second frame */
	uint16_t identity;
	uint16_t local, remote;	/* addresses, or INDEX_NO_ADDRESS */
	uint16_t local_port, remote_port;
	int16_t proto;
	uint8_t what, flags;
	uint8_t unused[2];
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
/* Returns true if the block has room for it: one of an hour and one of the next month are in
 * different blocks. */
bool index_encoder_fits(const struct index_encoder *e, const struct entry *entry);
/* Returns -ENOMEM, or -ERANGE for a time before 1970. */
int index_encoder_put(struct index_encoder *e, const struct entry *entry);

/* All zero at first. */
struct index_frames {
	struct index_bytes hot, cold;	/* owned */
	size_t hot_size, cold_size;	/* not compressed */
	uint32_t count, identities, addresses;	/* of the block */
	int64_t from, to;	/* ms: first and last time */
	bool no_local, no_remote;	/* an entry's address is not known */
};
/* Ends the block, and begins the next. Returns -ENOMEM. count is 0 if nothing was put. */
int index_encoder_end(struct index_encoder *e, struct index_frames *out);

/* ---- a block to entries ---- */

struct index_decoder;

struct index_decoder *index_decoder_new(void);	/* NULL without memory */
void index_decoder_free(struct index_decoder *d);	/* may be NULL */

struct index_coded {
	const void *hot, *cold;		/* the frames */
	size_t hot_len, cold_len, hot_size, cold_size;
	uint32_t count, identities, addresses;
	int64_t from;
};
/* Contents of the first frame: no number in it is out of bounds. */
struct index_heads {
	const struct index_hot *hot;	/* NULL: damaged, or without memory */
	const int64_t *pids;
	const struct index_address *addresses;
	uint32_t count, identities, address_count;
	int64_t from;
};
/* Valid until the next call. */
struct index_heads index_decoder_heads(struct index_decoder *d, const struct index_coded *c);
/* Sets the fields that a head has; all others are unknown, and identity is NULL. */
void index_set_head(const struct index_heads *h, const struct index_hot *hot, struct entry *e);
/*
 * The entries with these numbers, in their order; valid until the next call for a block.
 * Returns NULL if the block is damaged, or without memory.
 */
const struct entry *index_decoder_entries(struct index_decoder *d, const struct index_coded *c,
					  const uint16_t *numbers, unsigned int count);
/* Calls fn with each of them, valid until it returns; that takes no memory for all of them.
 * Returns false if the block is damaged, perhaps after some calls. */
bool index_decoder_each(struct index_decoder *d, const struct index_coded *c,
			const uint16_t *numbers, unsigned int count, entry_fn fn, void *arg);

#endif
