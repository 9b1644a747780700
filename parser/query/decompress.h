/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/query/decompress: the bytes of a file that may be compressed. gzip, zstd and xz
 * are recognised by their first bytes, whatever the file's name.
 */
#ifndef NETLOG_DECOMPRESS_H
#define NETLOG_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct decompress;

/* Reads from fd at its current position; the caller keeps owning it. NULL without memory. */
struct decompress *decompress_new(int fd);
void decompress_free(struct decompress *d);

/*
 * Reads up to size bytes. Returns their number; 0 at the end; -EAGAIN from a descriptor that
 * does not block; -EBADMSG if the data is damaged, -ENODATA if the file is truncated (all
 * readable data was returned before); -errno of read(2).
 */
ssize_t decompress_read(struct decompress *d, char *buf, size_t size);

/* After the end of a plain file, continues with the bytes appended since. Returns false for a
 * compressed file, which does not grow. */
bool decompress_continue(struct decompress *d);

/* "gzip", "zstd" or "xz"; NULL for a plain file or one that was not read yet. */
const char *decompress_kind(const struct decompress *d);

#endif
