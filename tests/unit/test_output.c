// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/output: the queue alone, and outputs whose transport stalls, fails
 * and returns. */
#include "plugin/output/output.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "plugin/output/queue.h"
#include "plugin/output/rfc5424.h"
#include "table.h"

#define SMALL 65536

/* In place of libc's: the time of day is set while the program runs. */
static _Atomic int64_t day_offset; /* seconds */

int clock_gettime(clockid_t clock, struct timespec *t)
{
	if (syscall(SYS_clock_gettime, clock, t))
		return -1;
	if (clock == CLOCK_REALTIME)
		t->tv_sec += day_offset;
	return 0;
}

/* Replaces libc's function: waiting takes a fraction 1/speed of the requested time. */
#define FAST 20
static _Atomic int speed = 1;

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *until)
{
	struct timespec t;
	int64_t left;

	clock_gettime(CLOCK_MONOTONIC, &t);
	left = (until->tv_sec - t.tv_sec) * 1000000000 + until->tv_nsec - t.tv_nsec;
	left = t.tv_nsec + (left > 0 ? left / speed : 0);
	t.tv_sec += left / 1000000000;
	t.tv_nsec = left % 1000000000;
	return pthread_cond_clockwait(cond, lock, CLOCK_MONOTONIC, &t);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- the queue ---- */

static size_t frame(char *buf, unsigned int number, size_t len)
{
	char text[MESSAGE_MAX];
	struct message m = {
		.time = { .sec = 1000 + number, .milli = number % 1000 },
		.severity = number % 8,
		.text = text,
		.len = len,
	};

	memset(text, 'a' + number % 26, len);
	return frame_put(buf, &m);
}

static void assert_frame(const struct message *m, unsigned int number, size_t len)
{
	assert_int_equal(m->len, len);
	assert_int_equal(m->time.sec, 1000 + number);
	assert_int_equal(m->time.milli, number % 1000);
	assert_int_equal(m->severity, number % 8);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(m->text[i], 'a' + number % 26);
}

static size_t some_len(unsigned int number)
{
	return number * 7919u % 3 ? number * 31 % 400 : number * 104729u % 9000;
}

/* Whatever the sizes and wherever the ring wraps: in order, whole, at most its size. */
static void test_queue(void **state)
{
	static char buf[FRAME_MAX * 2];
	struct queue q;
	unsigned int in = 0, out = 0;

	(void)state;
	assert_int_equal(queue_init(&q, SMALL), 0);
	while (out < 20000) {
		size_t len, at = 0;
		struct message m;

		while (in - out < 5000 &&
		       queue_put(&q, buf, frame(buf, in, some_len(in))))
			in++;
		assert_true(q.used <= q.size);
		len = queue_take(&q, buf, sizeof(buf), 1 + out % 17);
		assert_true(len > 0);
		while (at < len) {
			at += frame_get(buf + at, &m);
			assert_frame(&m, out, some_len(out));
			out++;
		}
	}
	queue_fini(&q);
}

static void test_queue_bounds(void **state)
{
	static char buf[FRAME_MAX];
	struct queue q;
	size_t size = frame(buf, 1, MESSAGE_MAX);

	(void)state;
	assert_int_equal(queue_init(&q, 3 * size), 0);
	assert_int_equal(queue_take(&q, buf, sizeof(buf), 9), 0);
	for (int i = 0; i < 3; i++)
		assert_true(queue_put(&q, buf, size));
	assert_false(queue_put(&q, buf, 1));
	assert_int_equal(queue_take(&q, buf, sizeof(buf), 9), size);
	assert_int_equal(q.used, 2 * size);
	queue_fini(&q);
}

/* ---- a transport of ours ---- */

#define SEEN_MAX 4096

struct fake {
	struct transport t;
	pthread_mutex_t lock;
	sem_t go; /* write waits for it, if gated */
	_Atomic bool gated;
	int fail;		 /* -errno of the next writes, 0: they work */
	unsigned int fail_count; /* so many of them */
	const int *errors;	 /* NULL, or these in place of fail */
	unsigned int take;	 /* messages that a failing write takes before it fails */
	unsigned int undelivered; /* messages of earlier writes that it turns out to have lost */
	unsigned int writes, seen, severity[SEEN_MAX];
	char text[SEEN_MAX][48];
	unsigned int failed, works; /* changes that were reported to the owner */
	char reasons[16][64];	    /* of the failures */
	_Atomic int busy_ms;	    /* that each write takes */
	double at[SEEN_MAX];	    /* of the failing writes */
};

static int fake_open(struct transport *t)
{
	(void)t;
	return 0;
}

static int fake_write(struct transport *t, const struct message *m, unsigned int count,
		      unsigned int *done)
{
	struct fake *f = (struct fake *)t;
	int err = 0;

	if (f->gated)
		sem_wait(&f->go);
	if (f->busy_ms)
		poll(NULL, 0, f->busy_ms);
	pthread_mutex_lock(&f->lock);
	if (f->fail && f->fail_count) {
		f->fail_count--;
		t->undelivered += f->undelivered;
		err = f->errors ? *f->errors++ : f->fail;
		if (count > f->take)
			count = f->take;
		f->at[f->writes] = seconds();
	}
	f->writes++;
	for (*done = 0; *done < count && f->seen < SEEN_MAX; (*done)++, f->seen++, m++) {
		f->severity[f->seen] = m->severity;
		snprintf(f->text[f->seen], sizeof(f->text[0]), "%.*s", (int)m->len, m->text);
	}
	pthread_mutex_unlock(&f->lock);
	return err;
}

static void fake_close(struct transport *t)
{
	(void)t;
}

static void on_change(enum output_change what, const char *name, const struct transport *t,
		      int err, void *arg)
{
	struct fake *f = arg;

	assert_string_equal(name, "fake");
	assert_ptr_equal(t, f);
	if (what == OUTPUT_FAILED && err > 0 && f->failed < 16)
		snprintf(f->reasons[f->failed++], sizeof(f->reasons[0]), "%d %.40s", err, t->reason);
	f->works += what == OUTPUT_WORKS;
}

static const struct transport_ops loses = {
	.name = "fake",
	.open = fake_open,
	.write = fake_write,
	.close = fake_close,
};
static const struct transport_ops keeps = {
	.name = "fake",
	.keeps = true,
	.open = fake_open,
	.write = fake_write,
	.close = fake_close,
};

static struct format *format;
/* One for each output: an abandoned thread may still use its own. */
static struct fake fakes[24], *current = fakes;
#define fake (*current)

static struct output *open_fake(const struct transport_ops *ops)
{
	struct output_options o = {
		.name = "fake",
		.queue_size = SMALL,
		.format = format,
		.severity = LOG_NOTICE,
		.changed = on_change,
		.arg = current + 1,
	};

	assert_true(++current < fakes + sizeof(fakes) / sizeof(*fakes));
	fake.t = (struct transport){ .ops = ops, .target = "nowhere" };
	pthread_mutex_init(&fake.lock, NULL);
	sem_init(&fake.go, 0, 0);
	return output_new(&fake.t, &o);
}

static void put(struct output *o, unsigned int number, size_t len)
{
	static char text[MESSAGE_MAX + 1];
	struct message m = { .text = text, .len = len, .severity = LOG_INFO };

	memset(text, '.', len);
	text[snprintf(text, sizeof(text), "%u ", number)] = '.';
	output_put(o, &m);
}

static void wait_until(bool (*state)(void))
{
	double end = seconds() + 20;

	while (!state()) {
		assert_true(seconds() < end);
		poll(NULL, 0, 5);
	}
}

static unsigned long lost_by_notes(void)
{
	unsigned long sum = 0, n;

	pthread_mutex_lock(&fake.lock);
	for (unsigned int i = 0; i < fake.seen; i++)
		if (sscanf(fake.text[i], "netlog lost plugin=%lu", &n) == 1)
			sum += n;
	pthread_mutex_unlock(&fake.lock);
	return sum;
}

/* ---- outputs ---- */

static void test_order(void **state)
{
	struct output *o = open_fake(&loses);

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		put(o, i, 40);
	output_push(o);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(fake.seen, 1000);
	for (unsigned int i = 0; i < 1000; i++) {
		assert_int_equal(atoi(fake.text[i]), i);
		assert_int_equal(fake.severity[i], LOG_INFO);
	}
}

static void test_too_long(void **state)
{
	struct output *o = open_fake(&loses);
	struct output_counts c;

	(void)state;
	put(o, 1, MESSAGE_MAX + 1);
	put(o, 2, MESSAGE_MAX);
	output_push(o);
	output_counts(o, &c);
	assert_int_equal(c.lost, 1);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(fake.seen, 2);
	assert_int_equal(lost_by_notes(), 1);
}

static bool all_back(void)
{
	return lost_by_notes() > 0;
}

/*
 * The time of day is set forward by an hour: messages for a stalled output wait for 0.2 s, not
 * for an hour. The loss is counted, and is in the stream.
 */
static void test_stalled(void **state)
{
	struct output *o;
	struct output_counts c;
	double begun;

	(void)state;
	o = open_fake(&loses);
	fake.gated = true;
	day_offset = 3600;
	speed = FAST;
	begun = seconds();
	for (unsigned int i = 0; i < 3000; i++)
		put(o, i, 100);
	output_push(o);
	assert_true(seconds() - begun < 5);
	day_offset = 0;
	output_counts(o, &c);
	assert_true(c.lost > 1000);
	assert_true(c.queue_peak > SMALL / 2 && c.queue_peak <= SMALL);
	fake.gated = false;
	sem_post(&fake.go);
	wait_until(all_back);
	speed = 1;
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(fake.seen - 1 + lost_by_notes(), 3000);
	for (unsigned int i = 0; i < fake.seen; i++)
		if (strstr(fake.text[i], "netlog lost"))
			assert_int_equal(fake.severity[i], LOG_NOTICE);
}

/*
 * A transport that is slow, but never stalls: it takes 5 ms for some 30 KB. 6 MB of messages
 * would take it a second and more; the caller waits 0.4 s at most.
 */
static void test_slow(void **state)
{
	struct output *o = open_fake(&loses);
	struct output_counts c;
	double begun = seconds(), took;

	(void)state;
	fake.busy_ms = 5;
	for (unsigned int i = 0; i < 6000; i++)
		put(o, i, 1000);
	output_push(o);
	took = seconds() - begun;
	output_counts(o, &c);
	fake.busy_ms = 0;
	assert_true(took < 0.8);
	assert_true(c.lost > 0 && c.messages + c.lost >= 6000);
	assert_int_equal(output_close(o, 20000), 0);
}

/* A stalled output does not keep the program from ending, whatever the clock. */
static void test_close_stalled(void **state)
{
	static struct output *abandoned; /* a leak by design: the process ends */
	struct output *o = abandoned = open_fake(&loses);
	double begun = seconds();

	(void)state;
	(void)abandoned;
	fake.gated = true;
	for (unsigned int i = 0; i < 5; i++)
		put(o, i, 100);
	output_push(o);
	day_offset = 3600;
	assert_int_equal(output_close(o, 50), 5);
	day_offset = 0;
	assert_true(seconds() - begun < 5);
}

static bool failed_enough(void)
{
	bool enough;

	pthread_mutex_lock(&fake.lock);
	enough = fake.writes >= 4;
	pthread_mutex_unlock(&fake.lock);
	return enough;
}

/* A transport that keeps: each message once, in order, though writes fail in the middle;
 * it is left alone for longer and longer. */
static void test_retry(void **state)
{
	struct output *o = open_fake(&keeps);
	struct output_counts c;

	(void)state;
	fake.fail = -ECONNREFUSED;
	fake.fail_count = 3;
	fake.take = 3;
	speed = FAST;
	for (unsigned int i = 0; i < 100; i++)
		put(o, i, 40);
	output_push(o);
	for (int i = 0; i < 50; i++) { /* news do not make it try earlier */
		poll(NULL, 0, i % 2);
		put(o, 100 + i, 40);
		output_push(o);
	}
	wait_until(failed_enough);
	speed = 1;
	output_counts(o, &c);
	assert_int_equal(c.failures, 1);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(fake.seen, 150);
	for (unsigned int i = 0; i < 150; i++)
		assert_int_equal(atoi(fake.text[i]), i);
	assert_int_equal(fake.failed, 1);
	assert_int_equal(fake.works, 1);
	assert_true(fake.at[1] - fake.at[0] > 0.09 / FAST);
	assert_true(fake.at[2] - fake.at[1] > 0.19 / FAST);
	assert_int_equal(lost_by_notes(), 0);
}

static bool works_again(void)
{
	bool works;

	pthread_mutex_lock(&fake.lock);
	works = fake.works;
	pthread_mutex_unlock(&fake.lock);
	return works;
}

/* The reason of an outage may change: each new one is reported, but not endlessly. */
static void test_reasons(void **state)
{
	static const int errors[] = { -ENETUNREACH, -ENETUNREACH, -ECONNREFUSED, -ECONNREFUSED,
				      -ETIMEDOUT, -ENETUNREACH, -ECONNREFUSED, -ETIMEDOUT };
	static const unsigned int new[] = { 0, 2, 4, 5 };
	struct output *o = open_fake(&keeps);
	struct output_counts c;

	(void)state;
	speed = FAST * 10;
	fake.errors = errors;
	fake.fail = -1;
	fake.fail_count = sizeof(errors) / sizeof(*errors);
	put(o, 1, 40);
	output_push(o);
	wait_until(works_again);
	speed = 1;
	output_counts(o, &c);
	assert_int_equal(c.failures, 1);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(fake.failed, 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(atoi(fake.reasons[i]), -errors[new[i]]);
}

/* Ten lines to a transport that does not keep, and whose next writes fail so many times, after
 * taking `take` lines of the first. */
static void lose(unsigned int fails, unsigned int take)
{
	struct output *o = open_fake(&loses);
	struct output_counts c;

	fake.fail = -ENOSPC;
	fake.fail_count = fails;
	fake.take = take;
	speed = FAST;
	for (unsigned int i = 0; i < 10; i++)
		put(o, i, 40);
	output_push(o);
	wait_until(all_back);
	speed = 1;
	output_counts(o, &c);
	assert_int_equal(c.lost, 10 - take);
	assert_int_equal(c.written, take);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(lost_by_notes(), 10 - take);
	assert_int_equal(fake.failed, 1);
	assert_int_equal(fake.works, 1);
}

/* The lines that it fails to write are lost, which is reported when it works again. */
static void test_fails(void **state)
{
	(void)state;
	lose(1, 2);
}

/* The report of a loss fails, too, and is repeated. */
static void test_report_fails(void **state)
{
	(void)state;
	lose(2, 0);
}

/* A message without room for a number takes none: the numbers have no gap. */
static void test_numbers(void **state)
{
	static char big[MESSAGE_MAX - 1];
	char error[128];
	struct format *json = format_open("json", NULL, error, sizeof(error));
	struct format_place place = { .run = 1 };
	struct output_options o = {
		.name = "fake", .queue_size = SMALL, .format = json, .place = &place,
	};
	struct message small = { .text = "{\"event\":{}}", .len = 12 };
	struct message large = { .text = big, .len = sizeof(big) };
	struct output *out;

	(void)state;
	output_close(open_fake(&loses), 20000);
	out = output_new(&fake.t, &o);
	output_put(out, &small);
	output_put(out, &large);
	output_put(out, &small);
	assert_int_equal(place.number, 2);
	assert_int_equal(output_close(out, 20000), 0);
	assert_int_equal(fake.seen, 3);
	format_close(json);
}

static bool three_seen(void)
{
	bool seen;

	pthread_mutex_lock(&fake.lock);
	seen = fake.seen == 3;
	pthread_mutex_unlock(&fake.lock);
	return seen;
}

/* Messages that were written to a connection that breaks count as lost, not as written. */
static void test_lost_with_connection(void **state)
{
	struct output *o = open_fake(&keeps);
	struct output_counts c;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		put(o, i, 40);
	output_push(o);
	wait_until(three_seen);
	pthread_mutex_lock(&fake.lock);
	fake.fail = -ECONNRESET;
	fake.fail_count = 1;
	fake.undelivered = 2;
	pthread_mutex_unlock(&fake.lock);
	speed = FAST;
	put(o, 3, 40);
	output_push(o);
	wait_until(all_back);
	speed = 1;
	output_counts(o, &c);
	assert_int_equal(c.messages, 4);
	assert_int_equal(c.written, 2);
	assert_int_equal(c.lost, 2);
	assert_int_equal(output_close(o, 20000), 0);
	assert_int_equal(lost_by_notes(), 2);
}

/* Messages that could not be written by the end are counted. */
static void test_close_failing(void **state)
{
	struct output *o = open_fake(&keeps);

	(void)state;
	fake.fail = -ECONNREFUSED;
	fake.fail_count = 1000;
	for (unsigned int i = 0; i < 10; i++)
		put(o, i, 40);
	output_push(o);
	assert_int_equal(output_close(o, 20000), 10);
}

/* ---- standard output that does not block ---- */

/* Counts the messages among the lines in buf; *lost: how many are missing according to the
 * notes. */
static unsigned int count_lines(const char *buf, unsigned long *lost)
{
	unsigned int lines = 0;
	unsigned long n;

	*lost = 0;
	for (const char *line = buf, *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *note = memmem(line, end - line, "netlog lost plugin=", 19);

		if (note && sscanf(note, "netlog lost plugin=%lu", &n) == 1)
			*lost += n;
		else
			lines++;
	}
	return lines;
}

/* Reads until want messages have arrived or were reported as lost. Returns how many arrived. */
static unsigned int drain(int fd, unsigned int want, unsigned long *lost)
{
	static char buf[1 << 20];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	double end = seconds() + 20;
	unsigned int lines = 0;
	size_t have = 0;

	*lost = 0;
	while (lines + *lost < want && seconds() < end) {
		ssize_t got = poll(&p, 1, 200) > 0 ?
			      read(fd, buf + have, sizeof(buf) - have - 1) : 0;

		have += got > 0 ? got : 0;
		buf[have] = 0;
		lines = count_lines(buf, lost);
	}
	return lines;
}

static struct output *stdout_to(int fd)
{
	struct output_options o = {
		.name = "stdout",
		.queue_size = SMALL,
		.format = format,
		.severity = LOG_INFO,
	};
	int saved = dup(STDOUT_FILENO);
	struct output *out;
	struct output_counts c;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	out = output_new(transport_stdout(), &o);
	put(out, 0, 20);
	output_push(out);
	do {
		poll(NULL, 0, 5);
		output_counts(out, &c);
	} while (!c.written);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	return out;
}

/* A full pipe is waited for, and loses nothing; messages that do not fit in the queue are lost,
 * and the stream reports how many. */
static void test_nonblocking(void **state)
{
	unsigned int sent = 1, lines;
	unsigned long lost;
	struct output_counts c;
	struct output *o;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	o = stdout_to(ends[1]);
	close(ends[1]);
	for (; sent < 1000; sent++) { /* more than the pipe holds, less than both */
		put(o, sent, 80);
		output_push(o);
	}
	output_counts(o, &c);
	assert_int_equal(c.lost, 0);
	lines = drain(ends[0], sent, &lost);
	assert_int_equal(lines, sent);
	assert_int_equal(lost, 0);
	output_counts(o, &c);
	assert_int_equal(c.failures, 0);

	speed = FAST;
	for (; sent < 4000; sent++)
		put(o, sent, 80);
	output_push(o);
	output_counts(o, &c);
	assert_true(c.lost > 0);
	lines += drain(ends[0], sent - lines, &lost);
	speed = 1;
	assert_int_equal(lost, c.lost);
	assert_int_equal(lines + lost, sent);
	assert_int_equal(output_close(o, 20000), 0);
	close(ends[0]);
}

/* ---- a file ---- */

/* The time is put before a text, unless the text has it. */
static void test_time_in_front(void **state)
{
	static const char want[] = "1970-01-01 00:00:05.007 a\n{\"b\":1}\n";
	char path[] = "/tmp/netlog-test-output.XXXXXX", have[128];
	struct output_options options = {
		.name = "file",
		.queue_size = SMALL,
		.format = format,
		.severity = LOG_INFO,
	};
	struct message m = { .time = { 5, 7, 0 }, .severity = LOG_INFO, .text = "a", .len = 1 };
	int fd = mkstemp(path);
	struct output *o;
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	setenv("TZ", "UTC", 1);
	o = output_new(transport_file(path), &options);
	assert_non_null(o);
	output_put(o, &m);
	m.text = "{\"b\":1}";
	m.len = strlen(m.text);
	m.has_time = true;
	output_put(o, &m);
	assert_int_equal(output_close(o, 5000), 0);
	n = read(fd, have, sizeof(have) - 1);
	assert_true(n >= 0);
	have[n] = 0;
	assert_string_equal(have, want);
	close(fd);
	unlink(path);
}

static void on_file_change(enum output_change what, const char *name, const struct transport *t,
			   int err, void *arg)
{
	__typeof__(*fakes) *f = arg;

	(void)name;
	pthread_mutex_lock(&f->lock);
	if (what == OUTPUT_FAILED && f->failed < 16)
		snprintf(f->reasons[f->failed++], sizeof(f->reasons[0]), "%d %.40s", err, t->reason);
	f->works += what == OUTPUT_WORKS;
	pthread_mutex_unlock(&f->lock);
}

static struct output *open_file(const char *path)
{
	struct output_options options = {
		.name = "fake",
		.queue_size = SMALL,
		.format = format,
		.severity = LOG_INFO,
		.changed = on_file_change,
		.arg = ++current,
	};

	assert_true(current < fakes + sizeof(fakes) / sizeof(*fakes));
	pthread_mutex_init(&fake.lock, NULL);
	return output_new(transport_file(path), &options);
}

static unsigned int file_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int lines = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		lines += c == '\n';
	if (file)
		fclose(file);
	return lines;
}

static const char *awaited;
static unsigned int awaited_lines;
static bool has_lines(void)
{
	return file_lines(awaited) == awaited_lines;
}

/* A file that is deleted, with its directory or without, is made again with the next line; one
 * that is renamed stays in use until it is reopened. */
static void test_deleted(void **state)
{
	char dir[] = "/tmp/netlog-test-output.XXXXXX", path[64], moved[64];
	struct output *o;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(moved, sizeof(moved), "%s/log.1", dir);
	o = open_file(path);
	awaited = path;
	awaited_lines = 1;
	for (unsigned int i = 0; i < 3; i++) {
		put(o, i, 40);
		output_push(o);
		wait_until(has_lines);
		assert_int_equal(unlink(path), 0);
	}
	put(o, 3, 40);
	output_push(o);
	wait_until(has_lines);
	assert_int_equal(rename(path, moved), 0);
	awaited = moved;
	awaited_lines = 2;
	put(o, 4, 40);
	output_push(o);
	wait_until(has_lines);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(output_close(o, 5000), 0);
	unlink(moved);
	rmdir(dir);
}

static bool has_failed(void)
{
	bool failed;

	pthread_mutex_lock(&fake.lock);
	failed = fake.failed;
	pthread_mutex_unlock(&fake.lock);
	return failed;
}

/* A FIFO without a reader is reported, and so is one whose reader has gone; neither ends the
 * plugin. */
static void test_fifo(void **state)
{
	char path[] = "/tmp/netlog-test-output.XXXXXX", text[256];
	struct output_counts c;
	struct output *o;
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	o = open_file(path);
	put(o, 1, 40);
	output_push(o);
	wait_until(has_failed);
	assert_string_equal(fake.reasons[0], "6 no program reads this FIFO");
	speed = FAST;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	put(o, 2, 40);
	output_push(o);
	wait_until(works_again);
	speed = 1;
	assert_true(read(fd, text, sizeof(text)) > 60);
	close(fd);
	put(o, 3, 40);
	output_push(o);
	do {
		poll(NULL, 0, 5);
		output_counts(o, &c);
	} while (c.failures < 2);
	assert_false(c.dead);
	assert_int_equal(output_close(o, 5000), 0);
	unlink(path);
}

/* ---- the collector's frames ---- */

static void test_rfc5424(void **state)
{
	static const char text[] = "connect start TCP - -> - - - - \"x\" ]\\";
	char buf[sizeof(text) + RFC5424_OVERHEAD], host[256], expected[1024];
	struct message m = {
		.time = { .sec = 1795241079, .milli = 7 },
		.severity = LOG_WARNING,
		.text = text,
		.len = sizeof(text) - 1,
	};
	char *end;
	size_t len = rfc5424_frame(&m, LOG_LOCAL3, buf), octets;

	(void)state;
	buf[len] = 0;
	octets = strtoul(buf, &end, 10);
	assert_int_equal(octets, buf + len - (end + 1));
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	snprintf(expected, sizeof(expected),
		 " <156>1 2026-11-21T06:04:39.007Z %s audisp-netlog %d - - %s", host, getpid(), text);
	assert_string_equal(end, expected);
	/* structured data stands where the last "-" was */
	m.text = "[a@1 b=\"c\"] text";
	m.len = strlen(m.text);
	m.structured = true;
	len = rfc5424_message(&m, LOG_LOCAL3, buf);
	buf[len] = 0;
	snprintf(expected, sizeof(expected),
		 "<156>1 2026-11-21T06:04:39.007Z %s audisp-netlog %d - %s", host, getpid(), m.text);
	assert_string_equal(buf, expected);
}

/*
 * A peer resets the connection: messages that it had not acknowledged were counted as done;
 * they are lost, and must be reported; those that it had read are not.
 */
static void test_undelivered(void **state)
{
	static char text[1000];
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct message m[64];
	struct linger reset = { .l_onoff = 1 };
	struct transport *t;
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0), peer, small = 4096;
	unsigned int done = 0, sum = 0;

	(void)state;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	t = transport_tcp(&(struct transport_collector){ .host = "127.0.0.1",
							 .port = ntohs(addr.sin_port) });
	assert_int_equal(t->ops->open(t), 0);
	peer = accept(listener, NULL, NULL);
	close(listener);
	memset(text, '.', sizeof(text));
	for (int i = 0; i < 64; i++)
		m[i] = (struct message){ .text = text, .len = sizeof(text) };
	m[63].reports = 7; /* lost with the rest, it reports nothing */
	assert_int_equal(t->ops->write(t, m, 64, &done), 0);
	assert_int_equal(done, 64);
	assert_int_equal(t->undelivered, 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(peer);
	assert_int_not_equal(t->ops->write(t, m, 1, &sum), 0);
	assert_int_equal(sum, 0);
	assert_true(t->undelivered > 32 && t->undelivered < 63);
	assert_int_equal(t->unreported, 7);
	t->ops->close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_queue_bounds),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_close_stalled),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_fails),
		cmocka_unit_test(test_report_fails),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_lost_with_connection),
		cmocka_unit_test(test_close_failing),
		cmocka_unit_test(test_nonblocking),
		cmocka_unit_test(test_time_in_front),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_rfc5424),
		cmocka_unit_test(test_undelivered),
	};
	char error[128];
	int failed;

	format = format_open("netlog", NULL, error, sizeof(error));
	failed = cmocka_run_group_tests_name("output", tests, NULL, NULL);
	format_close(format);
	return failed;
}
