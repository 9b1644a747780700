// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/resolve/sweep: all sockets and all descriptors, for snapshot and sweep. */
#include "plugin/resolve/sweep.h"

#include <netinet/in.h>
#include <stdio.h>

#include "plugin/log.h"

#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"
#define AGAIN_MS 1000	/* after a snapshot that failed */
#define DOUBT_MS 2000	/* until a sweep for ends without notification */
#define LEAST_MS 500	/* between sweeps */

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
	int64_t at = w->last_ms + LEAST_MS;

	if (!w->last_ms)
		at = 0;
	if (at < w->next_ms)
		w->next_ms = at;
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
	/* A connection that was reset is in no dump, but a process may still have it; and
	 * a dump can miss one whose neighbours go meanwhile. */
	n = ino ? inventory_inode(&w->inventory, ino) : NULL;
	if (!w->scanned || (n && n->holders))
		return DIAG_ALIVE;
	return s ? DIAG_ORPHAN : DIAG_MISSING;
}

static void end(struct sweep *w)
{
	struct diag d = {
		.op = DIAG_SWEEP, .life = life, .arg = w, .holders = w->scanned,
		.begun = w->begun_ms * 1000000,
	};
	struct event e = { .kind = EVENT_DIAG, .diag = &d };

	clock_deliver(w->track, &e);
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
			  "late (logged once)", PROCFS_PROCESS_FDS_MAX,
			  PROCFS_WALK_FDS_MAX);
	w->cut_logged = true;
}

/* Returns the process as it was within the last 10 ms, or NULL if it has exited. */
static const struct task *read_task(int64_t pid)
{
	static struct procfs_task last;
	static int64_t until_ns;
	int64_t now = clock_mono_ns();

	if (last.task.pid == pid && now < until_ns)
		return &last.task;
	until_ns = now + 10000000;
	if (procfs_read_task(&last, pid))
		return &last.task;
	last.task.pid = 0;
	return NULL;
}

/* The followed sockets of the inode are held by that descriptor. */
static void deliver_held(struct sweep *w, const struct inventory_inode *n, int fd)
{
	const struct task *task;

	for (const struct inventory_sock *s = n->socks; s; s = s->next) {
		struct diag d = { .op = DIAG_HELD, .sock = s->sock };
		struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = fd,
				   .task = { .pid = n->last_pid } };

		if (s->destroyed || !track_diag_follows(w->track, s->sock.cookie))
			continue;
		if (!track_diag_holds(w->track, s->sock.cookie, n->last_pid, fd)) {
			task = read_task(n->last_pid);
			if (!task)
				return;
			e.task = *task;
			e.cloexec = procfs_cloexec(n->last_pid, fd);
		}
		clock_deliver(w->track, &e);
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
	w->scanned = w->sees_all && !w->walk.failed && !w->walk.cut &&
		     !w->inventory.holders_cut;
	if (w->walk.cut || w->inventory.holders_cut)
		log_cut(w);
	procfs_walk_end(&w->walk);
	w->next = w->inventory.socks;
	w->phase = SWEEP_SNAPSHOT;
}

/* ---- the snapshot ---- */

/* Connections and listeners; of unconnected datagram sockets those with a port that some
 * program chose: one that only sends has a port of the kernel's. */
static bool is_worth_reporting(const struct sweep *w, const struct diag_sock *s)
{
	if (s->other)
		return false;
	if (s->proto == IPPROTO_TCP)
		return s->state != STATE_SYN_SENT && s->state != STATE_SYN_RECV &&
		       s->state != STATE_CLOSE;
	return s->local.port && (s->remote.port || s->local.port < w->low ||
				 s->local.port > w->high);
}

/* Returns false if the process does not hold it any more. */
static bool deliver_open(struct sweep *w, enum diag_op op, const struct diag_sock *s,
			 const struct inventory_holder *h)
{
	const struct task *task = read_task(h->pid);
	struct diag d = { .op = op, .sock = *s };
	struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = h->fd };
	uint64_t ino;

	if (!task)
		return false;
	e.cloexec = procfs_cloexec(h->pid, h->fd);
	if (procfs_socket(h->pid, h->fd, &ino) != 1 || ino != s->ino)
		return false;
	e.task = *task;
	clock_deliver(w->track, &e);
	return true;
}

