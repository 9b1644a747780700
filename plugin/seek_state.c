// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/seek_state: what is open and was told, kept in a file from one run to the next. */
#include "seek_internal.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "state.h"

#define SAVE_MS 1000	/* between savings; and 50 times what one took */

static void on_known(const struct diag_known *k, const struct task *opener, void *arg)
{
	struct diag d = { .op = DIAG_KNOWN, .known = k };
	struct fact f = { .task = *opener };

	seek_tell_fact(arg, &f, &d);
}

void seek_state_load(struct seek *s)
{
	int err = state_load(s->options.state, on_known, s);

	if (err == -EINVAL)
		log_warnx("%s: damaged, of another version, or not ours alone: what is "
			  "open is told anew", s->options.state);
	else if (err == -ESTALE)
		log_info("%s: of another boot, not used", s->options.state);
	else if (err && err != -ENOENT)
		log_warnx("%s: %s", s->options.state, strerror(-err));
}

bool seek_state_save(struct seek *s)
{
	int64_t begun = seek_now_ms();
	int err = s->options.state ? state_save(s->options.state, s->track) : -ENOENT;

	if (err && s->options.state && !s->save_failed)
		log_warnx("%s: %s", s->options.state, strerror(-err));
	s->save_failed = err;
	s->next_save = seek_now_ms() + SAVE_MS + 50 * (seek_now_ms() - begun);
	return !err;
}

void seek_state_keep(struct seek *s)
{
	struct track_stats stats;

	if (!s->options.state || seek_now_ms() < s->next_save)
		return;
	track_stats(s->track, &stats);
	if (stats.records != s->saved_records)
		seek_state_save(s);
	s->saved_records = stats.records;
}
