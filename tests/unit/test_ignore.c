// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/ignore, the ignore list. */
#include "plugin/ignore/decide.h"
#include "plugin/ignore/rules.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

/* A connection as a few words: "KIND EXE LOCAL REMOTE UID", "-" is unknown. */
struct connection {
	struct entry e;
	struct identity id;
	char exe[128];
};

static void set_end(struct netaddr *a, const char *text)
{
	struct netaddr_range r;

	if (!strcmp(text, "-"))
		return;
	assert_int_equal(netaddr_parse_range(text, &r), 0);
	*a = r.addr;
}

static void make(struct connection *c, const char *text)
{
	char kind[8], exe[100], local[64], remote[64];
	int uid;

	memset(c, 0, sizeof(*c));
	c->e.container = strstr(text, " container=");
	c->e.container = c->e.container ? c->e.container + strlen(" container=") : NULL;
	assert_int_equal(sscanf(text, "%7s %99s %63s %63s %d", kind, exe, local, remote, &uid), 5);
	c->e.identity = &c->id;
	c->e.what = !strcmp(kind, "listen") ? LISTEN_START : CONNECT_START;
	c->e.inbound = !strcmp(kind, "in");
	c->e.unknown_direction = !strcmp(kind, "?");
	c->id.uid = uid;
	snprintf(c->exe, sizeof(c->exe), *exe == '/' ? "\"%s\"" : "%s", exe);
	c->id.exe = strcmp(exe, "-") ? c->exe : NULL;
	set_end(&c->e.local, local);
	set_end(&c->e.remote, remote);
}

static struct ignore_list *read_list(const char *text, struct ignore_error *error)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	struct ignore_list *l;

	assert_non_null(f);
	l = ignore_list_read(f, error);
	fclose(f);
	return l;
}

/* ---- decisions ---- */

struct row {
	const char *name, *list, *connection;
	enum ignore_decision expect;
};

