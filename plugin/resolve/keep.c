// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolver_state: what is open and was told, kept in a file from one run to the next. */
#include "plugin/resolve/internal.h"

#include <errno.h>
#include <string.h>

#include "plugin/log.h"
#include "plugin/resolve/statefile.h"

#define SAVE_MS 1000	/* between savings; and 50 times what one took */

static void on_known(const struct diag_known *k, const struct task *opener, void *arg)
{
	struct diag d = { .op = DIAG_KNOWN, .known = k };
	struct event f = { .task = *opener };

	resolver_tell_event(arg, &f, &d);
}

void resolver_keep_load(struct resolver *s)
{
	int err = statefile_load(s->options.state, on_known, s);

	if (err == -EINVAL)
		log_warnx("%s: damaged, of another version, or not ours alone: what is "
			  "open is told anew", s->options.state);
	else if (err == -ESTALE)
		log_info("%s: of another boot, not used", s->options.state);
	else if (err && err != -ENOENT)
		log_warnx("%s: %s", s->options.state, strerror(-err));
}

bool resolver_keep_save(struct resolver *s)
{
	int64_t begun = resolver_now_ms();
	int err = s->options.state ? statefile_save(s->options.state, s->track) : -ENOENT;

	if (err && s->options.state && !s->save_failed)
		log_warnx("%s: %s", s->options.state, strerror(-err));
	s->save_failed = err;
	s->next_save = resolver_now_ms() + SAVE_MS + 50 * (resolver_now_ms() - begun);
	return !err;
}

void resolver_keep_keep(struct resolver *s)
{
	struct track_stats stats;

	if (!s->options.state || resolver_now_ms() < s->next_save)
		return;
	track_stats(s->track, &stats);
	if (stats.records != s->saved_records)
		resolver_keep_save(s);
	s->saved_records = stats.records;
}
