// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/resolve/sweep, what it says of each socket: alive, an orphan that no process
 * holds, or missing. /proc and the tracker are stubs. */
#include "plugin/resolve/sweep.h"

#include <netinet/in.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/log.h"
#include "plugin/resolve/deliver.h"
#include "table.h"

static struct {
	unsigned int at;	/* of the walk */
	bool cut, failed;	/* the walk is incomplete */
	bool starved;		/* the processor is given to others meanwhile */
	int64_t rest_ms;	/* until a socket that is missing brings another scan */
	unsigned int sweeps;
	enum diag_life life[5];
	bool holders;
} stub;

/* The descriptors of all processes: socket 1 has inode 10; inode 40 is in no dump. */
static const struct { int64_t pid; int fd; uint64_t ino; } descriptors[] = {
	{ 7, 3, 10 }, { 8, 4, 40 },
};

void procfs_walk_begin(struct procfs_walk *w)
{
	stub.at = 0;
	w->cut = stub.cut;
	w->failed = stub.failed;
}

void procfs_walk_end(struct procfs_walk *w)
{
	(void)w;
}

int procfs_next_socket(struct procfs_walk *w, int64_t *pid, int *fd, uint64_t *ino)
{
	(void)w;
	if (stub.at == sizeof(descriptors) / sizeof(*descriptors))
		return -1;
	if (stub.starved)
		usleep(50000);
	*pid = descriptors[stub.at].pid;
	*fd = descriptors[stub.at].fd;
	*ino = descriptors[stub.at++].ino;
	return 1;
}

void deliver(struct track *t, struct event *e)
{
	(void)t;
	assert_int_equal(e->kind, EVENT_DIAG);
	assert_int_equal(e->diag->op, DIAG_SWEEP);
	stub.sweeps++;
	stub.holders = e->diag->holders;
	for (unsigned int i = 1; i < 5; i++)
		stub.life[i] = e->diag->life(i, i * 10, e->diag->arg);
}

bool track_diag_follows(struct track *t, uint64_t cookie)
{
	(void)t;
	(void)cookie;
	return false;
}

bool track_diag_holds(struct track *t, uint64_t cookie, int64_t pid, int fd)
{
	(void)t;
	(void)cookie;
	(void)pid;
	(void)fd;
	return true;
}

bool track_diag_doubts(const struct track *t)
{
	(void)t;
	return false;
}

void track_diag_each(const struct track *t,
		     void (*fn)(const struct diag_known *k, const struct identity *opener,
				void *arg), void *arg)
{
	(void)t;
	(void)fn;
	(void)arg;
}

const struct task *procfs_recent_task(int64_t pid)
{
	(void)pid;
	return NULL;
}

bool procfs_cloexec(int64_t pid, int fd)
{
	(void)pid;
	(void)fd;
	return false;
}

int64_t procfs_parent(int64_t pid)
{
	(void)pid;
	return 1;
}

void snapshot_read_ports(struct snapshot_ports *ports)
{
	(void)ports;
}

bool snapshot_wants(const struct snapshot_ports *ports, const struct diag_sock *s)
{
	(void)ports;
	(void)s;
	return false;
}

void snapshot_report(struct track *t, const struct inventory *v, const struct diag_sock *sock)
{
	(void)t;
	(void)v;
	(void)sock;
}

bool netns_fresh(const struct netns_set *set)
{
	(void)set;
	return false;
}

void netns_snapshot_begin(struct netns_set *set)
{
	(void)set;
}

void netns_snapshot_end(struct netns_set *set)
{
	(void)set;
}

struct netns *netns_find(struct netns_set *set, int64_t ino)
{
	(void)set;
	(void)ino;
	return NULL;
}

void log_warnx(const char *format, ...)
{
	(void)format;
}

static void add(struct sweep *w, uint64_t cookie, uint64_t ino)
{
	const struct diag_sock s = { .cookie = cookie, .ino = ino, .netns = 1, .proto = IPPROTO_TCP,
				     .active = -1 };

	inventory_add(&w->inventory, &s);
}

/* One whole sweep: socket 1 is open, 2 is in the dump without an inode, 3 and 4 are in none,
 * and a process holds the inode of 4. */
static void sweep_once(bool sees_all)
{
	struct sweep w = { .interval_s = 30, .sees_all = sees_all };
	struct slice slice = slice_begin(10000);

	sweep_init(&w);
	sweep_begin(&w);
	add(&w, 1, 10);
	add(&w, 2, 0);
	sweep_dumped(&w, 1, true);
	for (int i = 0; i < 10 && sweep_works(&w); i++)
		sweep_continue(&w, &slice);
	assert_false(sweep_works(&w));
	assert_int_equal(stub.sweeps, 1);
	stub.rest_ms = w.next_doubt_ms - clock_now_ms();
	sweep_fini(&w);
}

static void check(enum diag_life of_2, enum diag_life of_3)
{
	assert_int_equal(stub.life[1], DIAG_ALIVE);
	assert_int_equal(stub.life[2], of_2);
	assert_int_equal(stub.life[3], of_3);
	assert_int_equal(stub.life[4], DIAG_ALIVE);
	assert_int_equal(stub.holders, of_2 != DIAG_ALIVE);
}

static void test_whole_scan(void **state)
{
	(void)state;
	memset(&stub, 0, sizeof(stub));
	sweep_once(true);
	check(DIAG_ORPHAN, DIAG_MISSING);
}

/* A process that was not scanned may hold any of them. */
static void test_part_of_a_scan(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		memset(&stub, 0, sizeof(stub));
		stub.cut = i == 0;
		stub.failed = i == 1;
		sweep_once(i < 2);
		check(DIAG_ALIVE, DIAG_ALIVE);
	}
}

/* The rest after a scan is measured by the processor time that it took: on a busy host the
 * plugin would rest for minutes otherwise. */
static void test_rest_of_a_starved_scan(void **state)
{
	(void)state;
	memset(&stub, 0, sizeof(stub));
	stub.starved = true;
	sweep_once(true);
	assert_in_range(stub.rest_ms + 1000, 0, 1500);	/* 20 times 100 ms is more */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_scan),
		cmocka_unit_test(test_part_of_a_scan),
		cmocka_unit_test(test_rest_of_a_starved_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
