// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: the state file: a written file is read; anything else is refused as a whole. */
#include "plugin/resolve/statefile.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 65536

static char path[64];

static struct diag_known make_known(uint64_t cookie, bool listens)
{
	struct diag_known k = {
		.sock = { .cookie = cookie, .ino = 20411, .netns = 4026531840, .proto = IPPROTO_TCP,
			  .family = AF_INET, .state = listens ? STATE_LISTEN : STATE_ESTABLISHED },
		.listens = listens,
		.inbound = true,
		.unknown_start = true,
		.ev = { .sec = 1795241079, .milli = 391, .serial = 62 },
		.start = { .sec = 1795241079, .milli = 392 },
		.id = { 0xfeedbeef, true, cookie, listens, 7 },
		.nth = 8,
		.ignored = listens,
	};

	netaddr_parse_ip("10.0.0.5", &k.sock.local);
	k.sock.local.port = 22;
	k.sock.local.has_port = true;
	if (listens)
		return k;
	netaddr_parse_ip("2001:db8::9", &k.sock.remote);
	k.sock.remote.port = 50044;
	k.sock.remote.has_port = true;
	return k;
}

static const struct task opener = {
	.pid = 2304,
	.ppid = 1,
	.uid = 1000,
	.auid = ID_UNSET,
	.ses = ID_UNSET,
	.sid = 7,
	.comm = "\"sshd\"",
	.exe = "2F62696E2F6120",
	.subj = "a (enforce)",
	.egid = { true, 0 },
	.cgroup = { true, INT64_MAX },
	.pcomm = "systemd",
};

static void no_record(const struct entry *r, void *arg)
{
	(void)r;
	(void)arg;
}

static void ask_nobody(const struct request *q, void *arg)
{
	(void)q;
	(void)arg;
}

static struct track *make_track(struct input_errors *c, int count)
{
	struct track_limits limits = { .sockets = MANY, .processes = 100 };
	struct diag_options o = { .wait_ms = 1, .settle_ms = 1, .max = 10 };
	struct track_io io = { .emit = no_record, .ask = ask_nobody };
	struct track *t = track_new(&limits, &io, c);

	track_set_diag(t, &o);
	for (int i = 0; i < count; i++) {
		struct diag_known k = make_known(1000 + i, i % 2);
		struct diag d = { .op = DIAG_KNOWN, .known = &k };
		struct event f = { .kind = EVENT_DIAG, .diag = &d, .task = opener };

		track_event(t, &f);
	}
	return t;
}

static void save(int count)
{
	struct input_errors c = { 0 };
	struct track *t = make_track(&c, count);

	assert_int_equal(statefile_save(path, t), 0);
	track_diag_leave(t);
	track_free(t);
}

static void on_known(const struct diag_known *k, const struct task *task, void *arg)
{
	int *count = arg;
	struct diag_known want = make_known(1000 + *count, *count % 2);

	assert_true(k->sock.cookie == want.sock.cookie);
	assert_int_equal(k->sock.ino, want.sock.ino);
	assert_int_equal(k->sock.netns, want.sock.netns);
	assert_int_equal(k->sock.proto, want.sock.proto);
	assert_true(netaddr_equal(&k->sock.local, &want.sock.local));
	assert_int_equal(k->sock.remote.has_addr, want.sock.remote.has_addr);
	if (want.sock.remote.has_addr)
		assert_true(netaddr_equal(&k->sock.remote, &want.sock.remote));
	assert_int_equal(k->listens, want.listens);
	assert_int_equal(k->inbound, 1);
	assert_int_equal(k->unknown_start, 1);
	assert_int_equal(k->unknown_direction, 0);
	assert_int_equal(k->ev.serial, 62);
	assert_int_equal(k->start.milli, 392);
	assert_memory_equal(&k->id, &want.id, sizeof(k->id));
	assert_int_equal(k->nth, 8);
	assert_int_equal(k->ignored, want.ignored);
	assert_int_equal(task->pid, opener.pid);
	assert_true(task->auid == ID_UNSET);
	assert_string_equal(task->comm, opener.comm);
	assert_string_equal(task->exe, opener.exe);
	assert_string_equal(task->subj, opener.subj);
	assert_null(task->proctitle);
	assert_true(task->egid.known);
	assert_int_equal(task->egid.number, 0);
	assert_true(task->cgroup.known);
	assert_true(task->cgroup.number == INT64_MAX);
	assert_string_equal(task->pcomm, opener.pcomm);
	++*count;
}

