/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin/resolve/statefile: what was open and told of when the program ended, in a file, so that the
 * next run does not tell it again. Cookies are good until the next boot, and so is the
 * file.
 */
#ifndef NETLOG_STATE_H
#define NETLOG_STATE_H

#include "parser/track/track.h"

/* Writes a new file in place of the old one. Returns 0 or -errno. */
int statefile_save(const char *path, const struct track *track);

typedef void (*statefile_fn)(const struct diag_known *k, const struct task *opener,
			 void *arg);

/*
 * Hands out what the file has. Returns 0; -ENOENT without a file; -ESTALE when it is of
 * another boot; -EINVAL when it is damaged or of another version, or somebody else could
 * have written it; -errno. Then fn was not called.
 */
int statefile_load(const char *path, statefile_fn fn, void *arg);

#endif