#define SSH "out /usr/bin/ssh 10.0.0.5:40000 "
static const struct row rows[] = {
	{ "a program", "/usr/bin/ssh", SSH "192.0.2.1:22 1000", IGNORE_DROP },
	{ "another program", "/usr/bin/sshd", SSH "192.0.2.1:22 1000", IGNORE_NOTHING },
	{ "a longer path", "/usr/bin/ss", SSH "192.0.2.1:22 1000", IGNORE_NOTHING },
	{ "an unknown program", "/usr/bin/ssh", "out - - 192.0.2.1:22 0", IGNORE_NOTHING },
	{ "a program in hex", "/usr/bin/a\\x20b",
	  "out 2F7573722F62696E2F612062 - 192.0.2.1:22 0", IGNORE_DROP },
	{ "CERN's address", "/usr/bin/ssh|i<127.0.0.1>", SSH "127.0.0.1:22 0", IGNORE_DROP },
	{ "CERN's address, another", "/usr/bin/ssh|i<127.0.0.1>", SSH "127.0.0.2:22 0",
	  IGNORE_NOTHING },
	{ "without brackets", "/usr/bin/ssh|i127.0.0.1", SSH "127.0.0.1:22 0", IGNORE_DROP },
	{ "one bracket", "/usr/bin/ssh|i<127.0.0.1", SSH "127.0.0.1:22 0", IGNORE_DROP },
	{ "an unknown address", "/usr/bin/ssh|i<127.0.0.1>", SSH "- 0", IGNORE_NOTHING },
	{ "the local address is not meant", "/usr/bin/ssh|i<10.0.0.5>", SSH "192.0.2.1:22 0",
	  IGNORE_NOTHING },
	{ "IPv6", "/usr/bin/ssh|i<2001:db8::1>", SSH "[2001:db8::1]:22 0", IGNORE_DROP },
	{ "IPv6 is not IPv4", "/usr/bin/ssh|i<::/0>", SSH "192.0.2.1:22 0", IGNORE_NOTHING },
	{ "v4-mapped", "/usr/bin/ssh|i<::ffff:192.0.2.1>", SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "a network", "/usr/bin/ssh|i<192.0.2.0/25>", SSH "192.0.2.127:22 0", IGNORE_DROP },
	{ "beyond the network", "/usr/bin/ssh|i<192.0.2.0/25>", SSH "192.0.2.128:22 0",
	  IGNORE_NOTHING },
	{ "a network with bits behind it", "/usr/bin/ssh|i<192.0.2.77/25>",
	  SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "all of IPv4", "/usr/bin/ssh|i<0.0.0.0/0>", SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "IPv6 network, odd", "*|i<2001:db8:8000::/33>", SSH "[2001:db8:ffff::1]:1 0",
	  IGNORE_DROP },
	{ "IPv6 network, odd, beyond", "*|i<2001:db8:8000::/33>", SSH "[2001:db8:7fff::1]:1 0",
	  IGNORE_NOTHING },
	{ "a port", "/usr/bin/ssh|p<22>", SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "another port", "/usr/bin/ssh|p<22>", SSH "192.0.2.1:2222 0", IGNORE_NOTHING },
	{ "our own port is not meant", "/usr/bin/ssh|p<40000>", SSH "192.0.2.1:22 0",
	  IGNORE_NOTHING },
	{ "the port of an accepted one", "/usr/sbin/sshd|i<10.0.0.0/8>|p<22>",
	  "in /usr/sbin/sshd 10.0.0.1:22 10.9.9.9:51000 0", IGNORE_DROP },
	{ "the client's port is not meant", "/usr/sbin/sshd|p<51000>",
	  "in /usr/sbin/sshd 10.0.0.1:22 10.9.9.9:51000 0", IGNORE_NOTHING },
	{ "a listener's port", "/usr/sbin/sshd|p<22>", "listen /usr/sbin/sshd 0.0.0.0:22 - 0",
	  IGNORE_DROP },
	{ "a listener has no remote address", "/usr/sbin/sshd|i<0.0.0.0/0>",
	  "listen /usr/sbin/sshd 0.0.0.0:22 - 0", IGNORE_NOTHING },
	{ "a port whose end is unknown", "/usr/bin/ssh|p<22>",
	  "? /usr/bin/ssh 10.0.0.5:22 192.0.2.1:22 0", IGNORE_NOTHING },
	{ "first of a range", "*|p<6000-6063>", SSH "192.0.2.1:6000 0", IGNORE_DROP },
	{ "last of a range", "*|p<6000-6063>", SSH "192.0.2.1:6063 0", IGNORE_DROP },
	{ "beyond a range", "*|p<6000-6063>", SSH "192.0.2.1:6064 0", IGNORE_NOTHING },
	{ "a user", "/usr/bin/ssh|u<1000>", SSH "192.0.2.1:22 1000", IGNORE_DROP },
	{ "a user by name", "/usr/bin/ssh|u<root>", SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "another user", "/usr/bin/ssh|u1000", SSH "192.0.2.1:22 1001", IGNORE_NOTHING },
	{ "an unknown user", "/usr/bin/ssh|u<0-4294967295>", SSH "192.0.2.1:22 -1",
	  IGNORE_NOTHING },
	{ "all must hold", "/usr/bin/ssh|p<22>|u<0>|i<192.0.2.1>", SSH "192.0.2.1:22 1",
	  IGNORE_NOTHING },
	{ "a star in hex", "/usr/bin/a\\x2A|u<1>", "out /usr/bin/a* - 192.0.2.1:22 1",
	  IGNORE_DROP },
	{ "dots in a name", "/usr/bin/..a.|u<1>", "out /usr/bin/..a. - 192.0.2.1:22 1",
	  IGNORE_DROP },
	{ "a container", "/usr/bin/ssh|c<0123456789ab>",
	  SSH "192.0.2.1:22 1 container=0123456789abcdef", IGNORE_DROP },
	{ "too few of its digits", "/usr/bin/ssh|c<0123456789a>",
	  SSH "192.0.2.1:22 1 container=0123456789abcdef", IGNORE_NOTHING },
	{ "a container by name", "*|c<web>", SSH "192.0.2.1:22 1 container=web", IGNORE_DROP },
	{ "an unknown container", "*|c<web>", SSH "192.0.2.1:22 1", IGNORE_NOTHING },
	{ "any order", "/usr/bin/ssh|p<22>|u<1>|i<192.0.2.1>", SSH "192.0.2.1:22 1",
	  IGNORE_DROP },
	{ "an exception of a broader entry", "/usr/bin/ssh\n!/usr/bin/ssh|i<192.0.2.0/24>",
	  SSH "192.0.2.1:22 0", IGNORE_KEEP },
	{ "beside the exception", "/usr/bin/ssh\n!/usr/bin/ssh|i<192.0.2.0/24>",
	  SSH "198.51.100.1:22 0", IGNORE_DROP },
	{ "an exception for any program", "!*|u<0>\n/usr/bin/ssh", SSH "192.0.2.1:22 0",
	  IGNORE_KEEP },
	{ "an exception of an equal entry", "/usr/bin/ssh|p<22>\n! /usr/bin/ssh|p<1-22>",
	  SSH "192.0.2.1:22 0", IGNORE_KEEP },
	{ "commas, comments and blanks", "# x\n\n  /bin/a , /usr/bin/ssh|p<22>,\t/bin/b\r\n",
	  SSH "192.0.2.1:22 0", IGNORE_DROP },
	{ "a comment has no commas", "# a,/usr/bin/ssh\n", SSH "192.0.2.1:22 0",
	  IGNORE_NOTHING },
};