/* Nobody that can be seen holds it: protected even from us. */
static void deliver_unheld(struct sweep *w, const struct diag_sock *s)
{
	struct diag d = { .op = DIAG_OPEN, .sock = *s };
	struct event e = { .kind = EVENT_DIAG, .diag = &d, .fd = -1, .task = {
		ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN } };

	clock_deliver(w->track, &e);
}

/* The process to name is the one whose parent does not hold the socket. */
static const struct inventory_holder *main_holder(const struct inventory_inode *n)
{
	for (const struct inventory_holder *h = n->first; h; h = h->next) {
		const struct inventory_holder *parent = n->first;

		while (parent && parent->pid != h->ppid)
			parent = parent->next;
		if (!parent)
			return h;
	}
	return n->first;
}

static void report(struct sweep *w, const struct inventory_sock *from)
{
	const struct inventory_inode *n = inventory_inode(&w->inventory, from->sock.ino);
	const struct inventory_holder *owner;
	struct diag_sock s = from->sock;
	bool opened;

	if (s.proto == IPPROTO_UDP)
		s.active = 1;
	else if (s.active < 0 && inventory_has_listener(&w->inventory, &s))
		s.active = 0;
	if (!n || !n->first) {
		deliver_unheld(w, &s);
		return;
	}
	owner = main_holder(n);
	opened = deliver_open(w, DIAG_OPEN, &s, owner);
	for (const struct inventory_holder *h = n->first; h; h = h->next)
		if (h != owner)
			opened |= deliver_open(w, opened ? DIAG_HELD : DIAG_OPEN, &s, h);
}

static void read_ports(struct sweep *w)
{
	FILE *f = fopen(PORT_RANGE, "re");

	w->low = 32768;
	w->high = 60999;
	if (!f)
		return;
	if (fscanf(f, "%u %u", &w->low, &w->high) != 2)
		w->high = 65535;
	fclose(f);
}

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
		    is_worth_reporting(w, &s->sock))
			report(w, s);
		if (slice_over(slice))
			return;
	}
	if (w->snapshot_due) {
		netns_snapshot_end(w->spaces);
		w->snapshot_due = netns_fresh(w->spaces);
		if (w->snapshot_due)	/* a namespace that was found meanwhile */
			sweep_soon(w);
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

	if (!w->sees_all)
		return false;
	if (w->snapshot_due || now >= w->next_scan_ms)
		return true;
	if (now < w->next_doubt_ms)
		return false;
	track_diag_each(w->track, look_for_missing, &m);
	return m.any;
}

void sweep_dumped(struct sweep *w, int64_t begun_ms, bool complete)
{
	int64_t now = clock_mono_ms();

	w->begun_ms = begun_ms;
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
	if (!wants_scan(w, now)) {
		w->phase = SWEEP_SNAPSHOT;
		return;
	}
	read_ports(w);
	w->child = 0;
	procfs_walk_begin(&w->walk);
	w->phase = SWEEP_SCAN;
}

static void rest(struct sweep *w)
{
	int64_t now = clock_mono_ms();

	w->next_scan_ms = now + 200 * (w->cost_ns / 1000000);
	w->next_doubt_ms = now + 20 * (w->cost_ns / 1000000);
}

void sweep_go_on(struct sweep *w, const struct slice *slice)
{
	struct slice own = slice_begin(0);

	if (w->phase == SWEEP_SCAN) {
		scan(w, slice);
		w->cost_ns += slice_used_ns(&own);
		if (w->phase != SWEEP_SCAN)
			rest(w);
	} else if (w->phase == SWEEP_SNAPSHOT) {
		snapshot(w, slice);
	} else if (w->phase == SWEEP_END) {
		end(w);
	}
}
