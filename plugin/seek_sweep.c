// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/seek_sweep: all that is open, after a round that looked at everything: told
 * once (the snapshot), who holds what, and which ends nobody announced (the sweep). */
#include "seek_internal.h"

#include "procfd.h"
#include "proctask.h"

#define AGAIN_MS 1000	/* when a snapshot could not be taken */
#define DOUBT_MS 2000	/* to a sweep for ends that are not announced */

int64_t seek_sweep_due(const struct seek *s)
{
	int64_t soon = s->last_sweep + DOUBT_MS;

	return track_diag_doubts(s->track) && soon < s->next_sweep ? soon : s->next_sweep;
}

bool seek_sweep_wants_snapshot(const struct seek *s)
{
	return s->options.snapshot || s->options.state;
}

static void on_open(enum diag_op op, const struct diag_sock *sock,
		    const struct task *task, int fd, bool cloexec, void *arg)
{
	struct diag d = { .op = op, .sock = *sock };
	struct fact f = { .task = *task, .fd = fd, .cloexec = cloexec };
	struct seek *s = arg;

	if (!s->options.snapshot)	/* what is known is held, nothing else is told */
		d.op = DIAG_HELD;
	seek_tell_fact(s, &f, &d);
}

static bool is_fresh(int64_t netns, void *arg)
{
	struct netns *n = netns_find(&((struct seek *)arg)->spaces, netns);

	return n && n->fresh;
}

static bool is_followed(uint64_t cookie, void *arg)
{
	return track_diag_follows(((struct seek *)arg)->track, cookie);
}

static void on_holder(const struct diag_sock *sock, int64_t pid, int fd, void *arg)
{
	static struct proctask p;
	struct diag d = { .op = DIAG_HELD, .sock = *sock };
	struct fact f = { .task = { .pid = pid }, .fd = fd };
	struct seek *s = arg;

	if (!track_diag_holds(s->track, sock->cookie, pid, fd)) {
		if (!proctask_read(&p, pid))
			return;
		f.task = p.task;
		f.cloexec = procfd_cloexec(pid, fd);
	}
	seek_tell_fact(s, &f, &d);
}

/* Who has what is followed. False: it is not known. */
static bool tell_holders(struct seek *s)
{
	if (!survey_scan(s->survey))
		return false;
	survey_holders(s->survey, is_followed, on_holder, s);
	return true;
}

static void tell_snapshot(struct seek *s)
{
	survey_open(s->survey, is_fresh, on_open, s);
	s->snapshot_due = false;
	netns_not_fresh(&s->spaces);
}

void seek_sweep_end(struct seek *s)
{
	struct diag sweep = {
		.op = DIAG_SWEEP, .life = survey_life, .arg = s->survey,
		.begun = s->begun * 1000000,
	};
	int64_t now = seek_now_ms();

	s->full = false;
	s->last_sweep = now;
	s->next_sweep = s->options.sweep_s ? now + s->options.sweep_s * 1000LL : INT64_MAX;
	if (!survey_sort(s->survey) || s->incomplete) {
		if (s->snapshot_due)
			s->next_sweep = now + AGAIN_MS;
		return;
	}
	s->stats.sweeps++;
	if (s->snapshot_due)
		tell_snapshot(s);
	if (now >= s->next_holders) {
		sweep.holders = tell_holders(s);
		s->next_holders = seek_now_ms() + 200 * (seek_now_ms() - now);
	}
	seek_tell(s, FACT_DIAG, &sweep);
	survey_clear(s->survey);
}
