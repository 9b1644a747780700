// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: plugin/input/bpf_ring, with a ring of this program instead of the kernel's. A program
 * that was preempted while it wrote has a place in the ring, but no record yet.
 */
#include "plugin/input/bpf_ring.h"

#include <stdio.h>
#include <string.h>

#include "table.h"

#ifdef NO_LIBBPF
static void test_none(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_none) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kpatch/bpf/netlog_bpf.h"
#include "kpatch/netlog_record.h"
#include "parser/event.h"
#include "plugin/clock.h"

#define PLACE 256	/* bytes that a record takes in the ring */
#define MS 1000000LL

static struct ring_buffer {
	ring_buffer_sample_fn callback;
	void *arg;
	unsigned long *consumed, *produced;
	struct netlog_bpf_event record[16];
	bool busy[16];
	int consumes, ready_at;	/* no record is busy from this reading on */
	int adds;		/* records that are written while one is read */
} ring;

static int map = -1;
static char got[256];	/* ports of the records, and f with the inodes of found sockets */

/* ---- libbpf ---- */

struct ring_buffer *ring_buffer__new(int fd, ring_buffer_sample_fn fn, void *arg,
				     const struct ring_buffer_opts *opts)
{
	(void)opts;
	assert_int_equal(fd, map);
	ring.callback = fn;
	ring.arg = arg;
	return &ring;
}

void ring_buffer__free(struct ring_buffer *rb)
{
	(void)rb;
}

int ring_buffer__epoll_fd(const struct ring_buffer *rb)
{
	(void)rb;
	return -1;
}

int ring_buffer__consume(struct ring_buffer *rb)
{
	int error = 0, i;

	if (++rb->consumes == rb->ready_at)
		memset(rb->busy, 0, sizeof(rb->busy));
	while (!error && *rb->consumed < *rb->produced) {
		i = *rb->consumed / PLACE;
		if (rb->busy[i])
			break;
		error = rb->callback(rb->arg, &rb->record[i], sizeof(rb->record[i]));
		*rb->consumed += PLACE;
	}
	return error;
}

/* ---- the tests ---- */

static void add(int64_t mono, int port, bool busy)
{
	int i = *ring.produced / PLACE;

	assert_true(i < 16);
	ring.record[i] = (struct netlog_bpf_event){
		.kind = NETLOG_BPF_EVENT, .op = NETLOG_OP_ESTABLISHED, .mono = mono,
		.sock = { .ino = 7, .lport = port },
	};
	ring.busy[i] = busy;
	*ring.produced += PLACE;
}

static void on_event(const struct event *f, void *arg)
{
	size_t len = strlen(got);

	(void)arg;
	snprintf(got + len, sizeof(got) - len, "%d ", f->local.port);
	if (ring.adds-- > 0)
		add(clock_now_ns(), 99, false);
}

static void on_found(const struct netlog_bpf_event *e, void *arg)
{
	size_t len = strlen(got);

	(void)arg;
	snprintf(got + len, sizeof(got) - len, "f%llu ", (unsigned long long)e->sock.ino);
}

struct fixture {
	struct bpf_events *events;
	struct bpf_found *found;
	struct bpf_ring *ring;
};

static struct fixture begin(void)
{
	static const struct bpf_callbacks to = { .event = on_event };
	long page = sysconf(_SC_PAGESIZE);
	struct fixture t;

	*got = 0;
	memset(&ring, 0, sizeof(ring));
	map = memfd_create("ring", MFD_CLOEXEC);
	assert_true(map >= 0 && !ftruncate(map, 2 * page));
	ring.consumed = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	assert_true(ring.consumed != MAP_FAILED);
	ring.produced = (unsigned long *)((char *)ring.consumed + page);
	t.events = bpf_events_new(&to);
	t.found = bpf_found_new(on_found, NULL);
	t.ring = bpf_ring_new(map, t.events, t.found);
	assert_non_null(t.ring);
	return t;
}

static void end(struct fixture *t)
{
	bpf_ring_free(t->ring);
	bpf_found_free(t->found);
	bpf_events_free(t->events);
	munmap(ring.consumed, 2 * sysconf(_SC_PAGESIZE));
	close(map);
}

static void find(struct fixture *t, int64_t mono, int ino)
{
	struct netlog_bpf_event e = {
		.kind = NETLOG_BPF_EVENT, .op = NETLOG_OP_FOUND, .mono = mono,
		.sock = { .ino = ino, .state = 1 },
	};

	assert_true(bpf_found_add(t->found, &e));
}

/* Socket 8 was found, and there are records 1, which may be unfinished, and 2; times in ms from now. */
static struct fixture begin_with(int found, int first, bool busy, int second)
{
	struct fixture t = begin();
	int64_t now = clock_now_ns();

	find(&t, now + found * MS, 8);
	add(now + first * MS, 1, busy);
	add(now + second * MS, 2, false);
	return t;
}

/* A found socket waits for the records before it while they cannot be read. */
static void test_busy(void **state)
{
	struct fixture t = begin_with(-300, -500, true, -400);

	(void)state;
	bpf_ring_read_some(t.ring);
	assert_string_equal(got, "");
	assert_false(bpf_ring_is_current(t.ring));
	/* not at once: the other program has to run */
	assert_true(bpf_ring_due(t.ring) > clock_now_ms());
	ring.busy[0] = false;
	bpf_ring_read_some(t.ring);
	assert_string_equal(got, "1 2 f8 ");
	assert_true(bpf_ring_is_current(t.ring));
	assert_true(bpf_ring_due(t.ring) == 0);
	end(&t);
}

/* The reading reports sockets that were found long before the last record that it could read. */
static void test_busy_behind(void **state)
{
	struct fixture t = begin_with(-900, -600, false, -600);

	(void)state;
	find(&t, clock_now_ns() - 500 * MS, 9);
	ring.busy[1] = true;
	bpf_ring_read_some(t.ring);
	assert_string_equal(got, "1 f8 ");
	assert_false(bpf_ring_is_current(t.ring));
	end(&t);
}

/* Programs reserve their places in another order than they read the clock. */
static void test_order(void **state)
{
	struct fixture t = begin_with(-300, 1000, false, -400);

	(void)state;
	bpf_ring_read_some(t.ring);
	assert_string_equal(got, "1 2 f8 ");
	end(&t);
}

/* A reading ends although records are written while it reads. */
static void test_later(void **state)
{
	struct fixture t = begin();

	(void)state;
	ring.adds = 8;
	add(clock_now_ns(), 1, false);
	bpf_ring_read_some(t.ring);
	assert_string_equal(got, "1 99 ");
	assert_true(bpf_ring_is_current(t.ring));
	assert_true(bpf_ring_due(t.ring) > 0);
	end(&t);
}

static void test_all(void **state)
{
	struct fixture t = begin_with(0, 0, true, 0);

	(void)state;
	ring.ready_at = 3;
	bpf_ring_read_all(t.ring);
	assert_string_equal(got, "1 2 f8 ");
	assert_int_equal(ring.consumes, 3);
	end(&t);
}

/* The wait for an unfinished record is bounded. */
static void test_all_bounded(void **state)
{
	struct fixture t = begin_with(0, 0, true, 0);

	(void)state;
	bpf_ring_read_all(t.ring);
	assert_string_equal(got, "f8 ");
	assert_true(ring.consumes > 10 && ring.consumes < 1000);
	end(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_busy), cmocka_unit_test(test_busy_behind),
		cmocka_unit_test(test_order), cmocka_unit_test(test_later),
		cmocka_unit_test(test_all), cmocka_unit_test(test_all_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
