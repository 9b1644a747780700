// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/sweep: all sockets and all descriptors, for snapshot and sweep. */
#include "plugin/resolve/sweep.h"

#include "plugin/log.h"
#include "plugin/clock.h"
#include "plugin/resolve/deliver.h"
#include "plugin/resolve/snapshot.h"

#define AGAIN_MS 1000 /* after a snapshot that failed */
#define DOUBT_MS 2000 /* until a sweep for ends without notification */
#define LEAST_MS 500  /* between sweeps */

void sweep_init(struct sweep *w)
{
	w->snapshot_due = w->first;
}

void sweep_fini(struct sweep *w)
{
	procfs_walk_end(&w->walk);
	inventory_clear(&w->inventory);
}

/* ---- when ---- */

int64_t sweep_due_ms(const struct sweep *w)
{
	int64_t soon = w->last_ms + DOUBT_MS;

	if (w->phase != SWEEP_IDLE)
		return INT64_MAX;
	return track_diag_doubts(w->track) && soon < w->next_ms ? soon : w->next_ms;
}

void sweep_soon(struct sweep *w)
{
	int64_t rest = 20 * w->took_ms > LEAST_MS ? 20 * w->took_ms : LEAST_MS;

	if (w->last_ms + rest < w->next_ms)
		w->next_ms = w->last_ms ? w->last_ms + rest : 0;
}

void sweep_new_namespace(struct sweep *w)
{
	w->snapshot_due = w->first;
	if (w->first && w->next_scan_ms < w->next_ms)
		w->next_ms = w->next_scan_ms;
}

bool sweep_works(const struct sweep *w)
{
	return w->phase > SWEEP_DUMPS;
}

/* ---- the sweep itself ---- */

static enum diag_life life(uint64_t cookie, uint64_t ino, void *arg)
{
	const struct sweep *w = arg;
	const struct inventory_sock *s = inventory_find(&w->inventory, cookie);
	const struct inventory_inode *n;

	if (s && s->sock.ino)
		return DIAG_ALIVE;
	/* A connection that was reset is in no dump, but a process may still have it; and a
	 * dump can miss one whose neighbours are destroyed meanwhile. */
	n = ino ? inventory_inode(&w->inventory, ino) : NULL;
	if (!w->scanned || (n && n->holders))
		return DIAG_ALIVE;
	return s ? DIAG_ORPHAN : DIAG_MISSING;
}

static void end(struct sweep *w)
{
	struct diag d = {
		.op = DIAG_SWEEP,
		.life = life,
		.arg = w,
		.holders = w->scanned,
		.begun = w->begun_ms * 1000000,
	};
	struct event e = { .kind = EVENT_DIAG, .diag = &d };

	deliver(w->track, &e);
	w->count++;
	inventory_clear(&w->inventory);
	w->phase = SWEEP_IDLE;
}

/* ---- the scan of descriptors ---- */

static void log_cut(struct sweep *w)
{
	w->cut++;
	if (!w->cut_logged)
		log_warnx("/proc: more than %d descriptors of one process, or %d in all: "
			  "the rest is not scanned, ends without notification are logged "
			  "late (logged once)",
			  PROCFS_PROCESS_FDS_MAX,
			  PROCFS_WALK_FDS_MAX);
	w->cut_logged = true;
}

/* The followed sockets of the inode are held by that descriptor. */
static void deliver_held(struct sweep *w, const struct inventory_inode *n, int fd)
{
	const struct task *task;

	for (const struct inventory_sock *s = n->socks; s; s = s->next) {
		struct diag d = { .op = DIAG_HELD, .sock = s->sock };
		struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = fd, .task = { .pid = n->last_pid } };

		if (s->destroyed || !track_diag_follows(w->track, s->sock.cookie))
			continue;
		if (!track_diag_holds(w->track, s->sock.cookie, n->last_pid, fd)) {
			task = procfs_recent_task(n->last_pid);
			if (!task)
				return;
			e.task = *task;
			e.cloexec = procfs_cloexec(n->last_pid, fd);
		}
		deliver(w->track, &e);
	}
}

static void on_descriptor(struct sweep *w, int64_t pid, int fd, uint64_t ino)
{
	struct inventory_inode *n = inventory_hold(&w->inventory, ino, pid);

	if (!n || !n->socks)
		return;
	if (w->snapshot_due && w->snapshot) {
		if (w->child != pid)
			w->parent = procfs_parent(pid);
		w->child = pid;
		inventory_keep_holder(&w->inventory, n, w->parent, fd);
	}
	deliver_held(w, n, fd);
}

