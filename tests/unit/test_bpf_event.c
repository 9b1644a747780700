// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/bpf_event: interpretation of records of the ring buffer. */
#include "plugin/input/bpf_event.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>

#include "kpatch/bpf/netlog_bpf.h"
#include "table.h"

#define OFFSET 1000000000000LL	/* real minus monotonic, ns */

/* The event that came, as text; "" if none did. */
static char got[1024];

static void on_event(const struct event *e, void *arg)
{
	char local[NETADDR_TEXT_MAX], remote[NETADDR_TEXT_MAX];

	(void)arg;
	netaddr_format(&e->local, local);
	netaddr_format(&e->remote, remote);
	snprintf(got, sizeof(got), "%d %lld.%03u:%llu op=%d err=%d ino=%llu cookie=%llx "
		 "netns=%lld proto=%d state=%d %s%s %s tx=%lld rx=%lld mono=%lld pid=%lld "
		 "ppid=%lld sid=%lld uid=%lld auid=%lld ses=%lld comm=%s title=%s exe=%s",
		 e->kind == EVENT_MODULE, (long long)e->stamp.sec, e->stamp.milli,
		 (unsigned long long)e->stamp.serial, e->op, e->err,
		 (unsigned long long)e->ino, (unsigned long long)e->cookie,
		 (long long)e->netns, e->proto, e->state, local,
		 (const char *[]){ "", " ->", " <-" }[e->direction], remote, (long long)e->tx,
		 (long long)e->rx, (long long)e->mono, (long long)e->task.pid,
		 (long long)e->task.ppid, (long long)e->task.sid, (long long)e->task.uid,
		 (long long)e->task.auid, (long long)e->task.ses,
		 e->task.comm ? e->task.comm : "-", e->task.proctitle ? e->task.proctitle : "-",
		 e->task.exe ? e->task.exe : "-");
}

static void on_stamp(int64_t pid, int64_t mono, uint64_t serial, void *arg)
{
	(void)arg;
	snprintf(got, sizeof(got), "stamp %lld %lld %llu", (long long)pid, (long long)mono,
		 (unsigned long long)serial);
}

static const struct bpf_callbacks to = { on_event, on_stamp, NULL };

static struct netlog_bpf_event record(enum netlog_op op, int family, const char *local,
				      int lport, const char *remote, int fport)
{
	struct netlog_bpf_event r = {
		.kind = NETLOG_BPF_EVENT, .op = op, .mono = 5123456789ULL,
		.sock = { .ino = 20411, .cookie = 0xabc, .tx = 5, .rx = 7, .netns = 77,
			  .oif = 3, .family = family, .proto = 6, .lport = lport,
			  .fport = fport, .state = 1 },
		.task = { .exe = 9, .pid = 100, .ppid = 1, .sid = 50, .uid = 1000,
			  .auid = 1001, .ses = 4294967295U, .comm = "curl" },
	};

	if (local)
		assert_int_equal(inet_pton(family, local, r.sock.laddr), 1);
	if (remote)
		assert_int_equal(inet_pton(family, remote, r.sock.faddr), 1);
	return r;
}

/* parts: last first, each followed by a NUL, as the kernel's side writes them. */
static int give_exe(struct bpf_events *e, unsigned int pid, unsigned long id, const char *parts,
		    size_t len, int count)
{
	static struct netlog_bpf_exe x;

	memset(&x, 0, sizeof(x));
	x.kind = NETLOG_BPF_EXE;
	x.pid = pid;
	x.id = id;
	x.parts = count;
	x.len = len;
	memcpy(x.text, parts, len);
	return bpf_events_record(e, &x, sizeof(x));
}

#define PARTS(text) text, sizeof(text)

struct row {
	const char *name;
	enum netlog_op op;
	int family;
	const char *local;
	int lport;
	const char *remote;
	int fport;
	const char *want;	/* from the ends to mono= */
};

