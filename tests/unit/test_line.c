// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/entry/line, one line of printable text whatever the entry
 * holds, and the contract of its fields. */
#include "parser/entry/line.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>

#include "parser/entry/line_time.h"
#include "parser/text.h"
#include "table.h"

#define EV { 1795241079, 391, 62 }
#define KNOWN_WHO { .refs = 1, .pid = 2304, .ppid = 2211, .uid = 1000,	\
		    .auid = 1000, .ses = 3, .sid = 2211,		\
		    .comm = "\"curl\"", .exe = "\"/usr/bin/curl\"" }
#define NO_WHO { .refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1,	\
		 .ses = -1, .sid = -1 }
#define V4(a, b, c, d, p) { AF_INET, true, true, p, 0, { a, b, c, d } }
#define UNKNOWN .opener = -1, .dur_ms = -1, .tx = -1, .rx = -1, .netns = -1

struct row {
	const char *name;
	struct entry r;
	struct identity who;
	const char *line;
};

static const struct row rows[] = {
	{ "start", { .what = CONNECT_START, .ev = EV, .proto = IPPROTO_TCP,
	  .local = V4(10, 0, 0, 5, 43210), .remote = V4(192, 0, 2, 7, 443), UNKNOWN },
	  KNOWN_WHO,
	  "connect start TCP 10.0.0.5:43210 -> 192.0.2.7:443 2211 2304 1000 curl "
	  "exe=/usr/bin/curl auid=1000 ses=3 ppid=2211 ev=1795241079.391:62" },
	{ "stop with all that can be known", { .what = CONNECT_STOP, .ev = EV,
	  .proto = IPPROTO_TCP, .local = V4(10, 0, 0, 5, 43210),
	  .remote = V4(192, 0, 2, 7, 443), .opener = 17, .dur_ms = 1204, .tx = 512,
	  .rx = 90112, .netns = 4026531840, .via = VIA_CLOSE, .err = ECONNRESET,
	  .incomplete = true, .node = "web1" }, KNOWN_WHO,
	  "connect stop TCP 10.0.0.5:43210 - 192.0.2.7:443 2211 2304 1000 curl "
	  "exe=/usr/bin/curl auid=1000 ses=3 ppid=2211 opener=17 netns=4026531840 "
	  "via=close errno=ECONNRESET dur=1.204 tx=512 rx=90112 incomplete=yes "
	  "ev=1795241079.391:62 node=web1" },
	{ "number: the socket's cookie", { .what = CONNECT_START, .ev = EV,
	  .id = { 0x1f2e3d, true, 0x2a, false, 3 }, UNKNOWN }, { .pid = 1 },
	  "connect start - - -> - 0 1 0 - exe=- auid=0 ses=0 ppid=0 "
	  "id=001f2e3d-2a.3 ev=1795241079.391:62" },
	{ "number: the serial, boot unknown", { .what = CONNECT_START, .ev = EV,
	  .id = { 7, false, 62, true, 1 }, UNKNOWN }, { .pid = 1 },
	  "connect start - - -> - 0 1 0 - exe=- auid=0 ses=0 ppid=0 "
	  "id=--s3e.1 ev=1795241079.391:62" },
	{ "fail", { .what = CONNECT_FAIL, .ev = EV, .proto = IPPROTO_TCP,
	  .remote = V4(192, 0, 2, 7, 81), .err = ECONNREFUSED, UNKNOWN }, KNOWN_WHO,
	  "connect fail TCP - -> 192.0.2.7:81 2211 2304 1000 curl "
	  "exe=/usr/bin/curl auid=1000 ses=3 ppid=2211 errno=ECONNREFUSED "
	  "ev=1795241079.391:62" },
	{ "accepted", { .what = CONNECT_START, .ev = EV, .proto = IPPROTO_TCP,
	  .inbound = true, .local = { AF_INET6, true, true, 22, 0, { 32, 1, [15] = 1 } },
	  .remote = { AF_INET6, true, true, 50044, 2, { 0xfe, 0x80, [15] = 9 } },
	  UNKNOWN }, KNOWN_WHO,
	  "connect start TCP [2001::1]:22 <- [fe80::9%2]:50044 2211 2304 1000 curl "
	  "exe=/usr/bin/curl auid=1000 ses=3 ppid=2211 ev=1795241079.391:62" },
	{ "listen", { .what = LISTEN_START, .ev = EV, .proto = IPPROTO_UDP,
	  .local = V4(0, 0, 0, 0, 53), UNKNOWN }, KNOWN_WHO,
	  "listen start UDP 0.0.0.0:53 2211 2304 1000 curl exe=/usr/bin/curl "
	  "auid=1000 ses=3 ppid=2211 ev=1795241079.391:62" },
	{ "listen stop", { .what = LISTEN_STOP, .ev = EV, .proto = PROTO_MPTCP,
	  .local = { 0, false, true, 53 }, UNKNOWN }, KNOWN_WHO,
	  "listen stop MPTCP -:53 2211 2304 1000 curl exe=/usr/bin/curl "
	  "auid=1000 ses=3 ppid=2211 ev=1795241079.391:62" },
	{ "nothing is known", { .what = CONNECT_STOP, .proto = PROTO_UNKNOWN,
	  UNKNOWN }, NO_WHO,
	  "connect stop - - -> - - - - - exe=- auid=-" },
	{ "unset is not unknown", { .what = LISTEN_STOP, .proto = IPPROTO_SCTP,
	  UNKNOWN }, { .refs = 1, .auid = ID_UNSET, .ses = ID_UNSET, .comm = "\"x\"",
	    .exe = "\"/x\"" },
	  "listen stop SCTP - 0 0 0 x exe=/x auid=unset ses=unset ppid=0" },
	{ "zero is not unknown", { .what = CONNECT_STOP, .ev = EV,
	  .proto = IPPROTO_DCCP, .opener = -1, .dur_ms = 0, .tx = 0, .rx = 0,
	  .netns = 0 }, NO_WHO,
	  "connect stop DCCP - -> - - - - - exe=- auid=- netns=0 dur=0.000 tx=0 rx=0 "
	  "ev=1795241079.391:62" },
	{ "the largest numbers", { .what = CONNECT_STOP,
	  .ev = { INT64_MAX, 999, UINT64_MAX }, .proto = IPPROTO_UDPLITE,
	  .opener = INT64_MAX, .dur_ms = INT64_MAX, .tx = INT64_MAX, .rx = INT64_MAX,
	  .netns = INT64_MAX, .err = INT32_MAX }, NO_WHO,
	  "connect stop UDPLITE - -> - - - - - exe=- auid=- "
	  "opener=9223372036854775807 netns=9223372036854775807 errno=2147483647 "
	  "dur=9223372036854775.807 tx=9223372036854775807 rx=9223372036854775807 "
	  "ev=9223372036854775807.999:18446744073709551615" },
	{ "milliseconds that are none", { .what = CONNECT_STOP,
	  .ev = { 1, 21800, 5 }, .proto = IPPROTO_TCP, UNKNOWN }, NO_WHO, NULL },
	{ "command line", { .what = LISTEN_STOP, .proto = IPPROTO_TCP, UNKNOWN },
	  { .refs = 1, .pid = -1, .ppid = -1, .uid = -1, .auid = -1, .ses = -1,
	    .sid = -1, .proctitle = "6375726C002D7600" },
	  "listen stop TCP - - - - - exe=- auid=- proctitle=curl\\x20-v\\x20" },
	{ "id", { .what = CONNECT_START, .proto = IPPROTO_TCP, UNKNOWN,
	  .id = { 0x3f1a09c2, true, 0x5e01, false, 1 } }, NO_WHO,
	  "connect start TCP - -> - - - - - exe=- auid=- id=3f1a09c2-5e01.1" },
	{ "id, boot unknown, by serial", { .what = CONNECT_START, .ev = EV,
	  .proto = IPPROTO_TCP, UNKNOWN, .id = { 0, false, 62, true, 4294967295U } },
	  NO_WHO, "connect start TCP - -> - - - - - exe=- auid=- "
	  "id=--s3e.4294967295 ev=1795241079.391:62" },
	{ "id, small and large numbers", { .what = CONNECT_STOP, .node = "n",
	  .proto = IPPROTO_TCP, UNKNOWN, .id = { 1, true, UINT64_MAX, false, 2 } },
	  NO_WHO, "connect stop TCP - -> - - - - - exe=- auid=- "
	  "id=00000001-ffffffffffffffff.2 node=n" },
	{ "id, number 0", { .what = CONNECT_STOP, .proto = IPPROTO_TCP, UNKNOWN,
	  .id = { 0, true, 0, false, 1 } }, NO_WHO,
	  "connect stop TCP - -> - - - - - exe=- auid=- id=00000000-0.1" },
	{ "hostile node", { .what = LISTEN_STOP, .node = "a b\n\"c=\x7f", UNKNOWN },
	  NO_WHO, NULL },
};

