// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/keep: the state file is rewritten soon after a change, for the case that
 * this program is killed. */
#include "plugin/resolve/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/log.h"
#include "plugin/clock.h"
#include "plugin/resolve/deliver.h"

#define REST_MS 1000 /* between files, plus 50 times the duration of one */

static void on_known(const struct diag_known *known, const struct task *opener, void *arg)
{
	const struct keep *k = arg;
	struct diag_known copy = *known;
	struct diag d = { .op = DIAG_KNOWN, .known = &copy };
	struct event e = { .kind = k->exact ? EVENT_KEPT : EVENT_DIAG, .diag = &d,
			   .node = k->node, .task = *opener };

	if (k->own_numbers)
		copy.sock.cookie = 0;
	deliver(k->track, &e);
}

void keep_load(struct keep *k)
{
	int err = k->path ? statefile_load(k->path, on_known, k) : -ENOENT;

	if (err == -EINVAL)
		log_warnx("%s: damaged, of another version, or writable by others: not used, "
			  "open connections are logged again",
			  k->path);
	else if (err == -ESTALE)
		log_info("%s: from another boot, not used", k->path);
	else if (err && err != -ENOENT)
		log_warnx("%s: %s", k->path, strerror(-err));
}

static void rest(struct keep *k, int err)
{
	if (err && !k->failed)
		log_warnx("%s: %s", k->path, strerror(-err));
	k->failed = err;
	k->next_ms = clock_now_ms() + REST_MS + 50 * (k->cost_ns / 1000000);
	k->cost_ns = 0;
}

/* Returns 1 if there is more to write, else 0 or -errno. */
static int write_slice(struct keep *k, const struct slice *slice)
{
	int err = statefile_write(k->writer, slice);

	if (err == 1)
		return 1;
	k->writer = NULL;
	if (!err)
		k->saved_entries = k->writing_entries;
	return err;
}

/* Returns 1, or -errno. */
static int begin(struct keep *k)
{
	struct track_stats stats;

	track_stats(k->track, &stats);
	if (stats.records == k->saved_entries)
		return 1;
	k->writing_entries = stats.records;
	k->writer = statefile_begin(k->path, k->track);
	return k->writer ? 1 : -errno;
}

void keep_continue(struct keep *k, const struct slice *slice)
{
	struct slice own = slice_begin(0);
	int err;

	if (!k->path || (!k->writer && clock_now_ms() < k->next_ms))
		return;
	err = k->writer ? write_slice(k, slice) : begin(k);
	k->cost_ns += slice_used_ns(&own);
	if (err != 1)
		rest(k, err);
}

bool keep_writes(const struct keep *k)
{
	return k->writer;
}

bool keep_save(struct keep *k)
{
	int err;

	if (!k->path)
		return false;
	statefile_abandon(k->writer);
	k->writer = NULL;
	err = statefile_save(k->path, k->track);
	rest(k, err);
	return !err;
}

void keep_remove(struct keep *k)
{
	statefile_abandon(k->writer);
	k->writer = NULL;
	if (k->path)
		unlink(k->path);
}

void keep_fini(struct keep *k)
{
	statefile_abandon(k->writer);
	free(k->path);
}
