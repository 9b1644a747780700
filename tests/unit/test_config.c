// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/config, every key and every kind of mistake. */
#include "plugin/config_file.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "table.h"

static char path[] = "/tmp/netlog-test-config.XXXXXX";

static void write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The configuration printed; to be freed. */
static char *print(const struct config *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	config_file_print(c, f);
	fclose(f);
	return text;
}

struct good {
	const char *name, *text;
	struct config c;	/* what differs from the defaults; see test_good */
};

#define DEFAULTS .to_syslog = true, .facility = LOG_AUTHPRIV, .priority = LOG_INFO, \
	.queue_kib = 1024, .command_line = true, .exe_path = true, .sockets = 65536, \
	.processes = 32768, .wants.scan = 300, .wait = 1000, .udp_unused = true, \
	.sweep = 30, .snapshot = true, .state = STATE_DEFAULT, .interval = 60, \
	.log = { LOG_DEFAULT, 64, 1024, 90, true }

static const struct good goods[] = {
	{ "nothing", "", { DEFAULTS } },
	{ "only comments", "# a\n; b\n\n[output]\n\n", { DEFAULTS } },
	{ "output", "[output]\nsyslog = no\nfacility = local7\npriority = warning\n"
	  "file = /var/log/netlog.log\nstdout = yes\nqueue = 64\n",
	  { DEFAULTS, .to_syslog = false, .facility = LOG_LOCAL7,
	    .priority = LOG_WARNING, .file = "/var/log/netlog.log", .to_stdout = true,
	    .queue_kib = 64 } },
	{ "log", "[log]\nfile = /l\nsize = 1\ntotal = 2\ndays = 36500\ncompress = no\n",
	  { DEFAULTS, .log = { "/l", 1, 2, 36500, false } } },
	{ "no log", "[log]\nfile =\n", { DEFAULTS, .log = { NULL, 64, 1024, 90, true } } },
	{ "limits", "[limits]\nconnections = 16\nprocesses = 4194304\n",
	  { DEFAULTS, .sockets = 16, .processes = 4194304 } },
	{ "other limits", "[limits]\nconnections = 16777216\nprocesses = 16\n",
	  { DEFAULTS, .sockets = 16777216, .processes = 16 } },
	{ "kernel", "[kernel]\nsource = sockdiag\nflows = yes\nprocesses = yes\nuses = yes\n"
	  "scan = 0\n", { DEFAULTS, .source = KERNEL_SOCKDIAG,
	  .wants = { .flows = true, .processes = true, .uses = true } } },
	{ "unused", "[ignore]\nudp_unused = no\n", { DEFAULTS, .udp_unused = false } },
	{ "kernel, the last word", "[kernel]\nsource = module\nsource = none\n",
	  { DEFAULTS, .source = KERNEL_NONE } },
	{ "sockdiag", "[sockdiag]\nuse = no\nwait = 10\nsweep = 1\nsnapshot = no\n"
	  "state = /run/a\n", { DEFAULTS, .use = USE_NO, .wait = 10, .sweep = 1,
	  .snapshot = false, .state = "/run/a" } },
	{ "sockdiag, no state", "[sockdiag]\nstate =\n", { DEFAULTS, .state = NULL } },
	{ "netns", "[sockdiag]\nnetns = red \t/proc/7/ns/net  b.1\nnetns =\nnetns = blue\n",
	  { DEFAULTS, .netns_count = 4,
	    .netns = { "red", "/proc/7/ns/net", "b.1", "blue" } } },
	{ "status", "[status]\ninterval = 86400\n", { DEFAULTS, .interval = 86400 } },
	{ "queue, largest", "[output]\nqueue=65536\n", { DEFAULTS, .queue_kib = 65536 } },
	{ "no file after all", "[output]\nfile = /a\nfile =\n", { DEFAULTS } },
	{ "path with spaces", "[output]\nfile = /a b/c = d\n",
	  { DEFAULTS, .file = "/a b/c = d" } },
	{ "spaces, comments, returns", "  [output]  \r\nsyslog\t=\tno ; really\r\n"
	  "[limits] # x\r\nprocesses=99\r\n",
	  { DEFAULTS, .to_syslog = false, .processes = 99 } },
	{ "no newline at the end", "[output]\nsyslog = no",
	  { DEFAULTS, .to_syslog = false } },
	{ "sections in any order, twice", "[status]\ninterval=5\n[output]\nsyslog=no\n"
	  "[status]\ninterval=6\n", { DEFAULTS, .to_syslog = false, .interval = 6 } },
	{ "named outputs", "[output siem]\ntransport = tls\nhost = logs.example.org\n"
	  "ca = /etc/a.pem\ncert = /etc/c.pem\nkey = /etc/k.pem\nfacility = local3\n"
	  "priority = notice\nqueue = 128\n[output  local-1]\ntransport = unix\npath = /run/x\nformat = template:{comm}[{pid}] -> {remote}\n"
	  "[output t]\ntransport = tcp\nhost = 2001:db8::1\nport = 1514\nformat = ocsf:1.6.0\n"
	  "[output siem]\nport = 7514\n",
	  { DEFAULTS, .named_count = 3, .named = {
		{ .name = "siem", .transport = CONFIG_TLS, .host = "logs.example.org",
		  .ca = "/etc/a.pem", .cert = "/etc/c.pem", .key = "/etc/k.pem", .port = 7514,
		  .facility = LOG_LOCAL3, .priority = LOG_NOTICE, .queue_kib = 128 },
		{ .name = "local-1", .transport = CONFIG_UNIX, .path = "/run/x",
		  .facility = LOG_AUTHPRIV, .priority = LOG_INFO, .queue_kib = 1024 },
		{ .name = "t", .transport = CONFIG_TCP, .host = "2001:db8::1", .port = 1514,
		  .facility = LOG_AUTHPRIV, .priority = LOG_INFO, .queue_kib = 1024 },
	  } } },
	{ "an indented key is a key", "[output]\n  syslog = no\n  queue = 64\n",
	  { DEFAULTS, .to_syslog = false, .queue_kib = 64 } },
	{ "a byte order mark", "\xEF\xBB\xBF[output]\nsyslog = no\n",
	  { DEFAULTS, .to_syslog = false } },
	{ "facility auth", "[output]\nfacility = auth\n", { DEFAULTS, .facility = LOG_AUTH } },
	{ "facility kern", "[output]\nfacility = kern\n", { DEFAULTS, .facility = LOG_KERN } },
	{ "facility daemon", "[output]\nfacility = daemon\n",
	  { DEFAULTS, .facility = LOG_DAEMON } },
	{ "facility user", "[output]\nfacility = user\n", { DEFAULTS, .facility = LOG_USER } },
	{ "facility local0", "[output]\nfacility = local0\n",
	  { DEFAULTS, .facility = LOG_LOCAL0 } },
	{ "priority debug", "[output]\npriority = debug\n",
	  { DEFAULTS, .priority = LOG_DEBUG } },
	{ "priority notice", "[output]\npriority = notice\n",
	  { DEFAULTS, .priority = LOG_NOTICE } },
	{ "priority err", "[output]\npriority = err\n", { DEFAULTS, .priority = LOG_ERR } },
	{ "priority emerg", "[output]\npriority = emerg\n",
	  { DEFAULTS, .priority = LOG_EMERG } },
	{ "ignore, operators", "[ignore]\n"
	  "match = comm=\"a b\" exe~/bin/ remote in 10.0.0.0/8,192.0.2.0/24:53\n"
	  "match = uid!=root kind=fail errno in ECONNREFUSED, 110\n",
	  { DEFAULTS, .ignores = 2 } },
	{ "ignore", "[ignore]\nmatch = remote=127.0.0.0/8\n"
	  "match = uid=0 exe=/usr/sbin/chronyd remote=:123\n",
	  { DEFAULTS, .ignores = 2 } },
};

