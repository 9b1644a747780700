// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: connections reported by module or BPF, across a restart of the plugin: no start
 * twice, the same id at the stop, and a connection that two scans do not find has ended. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parser/diag.h"
#include "parser/entry/line.h"
#include "parser/track/track.h"
#include "plugin/resolve/statefile.h"
#include "table.h"

static struct line_format *format;
static char got[8192], path[] = "/tmp/netlog-test-kept.XXXXXX";
static const struct track_limits limits = { 64, 64 };
static struct input_errors errors;

static void on_entry(const struct entry *e, void *arg)
{
	size_t n = strlen(got);

	(void)arg;
	line_format(format, e, got + n);
	strcat(got, "\n");
}

static struct track *tracker(void)
{
	static const struct track_io io = { .emit = on_entry };
	struct track_boot boot = { .id = 0xabcd, .since = 1 };
	struct track *t = track_new(&limits, &io, &errors);

	assert_non_null(t);
	track_set_boot(t, &boot);
	return t;
}

/* cookie 0: known by its inode. */
static void put(struct track *t, enum netlog_op op, uint64_t cookie, uint64_t ino, int port,
		int64_t ms)
{
	struct event e = {
		.kind = EVENT_MODULE, .op = op, .mono = ms * 1000000, .ino = ino,
		.cookie = cookie, .stamp = { .sec = 1000 + ms / 1000, .milli = ms % 1000 },
		.task = { 7, 1, 1000, 1000, 3, 50, "\"curl\"", "\"/bin/curl\"", .egid = { true, 100 },
			  .cgroup = { true, 4711 }, .pcomm = "sshd" },
		.proto = 6, .family = AF_INET, .state = 1, .netns = 77,
		.tx = op == NETLOG_OP_RELEASE ? 5 : -1, .rx = -1, .missed = -1, .lost = -1,
	};

	inet_pton(AF_INET, "10.0.0.5", e.local.addr);
	inet_pton(AF_INET, "192.0.2.7", e.remote.addr);
	e.local.family = e.remote.family = AF_INET;
	e.local.has_addr = e.local.has_port = e.remote.has_addr = e.remote.has_port = true;
	e.local.port = port;
	e.remote.port = 443;
	track_event(t, &e);
}

static void scanned(struct track *t, int64_t begun_ms)
{
	struct event e = { .kind = EVENT_SCANNED, .mono = begun_ms * 1000000,
			   .stamp = { .sec = 1000 + begun_ms / 1000 } };

	track_event(t, &e);
}

static void on_known(const struct diag_known *k, const struct task *opener, void *arg)
{
	struct diag d = { .known = k };
	struct event e = { .kind = EVENT_KEPT, .diag = &d, .task = *opener };

	track_event(arg, &e);
}

static struct track *restart(struct track *t)
{
	assert_int_equal(statefile_save(path, t), 0);
	track_free(t);
	t = tracker();
	*got = 0;
	assert_int_equal(statefile_load(path, on_known, t), 0);
	assert_string_equal(got, "");
	return t;
}

#define ENDS(port) "TCP 10.0.0.5:" port " -> 192.0.2.7:443 50 7 1000 curl exe=/bin/curl " \
	"auid=1000 ses=3 ppid=1 egid=100 cgroup=4711 pcomm=sshd netns=77 "

static void test_restart(void **state)
{
	struct track *t = tracker();

	(void)state;
	put(t, NETLOG_OP_ESTABLISHED, 0xa1, 11, 4001, 1000);
	put(t, NETLOG_OP_ESTABLISHED, 0xa2, 12, 4002, 1000);
	put(t, NETLOG_OP_ESTABLISHED, 0, 13, 4003, 1000);
	t = restart(t);
	put(t, NETLOG_OP_FOUND, 0xa1, 11, 4001, 3000);
	put(t, NETLOG_OP_FOUND, 0xb3, 13, 4003, 3000);	/* it has a number by now */
	assert_string_equal(got, "");
	put(t, NETLOG_OP_RELEASE, 0xa1, 11, 4001, 3500);
	assert_string_equal(got, "connect stop " ENDS("4001") "dur=2.500 tx=5 id=0000abcd-a1.1\n");
	*got = 0;
	put(t, NETLOG_OP_RELEASE, 0xb3, 13, 4003, 3500);
	assert_non_null(strstr(got, "connect stop " ENDS("4003") "dur=2.500 tx=5 id=0000abcd-"));
	track_free(t);
}