static const struct row rows[] = {
	{ "connect", NETLOG_OP_CONNECT, AF_INET, "10.0.0.5", 43210, "192.0.2.7", 443,
	  " 10.0.0.5:43210 192.0.2.7:443 tx=-1 rx=-1 " },
	{ "release", NETLOG_OP_RELEASE, AF_INET, "10.0.0.5", 43210, "192.0.2.7", 443,
	  " 10.0.0.5:43210 192.0.2.7:443 tx=5 rx=7 " },
	{ "v6", NETLOG_OP_ACCEPT, AF_INET6, "2001:db8::1", 22, "2001:db8::9", 50044,
	  " [2001:db8::1]:22 [2001:db8::9]:50044 tx=-1 " },
	{ "v4-mapped", NETLOG_OP_ACCEPT, AF_INET6, "::ffff:10.0.0.5", 22, "::ffff:10.0.0.9", 5,
	  " 10.0.0.5:22 10.0.0.9:5 " },
	{ "link-local has a scope", NETLOG_OP_CONNECT, AF_INET6, "fe80::1", 5, "fe80::2", 6,
	  " [fe80::1%3]:5 [fe80::2%3]:6 " },
	{ "any address with a port", NETLOG_OP_LISTEN, AF_INET, NULL, 22, NULL, 0,
	  " 0.0.0.0:22 - " },
	{ "no local end", NETLOG_OP_FAIL, AF_INET, NULL, 0, "192.0.2.7", 443,
	  " - 192.0.2.7:443 " },
	{ "address without port", NETLOG_OP_DGRAM, AF_INET, "10.0.0.5", 43210, "192.0.2.7", 0,
	  " 10.0.0.5:43210 192.0.2.7:- " },
	{ "nothing known", NETLOG_OP_BIND, AF_INET, NULL, 0, NULL, 0, " - - " },
};

static void test_ends(void **state)
{
	const struct row *row = *state;
	struct netlog_bpf_event r = record(row->op, row->family, row->local, row->lport,
					   row->remote, row->fport);
	struct bpf_events *e = bpf_events_new(&to);

	*got = 0;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	if (!strstr(got, row->want))
		fail_msg("no \"%s\" in: %s", row->want, got);
	bpf_events_free(e);
}

static void test_direction(void **state)
{
	static const char *const want[] = { [NETLOG_BPF_EITHER] = " 10.0.0.5:22 10.0.0.9:5 ",
		[NETLOG_BPF_OUTBOUND] = " 10.0.0.5:22 -> 10.0.0.9:5 ",
		[NETLOG_BPF_INBOUND] = " 10.0.0.5:22 <- 10.0.0.9:5 " };
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct netlog_bpf_event r = record(NETLOG_OP_FOUND, AF_INET, "10.0.0.5", 22,
						   "10.0.0.9", 5);

		r.sock.direction = i;
		assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
		assert_non_null(strstr(got, want[i]));
	}
	bpf_events_free(e);
}

static void test_all_fields(void **state)
{
	struct netlog_bpf_event r = record(NETLOG_OP_FAIL, AF_INET, "10.0.0.5", 43210,
					   "192.0.2.7", 443);
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	r.err = 111;
	bpf_events_clock(e, OFFSET);
	assert_int_equal(give_exe(e, 100, 9, PARTS("curl\0bin\0usr"), 3), 0);
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	assert_string_equal(got, "1 1005.123:0 op=3 err=111 ino=20411 cookie=abc netns=77 "
			    "proto=6 state=1 10.0.0.5:43210 192.0.2.7:443 tx=-1 rx=-1 "
			    "mono=5123456789 pid=100 ppid=1 sid=50 uid=1000 auid=1001 "
			    "ses=4294967295 comm=\"curl\" title=- exe=\"/usr/bin/curl\"");
	bpf_events_free(e);
}

/* The process is unknown: no field of the task is set. */
static void test_nobody(void **state)
{
	struct netlog_bpf_event r = record(NETLOG_OP_ESTABLISHED, AF_INET, NULL, 1, NULL, 0);
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	r.task.pid = 0;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	assert_non_null(strstr(got, " pid=-1 ppid=-1 sid=-1 uid=-1 auid=-1 ses=-1 comm=- title=- exe=-"));
	bpf_events_free(e);
}