static void test_decision(void **state)
{
	const struct row *row = *state;
	struct ignore_error error;
	struct ignore_list *l = read_list(row->list, &error);
	struct connection c;

	if (!l)
		fail_msg("line %u: %s", error.line, error.text);
	make(&c, row->connection);
	assert_int_equal(ignore_list_decide(l, &c.e), row->expect);
	ignore_list_free(l);
}

/* ---- the switch for loopback ---- */

struct local_row {
	const char *name, *connection;
	bool local;
};

static const struct local_row locals[] = {
	{ "to 127.0.0.1", "out /bin/a - 127.0.0.1:22 0", true },
	{ "to 127.9.9.9", "out /bin/a - 127.9.9.9:22 0", true },
	{ "to 128.0.0.1", "out /bin/a 127.0.0.1:1 128.0.0.1:22 0", false },
	{ "to ::1", "out /bin/a - [::1]:22 0", true },
	{ "to ::2", "out /bin/a - [::2]:22 0", false },
	{ "to its own address", "in /bin/a 10.0.0.5:22 10.0.0.5:4000 0", true },
	{ "to an unknown address", "out /bin/a 127.0.0.1:22 - 0", false },
	{ "both unknown", "out /bin/a - - 0", false },
	{ "a listener on loopback", "listen /bin/a 127.0.0.1:631 - 0", true },
	{ "a listener on all", "listen /bin/a 0.0.0.0:631 - 0", false },
};

static void test_local(void **state)
{
	const struct local_row *row = *state;
	struct config config = { .loopback = true };
	struct ignore_error error;
	struct ignore_list *keep = read_list("!/bin/a", &error);
	struct connection c;

	make(&c, row->connection);
	assert_int_equal(ignore_is_local(&c.e), row->local);
	assert_false(ignore_entry(NULL, &config, &c.e));
	config.loopback = false;
	assert_int_equal(ignore_entry(NULL, &config, &c.e), row->local);
	assert_false(ignore_entry(keep, &config, &c.e));
	ignore_list_free(keep);
}

/* ---- mistakes ---- */

struct mistake {
	const char *name, *list;
	unsigned int line;
	const char *text;
};

