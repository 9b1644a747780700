// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolver_sweep: all that is open, after a round that looked at everything: told
 * once (the snapshot), who holds what, and which ends nobody announced (the sweep). */
#include "plugin/resolve/internal.h"

#include "plugin/resolve/procfd.h"
#include "plugin/resolve/proctask.h"

#define AGAIN_MS 1000	/* when a snapshot could not be taken */
#define DOUBT_MS 2000	/* to a sweep for ends that are not announced */

int64_t resolver_sweep_due(const struct resolver *s)
{
	int64_t soon = s->last_sweep + DOUBT_MS;

	return track_diag_doubts(s->track) && soon < s->next_sweep ? soon : s->next_sweep;
}

bool resolver_sweep_wants_snapshot(const struct resolver *s)
{
	return s->options.snapshot || s->options.state;
}

static void on_open(enum diag_op op, const struct diag_sock *sock,
		    const struct task *task, int fd, bool cloexec, void *arg)
{
	struct diag d = { .op = op, .sock = *sock };
	struct event f = { .task = *task, .fd = fd, .cloexec = cloexec };
	struct resolver *s = arg;

	if (!s->options.snapshot)	/* what is known is held, nothing else is told */
		d.op = DIAG_HELD;
	resolver_tell_event(s, &f, &d);
}

static bool is_fresh(int64_t netns, void *arg)
{
	struct netns *n = netns_find(&((struct resolver *)arg)->spaces, netns);

	return n && n->fresh;
}

static bool is_followed(uint64_t cookie, void *arg)
{
	return track_diag_follows(((struct resolver *)arg)->track, cookie);
}

static void on_holder(const struct diag_sock *sock, int64_t pid, int fd, void *arg)
{
	static struct proctask p;
	struct diag d = { .op = DIAG_HELD, .sock = *sock };
	struct event f = { .task = { .pid = pid }, .fd = fd };
	struct resolver *s = arg;

	if (!track_diag_holds(s->track, sock->cookie, pid, fd)) {
		if (!proctask_read(&p, pid))
			return;
		f.task = p.task;
		f.cloexec = procfd_cloexec(pid, fd);
	}
	resolver_tell_event(s, &f, &d);
}

/* Who has what is followed. False: it is not known. */
static bool tell_holders(struct resolver *s)
{
	if (!inventory_scan(s->inventory))
		return false;
	inventory_holders(s->inventory, is_followed, on_holder, s);
	return true;
}

static void tell_snapshot(struct resolver *s)
{
	inventory_open(s->inventory, is_fresh, on_open, s);
	s->snapshot_due = false;
	netns_not_fresh(&s->spaces);
}

void resolver_sweep_end(struct resolver *s)
{
	struct diag sweep = {
		.op = DIAG_SWEEP, .life = inventory_life, .arg = s->inventory,
		.begun = s->begun * 1000000,
	};
	int64_t now = resolver_now_ms();

	s->full = false;
	s->last_sweep = now;
	s->next_sweep = s->options.sweep_s ? now + s->options.sweep_s * 1000LL : INT64_MAX;
	if (!inventory_sort(s->inventory) || s->incomplete) {
		if (s->snapshot_due)
			s->next_sweep = now + AGAIN_MS;
		return;
	}
	s->stats.sweeps++;
	if (s->snapshot_due)
		tell_snapshot(s);
	if (now >= s->next_holders) {
		sweep.holders = tell_holders(s);
		s->next_holders = resolver_now_ms() + 200 * (resolver_now_ms() - now);
	}
	resolver_tell(s, EVENT_DIAG, &sweep);
	inventory_clear(s->inventory);
}
