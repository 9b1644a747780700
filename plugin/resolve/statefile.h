/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/statefile: open connections, saved in a file so that the next run does not
 * report them again. Cookies are valid until the next boot, and so is the file.
 */
#ifndef NETLOG_STATEFILE_H
#define NETLOG_STATEFILE_H

#include "parser/track/track.h"
#include "plugin/resolve/slice.h"

#define STATEFILE_MAGIC "audisp-netlog-state 4"

/* Reads the id of this boot. Returns 0 or -EIO. */
int statefile_boot(char boot[40]);

struct statefile_writer;

/*
 * Copies the tracker's open connections, and opens a new file next to path (mode 0600). The new
 * file replaces the old one when everything is written: if the program is killed meanwhile, the
 * old one is unchanged. Returns NULL with errno set.
 */
struct statefile_writer *statefile_begin(const char *path, const struct track *track);
/* Writes for one slice (NULL: to the end). Returns 1 if there is more to write; 0 when the
 * new file is in place, or -errno; the writer is freed then. */
int statefile_write(struct statefile_writer *w, const struct slice *slice);
/* Aborts; the old file stays. w may be NULL. */
void statefile_abandon(struct statefile_writer *w);

/* Writes all at once. Returns 0 or -errno. */
int statefile_save(const char *path, const struct track *track);

typedef void (*statefile_fn)(const struct diag_known *k, const struct task *opener,
			     void *arg);

/*
 * Calls fn for each connection of the file. Returns 0; -ENOENT without a file; -ESTALE if
 * it is of another boot; -EINVAL if it is damaged, of another version, or writable by
 * others; -errno. On error fn was not called.
 */
int statefile_load(const char *path, statefile_fn fn, void *arg);

#endif
