// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of aunetlog, and where it finds the logs. The clock stands
 * at 2026-03-31 15:30:20, a Tuesday, two days after daylight saving began.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/query/options.h"
#include "parser/query/source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))
#define NOW 1774963820

static int parse(struct aunetlog_options *o, const char *line)
{
	static char copy[512];
	char *argv[32] = { "aunetlog" }, *save = NULL, *word;
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return aunetlog_options_parse(o, argc, argv, NOW);
}

static int zone(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void check_time(const char *words, bool end, const char *expected)
{
	struct aunetlog_options o;
	const struct stamp *got = end ? &o.match.to : &o.match.from;
	char line[128], text[64];
	struct tm tm;
	time_t sec;
	size_t n;

	snprintf(line, sizeof(line), "%s %s", end ? "-te" : "-ts", words);
	assert_int_equal(parse(&o, line), 0);
	assert_int_equal(o.match.has_from, !end);
	assert_int_equal(o.match.has_to, end);
	sec = got->sec;
	n = strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S",
		     localtime_r(&sec, &tm));
	snprintf(text + n, sizeof(text) - n, ".%03u", got->milli);
	if (strcmp(text, expected))
		fail_msg("%s: %s, expected %s", line, text, expected);
	aunetlog_options_fini(&o);
}

static void test_times(void **state)
{
	static const struct {
		const char *words, *start, *end;
	} rows[] = {
		{ "now",	"2026-03-31 15:30:20.000", "2026-03-31 15:30:20.999" },
		{ "recent",	"2026-03-31 15:20:20.000", "2026-03-31 15:20:20.999" },
		{ "this-hour",	"2026-03-31 15:00:00.000", "2026-03-31 15:00:00.999" },
		{ "today",	"2026-03-31 00:00:00.000", "2026-03-31 15:30:20.999" },
		{ "yesterday",	"2026-03-30 00:00:00.000", "2026-03-30 15:30:20.999" },
		{ "this-week",	"2026-03-29 00:00:00.000", "2026-03-29 15:30:20.999" },
		{ "week-ago",	"2026-03-24 00:00:00.000", "2026-03-24 15:30:20.999" },
		{ "this-month",	"2026-03-01 00:00:00.000", "2026-03-01 15:30:20.999" },
		{ "this-year",	"2026-01-01 00:00:00.000", "2026-01-01 15:30:20.999" },
		{ "03/11/26",	"2026-03-11 00:00:00.000", "2026-03-11 15:30:20.999" },
		{ "2026-03-11",	"2026-03-11 00:00:00.000", "2026-03-11 15:30:20.999" },
		{ "06:07",	"2026-03-31 06:07:00.000", "2026-03-31 06:07:00.999" },
		{ "06:07:08",	"2026-03-31 06:07:08.000", "2026-03-31 06:07:08.999" },
		{ "06:07:08.123", "2026-03-31 06:07:08.123", "2026-03-31 06:07:08.123" },
		{ "03/11/26 06:07", "2026-03-11 06:07:00.000", "2026-03-11 06:07:00.999" },
		{ "06:07 03/11/26", "2026-03-11 06:07:00.000", "2026-03-11 06:07:00.999" },
		{ "yesterday 06:07", "2026-03-30 06:07:00.000", "2026-03-30 06:07:00.999" },
		{ "tomorrow",	"2026-04-01 00:00:00.000", "2026-04-01 15:30:20.999" },
		{ "2026-03-11T06:07", "2026-03-11 06:07:00.000", "2026-03-11 06:07:00.999" },
		{ "2026-03-11T06:07:08", "2026-03-11 06:07:08.000", "2026-03-11 06:07:08.999" },
		{ "2026-03-11T06:07:08.5", "2026-03-11 06:07:08.500", "2026-03-11 06:07:08.500" },
		{ "2026-03-11T06:07:08.123Z", "2026-03-11 07:07:08.123", "2026-03-11 07:07:08.123" },
		{ "2026-03-11T06:07:08-05:30", "2026-03-11 12:37:08.000", "2026-03-11 12:37:08.999" },
		{ "@1774963820", "2026-03-31 15:30:20.000", "2026-03-31 15:30:20.999" },
		{ "@1774963820.25", "2026-03-31 15:30:20.250", "2026-03-31 15:30:20.250" },
		{ "-1h30min",	"2026-03-31 14:00:20.000", "2026-03-31 14:00:20.999" },
		{ "-3d",	"2026-03-28 14:30:20.000", "2026-03-28 14:30:20.999" },
		{ "06:07 yesterday", "2026-03-30 06:07:00.000", "2026-03-30 06:07:00.999" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_time(rows[i].words, false, rows[i].start);
		check_time(rows[i].words, true, rows[i].end);
	}
}

static void test_boot(void **state)
{
	struct aunetlog_options o;
	struct timespec up;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &up);
	assert_int_equal(parse(&o, "-ts boot"), 0);
	assert_in_range(o.match.from.sec, NOW - up.tv_sec - 2, NOW - up.tv_sec + 2);
	aunetlog_options_fini(&o);
}