static struct line_format *format;
static struct line_clock line_clock;
static char line[FORMAT_LINE_MAX];

/* One line of printable characters without an empty word. */
static void check_line(size_t len)
{
	assert_true(len > 0 && len < FORMAT_LINE_MAX);
	assert_int_equal(strlen(line), len);
	for (size_t i = 0; i < len; i++)
		if (line[i] < ' ' || line[i] > '~')
			fail_msg("byte %02x at %zu of %s", line[i] & 0xff, i, line);
	assert_null(strstr(line, "  "));
	assert_int_not_equal(line[len - 1], ' ');
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct entry r = row->r;
	struct identity who = row->who;

	r.identity = &who;
	check_line(line_format(format, &r, line));
	check_line(line_format(format, &r, line));	/* of an identity that is not kept */
	if (row->line)
		assert_string_equal(line, row->line);
}

struct text {
	const char *name, *encoded, *printed;
};

#define REP4(x) x x x x
#define REP256(x) REP4(REP4(REP4(REP4(x))))

static const struct text texts[] = {
	{ "plain", "\"curl\"", "curl" },
	{ "absent", NULL, "-" },
	{ "a dash", "\"-\"", "\\x2D" },
	{ "a dash in hex", "2D", "\\x2D" },
	{ "two dashes", "\"--\"", "--" },
	{ "empty", "\"\"", "\\x00" },
	{ "only a quote", "\"", "\\x00" },
	{ "newline", "610A62", "a\\x0Ab" },
	{ "a whole line of its own", "0A636F6E6E656374", "\\x0Aconnect" },
	{ "space", "6120622063", "a\\x20b\\x20c" },
	{ "quote", "612262", "a\\x22b" },
	{ "apostrophe", "\"a'b\"", "a\\x27b" },
	{ "backslash", "615C783231", "a\\x5Cx21" },
	{ "bytes above ASCII", "FFC3A980", "\\xFF\\xC3\\xA9\\x80" },
	{ "delete and escape", "7F1B5B", "\\x7F\\x1B[" },
	{ "NUL inside", "610062", "a\\x00b" },
	{ "only NUL", "00", "\\x00" },
	{ "odd number of digits is no hex", "616", "616" },
	{ "bare", "curl", "curl" },
	{ "bare with bytes above ASCII", "cur\xff", "cur\\xFF" },
	{ "no closing quote", "\"curl", "curl" },
	{ "equals sign", "\"uid=0\"", "uid=0" },
	{ "4 kB of letters", "\"" REP256("0123456789abcdef") "\"", NULL },
	{ "4 kB of 0xff", REP256("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), NULL },
	{ "4 kB of newlines", REP256("0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A"), NULL },
	{ "4 kB of quotes", REP256("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""), NULL },
};

/* Hostile in all places at once: nothing that follows is lost. */
static void test_text(void **state)
{
	const struct text *row = *state;
	struct identity who = { .refs = 1, .pid = 1, .ppid = 2, .uid = 3, .auid = 4,
			   .ses = 5, .sid = 6, .comm = row->encoded,
			   .exe = row->encoded, .proctitle = row->encoded,
			   .subj = row->encoded };
	struct entry r = { .what = CONNECT_STOP, .proto = IPPROTO_TCP, .identity = &who,
			    .ev = { 7, 8, 9 }, UNKNOWN, .node = "n" };
	char expected[512];
	size_t len = line_format(format, &r, line);
	static const char end[] = " ev=7.008:9 node=n";

	check_line(len);
	assert_true(len > sizeof(end));
	assert_string_equal(line + len - sizeof(end) + 1, end);
	if (!row->printed)
		return;
	snprintf(expected, sizeof(expected), "connect stop TCP - -> - 6 1 3 %s exe=%s "
		 "auid=4 ses=5 ppid=2%s%s%s%s%s", row->printed, row->printed,
		 row->encoded ? " subj=" : "", row->encoded ? row->printed : "",
		 row->encoded ? " proctitle=" : "", row->encoded ? row->printed : "",
		 end);
	if (!strstr(row->name, "NUL inside"))	/* separates arguments there */
		if (strcmp(row->name, "only NUL"))
			assert_string_equal(line, expected);
}

static void test_long_node(void **state)
{
	static char node[5000];
	static const char much[] = REP256("FFFFFFFFFFFFFFFFFFFFFFFF");
	struct identity who = { .refs = 1, .pid = 1, .comm = much, .exe = much,
			   .proctitle = much, .subj = much };
	struct entry r = { .what = LISTEN_STOP, .identity = &who, .node = node,
			    .ev = { 7, 8, 9 }, UNKNOWN };

	(void)state;
	memset(node, '\n', sizeof(node) - 1);
	check_line(line_format(format, &r, line));
	assert_non_null(strstr(line, " exe=\\xFF"));
	assert_non_null(strstr(line, " subj=\\xFF"));
	assert_non_null(strstr(line, " proctitle=\\xFF"));
	assert_non_null(strstr(line, " ev=7.008:9 node=\\x0A"));
}

/* The format keeps text by the identity's generation, not by its address. */
static void test_kept(void **state)
{
	struct identity who = KNOWN_WHO;
	struct entry r = { .what = LISTEN_STOP, .identity = &who, UNKNOWN };

	(void)state;
	who.generation = 7;
	for (int i = 0; i < 2; i++) {
		line_format(format, &r, line);
		assert_non_null(strstr(line, " exe=/usr/bin/curl auid=1000 "));
	}
	who.generation = 8;
	who.exe = "\"/bin/sh\"";
	who.auid = 7;
	line_format(format, &r, line);
	assert_non_null(strstr(line, " exe=/bin/sh auid=7 "));
	/* one that shares its place in the table */
	who.generation = 7 + (1 << 20);
	who.exe = "\"/bin/a-longer-path-than-before\"";
	line_format(format, &r, line);
	assert_non_null(strstr(line, " exe=/bin/a-longer-path-than-before auid=7 "));
	who.generation = 7;
	who.exe = "\"/x\"";
	line_format(format, &r, line);
	assert_non_null(strstr(line, " exe=/x auid=7 ses=3 ppid=2211"));
}

static void test_generations(void **state)
{
	struct task t = { .comm = "\"a\"" };
	struct identity *a = identity_new(&t), *b = identity_new(&t);

	(void)state;
	assert_true(a->generation && b->generation);
	assert_int_not_equal(a->generation, b->generation);
	identity_put(a);
	identity_put(b);
}

static void test_unescape(void **state)
{
	char text[] = "a\\x20b\\x5Cx41\\x4\\xg1\\\\x7f\\x", back[64];
	size_t len = text_unescape(text, strlen(text));

	(void)state;
	assert_int_equal(len, strlen("a b\\x41\\x4\\xg1\\\x7f\\x"));
	assert_memory_equal(text, "a b\\x41\\x4\\xg1\\\x7f\\x", len);
	for (int c = 0; c < 256; c++) {
		char byte = c;
		char *end = text_escape(back, back + sizeof(back), &byte, 1);

		assert_int_equal(text_unescape(back, end - back), 1);
		assert_int_equal(*back & 0xff, c);
	}
}

static void test_escape_bounds(void **state)
{
	char buf[16];

	(void)state;
	for (size_t room = 0; room <= 9; room++) {
		char *end;

		memset(buf, '#', sizeof(buf));
		end = text_escape(buf, buf + room, "a\n\xff", 3);
		assert_int_equal(end - buf, room >= 9 ? 9 : room >= 5 ? 5 : room >= 1);
		for (size_t i = end - buf; i < sizeof(buf); i++)
			assert_int_equal(buf[i], '#');
	}
}

static void test_time(void **state)
{
	static const struct {
		struct stamp time;
		const char *text;
	} times[] = {
		{ { 0, 0, 0 }, "1970-01-01 00:00:00.000 " },
		{ { 1795241079, 391, 1 }, "2026-11-21 06:04:39.391 " },
		{ { 1795241079, 7, 1 }, "2026-11-21 06:04:39.007 " },
		{ { 253402300799, 999, 1 }, "9999-12-31 23:59:59.999 " },
	};
	static const struct stamp odd[] = {
		{ 0, 1000, 0 }, { 0, UINT32_MAX, 0 }, { INT64_MAX, 0, 0 },
		{ INT64_MIN, 0, 0 }, { 1LL << 40, 0, 0 }, { -1, 0, 0 },
	};
	char buf[FORMAT_TIME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		assert_int_equal(line_time(&line_clock, &times[i].time, buf),
				 strlen(times[i].text));
		assert_string_equal(buf, times[i].text);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		size_t len = line_time(&line_clock, &odd[i], buf);

		assert_true(len > 0 && len <= 40);
		assert_int_equal(strlen(buf), len);
		assert_null(strchr(buf, '\n'));
	}
}

static void test_time_zoned(void **state)
{
	static const struct {
		const char *zone;
		struct stamp time;
		const char *text;
	} zones[] = {
		{ "UTC0", { 1795241079, 391, 1 }, "2026-11-21T06:04:39.391+00:00" },
		{ "IST-5:30", { 1795241079, 7, 1 }, "2026-11-21T11:34:39.007+05:30" },
		{ "NST3:30", { 1795241079, 70, 1 }, "2026-11-21T02:34:39.070-03:30" },
	};
	static const int64_t odd[] = { INT64_MAX, INT64_MIN, 1LL << 40, 67767976233532799, -1 };
	char buf[FORMAT_TIME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct line_clock c = { 0 };

		setenv("TZ", zones[i].zone, 1);
		tzset();
		assert_int_equal(line_time_zoned(&c, &zones[i].time, buf), strlen(zones[i].text));
		assert_string_equal(buf, zones[i].text);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct line_clock c = { 0 };
		struct stamp at = { .sec = odd[i] };

		assert_in_range(line_time_zoned(&c, &at, buf), 28, 40);
	}
	setenv("TZ", "UTC0", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_long_node),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_unescape),
		cmocka_unit_test(test_escape_bounds),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_time_zoned),
	};

	int failed;

	setenv("TZ", "UTC", 1);
	format = line_format_new();
	if (!format)
		return 99;
	failed = table_run("entry", test_row, ROWS(rows)) +
		 table_run("text", test_text, ROWS(texts)) +
		 cmocka_run_group_tests_name("line", rest, NULL, NULL);
	line_format_free(format);
	return failed;
}