static void scan(struct sweep *w, const struct slice *slice)
{
	int64_t pid;
	int fd, got;
	uint64_t ino;

	while ((got = procfs_next_socket(&w->walk, &pid, &fd, &ino)) >= 0) {
		if (got)
			on_descriptor(w, pid, fd, ino);
		if (slice_over(slice))
			return;
	}
	w->scanned = !w->walk.failed && !w->walk.cut && !w->inventory.holders_cut;
	if (w->walk.cut || w->inventory.holders_cut)
		log_cut(w);
	procfs_walk_end(&w->walk);
	w->next = w->inventory.socks;
	w->phase = SWEEP_SNAPSHOT;
}

/* ---- the snapshot ---- */

static bool is_fresh(struct sweep *w, int64_t netns)
{
	const struct netns *n = netns_find(w->spaces, netns);

	return n && n->snapshot;
}

static void snapshot(struct sweep *w, const struct slice *slice)
{
	while (w->snapshot_due && w->snapshot && w->sees_all && w->next) {
		struct inventory_sock *s = w->next;

		w->next = s->hh.next;
		if (s->sock.ino && !s->destroyed && is_fresh(w, s->sock.netns) &&
		    snapshot_wants(&w->ports, &s->sock))
			snapshot_report(w->track, &w->inventory, &s->sock);
		if (slice_over(slice))
			return;
	}
	if (w->snapshot_due) {
		netns_snapshot_end(w->spaces);
		w->snapshot_due = false;
		if (netns_fresh(w->spaces)) /* found meanwhile */
			sweep_new_namespace(w);
	}
	w->phase = SWEEP_END;
}

/* ---- from phase to phase ---- */

void sweep_begin(struct sweep *w)
{
	w->phase = SWEEP_DUMPS;
	w->scanned = false;
	w->cost_ns = 0;
	inventory_clear(&w->inventory);
	netns_snapshot_begin(w->spaces);
}

void sweep_destroyed(struct sweep *w, uint64_t cookie)
{
	if (w->phase != SWEEP_IDLE)
		inventory_destroyed(&w->inventory, cookie, w->phase == SWEEP_DUMPS);
}

struct missing {
	const struct inventory *inventory;
	bool any;
};

static void look_for_missing(const struct diag_known *k, const struct identity *opener,
			     void *arg)
{
	struct missing *m = arg;
	const struct inventory_sock *s;

	(void)opener;
	if (m->any)
		return;
	s = inventory_find(m->inventory, k->sock.cookie);
	m->any = !s || !s->sock.ino;
}

/* Returns true if the descriptors of all processes are to be scanned this time. */
static bool wants_scan(const struct sweep *w, int64_t now)
{
	struct missing m = { .inventory = &w->inventory };

	if (now >= w->next_scan_ms)
		return true;
	if (now < w->next_doubt_ms)
		return false;
	track_diag_each(w->track, look_for_missing, &m);
	return m.any;
}

void sweep_dumped(struct sweep *w, int64_t begun_ms, bool complete)
{
	int64_t now = clock_now_ms();

	w->begun_ms = begun_ms;
	w->took_ms = now - begun_ms;
	w->last_ms = now;
	w->next_ms = w->interval_s ? now + w->interval_s * 1000LL : INT64_MAX;
	if (w->inventory.cut)
		log_cut(w);
	if (!complete || w->inventory.cut) {
		if (w->snapshot_due)
			w->next_ms = now + AGAIN_MS;
		inventory_clear(&w->inventory);
		w->phase = SWEEP_IDLE;
		return;
	}
	if (!w->sees_all) {
		w->phase = SWEEP_SNAPSHOT;
		return;
	}
	if (!wants_scan(w, now)) {
		if (w->snapshot_due)
			sweep_new_namespace(w);
		w->phase = SWEEP_END;
		return;
	}
	snapshot_read_ports(&w->ports);
	w->child = 0;
	procfs_walk_begin(&w->walk);
	w->phase = SWEEP_SCAN;
}

static void rest(struct sweep *w)
{
	int64_t now = clock_now_ms();

	w->next_scan_ms = now + 200 * (w->cost_ns / 1000000);
	w->next_doubt_ms = now + 20 * (w->cost_ns / 1000000);
}

void sweep_continue(struct sweep *w, const struct slice *slice)
{
	int64_t begun = clock_cpu_ns();

	if (w->phase == SWEEP_SCAN) {
		scan(w, slice);
		w->cost_ns += clock_cpu_ns() - begun;
		if (w->phase != SWEEP_SCAN)
			rest(w);
	} else if (w->phase == SWEEP_SNAPSHOT) {
		snapshot(w, slice);
	} else if (w->phase == SWEEP_END) {
		end(w);
	}
}
