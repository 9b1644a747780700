// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/entry/match, expressions and what they hold of. */
#include "parser/entry/match.h"

#include <errno.h>
#include <stdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

#define KEYS " must be key=value, with a key of: time kind proto local direction remote " \
	     "addr sid pid uid user comm exe auid ses ppid subj proctitle egid cgroup pcomm opener netns " \
	     "container ctrname pod unit entity pentity via errno status dur tx rx bytes sent read unseen incomplete id ev node"
#define RANGE "must be ADDRESS, ADDRESS/PREFIX, ADDRESS:PORT, [V6]:PORT, :PORT or " \
	      ":FIRST-LAST"
#define USER "must be a user name, a number, or unset"
#define TEXT "must be a text that is not empty"
#define PROTO "must be tcp, udp, sctp, mptcp, udplite or dccp"
#define ORDER "needs one of these operators: = != < <= > >= in"

static struct identity who = {
	.refs = 1, .pid = 2304, .ppid = 2211, .uid = 0, .auid = ID_UNSET, .ses = 3,
	.sid = ID_UNKNOWN, .comm = "6E6320780A", .exe = "\"/usr/bin/nc\"",
	.proctitle = "6E63002D7A002031",	/* nc, -z, " 1" */
};

static const struct entry record = {
	.what = CONNECT_STOP, .time = { 1000, 500, 1 }, .node = "web1",
	.proto = IPPROTO_TCP, .opener = 17,
	.local = { 0, false, true, 22 },
	.remote = { AF_INET, true, true, 443, 0, { 192, 0, 2, 7 } },
	.ev = { 1000, 391, 62 }, .id = { 0x3f1a09c2, true, 0x5e01, false, 2 },
	.identity = &who, .dur_ms = 1204, .tx = 512, .rx = 3 << 20, .netns = 4026531840,
	.via = VIA_EXIT | VIA_SYSLOG, .err = ECONNRESET, .inbound = true,
};

static struct identity nobody = {
	.refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1, .ses = -1, .sid = -1,
};
static const struct entry unknown = {
	.what = CONNECT_STOP, .time = { 1000, 500, 1 }, .proto = PROTO_UNKNOWN,
	.unknown_direction = true, .opener = -1, .identity = &nobody,
	.dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
};

