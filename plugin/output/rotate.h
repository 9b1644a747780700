/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/output/rotate: the old files of a log: FILE.1 is the youngest, FILE.2 the previous one, each
 * possibly with a compressor's suffix (FILE.3.zst). A file has lines of one day at most; size and age
 * of all files are bounded.
 */
#ifndef NETLOG_ROTATE_H
#define NETLOG_ROTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct rotate_limits {
	uint64_t file, total;	/* bytes: of one file, of all including the current one */
	unsigned int days;	/* older files are deleted */
};

/* Returns true if a file of that size, last written at that time, is to become FILE.1
 * before it is written to now. An empty file never is. */
bool rotate_is_due(const struct rotate_limits *l, uint64_t size, time_t written, time_t now);

/* Renames FILE.N to FILE.N+1 for all N, and FILE to FILE.1. Returns 0; -ENOENT without
 * FILE, which was rotated before; or -errno: FILE is still there, and older ones may have
 * another number. */
int rotate_shift(const char *path);

/* Finds the old file with that inode, or the oldest one if ino is 0, among those without a
 * suffix. Sets *number to its N. Returns false if there is none. */
bool rotate_find_plain(const char *path, uint64_t ino, unsigned int *number);

/* Deletes the oldest files according to the limits; never FILE itself. Returns 0 or -errno. */
int rotate_prune(const char *path, const struct rotate_limits *l, time_t now);

#endif