static void assert_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void assert_output(const struct config_output *a, const struct config_output *b)
{
	assert_text(a->name, b->name);
	assert_int_equal(a->transport, b->transport);
	assert_int_equal(a->facility, b->facility);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->queue_kib, b->queue_kib);
	assert_text(a->path, b->path);
	assert_text(a->host, b->host);
	assert_text(a->ca, b->ca);
	assert_text(a->cert, b->cert);
	assert_text(a->key, b->key);
}

static void assert_same(const struct config *a, const struct config *b)
{
	assert_int_equal(a->named_count, b->named_count);
	for (unsigned int i = 0; i < a->named_count; i++)
		assert_output(&a->named[i], &b->named[i]);
	assert_int_equal(a->to_syslog, b->to_syslog);
	assert_int_equal(a->to_stdout, b->to_stdout);
	assert_int_equal(a->facility, b->facility);
	assert_int_equal(a->priority, b->priority);
	assert_int_equal(!a->file, !b->file);
	if (a->file)
		assert_string_equal(a->file, b->file);
	assert_int_equal(a->queue_kib, b->queue_kib);
	assert_int_equal(a->command_line, b->command_line);
	assert_int_equal(a->exe_path, b->exe_path);
	assert_int_equal(!a->log.file, !b->log.file);
	if (a->log.file)
		assert_string_equal(a->log.file, b->log.file);
	assert_int_equal(a->log.size_mib, b->log.size_mib);
	assert_int_equal(a->log.total_mib, b->log.total_mib);
	assert_int_equal(a->log.days, b->log.days);
	assert_int_equal(a->log.compress, b->log.compress);
	assert_int_equal(a->sockets, b->sockets);
	assert_int_equal(a->processes, b->processes);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->wants.flows, b->wants.flows);
	assert_int_equal(a->wants.processes, b->wants.processes);
	assert_int_equal(a->wants.uses, b->wants.uses);
	assert_int_equal(a->wants.scan, b->wants.scan);
	assert_int_equal(a->udp_unused, b->udp_unused);
	assert_int_equal(a->use, b->use);
	assert_int_equal(a->wait, b->wait);
	assert_int_equal(a->sweep, b->sweep);
	assert_int_equal(a->snapshot, b->snapshot);
	assert_int_equal(!a->state, !b->state);
	if (a->state)
		assert_string_equal(a->state, b->state);
	assert_int_equal(a->netns_count, b->netns_count);
	for (unsigned int i = 0; i < a->netns_count; i++)
		assert_string_equal(a->netns[i], b->netns[i]);
	assert_int_equal(a->interval, b->interval);
	assert_int_equal(a->ignores, b->ignores);
}