struct row {
	const char *name;	/* the expression */
	int result;
	bool holds;		/* of record */
	bool of_unknown;	/* holds of unknown: a field's absence is its value */
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
	{ "exe=a=b", 0, false },
	/* of one field: alternatives, and what must hold beside them */
	{ "pid=1 pid=2304", 0, true },
	{ "pid=2304 pid=1", 0, true },
	{ "pid=1 pid=2", 0, false },
	{ "pid=1 uid=0 pid=2304", 0, true },
	{ "pid=1 uid=1 pid=2304", 0, false },
	{ "exe=/bin/sh exe~bin", 0, true },
	{ "remote=10.0.0.0/8 remote=192.0.2.0/24", 0, true },
	{ "dur>1 dur<2", 0, true },
	{ "dur>2 dur<3", 0, false },
	{ "dur<1 dur>2", 0, false },
	{ "exe~bin exe!=/usr/bin/nc", 0, false },
	{ "exe~bin exe!=/usr/bin/curl exe!~/opt/", 0, true },
	/* operators */
	{ "pid in 1,2304", 0, true },
	{ "pid in 1,2", 0, false },
	{ "pid in 1, 2,\t2304 uid=0", 0, true },
	{ "pid in 2000-3000", 0, true },
	{ "pid=2000-3000", 0, true },
	{ "pid in 1-2,17", 0, true },		/* the opener */
	{ "pid!=2304", 0, false },
	{ "pid!=17", 0, false },
	{ "pid!=18", 0, true },
	{ "ppid>2210 ppid<=2211 ppid>=2211 ppid<2212", 0, true },
	{ "ppid>2211", 0, false },
	{ "ppid<2211", 0, false },
	{ "ppid > 2210", 0, true },
	{ "ppid >2210", 0, true },
	{ "auid>1000", 0, false },		/* unset is no number */
	{ "auid>=1000", 0, false },
	{ "auid!=root", 0, true },
	{ "auid!=unset", 0, false },
	{ "ses=unset", 0, false },
	{ "ses<4", 0, true },
	{ "sid=1", 0, false },
	{ "sid!=1", 0, false },			/* not known */
	{ "uid in root,daemon", 0, true },
	{ "user=0", 0, true },
	{ "user=unset", 0, true },		/* auid */
	{ "user=5", 0, false },
	{ "user!=5", 0, true },
	{ "user!=0", 0, false },
	{ "exe~/usr/", 0, true },
	{ "exe~usr/bin/nc", 0, true },
	{ "exe~nd", 0, false },
	{ "exe!~nd", 0, true },
	{ "exe!~bin", 0, false },
	{ "exe in /bin/nc,/usr/bin/nc", 0, true },
	{ "comm~nc\\x20x", 0, true },
	{ "comm=nc\\x20x\\x0A", 0, true },
	{ "comm=\"nc x\\x0A\"", 0, true },
	{ "comm='nc x\\x0A'", 0, true },
	{ "comm~\"nc x\" uid=0", 0, true },
	{ "comm~'nc y' uid=0", 0, false },
	{ "comm in \"a, b\",\"nc x\\x0A\" uid=0", 0, true },
	{ "comm=\"a \\\" \\\\ b\"", 0, false },
	{ "comm = nc", 0, false },
	{ "proctitle=\"nc -z  1\"", 0, true },
	{ "proctitle=nc\\x20-z\\x20\\x201", 0, true },	/* as in the line */
	{ "proctitle~-z", 0, true },
	{ "subj=x", 0, false },
	{ "subj!=x", 0, false },		/* not known */
	{ "node~eb", 0, true },
	{ "node!=web2", 0, true },
	{ "proto!=udp", 0, true },
	{ "proto in udp,tcp", 0, true },
	{ "kind=stop pid=2304", 0, true },
	{ "kind=connect pid=2304", 0, true },
	{ "kind=connect-stop pid=2304", 0, true },
	{ "kind=\"connect stop\" pid=2304", 0, true },
	{ "kind=start", 0, false },
	{ "kind=listen", 0, false },
	{ "kind=listen-stop", 0, false },
	{ "kind in fail,stop pid=2304", 0, true },
	{ "kind!=stop remote=:443", 0, false },
	{ "direction=in", 0, true },
	{ "direction=<-", 0, true },
	{ "direction=->", 0, false },
	{ "direction!=out", 0, true },
	{ "local=:20-30", 0, true },
	{ "local!=:23", 0, true },
	{ "local!=10.0.0.0/8", 0, false },	/* the address is not known */
	{ "local!=10.0.0.0/8:22", 0, false },
	{ "remote=192.0.2.0/24:443", 0, true },
	{ "remote=192.0.2.0/24:80", 0, false },
	{ "remote in 10.0.0.0/8,192.0.2.0/24", 0, true },
	{ "remote!=10.0.0.0/8", 0, true },
	{ "addr=192.0.2.7", 0, true },
	{ "addr=:22", 0, true },
	{ "addr=:23", 0, false },
	{ "addr!=:23", 0, true },
	{ "addr!=:443", 0, false },
	{ "addr!=10.0.0.0/8", 0, false },	/* it may be the local one */
	{ "opener=17", 0, true },
	{ "opener!=17 pid=2304", 0, false },
	{ "netns=4026531840", 0, true },
	{ "via=exit", 0, true },
	{ "via in close,exec", 0, false },
	{ "via!=sweep remote=:443", 0, true },
	{ "via=syslog", 0, true },
	{ "via=exit,syslog", 0, true },
	{ "via=close,syslog", 0, false },
	{ "via!=syslog", 0, false, .of_unknown = true },
	{ "via!=syslog remote=:443", 0, false },
	{ "errno=ECONNRESET", 0, true },
	{ "errno=104", 0, true },
	{ "errno=-104", 0, true },
	{ "errno=-ECONNRESET", 0, true },
	{ "errno!=ECONNREFUSED", 0, true },
	{ "errno in ETIMEDOUT,ECONNRESET", 0, true },
	{ "errno=ETIMEDOUT", 0, false },
	{ "dur=1.204", 0, true },
	{ "dur=1204ms", 0, true },
	{ "dur=1.203999", 0, false },
	{ "dur>1.2", 0, true },
	{ "dur<1204ms", 0, false },
	{ "dur<=1204ms", 0, true },
	{ "dur<1m", 0, true },
	{ "dur in 1-1.5s", 0, true },
	{ "dur>1d dur<2h", 0, false },
	{ "tx=512", 0, true },
	{ "tx=0.5k", 0, true },
	{ "tx>=0.5k tx<1k", 0, true },
	{ "rx=3M", 0, true },
	{ "rx>3M", 0, false },
	{ "rx>2.9M rx<1G", 0, true },
	{ "incomplete=no remote=:443", 0, true },
	{ "incomplete=yes", 0, false },
	{ "unseen=netns", 0, false },
	{ "unseen=no remote=:443", 0, true },
	{ "id=3f1a09c2-5e01.2", 0, true },
	{ "id=3f1a09c2-5e01", 0, true },
	{ "id=3F1A09C2-5E01.2", 0, true },
	{ "id=3f1a09c2-5e01.1", 0, false },
	{ "id=3f1a09c2-s5e01.2", 0, false },
	{ "id=--5e01.2", 0, false },
	{ "id!=3f1a09c2-5e02.2", 0, true },
	{ "ev=62", 0, true },
	{ "ev=1000.391:62", 0, true },
	{ "ev=1000.392:62", 0, false },
	{ "ev=63", 0, false },
	{ "ev in 1,62", 0, true },
	{ "time=@1000 pid=2304", 0, true },
	{ "time=@1000.500 pid=2304", 0, true },
	{ "time=@1000.5 pid=2304", 0, true },
	{ "time=@1000.501 pid=2304", 0, false },
	{ "time>@999 time<@1001 pid=2304", 0, true },
	{ "time>@1000 pid=2304", 0, false },
	{ "time>=@1000 time<=@1000 pid=2304", 0, true },
	{ "time=1970-01-01 pid=2304", 0, true },
	{ "time=1970-01-01T00:16 pid=2304", 0, true },
	{ "time=1970-01-01T00:16:40.500 pid=2304", 0, true },
	{ "time=\"1970-01-01 00:16:40\" pid=2304", 0, true },
	{ "time<1970-01-01T00:16:40.5 pid=2304", 0, false },
	{ "", -EINVAL, .allowed = "at least one key=value is needed" },
	{ "  ", -EINVAL, .allowed = "at least one key=value is needed" },
	{ "pid", -EINVAL, .allowed = "pid " ORDER },
	{ "=1", -EINVAL, .allowed = "''" KEYS },
	{ "Pid=1", -EINVAL, .allowed = "'Pid'" KEYS },
	{ "pidx=1", -EINVAL, .allowed = "'pidx'" KEYS },
	{ "uid=0 port=22", -EINVAL, .allowed = "'port'" KEYS },
	{ "pid=", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=x", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=1x", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=-2", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=4294967296", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=99999999999999999999", -EINVAL, .allowed = "pid must be a number" },
	{ "ses=none", -EINVAL, .allowed = "ses must be a number, or unset" },
	{ "pid=-1", -EINVAL, .allowed = "pid must be a number" },
	{ "uid=no-such-user-here", -EINVAL, .allowed = "uid " USER },
	{ "auid=", -EINVAL, .allowed = "auid " USER },
	{ "comm=", -EINVAL, .allowed = "comm " TEXT },
	{ "exe=", -EINVAL, .allowed = "exe " TEXT },
	{ "node=", -EINVAL, .allowed = "node " TEXT },
	{ "proto=", -EINVAL, .allowed = "proto " PROTO },
	{ "proto=-", -EINVAL, .allowed = "proto " PROTO },
	{ "proto=6", -EINVAL, .allowed = "proto " PROTO },
	{ "local=", -EINVAL, .allowed = "local " RANGE },
	{ "remote=192.0.2.7/33", -EINVAL, .allowed = "remote " RANGE },
	{ "remote=example.org", -EINVAL, .allowed = "remote " RANGE },
	{ "comm= pid=1", -EINVAL, .allowed = "comm " TEXT },
	{ "comm=\"a b", -EINVAL,
	  .allowed = "comm has a quote that is not closed before a blank" },
	{ "comm=\"a\"b", -EINVAL,
	  .allowed = "comm has a quote that is not closed before a blank" },
	{ "comm=\"\"", -EINVAL, .allowed = "comm " TEXT },
	{ "comm<x", -EINVAL, .allowed = "comm needs one of these operators: = != ~ !~ in" },
	{ "pid~1", -EINVAL, .allowed = "pid " ORDER },
	{ "pid in", -EINVAL, .allowed = "pid " ORDER },
	{ "pid in ", -EINVAL, .allowed = "pid must be a number" },
	{ "pid in 1,", -EINVAL, .allowed = "pid must be a number" },
	{ "pid in 1,,2", -EINVAL, .allowed = "pid must be a number" },
	{ "pidin 1", -EINVAL, .allowed = "'pidin'" KEYS },
	{ "pid=5-4", -EINVAL, .allowed = "pid must be a number" },
	{ "pid=1.5", -EINVAL, .allowed = "pid must be a number" },
	{ "pid>1-5", -EINVAL, .allowed = "pid takes a range only with = != in" },
	{ "remote>10.0.0.0", -EINVAL,
	  .allowed = "remote needs one of these operators: = != in" },
	{ "kind=begin", -EINVAL, .allowed = "kind must be start, stop, fail, connect, "
	  "listen, or both words as in connect-start" },
	{ "kind=listen-fail", -EINVAL, .allowed = "kind must be start, stop, fail, connect, "
	  "listen, or both words as in connect-start" },
	{ "direction=-", -EINVAL, .allowed = "direction must be out or in" },
	{ "via=", -EINVAL, .allowed = "via must be in-progress, close, exit, exec, reuse, "
	  "gone, boot, destroy, found, snapshot, sweep, corrected or syslog" },
	{ "errno=0", -EINVAL,
	  .allowed = "errno must be an error's name or number, as ECONNREFUSED or 111" },
	{ "errno=ENOSUCH", -EINVAL,
	  .allowed = "errno must be an error's name or number, as ECONNREFUSED or 111" },
	{ "dur=1w", -EINVAL,
	  .allowed = "dur must be a time in seconds, as 1.5, or with ms, s, m, h or d" },
	{ "dur=9223372036854775807d", -EINVAL,
	  .allowed = "dur must be a time in seconds, as 1.5, or with ms, s, m, h or d" },
	{ "dur=-1", -EINVAL,
	  .allowed = "dur must be a time in seconds, as 1.5, or with ms, s, m, h or d" },
	{ "tx=1x", -EINVAL,
	  .allowed = "tx must be a number of bytes, as 512, or with k, M, G or T" },
	{ "unseen=maybe", -EINVAL, .allowed = "unseen must be netns or no" },
	{ "incomplete=maybe", -EINVAL, .allowed = "incomplete must be yes or no" },
	{ "id=5e01.1", -EINVAL, .allowed = "id must be an id as the line has it" },
	{ "id=3f1a09c2-5e01.0", -EINVAL, .allowed = "id must be an id as the line has it" },
	{ "id=3f1a09c2-", -EINVAL, .allowed = "id must be an id as the line has it" },
	{ "ev=-", -EINVAL,
	  .allowed = "ev must be a serial, or SECONDS.MILLIS:SERIAL as in ev=" },
	{ "ev=1000:62", -EINVAL,
	  .allowed = "ev must be a serial, or SECONDS.MILLIS:SERIAL as in ev=" },
	{ "time=12:00", -EINVAL,
	  .allowed = "time must be a local time as 2026-11-21T06:04:39, or @SECONDS" },
	{ "time=2026-11-21T06:04:39.3911", -EINVAL,
	  .allowed = "time must be a local time as 2026-11-21T06:04:39, or @SECONDS" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	struct match_error error = { "" };
	struct match m = { 0 };
	int result = match_parse(&m, row->name, MATCH_QUERY, &error);

	if (result != row->result)
		fail_msg("%d: %s", result, error.text);
	if (row->result) {
		assert_string_equal(error.text, row->allowed);
	} else {
		assert_int_equal(match_entry(&m, &record), row->holds);
		assert_int_equal(match_entry(&m, &unknown), row->of_unknown);
	}
	match_fini(&m);
	match_fini(&m);
}

/* As options do: values with spaces and newlines. */
static void test_text_decoded(void **state)
{
	struct match_error error;
	struct match m = { 0 };

	(void)state;
	assert_int_equal(match_add(&m, FIELD_COMM, OP_IS, "nc x\n", MATCH_QUERY, &error), 0);
	assert_true(match_entry(&m, &record));
	match_fini(&m);
	assert_int_equal(match_add(&m, FIELD_COMM, OP_IS, "nc x", MATCH_QUERY, &error), 0);
	assert_false(match_entry(&m, &record));
	match_fini(&m);
}

/* Values that do not exist, and values that are not known. */
static void test_none(void **state)
{
	static const struct entry seen = {
		.what = LISTEN_START, .proto = IPPROTO_TCP, .identity = &who, .opener = -1,
		.local = { AF_INET, true, true, 22, 0, { 10, 0, 0, 5 } },
		.dur_ms = -1, .tx = -1, .rx = -1, .netns = -1,
	};
	static const struct {
		const char *text;
		bool holds;
	} conditions[] = {
		{ "via!=sweep", true },		/* seen itself */
		{ "pid!=5", true },		/* no other opener */
		{ "opener!=5", true },
		{ "addr!=:23", true },		/* a listener has one end */
		{ "addr!=:22", false },
		{ "remote!=:23", false },
		{ "errno!=ETIMEDOUT", false },
		{ "dur!=5", false },
		{ "netns!=5", false },
		{ "id!=3f1a09c2-5e01", false },
		{ "direction!=in", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		struct match_error error;
		struct match m = { 0 };

		assert_int_equal(match_parse(&m, conditions[i].text, MATCH_QUERY, &error), 0);
		if (match_entry(&m, &seen) != conditions[i].holds)
			fail_msg("%s", conditions[i].text);
		match_fini(&m);
	}
}

static void test_options(void **state)
{
	static const struct {
		enum field_id field;
		enum match_op op;
		const char *text;
		int result;
		bool holds;
	} options[] = {
		{ FIELD_COMM, OP_HAS, "nc", 0, true },
		{ FIELD_COMM, OP_IS, "nc", 0, false },
		{ FIELD_COMM, OP_HAS, "=nc", 0, false },
		{ FIELD_COMM, OP_HAS, "=nc\\x20x\\x0A", 0, true },
		{ FIELD_COMM, OP_HAS, "nc x", 0, true },
		{ FIELD_COMM, OP_HAS, "nc\\x20x", 0, true },
		{ FIELD_COMM, OP_HAS, "!~curl", 0, true },
		{ FIELD_COMM, OP_HAS, "<nc", 0, false },	/* no operator of texts */
		{ FIELD_COMM, OP_HAS, "in a,\"nc x\\x0A\"", 0, true },
		{ FIELD_COMM, OP_HAS, "in a b", -EINVAL },
		{ FIELD_COMM, OP_HAS, "", -EINVAL },
		{ FIELD_DUR, OP_IS, ">1", 0, true },
		{ FIELD_DUR, OP_IS, "> 1.3", 0, false },
		{ FIELD_DUR, OP_IS, ">=1h", 0, false },
		{ FIELD_DUR, OP_IS, ">", -EINVAL },
		{ FIELD_DIRECTION, OP_IS, "<-", 0, true },
		{ FIELD_DIRECTION, OP_IS, "->", 0, false },
		{ FIELD_PID, OP_IS, "in 2304,5", 0, true },
		{ FIELD_PID, OP_HAS, "2304", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		struct match_error error = { "" };
		struct match m = { 0 };
		int result = options[i].op == OP_HAS && options[i].field == FIELD_PID ?
			match_add(&m, FIELD_PID, OP_HAS, "2304", MATCH_QUERY, &error) :
			match_add_option(&m, options[i].field, options[i].op,
					 options[i].text, &error);

		if (result != options[i].result)
			fail_msg("%s: %d %s", options[i].text, result, error.text);
		if (!result && match_entry(&m, &record) != options[i].holds)
			fail_msg("%s", options[i].text);
		match_fini(&m);
	}
}

/* Fields that only a stop has are refused by name; all others are taken. */
static void test_ignore(void **state)
{
	static const char *const values[TYPE_COUNT] = {
		[TYPE_TIME] = "@1", [TYPE_KIND] = "fail", [TYPE_PROTO] = "tcp",
		[TYPE_ADDRESS] = ":1", [TYPE_DIRECTION] = "in", [TYPE_NUMBER] = "1", [TYPE_OPTIONAL] = "1",
		[TYPE_USER] = "1", [TYPE_SESSION] = "1", [TYPE_TEXT] = "x",
		[TYPE_ARGUMENTS] = "x", [TYPE_NAME] = "x", [TYPE_VIA] = "found",
		[TYPE_ERRNO] = "1", [TYPE_DURATION] = "1", [TYPE_BYTES] = "1",
		[TYPE_FLAG] = "yes", [TYPE_ID] = "--1.1", [TYPE_EVENT] = "1",
	};
	char refused[128] = "", text[64];
	struct match_error error;

	(void)state;
	for (int id = FIELD_NONE + 1; id < FIELD_COUNT; id++) {
		const char *key = fields[id].key;
		struct match m = { 0 };

		snprintf(text, sizeof(text), "%s=%s", key, values[fields[id].type]);
		assert_int_equal(match_parse(&m, text, MATCH_QUERY, &error), 0);
		match_fini(&m);
		if (!match_parse(&m, text, MATCH_IGNORE, &error)) {
			match_fini(&m);
			continue;
		}
		snprintf(refused + strlen(refused), sizeof(refused) - strlen(refused),
			 "%s ", key);
		snprintf(text, sizeof(text), "%s is known only at the end, ", key);
		assert_memory_equal(error.text, text, strlen(text));
	}
	assert_string_equal(refused, "opener status dur tx rx bytes sent read incomplete ");
}

static void test_ignore_kind(void **state)
{
	static const char *const good[] = { "kind=start", "kind=fail", "kind=listen",
		"kind=connect-start", "kind!=listen" };
	static const char *const bad[] = { "kind=stop", "kind=connect-stop",
		"kind in start,listen-stop" };
	struct match_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct match m = { 0 };

		assert_int_equal(match_parse(&m, good[i], MATCH_IGNORE, &error), 0);
		match_fini(&m);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct match m = { 0 };

		assert_int_equal(match_parse(&m, bad[i], MATCH_IGNORE, &error), -EINVAL);
		assert_string_equal(error.text, "kind must be start, fail, connect or "
				    "listen: a stop is ignored if its start was");
		match_fini(&m);
	}
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
	assert_int_equal(field_by_key("pid", 3), FIELD_PID);
	assert_int_equal(field_by_key("remote=x", 6), FIELD_REMOTE);
	assert_int_equal(field_by_key("remotex", 7), FIELD_NONE);
	assert_int_equal(field_by_key("", 0), FIELD_NONE);
	assert_int_equal(field_by_key("pid", 2), FIELD_NONE);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_text_decoded),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_ignore),
		cmocka_unit_test(test_ignore_kind),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_keys),
	};

	setenv("TZ", "UTC", 1);
	return table_run("expression", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("match", rest, NULL, NULL);
}
