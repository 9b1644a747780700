/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_file: an index of one log that no longer changes: the data read from it,
 * in blocks (index_code.h), with the times of each block and a Bloom filter of the addresses
 * and processes in it.
 *
 * Layout: magic, the frames of the blocks, a zstd frame of the directory, struct index_trailer.
 * The directory is struct index_head, the blocks, the filters, the warnings.
 */
#ifndef NETLOG_QUERY_INDEX_FILE_H
#define NETLOG_QUERY_INDEX_FILE_H

#include <sys/stat.h>

#include "parser/input_error.h"
#include "parser/query/index_code.h"
#include "parser/query/index_key.h"

enum index_unknown { INDEX_LOCAL_UNKNOWN = 1, INDEX_REMOTE_UNKNOWN = 2 };

struct index_block {
	uint64_t offset;	/* in the file: of the first frame, the second follows */
	uint32_t hot_len, cold_len, hot_size, cold_size;
	uint32_t count;		/* entries */
	uint32_t unused;
	uint64_t sum;		/* index_sum() of both frames */
	int64_t from, to;	/* ms: earliest and latest time */
	uint32_t filter, words;	/* its filter: start, length in 64-bit words; a power of two */
	uint32_t unknown;	/* of enum index_unknown: ends that some entry does not have */
	uint32_t identities, addresses, unused_2;
};

struct index_head {
	struct index_key own;		/* of its log */
	struct index_key before, chain;	/* of the log before, and with it: index_key_chain() */
	uint32_t kind;			/* enum own_kind of the log */
	uint32_t block_count, filter_words, warning_len;
	uint32_t waits;			/* 1: an event at the end of the log is incomplete */
	uint32_t unused;
	uint64_t state_at, state_len;	/* of an audit log: the query's state at its end, see
					 * index_file_state() */
	uint64_t state_sum;		/* index_sum() of it */
	uint64_t errors[INPUT_ERROR_COUNT], own_errors;	/* in the log's lines */
	uint64_t entries, losses, prefixed;	/* see own_losses(), reassemble_prefixed() */
};

/* The values that the filters hold. */
uint64_t index_hash_address(uint8_t family, const uint8_t addr[16]);
uint64_t index_hash_pid(int64_t pid);

/* ---- writing ---- */

struct index_writer;

/* The file appears at path when it is complete. NULL with errno. */
struct index_writer *index_writer_new(const char *path);
/* Without index_writer_finish(): no file. May be NULL. */
void index_writer_free(struct index_writer *w);
/* The next entry. An error is kept for _finish. */
void index_writer_entry(struct index_writer *w, const struct entry *e);
/* A message on the log, without the log's name. */
void index_writer_warning(struct index_writer *w, const char *text);
/* The state at the end of the log, as resume_save_audit() made it. waits: an event is incomplete. */
void index_writer_state(struct index_writer *w, const void *state, size_t len, bool waits);
/* head: what the writer does not count itself. Returns 0 or -errno. */
int index_writer_finish(struct index_writer *w, const struct index_head *head);

/* ---- reading ---- */

struct index_file;

/* Returns false for a file that others can write: it could misrepresent the log. */
bool index_file_is_trusted(const struct stat *st);

/*
 * Opens the index at path, of the log with this key. Reads its directory, not yet its blocks.
 * NULL, with *damage set to the reason, if the file is damaged. NULL, with *damage NULL, if there
 * is no file, or another user than root and this one could have written it.
 */
struct index_file *index_file_open(const char *path, const struct index_key *own,
				   const char **damage);
void index_file_close(struct index_file *f);	/* may be NULL */
const struct index_head *index_file_head(const struct index_file *f);
const struct index_block *index_file_blocks(const struct index_file *f);
/* The state at the end of the log, packed and owned by the caller. NULL: it cannot be read, or
 * its checksum is wrong. */
void *index_file_state(const struct index_file *f, size_t *len);
const char *index_file_warnings(const struct index_file *f);	/* one line each, with a NUL after the last */
/* Returns true if the block may have something with that hash. */
bool index_file_may_have(const struct index_file *f, const struct index_block *b, uint64_t hash);
/* Reads the frames of a block to buf, of hot_len + cold_len bytes, without checking
 * their checksum. Any thread may call it. */
bool index_file_read(const struct index_file *f, const struct index_block *b, void *buf);

#endif
