// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: forks, execs and ends of processes, and who uses a socket: from events to lines,
 * and back. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/entry/line.h"
#include "parser/query/own.h"
#include "parser/track/track.h"
#include "table.h"

static struct line_format *format;
static char got[2048];

static void on_entry(const struct entry *e, void *arg)
{
	size_t n = strlen(got);

	(void)arg;
	n += snprintf(got + n, sizeof(got) - n, "%s", n ? "\n" : "");
	line_format(format, e, got + n);
}

static struct event event(enum netlog_op op, int64_t pid, int64_t ppid, const char *comm,
			  const char *exe, const char *title, int64_t ms)
{
	return (struct event){
		.kind = EVENT_MODULE, .op = op, .mono = ms * 1000000,
		.stamp = { .sec = 1000 + ms / 1000, .milli = ms % 1000 },
		.task = { pid, ppid, 1000, 1001, 3, 50, comm, exe, NULL, title,
			  { true, 100 }, { true, 4711 }, "sshd" },
		.tx = -1, .rx = -1, .missed = -1, .lost = -1,
	};
}

static void test_lines(void **state)
{
	static const struct track_limits limits = { 16, 16 };
	static const struct track_io io = { .emit = on_entry };
	struct input_errors errors = { 0 };
	struct track *t = track_new(&limits, &io, &errors);
	struct event e;

	(void)state;
	*got = 0;
	e = event(NETLOG_OP_FORK, 7, 6, "\"bash\"", "\"/bin/bash\"", "62617368002D6C", 10);
	track_event(t, &e);
	/* curl, -s, a blank */
	e = event(NETLOG_OP_EXEC, 7, 6, "\"curl\"", "\"/bin/curl\"", "6375726C002D730020", 11);
	track_event(t, &e);
	e = event(NETLOG_OP_END, 7, 6, "\"curl\"", NULL, NULL, 1311);
	e.status = 7 << 8;
	e.born = 10 * 1000000;
	track_event(t, &e);
	/* the number is another process's now: nothing of the old one is left */
	e = event(NETLOG_OP_FORK, 7, 1, "\"curl\"", NULL, NULL, 2000);
	e.task.egid.known = false;
	e.task.pcomm = NULL;
	track_event(t, &e);
	e.op = NETLOG_OP_END;
	e.status = SIGKILL;
	track_event(t, &e);
	assert_string_equal(got,
		"process fork 50 7 1000 bash exe=/bin/bash auid=1001 ses=3 ppid=6 "
		"proctitle=bash\\x20-l egid=100 cgroup=4711 pcomm=sshd\n"
		"process exec 50 7 1000 curl exe=/bin/curl auid=1001 ses=3 ppid=6 "
		"proctitle=curl\\x00-s\\x00\\x20 egid=100 cgroup=4711 pcomm=sshd\n"
		"process end 50 7 1000 curl exe=/bin/curl auid=1001 ses=3 ppid=6 "
		"proctitle=curl\\x20-s\\x20\\x20 egid=100 cgroup=4711 pcomm=sshd status=7 dur=1.301\n"
		"process fork 50 7 1000 curl exe=- auid=1001 ses=3 ppid=1 cgroup=4711\n"
		"process end 50 7 1000 curl exe=- auid=1001 ses=3 ppid=1 cgroup=4711 "
		"status=SIGKILL");
	track_free(t);
}

static void socket_event(struct track *t, enum netlog_op op, int64_t pid, int64_t tx, int64_t rx)
{
	struct event e = event(op, pid, 6, "\"httpd\"", NULL, NULL, 10);

	e.task.pcomm = NULL;
	e.task.egid.known = e.task.cgroup.known = false;
	e.ino = e.cookie = 0x2a;
	e.netns = 7;
	e.family = AF_INET;
	e.proto = IPPROTO_TCP;
	e.state = 1;
	e.tx = tx;
	e.rx = rx;
	netaddr_set_ip(&e.local, AF_INET, "\x0a\0\0\5");
	netaddr_set_ip(&e.remote, AF_INET, "\xc0\0\2\7");
	e.local.port = 80;
	e.remote.port = 40000;
	e.local.has_port = e.remote.has_port = true;
	track_event(t, &e);
}

/* Each change once, with the bytes before it; the one that accepted is the first user. */
static void test_uses(void **state)
{
	static const struct track_limits limits = { 16, 16 };
	static const struct track_io io = { .emit = on_entry };
	struct input_errors errors = { 0 };
	struct track *t = track_new(&limits, &io, &errors);

	(void)state;
	*got = 0;
	socket_event(t, NETLOG_OP_ACCEPT, 800, -1, -1);
	socket_event(t, NETLOG_OP_USE, 800, 0, 0);
	*got = 0;
	socket_event(t, NETLOG_OP_USE, 801, 0, 21);
	socket_event(t, NETLOG_OP_USE, 801, 50, 21);
	socket_event(t, NETLOG_OP_USE, 800, 300, 40);
	assert_string_equal(got,
		"connect use TCP 10.0.0.5:80 <- 192.0.2.7:40000 50 801 1000 httpd exe=- auid=1001 "
		"ses=3 ppid=6 opener=800 netns=7 sent=0 read=21 id=--2a.1\n"
		"connect use TCP 10.0.0.5:80 <- 192.0.2.7:40000 50 800 1000 httpd exe=- auid=1001 "
		"ses=3 ppid=6 netns=7 sent=300 read=40 id=--2a.1");
	track_free(t);
}

static void no_error(uint64_t number, const char *line, size_t len, void *arg)
{
	(void)arg;
	fail_msg("line %d: %.*s", (int)number, (int)len, line);
}

/* aunetlog reads them to the same, but only where it asks for them. */
static void test_read_back(void **state)
{
	static const char line[] = "process end 50 7 1000 curl exe=/bin/curl auid=1001 "
		"ppid=6 egid=100 cgroup=4711 pcomm=sshd status=SIGKILL dur=1.301";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "2026-11-28 03:12:09.101 %s\n", line);
	for (int wanted = 0; wanted < 2; wanted++) {
		struct own_io io = { .emit = on_entry, .extras = wanted, .error = no_error };
		struct own *own = own_new(&io);
		const char *why;

		*got = 0;
		assert_int_equal(own_recognize(text, strlen(text), &why), OWN_LINE);
		own_begin(own, OWN_LINE);
		own_feed(own, text, strlen(text));
		assert_string_equal(got, wanted ? line : "");
		own_free(own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_read_back),
	};
	int failed;

	format = line_format_new();
	failed = cmocka_run_group_tests_name("processes", tests, NULL, NULL);
	line_format_free(format);
	return failed;
}
