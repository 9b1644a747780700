// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/entry/match, expressions and what they hold of. */
#include "parser/entry/match.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

#define KEYS "key=value, with a key of: pid ppid uid auid ses comm exe node proto " \
	     "local remote"
#define RANGE "ADDRESS, ADDRESS/PREFIX, ADDRESS:PORT, [V6]:PORT or :PORT"
#define USER "a user name, a number, or unset"

static struct identity who = {
	.refs = 1, .pid = 2304, .ppid = 2211, .uid = 0, .auid = ID_UNSET, .ses = 3,
	.sid = ID_UNKNOWN, .comm = "6E6320780A", .exe = "\"/usr/bin/nc\"",
};

static const struct entry record = {
	.what = CONNECT_STOP, .time = { 1000, 500, 1 }, .node = "web1",
	.proto = IPPROTO_TCP, .opener = 17,
	.local = { 0, false, true, 22 },
	.remote = { AF_INET, true, true, 443, 0, { 192, 0, 2, 7 } },
	.identity = &who, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
};

static struct identity nobody = {
	.refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1, .ses = -1, .sid = -1,
};
static const struct entry unknown = {
	.what = CONNECT_STOP, .time = { 1000, 500, 1 }, .proto = PROTO_UNKNOWN,
	.opener = -1, .identity = &nobody, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
};

struct row {
	const char *name;	/* the expression */
	int result;
	bool holds;		/* of record; never of unknown */
	const char *allowed;
};

static const struct row rows[] = {
	{ "pid=2304", 0, true },
	{ "pid=17", 0, true },			/* the opener */
	{ "pid=2305", 0, false },
	{ "ppid=2211", 0, true },
	{ "uid=0", 0, true },
	{ "uid=root", 0, true },
	{ "uid=1", 0, false },
	{ "uid=unset", 0, false },
	{ "auid=unset", 0, true },
	{ "auid=-1", 0, true },
	{ "auid=4294967295", 0, true },
	{ "auid=root", 0, false },
	{ "ses=3", 0, true },
	{ "ses=-1", 0, false },
	{ "exe=/usr/bin/nc", 0, true },
	{ "exe=/usr/bin/n", 0, false },
	{ "exe=/usr/bin/ncc", 0, false },
	{ "comm=nc", 0, false },
	{ "node=web1", 0, true },
	{ "node=web", 0, false },
	{ "proto=tcp", 0, true },
	{ "proto=TCP", 0, true },
	{ "proto=udp", 0, false },
	{ "proto=mptcp", 0, false },
	{ "local=:22", 0, true },
	{ "local=0.0.0.0/0", 0, false },	/* the address is not known */
	{ "remote=192.0.2.0/24", 0, true },
	{ "remote=192.0.2.7:443", 0, true },
	{ "remote=:443", 0, true },
	{ "remote=::/0", 0, false },
	{ "exe=/usr/bin/nc remote=192.0.2.7 proto=tcp pid=2304", 0, true },
	{ "exe=/usr/bin/nc remote=192.0.2.8", 0, false },
	{ "  \tuid=0\t pid=2304 \t", 0, true },
	{ "pid=1 pid=2304", 0, true },		/* the last one counts */
	{ "exe=a=b", 0, false },
	{ "", -EINVAL, .allowed = "at least one key=value" },
	{ "  ", -EINVAL, .allowed = "at least one key=value" },
	{ "pid", -EINVAL, .allowed = KEYS },
	{ "=1", -EINVAL, .allowed = KEYS },
	{ "Pid=1", -EINVAL, .allowed = KEYS },
	{ "pidx=1", -EINVAL, .allowed = KEYS },
	{ "uid=0 port=22", -EINVAL, .allowed = KEYS },
	{ "pid=", -EINVAL, .allowed = "a number" },
	{ "pid=x", -EINVAL, .allowed = "a number" },
	{ "pid=1x", -EINVAL, .allowed = "a number" },
	{ "pid=-2", -EINVAL, .allowed = "a number" },
	{ "pid=4294967296", -EINVAL, .allowed = "a number" },
	{ "pid=99999999999999999999", -EINVAL, .allowed = "a number" },
	{ "ses=unset", -EINVAL, .allowed = "a number" },
	{ "uid=no-such-user-here", -EINVAL, .allowed = USER },
	{ "auid=", -EINVAL, .allowed = USER },
	{ "comm=", -EINVAL, .allowed = "a text that is not empty" },
	{ "exe=", -EINVAL, .allowed = "a text that is not empty" },
	{ "node=", -EINVAL, .allowed = "a text that is not empty" },
	{ "proto=", -EINVAL, .allowed = "tcp, udp, sctp, mptcp, udplite or dccp" },
	{ "proto=-", -EINVAL, .allowed = "tcp, udp, sctp, mptcp, udplite or dccp" },
	{ "proto=6", -EINVAL, .allowed = "tcp, udp, sctp, mptcp, udplite or dccp" },
	{ "local=", -EINVAL, .allowed = RANGE },
	{ "remote=192.0.2.7/33", -EINVAL, .allowed = RANGE },
	{ "remote=example.org", -EINVAL, .allowed = RANGE },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	const char *allowed = NULL;
	struct match m = { 0 };

	assert_int_equal(match_parse(&m, row->name, &allowed), row->result);
	if (row->result) {
		assert_non_null(allowed);
		assert_string_equal(allowed, row->allowed);
	} else {
		assert_int_equal(match_entry(&m, &record), row->holds);
		assert_false(match_entry(&m, &unknown));
	}
	match_fini(&m);
	match_fini(&m);
}

/* Through match_add, as options do: values with spaces and newlines. */
static void test_text_decoded(void **state)
{
	const char *allowed;
	struct match m = { 0 };

	(void)state;
	assert_int_equal(match_add(&m, MATCH_COMM, "nc x\n", &allowed), 0);
	assert_true(match_entry(&m, &record));
	assert_int_equal(match_add(&m, MATCH_COMM, "nc x", &allowed), 0);
	assert_false(match_entry(&m, &record));
	match_fini(&m);
}

static void test_time(void **state)
{
	static const struct {
		struct stamp at;
		bool from, to;
	} times[] = {
		{ { 1000, 500, 9 }, true, true },
		{ { 1000, 499, 0 }, true, false },
		{ { 1000, 501, 0 }, false, true },
		{ { 999, 999, 0 }, true, false },
		{ { 1001, 0, 0 }, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct match from = { .has_from = true, .from = times[i].at };
		struct match to = { .has_to = true, .to = times[i].at };

		assert_int_equal(match_entry(&from, &record), times[i].from);
		assert_int_equal(match_entry(&to, &record), times[i].to);
	}
}

static void test_nothing_asked(void **state)
{
	static const struct match m;

	(void)state;
	assert_true(match_entry(&m, &record));
	assert_true(match_entry(&m, &unknown));
}

static void test_keys(void **state)
{
	(void)state;
	assert_int_equal(match_key("pid", 3), MATCH_PID);
	assert_int_equal(match_key("remote=x", 6), MATCH_REMOTE);
	assert_int_equal(match_key("remotex", 7), -1);
	assert_int_equal(match_key("", 0), -1);
	assert_int_equal(match_key("pid", 2), -1);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_text_decoded),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_keys),
	};

	return table_run("expression", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("match", rest, NULL, NULL);
}