static void test_good(void **state)
{
	const struct good *row = *state;
	char error[1024] = "", *first, *second;
	struct config c, again;

	config_init(&c);
	write_file(row->text);
	if (config_file_read(&c, path, error, sizeof(error)))
		fail_msg("%s", error);
	assert_same(&c, &row->c);

	/* printed and read back it is the same */
	first = print(&c);
	write_file(first);
	config_init(&again);
	if (config_file_read(&again, path, error, sizeof(error)))
		fail_msg("%s in\n%s", error, first);
	assert_same(&again, &row->c);
	for (unsigned int i = 0; i < c.ignores; i++)
		assert_string_equal(c.ignore_text[i], again.ignore_text[i]);
	second = print(&again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	config_fini(&c);
	config_fini(&again);
}

struct mistake {
	const char *name, *text;
	int line;
	const char *key, *allowed;	/* both in the message */
};

#define NEITHER "not understood; expected [section], key = value, or # comment"
#define LONG50 "/23456789012345678901234567890123456789012345678/"

static const struct mistake mistakes[] = {
	{ "yes or no", "[output]\nsyslog = true\n", 2, "syslog: 'true'", "yes or no" },
	{ "capital", "[output]\nstdout = Yes\n", 2, "stdout: 'Yes'", "yes or no" },
	{ "empty", "[output]\n\nsyslog =\n", 3, "syslog: ''", "yes or no" },
	{ "facility", "[output]\nfacility = mail2\n", 2, "facility: 'mail2'",
	  "a syslog facility: authpriv" },
	{ "facility mark is no facility", "[output]\nfacility = mark\n", 2,
	  "facility: 'mark'", "a syslog facility: authpriv" },
	{ "priority", "[output]\npriority = 6\n", 2, "priority: '6'",
	  "a syslog priority: debug" },
	{ "priority none is no priority", "[output]\npriority = none\n", 2,
	  "priority: 'none'", "a syslog priority: debug" },
	{ "file", "[output]\nfile = netlog.log\n", 2, "file: 'netlog.log'",
	  "an absolute path, or nothing" },
	{ "queue, too small", "[output]\nqueue = 63\n", 2, "queue: '63'",
	  "KiB, a whole number from 64 to 65536" },
	{ "queue, too large", "[output]\nqueue = 65537\n", 2, "queue: '65537'",
	  "from 64 to 65536" },
	{ "queue, with a unit", "[output]\nqueue = 64k\n", 2, "queue: '64k'",
	  "from 64 to 65536" },
	{ "queue, a sign", "[output]\nqueue = +64\n", 2, "queue: '+64'",
	  "from 64 to 65536" },
	{ "queue, huge", "[output]\nqueue = 99999999999999999999999\n", 2,
	  "queue: '99999999999999999999999'", "from 64 to 65536" },
	{ "queue, 2^32 + 64", "[output]\nqueue = 4294967360\n", 2,
	  "queue: '4294967360'", "from 64 to 65536" },
	{ "connections", "[limits]\nconnections = 15\n", 2, "connections: '15'",
	  "a whole number from 16 to 16777216" },
	{ "processes", "[limits]\nprocesses = -1\n", 2, "processes: '-1'",
	  "a whole number from 16 to 4194304" },
	{ "netns", "[sockdiag]\nnetns = red ../x\n", 2, "netns: 'red ../x'", "ip netns" },
	{ "netns, a path that is not absolute", "[sockdiag]\nnetns = run/x\n", 2,
	  "netns: 'run/x'", "absolute paths" },
	{ "netns, too many", "[sockdiag]\nnetns = 1 2 3 4 5 6 7 8 9 a b c d "
	  "e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z _ - + = ~\n", 2,
	  "netns: '1 2", "at most 64" },
	{ "kernel source", "[kernel]\nsource = rules\n", 2, "source: 'rules'",
	  "auto, module, bpf, sockdiag or none" },
	{ "use", "[sockdiag]\nuse = maybe\n", 2, "use: 'maybe'", "auto, yes or no" },
	{ "interval", "[status]\ninterval = 0\n", 2, "interval: '0'",
	  "seconds, a whole number from 1 to 86400" },
	{ "match, key", "[ignore]\nmatch = port=53\n", 2, "match: 'port=53'",
	  "'port' must be key=value, with a key of: time kind proto local direction "
	  "remote addr sid pid uid user comm exe auid ses ppid subj proctitle egid cgroup pcomm opener "
	  "netns container ctrname pod unit entity pentity via errno status dur tx rx bytes sent read unseen incomplete id ev node" },
	{ "match, known at the end", "[ignore]\nmatch = proto=tcp dur>60\n", 2,
	  "match: 'proto=tcp dur>60': dur is known only at the end, and what is ignored "
	  "is decided at the start", "" },
	{ "match, value", "[ignore]\nmatch = pid=1\nmatch = remote=example.org\n", 3,
	  "match: 'remote=example.org'", "ADDRESS/PREFIX" },
	{ "match, user", "[ignore]\nmatch = uid=no-such-user-here\n", 2,
	  "match: 'uid=no-such-user-here'", "a user name, a number, or unset" },
	{ "match, empty", "[ignore]\nmatch =\n", 2, "match: ''",
	  "at least one key=value" },
	{ "key that is none", "[output]\nsyslog = no\nfille = /a\n", 3,
	  "[output] fille: no such key",
	  "there are: syslog, facility, priority, file, stdout, queue, command_line, exe_path" },
	{ "key of another section", "[limits]\nsyslog = no\n", 2,
	  "[limits] syslog: no such key", "there are: connections, processes" },
	{ "section that is none", "[outputs]\nsyslog = no\n", 1,
	  "[outputs]: no such section",
	  "there are: [output] [log] [output NAME] [limits] [kernel] [sockdiag] [status] [context] [ignore]" },
	{ "section that is none, without keys", "[ouput]\n[limits]\n", 1,
	  "[ouput]: no such section", "[output]" },
	{ "no section", "syslog = no\n", 1, "syslog: a key needs a [section] before it", "" },
	{ "no key", "[output]\n= no\n", 2, NEITHER, "" },
	{ "text behind a section", "[output] syslog = no\n", 1, NEITHER, "" },
	{ "output without a name", "[output ]\n[output -]\n[output a b]\n", 3,
	  "[output a b]: the name is not allowed", "letters, digits" },
	{ "output of a name that is taken", "[output file]\n", 1,
	  "[output file]: the name is not allowed", "not syslog, file, log, stdout" },
	{ "outputs, too many", "[output a]\n[output b]\n[output c]\n[output d]\n[output e]\n"
	  "[output f]\n[output g]\n[output h]\n[output i]\n", 9, "[output i]: at most 8", "" },
	{ "output, transport", "[output a]\ntransport = http\n", 2, "transport: 'http'",
	  "syslog, file, stdout, unix, listen, udp, tcp or tls" },
	{ "output, mode", "[output a]\nmode = 1777\n", 2, "mode: '1777'", "octal digits" },
	{ "output, mode of other digits", "[output a]\nmode = 0680\n", 2, "mode: '0680'", "octal digits" },
	{ "output, path too long for a socket", "[output a]\ntransport = listen\npath = /" LONG50 LONG50 LONG50 "\n",
	  1, "[output a]: path is too long for a socket", "107" },
	{ "output, format", "[output a]\nformat = xml\n", 2,
	  "format: 'xml': xml: no such format; there are: netlog json ocsf", "template" },
	{ "output, template", "[output a]\nformat = template:{comm} {x}\n", 2,
	  "format: 'template:{comm} {x}': template: '{x' is no field in braces", "" },
	{ "output, host", "[output a]\nhost = tcp://x\n", 2, "host: 'tcp://x'",
	  "the name or address of a host" },
	{ "output, port", "[output a]\nport = 65536\n", 2, "port: '65536'", "from 1 to 65535" },
	{ "output, a key of [output]", "[output a]\nsyslog = yes\n", 2,
	  "[output a] syslog: no such key",
	  "there are: transport, format, path, command_line, exe_path, sequence, mode, "
	  "host, port, "
	  "ca, cert, key, facility, priority, queue" },
	{ "no equals sign", "[output]\nsyslog no\n", 2, NEITHER, "" },
	{ "section not closed", "[output\nsyslog = no\n", 1, NEITHER, "" },
	{ "garbage", "\x01\x02\xff\n", 1, NEITHER, "" },
	{ "the first of two: value, then garbage", "[output]\nsyslog = maybe\ngarbage\n",
	  2, "syslog: 'maybe'", "yes or no" },
	{ "the first of two: garbage, then value", "[output]\ngarbage\nsyslog = maybe\n",
	  2, NEITHER, "" },
	{ "the first of two values", "[output]\nsyslog = maybe\nqueue = 1\n", 2,
	  "syslog: 'maybe'", "yes or no" },
	{ "the line behind a long comment", "# " LONG50 LONG50 LONG50 LONG50 LONG50
	  "\n[output]\nsyslog = maybe\n", 3, "syslog: 'maybe'", "yes or no" },
	{ "a long value is cut, not what is allowed", "[output]\nsyslog = "
	  LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50
	  LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 "\n", 2,
	  "syslog: '/2345", "yes or no" },
};

static void test_mistake(void **state)
{
	const struct mistake *row = *state;
	char error[1024] = "", expected[128];
	struct config c;

	config_init(&c);
	write_file(row->text);
	assert_int_equal(config_file_read(&c, path, error, sizeof(error)), -EINVAL);
	config_fini(&c);
	snprintf(expected, sizeof(expected), "%s:%d: %s", path, row->line, row->key);
	if (strncmp(error, expected, strlen(expected)))
		fail_msg("%s\nexpected: %s", error, expected);
	if (!strstr(error, row->allowed))
		fail_msg("%s\nexpected in it: %s", error, row->allowed);
	assert_null(strchr(error, '\n'));
}

/* A key that a section lacks is found at the end. */
static void test_incomplete_output(void **state)
{
	static const struct { const char *text, *error; } rows[] = {
		{ "[output a]\n", ":1: [output a]: transport is missing" },
		{ "[output a]\ntransport =\n", ":1: [output a]: transport is missing" },
		{ "[output a]\ntransport = unix\n", ":1: [output a]: path is missing" },
		{ "[output a]\ntransport = file\n", ":1: [output a]: path is missing" },
		{ "[output a]\ntransport = listen\n", ":1: [output a]: path is missing" },
		{ "[output a]\ntransport = udp\n", ":1: [output a]: host is missing" },
		{ "[output a]\ntransport = tcp\nport = 1\n", ":1: [output a]: host is missing" },
		{ "[output a]\ntransport = tls\nhost = x\ncert = /c\n",
		  ":1: [output a]: key is missing" },
		{ "[output a]\ntransport = stdout\nsequence = yes\n",
		  ":1: [output a]: sequence = yes needs format = json" },
		{ "[output a]\ntransport = stdout\nformat = ocsf\nsequence = yes\n",
		  ":1: [output a]: sequence = yes needs format = json" },
		{ "[output a]\ntransport = tls\nhost = x\nkey = /c\n[output b]\n",
		  ":1: [output a]: cert is missing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char error[1024] = "";
		struct config c;

		write_file(rows[i].text);
		config_init(&c);
		assert_int_equal(config_file_read(&c, path, error, sizeof(error)), -EINVAL);
		assert_memory_equal(error, path, strlen(path));
		assert_string_equal(error + strlen(path), rows[i].error);
		config_fini(&c);
	}
}

/* [output] first, then the sections in their order. */
static void test_outputs(void **state)
{
	struct config_output list[CONFIG_ALL_OUTPUTS];
	char error[1024];
	struct config c, again;

	(void)state;
	write_file("[output b]\ntransport = stdout\n[output]\nstdout = yes\nfile = /f\n"
		   "[output a]\ntransport = file\npath = /a\n");
	config_init(&c);
	assert_int_equal(config_file_read(&c, path, error, sizeof(error)), 0);
	assert_int_equal(config_outputs(&c, list), 6);
	assert_string_equal(list[0].name, "syslog");
	assert_string_equal(list[1].name, "file");
	assert_string_equal(list[1].path, "/f");
	assert_string_equal(list[2].name, "log");
	assert_string_equal(list[2].path, LOG_DEFAULT);
	assert_string_equal(list[3].name, "stdout");
	assert_string_equal(list[4].name, "b");
	assert_string_equal(list[5].name, "a");
	assert_string_equal(list[5].path, "/a");
	assert_string_equal(list[5].format, "netlog");
	config_init(&again);
	assert_int_equal(config_file_read(&again, path, error, sizeof(error)), 0);
	assert_true(config_same_outputs(&c, &again));
	again.log.days = 7;
	assert_false(config_same_outputs(&c, &again));
	again.log.days = c.log.days;
	again.named[1].sequence = true;
	assert_false(config_same_outputs(&c, &again));
	again.named[1].sequence = false;
	again.named[1].path[1] = 'b';
	assert_false(config_same_outputs(&c, &again));
	config_fini(&again);
	config_fini(&c);
}

static char *filled(size_t len, const char *before, const char *after)
{
	char *text = malloc(strlen(before) + len + strlen(after) + 1);

	assert_non_null(text);
	strcpy(text, before);
	memset(text + strlen(before), 'x', len);
	strcpy(text + strlen(before) + len, after);
	return text;
}

/* A value may be as long as its line; a longer line is refused as what it is, and a
 * comment has no bound. libinih's 199 bytes are none of these. */
static void test_long_line(void **state)
{
	static const size_t lens[] = {
		10, 190, 191, 192, 199, 200, 201, 400, 1000, 4088, 4089, 5000, 70000,
	};
	static const char before[] = "[output]\nfile = /";

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		char *text = filled(lens[i], before, "\nsyslog = no\n"), error[1024];
		bool fits = strlen("file = /") + lens[i] <= 4096;
		struct config c;
		int err;

		write_file(text);
		config_init(&c);
		err = config_file_read(&c, path, error, sizeof(error));
		assert_int_equal(err, fits ? 0 : -EINVAL);
		if (fits)
			assert_int_equal(strlen(c.file), lens[i] + 1);
		else if (!strstr(error, ":2: file…: the line has ") ||
			 !strstr(error, "at most 4096 are allowed"))
			fail_msg("%s", error);
		if (fits)
			assert_false(c.to_syslog);
		config_fini(&c);
		free(text);
	}
}

static void test_long_comment(void **state)
{
	static const size_t lens[] = { 190, 197, 198, 199, 200, 201, 400, 4096, 70000 };
	static const char *const starts[] = { "# ", "  ; ", "[output]\n# ", "[output]\n#=" };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++)
		for (size_t j = 0; j < sizeof(starts) / sizeof(*starts); j++) {
			char *text = filled(lens[i], starts[j], "\n[output]\nqueue = 64\n");
			char error[1024];
			struct config c;

			write_file(text);
			config_init(&c);
			if (config_file_read(&c, path, error, sizeof(error)))
				fail_msg("%zu: %s", lens[i], error);
			assert_int_equal(c.queue_kib, 64);
			config_fini(&c);
			free(text);
		}
}

