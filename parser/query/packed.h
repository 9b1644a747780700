/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/query/packed: bytes as one zstd frame with a checksum. */
#ifndef NETLOG_QUERY_PACKED_H
#define NETLOG_QUERY_PACKED_H

#include <stddef.h>

/* Returns a frame, owned by the caller; NULL without memory. */
void *packed_new(const void *data, size_t len, size_t *packed_len);
/* Returns the bytes of a frame, at most max, owned by the caller; NULL: damaged, or without memory. */
void *packed_open(const void *frame, size_t packed_len, size_t max, size_t *len);

#endif
