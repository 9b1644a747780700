// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf: the BPF source: its programs, their ring buffer and scans. */
#include "plugin/input/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/input/bpf_found.h"
#include "plugin/input/bpf_load.h"
#include "plugin/input/bpf_ring.h"
#include "plugin/input/bpf_scan.h"
#include "plugin/log.h"

#include "kpatch/bpf/mark.h"
#include "kpatch/bpf/netlog_bpf.h"
#include "netlog.skel.h"	/* made by make */

#define TESTS 10		/* before the programs count as stopped */
#define TEST_PAUSE_NS 5000000

struct loaded {
	int fd;
	bool twice;			/* has a second program, or is one */
};

struct bpf_input {
	struct netlog_bpf *bpf;
	struct bpf_events *events;
	struct bpf_found *found;
	struct bpf_ring *ring;
	struct bpf_scan *scan;
	struct loaded *program;
	unsigned int programs;
	int64_t skipped, once;		/* when all programs were attached */
	void (*on_scanned)(int64_t begun, void *arg);
	void *arg;
};

/* ---- the snapshot ---- */

static int link_fd(const struct bpf_link *l)
{
	return l ? bpf_link__fd(l) : -1;
}

static void on_found(const struct netlog_bpf_event *e, void *arg)
{
	bpf_events_record(arg, e, sizeof(*e));
}

static struct bpf_scan *new_scan(const struct bpf_input *input)
{
	const struct netlog_bpf *b = input->bpf;
	const int links[BPF_SCAN_PARTS] = {
		link_fd(b->links.on_file ? b->links.on_file : b->links.on_file_old),
		link_fd(b->links.on_tcp), link_fd(b->links.on_udp),
	};

	return bpf_scan_new(links, !b->rodata->has_loop, input->events, input->found);
}

bool bpf_input_scan(struct bpf_input *b, bool last_ones)
{
	return bpf_scan_begin(b->scan, last_ones);
}

bool bpf_input_scans(const struct bpf_input *b)
{
	return bpf_scan_runs(b->scan);
}

/* ---- reading ---- */

/* Reports the end of a scan when all that it found is reported, and all that ended since then. */
static void finish_scan(struct bpf_input *b)
{
	int64_t begun;

	if (!bpf_ring_is_current(b->ring) || !bpf_scan_is_complete(b->scan) ||
	    bpf_found_due(b->found) != INT64_MAX)
		return;
	begun = bpf_scan_take(b->scan);
	if (begun)
		b->on_scanned(begun, b->arg);
}

void bpf_input_read(struct bpf_input *b)
{
	bpf_ring_read_all(b->ring);
	finish_scan(b);
}

/* Returns when the ring must be read next, monotonic ms; INT64_MAX: when it has a record. Sockets
 * that a scan found wait for the records before them. */
static int64_t next_read(const struct bpf_input *b)
{
	int64_t found = bpf_found_due(b->found), due = bpf_ring_due(b->ring);

	if (due && !bpf_ring_is_current(b->ring))
		return due;
	if (found != INT64_MAX)
		found = found / 1000000 + 1;
	return due && due < found ? due : found;
}

int bpf_input_poll(const struct bpf_input *b, struct pollfd *fd)
{
	int64_t next = next_read(b), wait;

	fd->fd = bpf_ring_due(b->ring) ? -1 : bpf_ring_fd(b->ring);
	fd->events = POLLIN;
	fd->revents = 0;
	if (bpf_scan_runs(b->scan))
		return 0;
	if (next == INT64_MAX)
		return bpf_scan_is_complete(b->scan) ? 0 : -1;
	wait = next - clock_now_ms();
	return wait > 0 ? wait : 0;
}

void bpf_input_work(struct bpf_input *b, const struct pollfd *fd)
{
	if (bpf_scan_runs(b->scan))
		bpf_scan_read(b->scan);
	if (fd->fd >= 0 && fd->revents)
		bpf_ring_woken(b->ring);
	if (clock_now_ms() < next_read(b) &&
	    !(bpf_scan_is_complete(b->scan) && bpf_found_due(b->found) == INT64_MAX))
		return;
	bpf_ring_read_some(b->ring);
	finish_scan(b);
}

/* ---- the rest ---- */

/* Returns true if a release was seen. */
static bool test_once(struct bpf_input *b)
{
	struct netlog_bpf_shared *s = &b->bpf->bss->shared;
	int fd;

	__atomic_store_n(&s->fired, 0, __ATOMIC_SEQ_CST);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;	/* not this one's fault */
	close(fd);
	return __atomic_load_n(&s->fired, __ATOMIC_SEQ_CST);
}

/* A preemptible kernel skips a program in which another task was interrupted on this processor:
 * that task has to leave it first. */
