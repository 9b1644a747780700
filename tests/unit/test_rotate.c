// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/output/rotate and the log's transport: when the log is rotated, the names
 * of the old files, and which of them are deleted. */
#include "plugin/output/rotate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "plugin/output/compress.h"
#include "plugin/output/transport.h"
#include "table.h"

#define NOON 1795262400 /* 2026-11-21 12:00 UTC */
#define DAY 86400

/* In place of libc's. */
static time_t now = NOON;

time_t time(time_t *t)
{
	if (t)
		*t = now;
	return now;
}

static char dir[] = "/tmp/netlog-test-rotate.XXXXXX", path[sizeof(dir) + 32];

static void name_in(char *to, size_t size, const char *name)
{
	snprintf(to, size, "%s/%s", dir, name);
}

static void make(const char *name, size_t size, time_t written)
{
	struct timespec times[2] = { { .tv_sec = written }, { .tv_sec = written } };
	char file[256];
	int fd;

	name_in(file, sizeof(file), name);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* The names in the directory with their sizes; deletes them. */
static void expect(const char *want)
{
	char have[1024] = "", file[512];
	struct dirent **list;
	struct stat st;
	int n = scandir(dir, &list, not_hidden, by_name);

	for (int i = 0; i < n; i++) {
		name_in(file, sizeof(file), list[i]->d_name);
		assert_int_equal(stat(file, &st), 0);
		sprintf(have + strlen(have), "%s%s:%d", i ? " " : "", list[i]->d_name,
			(int)st.st_size);
		unlink(file);
		free(list[i]);
	}
	free(list);
	assert_string_equal(have, want);
}

static void test_due(void **state)
{
	static const struct {
		uint64_t size;
		time_t written, at;
		bool due;
	} rows[] = {
		{ 0, NOON - 9 * DAY, NOON, false },
		{ 1, NOON - 60, NOON, false },
		{ 99, NOON - 60, NOON, false },
		{ 100, NOON - 60, NOON, true },
		{ 1, NOON - 12 * 3600 - 1, NOON, true },
		{ 1, NOON - 12 * 3600, NOON, false },
		{ 1, NOON - 365 * DAY, NOON, true },
		{ 1, NOON + DAY, NOON, true },	/* the clock was set back */
	};
	const struct rotate_limits l = { .file = 100, .total = 1000, .days = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(rotate_is_due(&l, rows[i].size, rows[i].written, rows[i].at),
				 rows[i].due);
}

static void test_shift(void **state)
{
	(void)state;
	make("log", 1, NOON);
	make("log.1", 2, NOON);
	make("log.2.zst", 3, NOON);
	make("log.9", 4, NOON);
	make("log.10.gz", 5, NOON);
	make("log.0", 6, NOON);		/* these are none of ours */
	make("log.1x", 7, NOON);
	make("log.-1", 8, NOON);
	make("logs.1", 9, NOON);
	assert_int_equal(rotate_shift(path), 0);
	expect("log.-1:8 log.0:6 log.1:1 log.10:4 log.11.gz:5 log.1x:7 log.2:2 log.3.zst:3 "
	       "logs.1:9");
	assert_int_equal(rotate_shift(path), -ENOENT);
	make("log.1", 1, NOON);
	assert_int_equal(rotate_shift(path), -ENOENT);
	expect("log.1:1");
}

static void test_prune(void **state)
{
	const struct rotate_limits l = { .file = 100, .total = 300, .days = 7 };

	(void)state;
	make("log", 100, NOON);
	make("log.1", 100, NOON - DAY);
	make("log.2", 100, NOON - 2 * DAY);
	make("log.3", 1, NOON - 3 * DAY);
	make("log.10", 1, NOON - 4 * DAY);
	assert_int_equal(rotate_prune(path, &l, NOON), 0);
	expect("log:100 log.1:100 log.2:100");
	make("log", 1, NOON - 9 * DAY);
	make("log.1", 1, NOON - 7 * DAY);
	make("log.2", 1, NOON - 7 * DAY - 1);
	assert_int_equal(rotate_prune(path, &l, NOON), 0);
	expect("log:1 log.1:1");
}

static void put(struct transport *t, const char *text)
{
	struct message m = { .time = { 5, 7, 0 }, .text = text, .len = strlen(text) };
	unsigned int done;

	assert_int_equal(t->ops->write(t, &m, 1, &done), 0);
	assert_int_equal(done, 1);
}

/* A line is 26 bytes. */
static void test_transport(void **state)
{
	const struct rotate_limits l = { .file = 50, .total = 130, .days = 7 };
	char deep[sizeof(path) + 8];
	struct transport *t;
	struct stat st;

	(void)state;
	snprintf(deep, sizeof(deep), "%s/sub/log", dir);
	t = transport_log(deep, &l, true);
	assert_non_null(t);
	put(t, "a");
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	unlink(deep);
	*strrchr(deep, '/') = 0;
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	rmdir(deep);
	t->ops->close(t);

	t = transport_log(path, &l, false);
	assert_non_null(t);
	for (int i = 0; i < 7; i++)
		put(t, "a");
	expect("log:26 log.1:52");	/* 26 + 52 + 52 would be 130, with room for 50 it is not */
	put(t, "a");	/* expect() has deleted the file: it is made again */
	assert_int_equal(t->ops->reopen(t), 0);
	put(t, "b");	/* its time is that of the machine: another day */
	now += DAY;
	put(t, "c");
	expect("log:26 log.1:26 log.2:26");
	now -= DAY;
	t->ops->close(t);
}

/* Waits for the thread, at most 10 s. */
static bool appears(const char *name)
{
	char file[256];

	name_in(file, sizeof(file), name);
	for (int i = 0; i < 1000 && access(file, F_OK); i++)
		usleep(10000);
	return !access(file, F_OK);
}

static uint64_t plain_size(const char *name)
{
	char file[256], data[4096];
	int fd;
	ssize_t n;

	name_in(file, sizeof(file), name);
	fd = open(file, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, data, sizeof(data));
	close(fd);
	assert_true(n > 0);
	return ZSTD_getFrameContentSize(data, n) == ZSTD_CONTENTSIZE_UNKNOWN ?
		       ZSTD_decompress((char[8192]){ 0 }, 8192, data, n) : 0;
}

/* Every old file gets compressed, with its mode and time; a torn one of a crash goes. */
static void test_compress(void **state)
{
	struct compressor *c = compress_new(path);
	struct stat st;
	char file[256];

	(void)state;
	make("log", 1, NOON);
	make("log.1", 2000, NOON - DAY);
	make("log.2.zst", 3, NOON - 2 * DAY);
	make("log.3", 1000, NOON - 3 * DAY);
	make("log.zst.tmp", 7, NOON);
	name_in(file, sizeof(file), "log.3");
	assert_int_equal(chmod(file, 0640), 0);
	compress_start(c);
	assert_true(appears("log.1.zst") && appears("log.3.zst"));
	compress_free(c);
	assert_int_equal(plain_size("log.1.zst"), 2000);
	assert_int_equal(plain_size("log.3.zst"), 1000);
	name_in(file, sizeof(file), "log.3.zst");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mtime, NOON - 3 * DAY);
	assert_int_equal(st.st_mode & 0777, 0640);
	for (const char *const *gone = (const char *const[]){ "log.1", "log.3", "log.zst.tmp", NULL };
	     *gone; gone++) {
		name_in(file, sizeof(file), *gone);
		assert_int_equal(access(file, F_OK), -1);
	}
	/* the next rotation counts on from there */
	assert_int_equal(rotate_shift(path), 0);
	name_in(file, sizeof(file), "log.4.zst");
	assert_int_equal(access(file, F_OK), 0);
	for (const char *const *n = (const char *const[]){ "log.1", "log.2.zst", "log.3.zst",
							"log.4.zst", NULL };
	     *n; n++) {
		name_in(file, sizeof(file), *n);
		unlink(file);
	}
}

/* A rotation in the middle renames the file: it is found again. */
static void test_find(void **state)
{
	unsigned int number = 0;
	struct stat st;
	char file[256];

	(void)state;
	make("log.2", 5, NOON);
	make("log.7.zst", 5, NOON);
	assert_true(rotate_find_plain(path, 0, &number));
	assert_int_equal(number, 2);
	name_in(file, sizeof(file), "log.2");
	assert_int_equal(stat(file, &st), 0);
	make("log", 1, NOON);
	assert_int_equal(rotate_shift(path), 0);
	assert_true(rotate_find_plain(path, st.st_ino, &number));
	assert_int_equal(number, 3);
	assert_false(rotate_find_plain(path, st.st_ino + 1000000, &number));
	expect("log.1:1 log.3:5 log.8.zst:5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_prune),
		cmocka_unit_test(test_compress),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_transport),
	};
	int failed;

	setenv("TZ", "UTC", 1);
	umask(022);
	if (!mkdtemp(dir))
		return 99;
	snprintf(path, sizeof(path), "%s/log", dir);
	failed = cmocka_run_group_tests_name("rotate", tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