static void test_args(void **state)
{
	static const struct { const char *args; size_t len; const char *want; } titles[] = {
		{ "curl", 4, " title=\"curl\" " },
		{ "curl", 5, " title=\"curl\" " },
		{ "curl\0-v\0x y", 12, " title=6375726C002D7600782079 " },
		{ "\0\0\n", 3, " title=- " },
		{ "a \0\x7f\x9f", 5, " title=6120 " },
		{ "\xe9\0", 2, " title=E9 " },
		{ "", 0, " title=- " },
		{ "", 129, " title=- " },	/* claims more than it can hold */
	};
	struct bpf_events *e = bpf_events_new(&to);
	struct netlog_bpf_event r = record(NETLOG_OP_CONNECT, AF_INET, NULL, 1, NULL, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		struct netlog_bpf_exe x = { .kind = NETLOG_BPF_EXE, .pid = 100, .id = 9,
					    .args_len = titles[i].len };

		if (titles[i].len <= sizeof(x.args))
			memcpy(x.args, titles[i].args, titles[i].len);
		assert_int_equal(bpf_events_record(e, &x, sizeof(x)), 0);
		bpf_events_record(e, &r, sizeof(r));
		if (!strstr(got, titles[i].want))
			fail_msg("no \"%s\" in: %s", titles[i].want, got);
	}
	bpf_events_free(e);
}

static void expect_exe(struct bpf_events *e, unsigned int pid, unsigned long id, const char *want)
{
	struct netlog_bpf_event r = record(NETLOG_OP_CONNECT, AF_INET, NULL, 1, NULL, 0);
	const char *exe;

	r.task.pid = pid;
	r.task.exe = id;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	exe = strstr(got, " exe=");
	assert_non_null(exe);
	assert_string_equal(exe + 5, want);
}

static void test_exe(void **state)
{
	static const char cut[] = "a";
	struct netlog_bpf_exe x = { .kind = NETLOG_BPF_EXE, .pid = 6, .id = 6, .parts = 1,
				    .len = sizeof(cut), .cut = 1 };
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	give_exe(e, 1, 11, PARTS("sh\0bin"), 2);
	give_exe(e, 2, 22, PARTS("a b"), 1);
	expect_exe(e, 1, 11, "\"/bin/sh\"");
	expect_exe(e, 2, 22, "2F612062");
	expect_exe(e, 3, 11, "-");		/* of another process */
	give_exe(e, 1, 12, PARTS("cat\0bin"), 2);	/* exec */
	expect_exe(e, 1, 12, "\"/bin/cat\"");
	expect_exe(e, 1, 11, "-");		/* no longer known: not a guess */
	expect_exe(e, 1, 0, "-");
	memcpy(x.text, cut, sizeof(cut));
	assert_int_equal(bpf_events_record(e, &x, sizeof(x)), 0);
	expect_exe(e, 6, 6, "-");
	x.cut = 0;
	x.deleted = 1;
	bpf_events_record(e, &x, sizeof(x));
	expect_exe(e, 6, 6, "2F61202864656C6574656429");
	/* its contents are shorter than it claims: it is ignored */
	x.parts = 2;
	bpf_events_record(e, &x, sizeof(x));
	expect_exe(e, 6, 6, "-");
	bpf_events_free(e);
}

static void give_key(struct bpf_events *e, unsigned long id, const char *args)
{
	struct netlog_bpf_exe x = { .kind = NETLOG_BPF_EXE, .pid = 1, .id = id, .key = 55, .parts = 1,
				    .len = 4, .args_len = strlen(args), .text = "cat" };

	memcpy(x.args, args, strlen(args));
	assert_int_equal(bpf_events_record(e, &x, sizeof(x)), 0);
}

/* A scan and the process itself report the same program, in either order. */
static void test_scanned(void **state)
{
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	give_key(e, 55, "");
	expect_exe(e, 1, 55, "\"/cat\"");
	give_key(e, 11, "cat");			/* it acts */
	expect_exe(e, 1, 55, "\"/cat\"");	/* what was found before it acted */
	give_key(e, 55, "");			/* the next scan */
	expect_exe(e, 1, 11, "\"/cat\"");
	assert_non_null(strstr(got, " title=\"cat\" "));
	expect_exe(e, 1, 12, "-");
	bpf_events_free(e);
}

