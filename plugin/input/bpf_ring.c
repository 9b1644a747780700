// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_ring: reads the ring buffer of the BPF programs. */
#include "plugin/input/bpf_ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "plugin/clock.h"
#include "plugin/log.h"

#include "kpatch/bpf/netlog_bpf.h"

#define BATCH_MS 20	/* from the first record in the ring to reading it */
#define READ_NS 100000000	/* of reading, before the other inputs are read */
#define READ_STEP 64	/* records between two readings of the clock */
#define FOUND_AT_ONCE 1000	/* holders of sockets that a scan found */
#define PAUSES 100		/* for a program that the kernel interrupted while it wrote, */
#define PAUSE_NS 2000000	/* each of this length */

struct bpf_ring {
	struct ring_buffer *buffer;
	struct bpf_events *events;
	struct bpf_found *found;
	int64_t due;		/* monotonic ms: the ring is to be read; 0: it is empty */
	/* the kernel's positions, in bytes that never decrease */
	const unsigned long *consumed, *produced;
	/* of one reading, mono ns */
	int64_t begun;
	unsigned long until;	/* position: it leaves records written after begun */
	int64_t end;		/* it takes no longer than this */
	int64_t last;		/* of the last record */
	unsigned int records;
	enum { EMPTY, LATER, END } stopped;
	bool confused;		/* an invalid record was reported, once */
};

static unsigned long position(const unsigned long *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

/*
 * Returns a negative number to stop ring_buffer__consume(), which otherwise reads until the ring is
 * empty: forever, if the system writes faster than this process reads.
 */
static int after_record(struct bpf_ring *r, const struct netlog_bpf_event *e)
{
	if (e->kind == NETLOG_BPF_EVENT)
		r->last = e->mono;
	if (position(r->consumed) >= r->until)	/* where this record begins */
		r->stopped = LATER;
	else if (++r->records % READ_STEP == 0 && clock_now_ns() >= r->end)
		r->stopped = END;
	return r->stopped == EMPTY ? 0 : -ECANCELED;
}

static int on_record(void *arg, void *data, size_t size)
{
	struct bpf_ring *r = arg;
	const struct netlog_bpf_event *e = data;

	if (e->kind == NETLOG_BPF_EVENT && size >= sizeof(*e))
		bpf_found_record(r->found, e);
	if (bpf_events_record(r->events, data, size) == -EINVAL && !r->confused) {
		log_warnx("BPF: unexpected record of %zu bytes", size);
		r->confused = true;
	}
	return after_record(r, e);
}

/*
 * Returns false also while a program that the kernel preempted between reserving and writing its
 * record blocks the records after it.
 */
bool bpf_ring_is_current(const struct bpf_ring *r)
{
	return position(r->consumed) >= r->until;
}

/* Reads the records written before the call, for at most this many ns. Returns the time up to
 * which all were read. */
static int64_t read_records(struct bpf_ring *r, int64_t longest)
{
	r->begun = clock_now_ns();
	r->until = position(r->produced);
	r->end = longest == INT64_MAX ? longest : r->begun + longest;
	r->last = r->records = 0;
	r->stopped = EMPTY;
	bpf_events_clock(r->events, clock_real_minus_mono());
	ring_buffer__consume(r->buffer);
	r->due = 0;
	if (r->stopped != EMPTY || !bpf_ring_is_current(r))	/* no wake-up while records are left */
		r->due = clock_now_ms() + (r->stopped == END ? 0 : BATCH_MS);
	return bpf_ring_is_current(r) ? r->begun : r->last;
}

void bpf_ring_read_all(struct bpf_ring *r)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_NS };

	read_records(r, INT64_MAX);
	for (int i = 0; i < PAUSES && !bpf_ring_is_current(r); i++) {
		nanosleep(&pause, NULL);
		read_records(r, INT64_MAX);
	}
	bpf_found_release(r->found, INT64_MAX, UINT_MAX);
}

void bpf_ring_read_some(struct bpf_ring *r)
{
	bpf_found_release(r->found, read_records(r, READ_NS), FOUND_AT_ONCE);
}

int bpf_ring_fd(const struct bpf_ring *r)
{
	return ring_buffer__epoll_fd(r->buffer);
}

void bpf_ring_woken(struct bpf_ring *r)
{
	if (!r->due)
		r->due = clock_now_ms() + BATCH_MS;
}

int64_t bpf_ring_due(const struct bpf_ring *r)
{
	return r->due;
}

static void unmap(const unsigned long *page)
{
	if (page)
		munmap((void *)page, sysconf(_SC_PAGESIZE));
}

void bpf_ring_free(struct bpf_ring *r)
{
	if (!r)
		return;
	ring_buffer__free(r->buffer);
	unmap(r->consumed);
	unmap(r->produced);
	free(r);
}

/* The first pages of the map have the positions: 0 the reader's, 1 the kernel's. */
static const unsigned long *map_position(int map, int page)
{
	long size = sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, map, page * size);

	return p == MAP_FAILED ? NULL : p;
}

struct bpf_ring *bpf_ring_new(int map, struct bpf_events *events, struct bpf_found *found)
{
	struct bpf_ring *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->events = events;
	r->found = found;
	r->consumed = map_position(map, 0);
	r->produced = r->consumed ? map_position(map, 1) : NULL;
	r->buffer = r->produced ? ring_buffer__new(map, on_record, r, NULL) : NULL;
	if (r->buffer)
		return r;
	bpf_ring_free(r);
	return NULL;
}