static const struct mistake mistakes[] = {
	{ "its line", "/bin/a\n# x\n\nbin/b\n/bin/c", 4, "'bin/b': it is neither the absolute path" },
	{ "no program", "|i<127.0.0.1>", 1, "'': it is neither the absolute path" },
	{ "an exception of nothing", "!", 1, "'': it is neither the absolute path" },
	{ "everything", "*", 1, "drops every connection" },
	{ "an empty condition", "/bin/a|", 1, "condition is empty" },
	{ "an empty value", "/bin/a|i<>", 1, "condition is empty" },
	{ "another letter", "/bin/a|x<1>", 1, "'x<1' is not a condition" },
	{ "twice", "/bin/a|p<1>|p<2>", 1, "two conditions p" },
	{ "a host name", "/bin/a|i<localhost>", 1, "'localhost' is not an address" },
	{ "an address with a port", "/bin/a|i<127.0.0.1:22>", 1, "is not an address" },
	{ "a prefix too long", "/bin/a|i<127.0.0.1/33>", 1, "is not an address" },
	{ "port 0", "/bin/a|p<0>", 1, "'0' is not a port" },
	{ "a port too great", "/bin/a|p<65536>", 1, "is not a port" },
	{ "a port and more", "/bin/a|p<22x>", 1, "is not a port" },
	{ "a range backwards", "/bin/a|p<23-22>", 1, "is not a port" },
	{ "half a range", "/bin/a|p<22->", 1, "is not a port" },
	{ "no such user", "/bin/a|u<nobody-here>", 1, "'nobody-here' must be" },
	{ "a NUL in a path", "/bin/a\\x00b", 1, "NUL" },
	{ "a comment behind an entry", "/bin/a # ours", 1, "a comment needs its own line" },
	{ "a wildcard", "/usr/*/ssh|u<0>", 1, "a path has no wildcards" },
	{ "a stray backslash", "/bin/a\\ b", 1, "a backslash is written \\x5C" },
	{ "half a byte", "/bin/a\\x2", 1, "a backslash is written \\x5C" },
	{ "two slashes", "/bin//a", 1, "never in a path that the kernel reports" },
	{ "a dot", "/bin/./a", 1, "never in a path that the kernel reports" },
	{ "two dots", "/bin/../a", 1, "never in a path that the kernel reports" },
	{ "a folder", "/opt/agent/", 1, "never in a path that the kernel reports" },
};

static void test_mistake(void **state)
{
	const struct mistake *row = *state;
	struct ignore_error error;

	assert_null(read_list(row->list, &error));
	if (!strstr(error.text, row->text))
		fail_msg("\"%s\" does not contain \"%s\"", error.text, row->text);
	assert_int_equal(error.line, row->line);
}

/* ---- other ---- */

static void test_twice(void **state)
{
	struct ignore_error error;
	struct ignore_list *l = read_list("/bin/a\n/bin/b\n/bin/a\n", &error);

	(void)state;
	assert_int_equal(ignore_list_count(l), 2);
	assert_true(ignore_list_has(l, "/bin/b"));
	assert_false(ignore_list_has(l, "/bin/c"));
	assert_int_equal(ignore_list_items(l)->next->line, 2);
	ignore_list_free(l);
}

/* Any user who may write the list may hide connections. */
static void test_owner(void **state)
{
	char path[] = "/tmp/netlog-ignore-XXXXXX";
	int fd = mkstemp(path);
	struct ignore_error error;
	struct ignore_list *l;

	(void)state;
	assert_int_equal(write(fd, "/bin/a\n", 7), 7);
	fchmod(fd, 0644);
	l = ignore_list_open(path, &error);
	assert_int_equal(ignore_list_count(l), 1);
	ignore_list_free(l);
	fchmod(fd, 0664);
	assert_null(ignore_list_open(path, &error));
	assert_non_null(strstr(error.text, "writable by no other user"));
	if (!geteuid()) {
		fchmod(fd, 0644);
		assert_int_equal(fchown(fd, 1, 1), 0);
		assert_null(ignore_list_open(path, &error));
	}
	close(fd);
	unlink(path);
	assert_null(ignore_list_open(path, &error));
	assert_int_equal(error.line, 0);
	/* opening a FIFO would wait for its writer */
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(20);
	assert_null(ignore_list_open(path, &error));
	alarm(0);
	assert_non_null(strstr(error.text, "not a regular file"));
	unlink(path);
}