/* The file that is installed is the defaults, and needs no long lines. */
static void test_shipped(void **state)
{
	struct good row = { .c = { DEFAULTS } };
	char error[1024], line[4096];
	struct config c;
	FILE *f;

	(void)state;
	config_init(&c);
	if (config_file_read(&c, "plugin/audisp-netlog.conf", error, sizeof(error)))
		fail_msg("%s", error);
	assert_same(&c, &row.c);
	config_fini(&c);
	f = fopen("plugin/audisp-netlog.conf", "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		assert_true(strlen(line) < 100);
	fclose(f);
}

/* A zero byte does not hide what is behind it. */
static void test_zero_byte(void **state)
{
	static const char text[] = "[output]\nsyslog = no\0 or yes\n";
	char error[1024];
	struct config c;
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, sizeof(text) - 1, f), sizeof(text) - 1);
	fclose(f);
	config_init(&c);
	assert_int_equal(config_file_read(&c, path, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, ":2: " NEITHER));
	config_fini(&c);
}

static void test_many_ignores(void **state)
{
	char text[4096], error[1024] = "";
	struct config c;
	size_t n = snprintf(text, sizeof(text), "[ignore]\n");

	(void)state;
	for (int i = 0; i < CONFIG_IGNORES_MAX; i++)
		n += snprintf(text + n, sizeof(text) - n, "match = pid=%d\n", i);
	write_file(text);
	config_init(&c);
	if (config_file_read(&c, path, error, sizeof(error)))
		fail_msg("%s", error);
	assert_int_equal(c.ignores, CONFIG_IGNORES_MAX);
	config_fini(&c);
	snprintf(text + n, sizeof(text) - n, "match = pid=64\n");
	write_file(text);
	config_init(&c);
	assert_int_equal(config_file_read(&c, path, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, ":66: match: 'pid=64'"));
	assert_non_null(strstr(error, "at most 64 of these lines"));
	config_fini(&c);
}

