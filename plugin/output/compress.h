/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/compress: compresses the old files of a log (rotate.h) with zstd, in a separate
 * thread: FILE.3 becomes FILE.3.zst, with its mode and time. At any moment one of the two files is
 * complete.
 */
#ifndef NETLOG_COMPRESS_H
#define NETLOG_COMPRESS_H

struct compressor;

/* Borrows path. NULL without memory. */
struct compressor *compress_new(const char *path);
/* Stops at once; uncompressed files stay unchanged. c may be NULL. */
void compress_free(struct compressor *c);

/* Reports that there may be files to compress. A file that cannot be compressed is tried again
 * at the next call. c may be NULL. */
void compress_start(struct compressor *c);

/* Around rotate_shift() and rotate_prune(), which change the names of the files. c may be
 * NULL. */
void compress_lock(struct compressor *c);
void compress_unlock(struct compressor *c);

#endif