static void test_scans(void **state)
{
	struct track *t = tracker();

	(void)state;
	put(t, NETLOG_OP_ESTABLISHED, 0xa1, 11, 4001, 1000);
	put(t, NETLOG_OP_ESTABLISHED, 0xa2, 12, 4002, 1000);
	t = restart(t);
	put(t, NETLOG_OP_ESTABLISHED, 0xa3, 13, 4004, 3100);	/* after the scan began */
	*got = 0;
	put(t, NETLOG_OP_FOUND, 0xa1, 11, 4001, 3000);
	scanned(t, 3000);
	assert_string_equal(got, "");
	put(t, NETLOG_OP_FOUND, 0xa1, 11, 4001, 5000);
	put(t, NETLOG_OP_FOUND, 0xa3, 13, 4004, 5000);
	scanned(t, 5000);
	assert_string_equal(got, "connect stop " ENDS("4002") "via=sweep id=0000abcd-a2.1\n");
	*got = 0;
	scanned(t, 7000);	/* one of two */
	put(t, NETLOG_OP_FOUND, 0xa1, 11, 4001, 9000);
	put(t, NETLOG_OP_FOUND, 0xa3, 13, 4004, 9000);
	scanned(t, 9000);
	scanned(t, 11000);
	assert_string_equal(got, "");
	track_free(t);
}

/* By the clock, with nothing known to be lost: it visits all sockets of one namespace. */
static void checked(struct track *t, int64_t begun_ms, int64_t netns)
{
	struct event e = { .kind = EVENT_SCANNED, .mono = begun_ms * 1000000, .netns = netns,
			   .result = 1, .stamp = { .sec = 1000 + begun_ms / 1000 } };

	track_event(t, &e);
}

/* A socket that no process holds may be in flight: it stays open in a namespace that was not
 * scanned. */
static void test_checks(void **state)
{
	struct track *t = tracker();

	(void)state;
	put(t, NETLOG_OP_ESTABLISHED, 0xa1, 11, 4001, 1000);
	*got = 0;
	checked(t, 3000, 78);
	checked(t, 5000, 78);
	assert_string_equal(got, "");
	checked(t, 7000, 77);
	assert_string_equal(got, "");
	checked(t, 9000, 77);
	assert_string_equal(got, "connect stop " ENDS("4001") "via=sweep id=0000abcd-a1.1\n");
	track_free(t);
}

/* A socket that no process holds is only compared with known ones, and starts nothing. */
static void test_unheld(void **state)
{
	struct event e = { .kind = EVENT_MODULE, .op = NETLOG_OP_FOUND, .cookie = 0xa9, .ino = 19,
			   .mono = 3000000000, .netns = 77, .family = AF_INET, .proto = 6, .state = 1,
			   .tx = -1, .rx = -1, .missed = -1, .lost = -1, .stamp = { .sec = 1003 },
			   .task = { ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN, ID_UNKNOWN,
				     ID_UNKNOWN, NULL, NULL, NULL, NULL } };
	struct track *t = tracker();

	(void)state;
	*got = 0;
	track_event(t, &e);
	assert_string_equal(got, "");
	put(t, NETLOG_OP_ESTABLISHED, 0xa9, 19, 4001, 3500);
	put(t, NETLOG_OP_RELEASE, 0xa9, 19, 4001, 4500);
	assert_non_null(strstr(got, "connect start " ENDS("4001") "id=0000abcd-a9.1"));
	assert_non_null(strstr(got, "dur=1.000 "));
	track_free(t);
}

/* It was open while its outcome was thought to be still to come: that record was lost. */
static void test_lost_outcome(void **state)
{
	struct track *t = tracker();

	(void)state;
	*got = 0;
	put(t, NETLOG_OP_CONNECT, 0xa1, 11, 4001, 1000);
	put(t, NETLOG_OP_FOUND, 0xa1, 11, 4001, 3000);
	assert_non_null(strstr(got, "connect start " ENDS("4001") "via=found id=0000abcd-a1.1"));
	track_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_scans),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_unheld),
		cmocka_unit_test(test_lost_outcome),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 99;
	close(fd);
	format = line_format_new();
	failed = cmocka_run_group_tests_name("kept", tests, NULL, NULL);
	line_format_free(format);
	unlink(path);
	return failed;
}