/* A child runs its parent's program until it executes another; a status is no errno. */
static void test_processes(void **state)
{
	struct netlog_bpf_event r = record(NETLOG_OP_FORK, AF_INET, NULL, 0, NULL, 0);
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	r.err = 99;
	r.sock.family = r.sock.rx = 0;
	assert_int_equal(give_exe(e, 99, 9, PARTS("bash\0bin"), 2), 0);
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	assert_non_null(strstr(got, "pid=100 "));
	assert_non_null(strstr(got, "exe=\"/bin/bash\""));
	r.op = NETLOG_OP_END;
	r.err = 7 << 8;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	assert_non_null(strstr(got, " err=0 "));
	assert_non_null(strstr(got, "exe=\"/bin/bash\""));
	r.task.exe = 10;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), 0);
	assert_non_null(strstr(got, "exe=-"));
	bpf_events_free(e);
}

static void test_stamp(void **state)
{
	struct netlog_bpf_stamp s = { NETLOG_BPF_STAMP, 100, 5123456789ULL, 77, 0 };
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	assert_int_equal(bpf_events_record(e, &s, sizeof(s)), 0);
	assert_string_equal(got, "stamp 100 5123456789 77");
	assert_int_equal(bpf_events_record(e, &s, sizeof(s) - 1), -EINVAL);
	bpf_events_free(e);
}

/* A bounded table: the process that was silent longest is forgotten. */
static void test_bound(void **state)
{
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	for (unsigned int pid = 1; pid <= 32768; pid++)
		give_exe(e, pid, pid, PARTS("x"), 1);
	expect_exe(e, 1, 1, "\"/x\"");
	give_exe(e, 40000, 40000, PARTS("y"), 1);
	expect_exe(e, 1, 1, "\"/x\"");
	expect_exe(e, 2, 2, "-");
	expect_exe(e, 40000, 40000, "\"/y\"");
	bpf_events_free(e);
}

static void test_longest_path(void **state)
{
	static char parts[NETLOG_BPF_PATH + NETLOG_BPF_NAME];
	struct bpf_events *e = bpf_events_new(&to);
	size_t len = NETLOG_BPF_PATH - 1;
	struct netlog_bpf_event r = record(NETLOG_OP_CONNECT, AF_INET, NULL, 1, NULL, 0);

	(void)state;
	memset(parts, 'x', sizeof(parts));
	parts[len] = 0;
	assert_int_equal(give_exe(e, 100, 9, parts, len + 1, 1), 0);
	bpf_events_record(e, &r, sizeof(r));
	assert_non_null(strstr(got, " exe=\"/xxxx"));
	parts[len] = 'x';
	parts[len + 1] = 0;
	assert_int_equal(give_exe(e, 100, 9, parts, len + 2, 1), 0);
	bpf_events_record(e, &r, sizeof(r));
	assert_non_null(strstr(got, " exe=-"));
	bpf_events_free(e);
}

static void test_no_record(void **state)
{
	struct netlog_bpf_event r = record(NETLOG_OP_CONNECT, AF_INET, NULL, 1, NULL, 0);
	struct bpf_events *e = bpf_events_new(&to);

	(void)state;
	*got = 0;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r) - 1), -EINVAL);
	r.op = NETLOG_OP_COUNT;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), -EINVAL);
	r.op = 0;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), -EINVAL);
	r.kind = NETLOG_BPF_EXE;	/* too short for one */
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), -EINVAL);
	r.kind = 77;
	assert_int_equal(bpf_events_record(e, &r, sizeof(r)), -EINVAL);
	assert_string_equal(got, "");
	bpf_events_free(e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_all_fields), cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_args), cmocka_unit_test(test_processes),
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_exe), cmocka_unit_test(test_scanned), cmocka_unit_test(test_bound),
		cmocka_unit_test(test_longest_path), cmocka_unit_test(test_no_record),
	};
	int failed = table_run("ends", test_ends, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