static void on_any(const struct diag_known *k, const struct task *task, void *arg)
{
	(void)k;
	(void)task;
	++*(int *)arg;
}

static void test_round(void **state)
{
	(void)state;
	for (int n = 0; n < 5; n++) {
		int count = 0;

		save(n);
		assert_int_equal(statefile_load(path, on_known, &count), 0);
		assert_int_equal(count, n);
	}
}

static size_t read_file(char *buf, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = fread(buf, 1, size, f);

	fclose(f);
	return n;
}

static void write_file(const char *buf, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_int_equal(fwrite(buf, 1, len, f), len);
	fclose(f);
}

/* Nothing is taken from an incomplete file. */
static void expect_refused(int want)
{
	int count = 0, err = statefile_load(path, on_any, &count);

	assert_int_equal(err, want);
	assert_int_equal(count, 0);
}

static void test_cut(void **state)
{
	char text[8192];
	size_t len;

	(void)state;
	save(3);
	len = read_file(text, sizeof(text));
	for (size_t i = 0; i < len; i++) {
		write_file(text, i);
		expect_refused(-EINVAL);
	}
	memcpy(text + len, "x\n", 2);
	write_file(text, len + 2);
	expect_refused(-EINVAL);
}

/* Another byte somewhere: read as another value, or refused; never anything worse. */
static void test_noise(void **state)
{
	char text[8192], copy[8192];
	unsigned int seed = 3;
	size_t len;

	(void)state;
	save(3);
	len = read_file(text, sizeof(text));
	for (int i = 0; i < 5000; i++) {
		int count = 0, err;

		memcpy(copy, text, len);
		seed = seed * 1103515245 + 12345;
		copy[(seed >> 8) % len] = seed >> 24;
		write_file(copy, len);
		err = statefile_load(path, on_any, &count);
		assert_true(!err || !count);
	}
}

static void test_other_boot(void **state)
{
	char text[8192], *id;
	size_t len;

	(void)state;
	save(1);
	len = read_file(text, sizeof(text));
	id = memchr(text, '\n', len);
	id[-1] = id[-1] == '0' ? '1' : '0';
	write_file(text, len);
	expect_refused(-ESTALE);
}

static void test_other_version(void **state)
{
	char text[8192];
	size_t len;

	(void)state;
	save(1);
	len = read_file(text, sizeof(text));
	for (const char *other = "15:"; *other; other++) {
		text[strlen("audisp-netlog-state ")] = *other;
		write_file(text, len);
		expect_refused(-EINVAL);
	}
}

static void on_old(const struct diag_known *k, const struct task *task, void *arg)
{
	int version = *(int *)arg;

	assert_int_equal(k->id.nth, version == 2 ? 0 : 7);
	assert_int_equal(k->nth, version == 2 ? 0 : 8);
	assert_false(k->ignored);
	assert_int_equal(task->pid, opener.pid);
	assert_string_equal(task->subj, opener.subj);
	assert_false(task->egid.known);
	assert_false(task->cgroup.known);
	assert_null(task->pcomm);
	*(int *)arg = 0;
}

/* The file of an older version has fewer fields at the end of each line, and is read all
 * the same: version 2 without number, nth and ignored; both without what BPF alone knows. */
static void test_older_versions(void **state)
{
	static const struct { int version, fields; } less[] = { { 2, 7 + 3 }, { 3, 3 } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char text[8192], *end;
		int left = less[i].version;
		size_t len;

		save(1);
		len = read_file(text, sizeof(text) - 1);
		text[len] = 0;
		text[strlen("audisp-netlog-state ")] = '0' + left;
		write_file(text, len);
		expect_refused(-EINVAL); /* more than its version has */
		end = strstr(text, "\nend ");
		assert_non_null(end);
		for (int blanks = 0; blanks < less[i].fields; blanks += *end == ' ')
			end--;
		memmove(end + 1, "\nend 1\n", sizeof("\nend 1\n"));
		write_file(text, strlen(text));
		assert_int_equal(statefile_load(path, on_old, &left), 0);
		assert_int_equal(left, 0);
	}
}

/* Unknown values stay unknown. */
static void on_unknown(const struct diag_known *k, const struct task *task, void *arg)
{
	assert_false(task->egid.known);
	assert_false(task->cgroup.known);
	assert_null(task->pcomm);
	on_any(k, task, arg);
}