bool bpf_input_test(struct bpf_input *b)
{
	static const struct timespec pause = { .tv_nsec = TEST_PAUSE_NS };

	for (int i = 0; i < TESTS; i++) {
		if (test_once(b))
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

bool bpf_input_has_paths(const struct bpf_input *b)
{
	return b->bpf->rodata->can_read;
}

bool bpf_input_has_cookies(const struct bpf_input *b)
{
	return b->bpf->rodata->has_cookie_set;
}

void bpf_input_silence(struct bpf_input *b, bool silent)
{
	__atomic_store_n(&b->bpf->bss->shared.silent, silent, __ATOMIC_SEQ_CST);
}

int64_t bpf_input_unseen(const struct bpf_input *b)
{
	const struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	return __atomic_load_n(&s->begun, __ATOMIC_SEQ_CST) -
	       __atomic_load_n(&s->seen, __ATOMIC_SEQ_CST);
}

unsigned int bpf_input_woken(const struct bpf_input *b)
{
	return __atomic_load_n(&b->bpf->bss->shared.woken, __ATOMIC_SEQ_CST);
}

void bpf_input_stamps(struct bpf_input *b, bool on)
{
	__atomic_store_n(&b->bpf->bss->shared.stamps, on, __ATOMIC_SEQ_CST);
}

/* While it is replaced nothing is ignored. */
bool bpf_input_ignore(struct bpf_input *b, const struct netlog_ignore *list, unsigned int count)
{
	struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	if (!b->bpf->rodata->has_list)
		return false;
	__atomic_store_n(&s->ignores, 0, __ATOMIC_SEQ_CST);
	if (!count)
		return true;
	memcpy(b->bpf->bss->ignores, list, count * sizeof(*list));
	__atomic_store_n(&s->ignoring, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&s->ignores, count, __ATOMIC_SEQ_CST);
	return true;
}

static bool is_twice(const struct netlog_bpf *b, const struct bpf_program *p)
{
	const struct bpf_program *second = bpf_load_again(b, p);

	return bpf_load_is_again(p) ||
	       (second && bpf_program__autoload(second));
}

/* Losses are counted often, and libbpf searches for a name from the beginning. */
static bool list_programs(struct bpf_input *b)
{
	struct bpf_program *p;
	unsigned int n = 0;

	bpf_object__for_each_program(p, b->bpf->obj)
		n += bpf_program__autoload(p);
	b->program = calloc(n + 1, sizeof(*b->program)); /* never 0 bytes */
	if (!b->program)
		return false;
	bpf_object__for_each_program(p, b->bpf->obj)
		if (bpf_program__autoload(p))
			b->program[b->programs++] = (struct loaded){ bpf_program__fd(p),
								     is_twice(b->bpf, p) };
	return true;
}

/* Runs that the kernel skipped: of programs that have a second one, and of these, if twice; of
 * the others, if not. -1: cannot be read. */
static int64_t skipped(const struct bpf_input *b, bool twice)
{
	int64_t sum = 0;

	for (unsigned int i = 0; i < b->programs; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (b->program[i].twice != twice)
			continue;
		/* len returns as the size that the kernel has */
		if (bpf_obj_get_info_by_fd(b->program[i].fd, &info, &len) ||
		    len < offsetof(struct bpf_prog_info, recursion_misses) +
			  sizeof(info.recursion_misses))
			return -1;
		sum += info.recursion_misses;
	}
	return sum;
}

static int64_t once(const struct bpf_input *b)
{
	return __atomic_load_n(&b->bpf->bss->shared.once, __ATOMIC_SEQ_CST);
}

static int64_t skipped_twice(const struct bpf_input *b)
{
	return skipped(b, true) + __atomic_load_n(&b->bpf->bss->shared.unmarked, __ATOMIC_SEQ_CST);
}

/* Until both of two programs are attached, one sees a call, and a skip is a loss. */
static void count_from_now(struct bpf_input *b)
{
	b->skipped = skipped_twice(b);
	b->once = once(b);
}

static int64_t missed(const struct bpf_input *b)
{
	int64_t single = skipped(b, false), skips = skipped_twice(b) - b->skipped;

	return single < 0 ? -1 : single + b->skipped + mark_missed(skips, once(b) - b->once);
}

void bpf_input_counts(const struct bpf_input *b, struct bpf_input_counts *c)
{
	const struct netlog_bpf_shared *s = &b->bpf->bss->shared;

	*c = (struct bpf_input_counts){
		.written = s->written, .lost = s->lost, .map_full = s->map_full,
		.exe_lost = s->exe_lost, .missed = missed(b), .ignored = s->ignored,
	};
}

void bpf_input_close(struct bpf_input *b)
{
	if (!b)
		return;
	bpf_ring_free(b->ring);
	bpf_scan_free(b->scan);
	bpf_found_free(b->found);
	bpf_events_free(b->events);
	if (b->bpf)
		netlog_bpf__destroy(b->bpf);
	free(b->program);
	free(b);
}

struct bpf_input *bpf_input_open(const struct bpf_input_options *o, char *error, size_t size)
{
	struct bpf_input *b = calloc(1, sizeof(*b));

	snprintf(error, size, "no memory");
	if (!b)
		return NULL;
	b->on_scanned = o->scanned;
	b->arg = o->to.arg;
	b->events = bpf_events_new(&o->to);
	b->found = b->events ? bpf_found_new(on_found, b->events) : NULL;
	if (!b->found)
		goto err;
	b->bpf = bpf_load(&o->wants, error, size);
	if (!b->bpf)
		goto err;
	if (!list_programs(b)) {
		snprintf(error, size, "no memory");
		goto err;
	}
	count_from_now(b);
	b->ring = bpf_ring_new(bpf_map__fd(b->bpf->maps.ring), b->events, b->found);
	if (!b->ring) {
		snprintf(error, size, "cannot map the ring buffer: %s", strerror(errno));
		goto err;
	}
	b->scan = new_scan(b);
	if (!b->scan) {
		snprintf(error, size, "no memory");
		goto err;
	}
	if (bpf_input_test(b))
		return b;
	snprintf(error, size, "the programs do not run: kernel.ftrace_enabled is 0");
err:
	bpf_input_close(b);
	return NULL;
}
