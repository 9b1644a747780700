// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: plugin/output, a day with a dead collector, in fake time: the waits of the
 * writing thread move the clock instead of taking their time. One line arrives each second;
 * memory stays within the queue, attempts stay rare, and each line arrives or is counted.
 */
#include "plugin/output/output.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

#define DAY 86400
#define QUEUE 65536

/* ---- the clock ---- */

static atomic_llong now_ns;	/* since the start */
static atomic_uint put;		/* lines; one a second */
static pthread_t feeder;
static pthread_mutex_t turn_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER; /* now_ns or put has changed */

int clock_gettime(clockid_t id, struct timespec *t)
{
	long long ns = atomic_load(&now_ns);

	(void)id;
	t->tv_sec = 1795240000 + ns / 1000000000;
	t->tv_nsec = ns % 1000000000;
	return 0;
}

/* The feeder has put a line for each second that has begun. */
static bool has_kept_up(void)
{
	return atomic_load(&put) > atomic_load(&now_ns) / 1000000000;
}

static bool is_over(void)
{
	return atomic_load(&now_ns) / 1000000000 >= DAY;
}

static void move_clock(long long ns)
{
	pthread_mutex_lock(&turn_lock);
	if (ns > atomic_load(&now_ns))
		atomic_store(&now_ns, ns);
	pthread_mutex_unlock(&turn_lock);
	pthread_cond_signal(&turn);
}

static void await_feeder(void)
{
	pthread_mutex_lock(&turn_lock);
	while (!is_over() && !has_kept_up())
		pthread_cond_wait(&turn, &turn_lock);
	pthread_mutex_unlock(&turn_lock);
}

static void await_next_second(void)
{
	pthread_mutex_lock(&turn_lock);
	while (has_kept_up())
		pthread_cond_wait(&turn, &turn_lock);
	pthread_mutex_unlock(&turn_lock);
}

/* A line was put. */
static void count_line(void)
{
	pthread_mutex_lock(&turn_lock);
	atomic_fetch_add(&put, 1);
	pthread_mutex_unlock(&turn_lock);
	if (has_kept_up())
		pthread_cond_signal(&turn);
}

static long long until_ns(const struct timespec *until)
{
	return (until->tv_sec - 1795240000) * 1000000000LL + until->tv_nsec;
}

/* The writing thread's waits are over at once, at a later hour, and so is the feeder's wait
 * for room. At the end it waits for that thread in real time. */
int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
	long long end = until_ns(until);

	(void)c;
	pthread_mutex_unlock(m);
	if (!pthread_equal(pthread_self(), feeder)) {
		await_feeder();
		move_clock(end);
	} else {
		usleep(100);
		if (atomic_load(&put) < DAY)
			move_clock(end);
	}
	pthread_mutex_lock(m);
	return atomic_load(&now_ns) >= end ? ETIMEDOUT : 0;
}

/* ---- a collector ---- */

static unsigned int attempts, arrived, reported, alone;

static int day_open(struct transport *t)
{
	(void)t;
	return -ECONNREFUSED;
}

static int day_write(struct transport *t, const struct message *m, unsigned int count,
		     unsigned int *done)
{
	(void)t;
	*done = 0;
	attempts++;
	if (atomic_load(&now_ns) / 1000000000 < DAY)
		return -ECONNREFUSED;
	for (; *done < count; (*done)++) {
		static unsigned int last;
		unsigned int number = 0;
		char text[64];

		snprintf(text, sizeof(text), "%.*s", (int)m[*done].len, m[*done].text);
		if (sscanf(text, "netlog lost plugin=%u", &number) == 1) {
			reported += number;
			continue;
		}
		assert_int_equal(sscanf(text, "line %u", &number), 1);
		alone += number <= last; /* twice, or out of order */
		last = number;
		arrived++;
	}
	return 0;
}

static void day_close(struct transport *t)
{
	(void)t;
}

static void test_day(void **state)
{
	static const struct transport_ops ops = {
		.name = "day", .keeps = true, .open = day_open, .write = day_write,
		.close = day_close,
	};
	struct transport t = { .ops = &ops, .target = "a collector that is away" };
	char error[64], text[64];
	struct format *f = format_open("netlog", NULL, error, sizeof(error));
	struct output_options o = { .name = "day", .queue_size = QUEUE, .format = f };
	struct output_counts c;
	struct output *s;
	unsigned int failed;

	(void)state;
	feeder = pthread_self();
	s = output_new(&t, &o);
	assert_non_null(s);
	while (atomic_load(&put) < DAY) {
		struct message m = { .text = text };

		await_next_second();
		m.len = snprintf(text, sizeof(text), "line %u", atomic_load(&put) + 1);
		output_put(s, &m);
		output_push(s);
		count_line();
	}
	output_counts(s, &c);
	assert_true(c.queue_peak <= QUEUE);
	assert_int_equal(c.failures, 1);
	failed = attempts;
	assert_int_equal(output_close(s, 60000), 0);
	format_close(f);
	/* 30 s apart, after the first few */
	assert_in_range(failed, DAY / 30 - 100, DAY / 30 + 60);
	assert_int_equal(alone, 0);
	assert_true(arrived > QUEUE / 64);
	assert_int_equal(arrived + reported, DAY);
	printf("%u lines arrived, %u counted as lost, %u attempts\n", arrived, reported, attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_day) };

	return cmocka_run_group_tests_name("output, a day", tests, NULL, NULL);
}