static void test_unknown(void **state)
{
	struct input_errors c = { 0 };
	struct track *t = make_track(&c, 0);
	struct diag_known k = make_known(1000, false);
	struct diag d = { .op = DIAG_KNOWN, .known = &k };
	struct event f = { .kind = EVENT_DIAG, .diag = &d, .task = opener };
	int count = 0;

	(void)state;
	f.task.egid.known = f.task.cgroup.known = false;
	f.task.pcomm = NULL;
	track_event(t, &f);
	assert_int_equal(statefile_save(path, t), 0);
	assert_int_equal(statefile_load(path, on_unknown, &count), 0);
	assert_int_equal(count, 1);
	track_diag_leave(t);
	track_free(t);
}

static void test_others_could_write(void **state)
{
	(void)state;
	save(1);
	chmod(path, 0620);
	expect_refused(-EINVAL);
	chmod(path, 0602);
	expect_refused(-EINVAL);
}

static void test_no_file(void **state)
{
	char other[80];

	(void)state;
	unlink(path);
	expect_refused(-ENOENT);
	save(1);
	snprintf(other, sizeof(other), "%s.real", path);
	rename(path, other);
	assert_int_equal(symlink(other, path), 0);
	expect_refused(-ELOOP);
	save(1); /* in its place, not through it */
	assert_int_equal(unlink(other), 0);
	assert_int_equal(statefile_load(path, on_any, (int[]){ 0 }), 0);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refused(-EINVAL);
	rmdir(path);
}

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Many connections are written in slices; until the last the old file stays. */
static void test_slices(void **state)
{
	struct input_errors c = { 0 };
	struct track *t = make_track(&c, MANY);
	struct statefile_writer *w;
	unsigned int slices = 0;
	double begun, longest = 0;
	struct stat st;
	int count = 0, more;

	(void)state;
	save(3);
	begun = cpu();
	w = statefile_begin(path, t);
	assert_non_null(w);
	longest = cpu() - begun;
	do {
		struct slice slice = slice_begin(5);

		count = 0;
		assert_int_equal(statefile_load(path, on_known, &count), 0);
		assert_int_equal(count, 3);
		begun = cpu();
		more = statefile_write(w, &slice);
		if (cpu() - begun > longest)
			longest = cpu() - begun;
		slices++;
	} while (more == 1);
	assert_int_equal(more, 0);
	assert_true(slices > 1);
	assert_true(longest < 0.1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	count = 0;
	assert_int_equal(statefile_load(path, on_any, &count), 0);
	assert_int_equal(count, MANY);
	track_diag_leave(t);
	track_free(t);
}

static enum diag_life is_alive(uint64_t cookie, uint64_t ino, void *arg)
{
	(void)cookie;
	(void)ino;
	++*(int *)arg;
	return DIAG_ALIVE;
}

/* A sweep walks over all followed connections at once, each in constant time. */
static void test_sweep(void **state)
{
	struct input_errors c = { 0 };
	struct track *t = make_track(&c, MANY);
	int asked = 0;
	struct diag d = { .op = DIAG_SWEEP, .holders = true, .life = is_alive, .arg = &asked,
			  .begun = INT64_MAX };
	struct event f = { .kind = EVENT_DIAG, .diag = &d };
	double begun = cpu();

	(void)state;
	track_event(t, &f);
	assert_int_equal(asked, MANY);
	assert_true(cpu() - begun < 0.5);
	track_diag_leave(t);
	track_free(t);
}

/* Given up, the old file stays, and no other. */
static void test_abandoned(void **state)
{
	struct input_errors c = { 0 };
	struct track *t = make_track(&c, 50);
	struct slice none = slice_begin(0);
	struct statefile_writer *w;
	char other[80];
	int count = 0;

	(void)state;
	save(3);
	w = statefile_begin(path, t);
	assert_int_equal(statefile_write(w, &none), 1);
	statefile_abandon(w);
	assert_int_equal(statefile_load(path, on_known, &count), 0);
	assert_int_equal(count, 3);
	snprintf(other, sizeof(other), "%s.new", path);
	assert_int_equal(access(other, F_OK), -1);
	track_diag_leave(t);
	track_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_other_boot),
		cmocka_unit_test(test_other_version),
		cmocka_unit_test(test_older_versions),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_others_could_write),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_abandoned),
	};
	/* in memory: thousands of small files are slow on a disk */
	char memory[] = "/dev/shm/netlog-test-state.XXXXXX";
	char disk[] = "/tmp/netlog-test-state.XXXXXX";
	char *dir = mkdtemp(memory);
	int failed;

	if (!dir)
		dir = mkdtemp(disk);
	if (!dir)
		return 99;
	snprintf(path, sizeof(path), "%s/state", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(dir);
	return failed;
}