static void test_rules(void **state)
{
	static const char list[] =
		"/bin/a\n/bin/b|u<5>\n/bin/c|p<1>\n*|u<0>\n/bin/d\n!/bin/d|i<10.0.0.0/8>\n"
		"/bin/e\\x20f\n";
	struct ignore_error error;
	struct ignore_list *l = read_list(list, &error);
	char *text, *rules;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	ignore_rules_print(l, f);
	fclose(f);
	rules = strstr(text, "\n-a");
	assert_non_null(rules);
	assert_string_equal(rules,
			    "\n-a never,exit -F arch=b64 -S socket,connect,bind,listen,accept,accept4"
			    " -F exe=/bin/a\n"
			    "-a never,exit -F arch=b32 -S socket,connect,bind,listen,accept4,socketcall"
			    " -F exe=/bin/a\n"
			    "-a never,exit -F arch=b64 -S socket,connect,bind,listen,accept,accept4"
			    " -F exe=/bin/b -F uid=5\n"
			    "-a never,exit -F arch=b32 -S socket,connect,bind,listen,accept4,socketcall"
			    " -F exe=/bin/b -F uid=5\n"
			    "# /bin/c|p<1>: no rule: audit rules have no addresses and ports\n"
			    "# *|u<0>: no rule: there are entries with !\n"
			    "# /bin/d: no rule: an entry with ! is about this program\n"
			    "# !/bin/d|i<10.0.0.0/8>: no rule: an exception\n"
			    "# /bin/e\\x20f: no rule: a path that auditctl cannot read\n");
	free(text);
	ignore_list_free(l);
}

/* Users need no program. */
static void test_rules_of_users(void **state)
{
	struct ignore_error error;
	struct ignore_list *l = read_list("*|u<0>\n/bin/a|u<1000-1999>\n*|c<0123456789ab>\n", &error);
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	ignore_rules_print(l, f);
	fclose(f);
	assert_non_null(strstr(text, ",accept,accept4 -F uid=0\n"));
	assert_non_null(strstr(text, " -F exe=/bin/a -F uid>=1000 -F uid<=1999\n"));
	assert_non_null(strstr(text, "\n# *|c<0123456789ab>: no rule: audit rules have no containers\n"));
	free(text);
	ignore_list_free(l);
}

/* ---- ten thousand entries cost no more than ten ---- */

static struct ignore_list *many(unsigned int count, bool one_program)
{
	struct ignore_error error;
	struct ignore_list *l;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (unsigned int i = 0; i < count; i++)
		if (one_program)
			fprintf(f, "*|i<10.%u.%u.1>|p<22>\n", i / 256, i % 256);
		else
			fprintf(f, "/opt/program%u|i<10.0.0.0/8>\n", i);
	fclose(f);
	l = read_list(text, &error);
	assert_int_equal(ignore_list_count(l), count);
	free(text);
	return l;
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Least of five, so that a busy machine does not matter. */
static int64_t cost(const struct ignore_list *l, const struct entry *e)
{
	int64_t best = INT64_MAX;

	for (int run = 0; run < 5; run++) {
		int64_t start = cpu_ns(), took;

		for (int i = 0; i < 20000; i++)
			assert_int_equal(ignore_list_decide(l, e), IGNORE_NOTHING);
		took = cpu_ns() - start;
		best = took < best ? took : best;
	}
	return best;
}

static void compare(bool one_program)
{
	struct ignore_list *few = many(10, one_program), *lots = many(10000, one_program);
	struct connection c;
	int64_t a, b;

	make(&c, "out /opt/program5 10.0.0.5:40000 192.0.2.1:22 0");
	a = cost(few, &c.e);
	b = cost(lots, &c.e);
	print_message("10 entries %lld ns, 10,000 entries %lld ns a decision\n",
		      (long long)a / 20000, (long long)b / 20000);
	assert_true(b < 2 * a);
	ignore_list_free(few);
	ignore_list_free(lots);
}

static void test_many_programs(void **state)
{
	(void)state;
	compare(false);
}

static void test_many_addresses(void **state)
{
	(void)state;
	compare(true);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_rules_of_users),
		cmocka_unit_test(test_many_programs),
		cmocka_unit_test(test_many_addresses),
	};

	return table_run("ignore", test_decision, ROWS(rows)) +
	       table_run("ignore, loopback", test_local, ROWS(locals)) +
	       table_run("ignore, mistakes", test_mistake, ROWS(mistakes)) +
	       cmocka_run_group_tests_name("ignore, other", others, NULL, NULL);
}