static void test_unreadable(void **state)
{
	char error[1024] = "";
	struct config c;

	(void)state;
	config_init(&c);
	assert_int_equal(config_file_read(&c, "/nonexistent/netlog.conf", error,
				     sizeof(error)), -ENOENT);
	assert_string_equal(error,
			    "/nonexistent/netlog.conf: No such file or directory");
	config_fini(&c);
	config_init(&c);
	assert_int_equal(config_file_read(&c, "/tmp", error, sizeof(error)), -EISDIR);
	assert_string_equal(error, "/tmp: Is a directory");
	config_fini(&c);
}

static void test_ignores(void **state)
{
	struct identity who = { .refs = 1, .pid = 1, .uid = 0, .comm = "\"x\"" };
	struct entry r = { .identity = &who, .proto = IPPROTO_TCP, .opener = -1,
			    .remote = { AF_INET, true, true, 80, 0, { 127, 0, 0, 1 } } };
	char error[1024];
	struct config c;

	(void)state;
	config_init(&c);
	assert_false(config_ignores(&c, &r));
	write_file("[ignore]\nmatch = comm=y\nmatch = uid=0 remote=127.0.0.0/8\n");
	assert_int_equal(config_file_read(&c, path, error, sizeof(error)), 0);
	assert_true(config_ignores(&c, &r));
	who.uid = 1;
	assert_false(config_ignores(&c, &r));
	who.comm = "\"y\"";
	assert_true(config_ignores(&c, &r));
	config_fini(&c);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_incomplete_output),
		cmocka_unit_test(test_outputs),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_long_comment),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_zero_byte),
		cmocka_unit_test(test_many_ignores),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_ignores),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 99;
	close(fd);
	failed = table_run("good", test_good, ROWS(goods)) +
		 table_run("mistake", test_mistake, ROWS(mistakes)) +
		 cmocka_run_group_tests_name("config", rest, NULL, NULL);
	unlink(path);
	return failed;
}
