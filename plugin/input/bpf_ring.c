// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/input/bpf_ring: reads the ring buffer of the BPF programs. */
#include "plugin/input/bpf_ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "plugin/clock.h"
#include "plugin/log.h"

#include "kpatch/bpf/netlog_bpf.h"

#define BATCH_MS 20	/* from the first record in the ring to reading it */
#define READ_NS 100000000	/* of reading, before the other inputs are read */
#define READ_STEP 64	/* records between two readings of the clock */
#define FOUND_AT_ONCE 1000	/* holders of sockets that a scan found */

struct bpf_ring {
	struct ring_buffer *buffer;
	struct bpf_events *events;
	struct bpf_found *found;
	int64_t due;		/* monotonic ms: the ring is to be read; 0: it is empty */
	/* of one reading, mono ns */
	int64_t begun;		/* it leaves records that are later */
	int64_t end;		/* it takes no longer than this */
	int64_t last;		/* of the last record */
	unsigned int records;
	enum { EMPTY, LATER, END } stopped;
	bool confused;		/* an invalid record was reported, once */
};

/*
 * Returns a negative number to stop ring_buffer__consume(), which otherwise reads until the ring is
 * empty: forever, if the system writes faster than this process reads.
 */
static int after_record(struct bpf_ring *r, const struct netlog_bpf_event *e)
{
	if (e->kind == NETLOG_BPF_EVENT)
		r->last = e->mono;
	if (r->last > r->begun)
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

/* Reads what was written before the call, for at most this many ns. Returns the time up to
 * which all was read. */
static int64_t read_records(struct bpf_ring *r, int64_t longest)
{
	r->begun = clock_now_ns();
	r->end = longest == INT64_MAX ? longest : r->begun + longest;
	r->last = r->records = 0;
	r->stopped = EMPTY;
	bpf_events_clock(r->events, clock_real_minus_mono());
	ring_buffer__consume(r->buffer);
	r->due = 0;
	if (r->stopped != EMPTY)	/* the kernel does not wake the reader while records are left */
		r->due = clock_now_ms() + (r->stopped == LATER ? BATCH_MS : 0);
	return r->stopped == END ? r->last : r->begun;
}

void bpf_ring_read_all(struct bpf_ring *r)
{
	read_records(r, INT64_MAX);
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

bool bpf_ring_is_current(const struct bpf_ring *r)
{
	return r->stopped != END;
}

void bpf_ring_free(struct bpf_ring *r)
{
	if (!r)
		return;
	ring_buffer__free(r->buffer);
	free(r);
}

struct bpf_ring *bpf_ring_new(int map, struct bpf_events *events, struct bpf_found *found)
{
	struct bpf_ring *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->events = events;
	r->found = found;
	r->buffer = ring_buffer__new(map, on_record, r, NULL);
	if (r->buffer)
		return r;
	free(r);
	return NULL;
}
