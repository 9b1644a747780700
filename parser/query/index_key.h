/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/index_key: identifies the index of a log by a hash of the log's size, time of change,
 * first and last bytes, and of everything else that its entries depend on.
 */
#ifndef NETLOG_QUERY_INDEX_KEY_H
#define NETLOG_QUERY_INDEX_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INDEX_KEY 32		/* bytes; all zero: of no log */
#define INDEX_DIRECTORY "/var/cache/audit-netlog"

struct index_key {
	uint8_t bytes[INDEX_KEY];
};

/* Makes the key of the regular file at fd. context: any text. Returns false, with errno, if it
 * cannot be read. */
bool index_key_of(int fd, const char *context, struct index_key *out);

/* Makes the key of a log that starts with the open sockets of earlier logs, from its own key
 * and the key of the log before. */
struct index_key index_key_chain(const struct index_key *own, const struct index_key *before);

static inline bool index_key_equal(const struct index_key *a, const struct index_key *b)
{
	return !memcmp(a->bytes, b->bytes, INDEX_KEY);
}

/* Path of the index of a log with that key, in the directory (NULL: the one of this user).
 * Owned by the caller; NULL without memory. */
char *index_key_path(const char *directory, const struct index_key *key);

/* Returns the index directory, owned by the caller; NULL without memory or home. */
char *index_directory(void);

#endif