static void test_errors(void **state)
{
	static const struct {
		const char *line, *error;
	} rows[] = {
		{ "-zz",		"-zz: unknown option" },
		{ "-",			"-: unknown option" },
		{ "--pid=3",		"--pid=3: unknown option" },
		{ "-p",			"-p needs a value: PID" },
		{ "-p -c x",		"-p needs a value: PID" },
		{ "-p 1x",		"-p 1x: must be a number" },
		{ "--just-one 1",	"1: options and conditions have names" },
		{ "-ts",		"-ts needs a value" },
		{ "-ts noon",		"-ts noon: neither a date (as 03/31/26 or 2026-03-31)" },
		{ "-ts 02/30/26x",	"-ts 02/30/26x: neither" },
		{ "-ts 13/01/26",	"-ts 13/01/26: neither" },
		{ "-ts 03/11/2026",	"-ts 03/11/2026: neither" },
		{ "-ts 25:00",		"-ts 25:00: neither" },
		{ "-ts 06:07:08.12",	"-ts 06:07:08.12: neither" },
		{ "-ts 06:07:08.1234",	"-ts 06:07:08.1234: neither" },
		{ "-ts today noon",	"-ts noon: neither" },
		{ "-ts today today",	"-ts today: neither" },
		{ "-te boot 06:07",	"-te boot is a moment" },
		{ "-te checkpoint",	"-te checkpoint: needs a time; --checkpoint FILE continues" },
		{ "--remote 1.2.3",	"--remote 1.2.3: a network is written 1.2.3.0/24" },
		{ "-ua no.such.user",	"-ua no.such.user: must be a user name" },
		{ "-ts today -ts now",	"-ts: given twice" },
		{ "--start now -te now --end now", "--end: given twice" },
		{ "--dur ~5",		"--dur ~5: must be a time in seconds" },
		{ "--dur >5x",		"--dur >5x: must be a time in seconds" },
		{ "--key x",		"--key x: a line is of all rules with the key netlog" },
		{ "--remot x",		"--remot: unknown option; did you mean --remote?" },
		{ "--loginuidd 3",	"--loginuidd: unknown option; did you mean --loginuid?" },
		{ "--frobnicate",	"--frobnicate: unknown option, see" },
		{ "-f /x",		"-f: is a file name in ausearch; to follow a growing log: -F" },
		{ "-o x",		"-o: is an object's context in ausearch" },
		{ "--local 8080",	"--local 8080: a port is written :8080" },
		{ "--remote :domain",	"--remote :domain: names of services are not looked up; "
					"domain is port 53: :53" },
		{ "--remote localhost",	"--remote localhost: names are not looked up; write '127.0.0.0/8' or '::1'" },
		{ "--remote a.example",	"--remote a.example: names of hosts are not looked up" },
		{ "-hn x",		"-hn x: must be ADDRESS" },
		{ "-sv x",		"-sv x: must be yes or no" },
		{ "-ts @12x",		"-ts @12x: neither" },
		{ "-ts -1x",		"-ts -1x: neither" },
		{ "-ts 2026-03-11T25:00", "-ts 2026-03-11T25:00: neither" },
		{ "-ts 2026-03-11T06:07+99", "-ts 2026-03-11T06:07+99: neither" },
		{ "--fail",		"--fail: unknown option; did you mean --failed?" },
		{ "--in=x",		"--in=x: --in takes no value" },
		{ "--utc=1",		"--utc=1: --utc takes no value" },
		{ "--ip 192.0.2.7",	"--ip: unknown option; for an address of either end: --addr" },
		{ "--format raw",	"--format raw: is of ausearch; the audit records of each match: -r" },
		{ "--format text",	"--format text: is of ausearch; the lines: --format netlog" },
		{ "--top 3",		"--top is for rows of a summary" },
		{ "--graph --top 3",	"--top is for rows of a summary" },
		{ "--scan --just-one",	"--just-one cannot be combined with --scan; for its first row: --top 1" },
		{ "--graph --just-one",	"--just-one cannot be combined with --graph" },
		{ "--",			"--: unknown option" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct aunetlog_options o;

		if (parse(&o, rows[i].line) != -EINVAL ||
		    strncmp(o.error, rows[i].error, strlen(rows[i].error)))
			fail_msg("%s: \"%s\"", rows[i].line, o.error);
		aunetlog_options_fini(&o);
	}
}

/* In the order of the table of fields. */
static void check_conditions(const struct aunetlog_options *o)
{
	static const struct {
		enum field_id field;
		enum match_op op;
		int64_t number;
		const char *text;
	} rows[] = {
		{ FIELD_USER, OP_IS, 7, NULL },
		{ FIELD_COMM, OP_IS, 0, "curl" },
		{ FIELD_EXE, OP_IS, 0, "/usr" },
		{ FIELD_SES, OP_IS, ID_UNSET, NULL },
		{ FIELD_PPID, OP_IS, 3, NULL },
		{ FIELD_NODE, OP_IS, 0, "a" },
		{ FIELD_NODE, OP_IS, 0, "b" },
	};

	assert_int_equal(o->match.count, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct condition *c = &o->match.conditions[i];

		assert_int_equal(c->field, rows[i].field);
		assert_int_equal(c->op, rows[i].op);
		assert_int_equal(c->value.low, rows[i].number);
		if (rows[i].text)
			assert_string_equal(c->value.text, rows[i].text);
	}
}

static void test_fields(void **state)
{
	struct aunetlog_options o;

	(void)state;
	assert_int_equal(parse(&o, "-if - --just-one -l -w -c curl -x /usr -n a "
			       "--node b -ua 7 -pp 3 --session -1 --input-logs"), 0);
	assert_int_equal(o.action, AUNETLOG_QUERY);
	assert_int_equal(o.input_count, 1);
	assert_string_equal(o.inputs[0], "-");
	assert_true(o.just_one && o.line_buffered && o.word && o.input_logs);
	check_conditions(&o);
	assert_string_equal(o.auditd_conf, "/etc/audit/auditd.conf");
	aunetlog_options_fini(&o);
}

static void test_notes(void **state)
{
	struct aunetlog_options o;

	(void)state;
	assert_int_equal(parse(&o, "-ts 03/11/26"), 0);
	assert_string_equal(o.note, "aunetlog: -ts 03/11/26: read as 2026-03-11, as your locale "
			    "writes dates\n");
	aunetlog_options_fini(&o);
	assert_int_equal(parse(&o, "-ts 03/13/26 -te 2026-03-11 --since-is-no-option"), -EINVAL);
	assert_string_equal(o.note, "");
	aunetlog_options_fini(&o);
}

static void test_help(void **state)
{
	struct aunetlog_options o;

	(void)state;
	assert_int_equal(parse(&o, "--help"), 0);
	assert_int_equal(o.action, AUNETLOG_HELP);
	assert_int_equal(parse(&o, "-h fields"), 0);
	assert_int_equal(o.action, AUNETLOG_HELP_FIELDS);
	assert_int_equal(parse(&o, "--help files"), 0);
	assert_int_equal(o.action, AUNETLOG_HELP);
}

static void test_match(void **state)
{
	static const struct {
		const char *line;
		bool holds;
	} rows[] = {
		{ "",			true },
		{ "-c cur",		true },
		{ "-c cur -w",		false },
		{ "-c curl -w",		true },
		{ "-x bin/curl",	false },	/* exe is not known */
		{ "-ua 10",		true },
		{ "-ua 1000",		true },
		{ "-ua 1",		false },
		{ "-ui 10",		true },
		{ "-ui 1000",		false },
		{ "-ul 1000",		true },
		{ "-n a",		false },
		{ "-n a -n alpha",	true },
		{ "-p 5",		true },
		{ "-p 5 -c x",		false },
		{ "-p 6 -p 5",		true },		/* alternatives */
		{ "-p 5 -p 6",		true },
		{ "--pid 6 -p 7",	false },
		{ "-c x -c cur",	true },
		{ "-c =curl",		true },
		{ "-c =cur",		false },
		{ "-c !=curl",		false },
		{ "--comm ~ur",		true },
		{ "-w -c ~ur",		true },
		{ "--auid >999",	true },
		{ "--auid >1000",	false },
		{ "--uid-all 10",	true },
		{ "--user 10",		true },
		{ "--kind start",	true },
		{ "--kind stop",	false },
		{ "-sv yes",		true },
		{ "-sv no",		false },
		{ "-hn 1.2.3.4",	false },
		{ "--direction ->",	true },
		{ "--direction <-",	false },
		{ "--exit -ECONNREFUSED", true },
		{ "-e 111",		true },
		{ "-e -111",		true },
		{ "-e ETIMEDOUT",	false },
		{ "-a 62",		true },
		{ "--event 1000.391:62", true },
		{ "--ev 63",		false },
		{ "--dur >60",		false },	/* not known */
		{ "-ts now",		true },
		{ "-ts recent -te now",	true },
		{ "-te recent",		false },
	};
	static struct identity who = { .pid = 5, .ppid = 4, .uid = 10,
					.auid = 1000, .comm = "\"curl\"" };
	static const struct entry record = {
		.identity = &who, .node = "alpha", .opener = ID_UNKNOWN,
		.ev = { 1000, 391, 62 }, .err = ECONNREFUSED, .dur_ms = -1,
		.time = { .sec = NOW, .milli = 999 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct aunetlog_options o;

		assert_int_equal(parse(&o, rows[i].line), 0);
		if (match_entry(&o.match, &record) != rows[i].holds)
			fail_msg("%s", rows[i].line);
		aunetlog_options_fini(&o);
	}
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_configured(void **state)
{
	static const char *const names[] = {
		"host.log.10", "host.log.9", "host.log.1", "host.log", "audit.log",
	};
	char dir[] = "/tmp/test_aunetlog.XXXXXX", conf[64], text[128];
	struct aunetlog_options o;
	struct aunetlog_source s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		write_file(dir, names[i], names[i]);
	snprintf(text, sizeof(text), "#log_file = /x\nlog_group = adm\n"
		 "  LOG_FILE = %s/host.log  \nlog_format = RAW\n", dir);
	write_file(dir, "conf", text);
	snprintf(conf, sizeof(conf), "%s/conf", dir);

	assert_int_equal(parse(&o, "--input-logs"), 0);
	o.auditd_conf = conf;
	aunetlog_source_open(&s, &o);
	assert_false(s.failed);
	assert_int_equal(s.count, 4);
	for (size_t i = 0; i < s.count; i++) {
		char buf[32] = "";

		assert_true(aunetlog_source_read(&s, &s.logs[i], buf,
						 sizeof(buf) - 1, 0) > 0);
		assert_string_equal(buf, names[i]);
		assert_int_equal(aunetlog_source_read(&s, &s.logs[i], buf,
						      sizeof(buf), 0), 0);
	}
	aunetlog_source_close(&s);
	aunetlog_options_fini(&o);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "%s/%s", dir, names[i]);
		unlink(text);
	}
	unlink(conf);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_configured),
	};

	return cmocka_run_group_tests(tests, zone, NULL);
}
