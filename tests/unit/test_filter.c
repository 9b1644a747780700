// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/audit/filter, what is passed on, dropped and complained about,
 * however the stream is cut into pieces. */
#include "parser/audit/filter.h"

#include <stdio.h>
#include <string.h>

#include "table.h"

#define EV(serial) " msg=audit(1795241079.391:" serial "): "
#define CONNECT_BODY "arch=c000003e syscall=42 exit=0 a0=3\n"
#define CONNECT(serial) "type=SYSCALL" EV(serial) CONNECT_BODY
#define OPEN(serial) "type=SYSCALL" EV(serial) \
	"arch=c000003e syscall=2 success=yes exit=0 a0=3\n"
#define SADDR(serial) "type=SOCKADDR" EV(serial) "saddr=020001BBC0000207\n"
#define TITLE(serial) "type=PROCTITLE" EV(serial) "proctitle=6375726C\n"
#define EOE(serial) "type=EOE" EV(serial) "\n"

struct stream {
	const char *name, *in, *out;
	uint64_t lines, garbage, orphan, length, machine;
};

static const struct stream streams[] = {
	{ "nothing", "", "", 0 },
	{ "one event", CONNECT("1") SADDR("1") TITLE("1"),
	  CONNECT("1") SADDR("1") TITLE("1"), 3 },
	{ "EOE after PROCTITLE is not needed",
	  CONNECT("1") SADDR("1") TITLE("1") EOE("1"),
	  CONNECT("1") SADDR("1") TITLE("1"), 4 },
	{ "EOE without PROCTITLE is", CONNECT("1") SADDR("1") EOE("1"),
	  CONNECT("1") SADDR("1") EOE("1"), 3 },
	{ "an address sent again, behind its PROCTITLE",
	  CONNECT("1") TITLE("1") SADDR("1") EOE("1") TITLE("1") EOE("1"),
	  CONNECT("1") TITLE("1") SADDR("1") EOE("1"), 6 },
	{ "interleaved", CONNECT("1") CONNECT("2") SADDR("1") SADDR("2") TITLE("2")
	  TITLE("1"), CONNECT("1") CONNECT("2") SADDR("1") SADDR("2") TITLE("2")
	  TITLE("1"), 6 },
	{ "another system call and all of its records",
	  OPEN("1") SADDR("1") TITLE("1") EOE("1"), "", 4 },
	{ "other types", "type=CWD" EV("1") "cwd=\"/\"\ntype=PATH" EV("1")
	  "item=0\ntype=SYSCALLS" EV("1") "x\ntype=AVC" EV("1") "avc: denied\n"
	  "type=1337" EV("1") "x\n", "", 5 },
	{ "an address without its system call", SADDR("1") CONNECT("2") SADDR("2"),
	  CONNECT("2") SADDR("2"), 3, .orphan = 1 },
	{ "PROCTITLE and EOE without it are silent", TITLE("1") EOE("1"), "", 2 },
	{ "system call whose head is odd goes on",
	  "type=SYSCALL" EV("1") "syscall=2 arch=c000003e\n"
	  "type=SYSCALL" EV("2") "arch=c000003e exit=0\n"
	  "type=SYSCALL" EV("3") "\n",
	  "type=SYSCALL" EV("1") "syscall=2 arch=c000003e\n"
	  "type=SYSCALL" EV("2") "arch=c000003e exit=0\n"
	  "type=SYSCALL" EV("3") "\n", 3 },
	{ "serial that goes back", CONNECT("9") TITLE("9") CONNECT("3") SADDR("3")
	  TITLE("3"), CONNECT("9") TITLE("9") CONNECT("3") SADDR("3") TITLE("3"), 5 },
	{ "same serial after a reboot", CONNECT("5") TITLE("5") OPEN("5") SADDR("5"),
	  CONNECT("5") TITLE("5"), 4 },
	{ "huge serial", CONNECT("9999999999999999999") SADDR("9999999999999999999"),
	  CONNECT("9999999999999999999") SADDR("9999999999999999999"), 2 },
	{ "event ids that no kernel writes", CONNECT("99999999999999999999")
	  "type=SYSCALL msg=audit(1.1000:3): a\ntype=SYSCALL msg=audit(.1:3): a\n"
	  "type=SYSCALL msg=audit(1.:3): a\ntype=SYSCALL msg=audit(1:3): a\n"
	  "type=SYSCALL msg=audit(-1.1:3): a\ntype=SYSCALL msg=audit(1.1:-3): a\n"
	  "type=SYSCALL msg=audit(123456789012.1:3): a\n", "", 8, .garbage = 8 },
	{ "node", "node=a " CONNECT("1") "node=b " OPEN("1") "node=a " SADDR("1")
	  "node=b " SADDR("1"), "node=a " CONNECT("1") "node=a " SADDR("1"), 4 },
	/* host1 and host2 with serials a little apart */
	{ "nodes with similar names", "node=host1 " CONNECT("131")
	  "node=host2 " OPEN("100") "node=host1 " SADDR("131")
	  "node=host1 " TITLE("131"),
	  "node=host1 " CONNECT("131") "node=host1 " SADDR("131")
	  "node=host1 " TITLE("131"), 4 },
	{ "node with nothing behind", "node=a\nnode=\nnode= \n" CONNECT("1"),
	  CONNECT("1"), 4, .garbage = 3 },
	{ "garbage", "hello\n" CONNECT("1") "\xff\xfe\n type=SYSCALL\ntype\n"
	  SADDR("1"), CONNECT("1") SADDR("1"), 6, .garbage = 4 },
	{ "known type without event id", "type=SYSCALL \ntype=SYSCALL msg=\n"
	  "type=SYSCALL msg=audit(1.2\ntype=SYSCALL msg=audit(1.2:\n"
	  "type=SYSCALL msg=audit(1.2:3\ntype=SYSCALL msg=audit(1.2:x): a\n"
	  "type=SYSCALL  msg=audit(1.2:3): a\ntype=EOE \n" CONNECT("1"),
	  CONNECT("1"), 9, .garbage = 8 },
	{ "ausearch headings", "----\ntime->Sat Nov 21 06:00:51 2026\n\n" CONNECT("1")
	  "----\n", CONNECT("1"), 5 },
	{ "carriage returns", "type=SYSCALL" EV("1") "arch=c000003e syscall=42\r\n\r\n",
	  "type=SYSCALL" EV("1") "arch=c000003e syscall=42\n", 2 },
	{ "what ENRICHED adds is cut", "type=SYSCALL" EV("1")
	  "arch=c000003e syscall=42 comm=\"x\"\x1d" "ARCH=x86_64 UID=\"root\"\n"
	  "type=SOCKADDR" EV("1") "saddr=0200\x1dSADDR={ saddr_fam=inet }\n",
	  "type=SYSCALL" EV("1") "arch=c000003e syscall=42 comm=\"x\"\n"
	  "type=SOCKADDR" EV("1") "saddr=0200\n", 2 },
	{ "the module's records", "type=KERNEL" EV("1") "netlog=1 op=connect\n"
	  "type=KERNEL" EV("2") "state=initialized audit_enabled=0 res=1\n"
	  "type=KERNEL" EV("3") "\ntype=KERNEL" EV("4") "netlog\n",
	  "type=KERNEL" EV("1") "netlog=1 op=connect\n", 4 },
	{ "a user's SYSTEM_BOOT is nothing", "type=SYSTEM_BOOT" EV("1") "pid=1\n", "", 1 },
	{ "io_uring's operation and its address",
	  "type=URINGOP" EV("1") "uring_op=16 success=yes\n" SADDR("1"), "", 2 },
	{ "types by number", "type=1300" EV("1") CONNECT_BODY "type=1306" EV("1")
	  "saddr=0200\ntype=1327" EV("1") "proctitle=6375726C\n",
	  "type=1300" EV("1") CONNECT_BODY "type=1306" EV("1")
	  "saddr=0200\ntype=1327" EV("1") "proctitle=6375726C\n", 3 },
	{ "ENRICHED without its separator", "type=SYSCALL" EV("1")
	  "arch=c000003e syscall=42 comm=\"x\" key=\"netlog\"ARCH=x86_64 UID=\"root\"\n"
	  "type=SOCKADDR" EV("1") "saddr=0200#035SADDR={ saddr_fam=inet }\n"
	  "type=SYSCALL" EV("2") "arch=c000003e syscall=42 comm=\"ARCH=\" pid=2 "
	  "key=(null)\xef\xbf\xbd" "ARCH=x86_64\n",
	  "type=SYSCALL" EV("1") "arch=c000003e syscall=42 comm=\"x\" \n"
	  "type=SOCKADDR" EV("1") "saddr=0200\n"
	  "type=SYSCALL" EV("2") "arch=c000003e syscall=42 comm=\"ARCH=\" pid=2 "
	  "key=(null)\n", 3 },
	{ "a byte order mark", "\xef\xbb\xbf" CONNECT("1"), CONNECT("1"), 1 },
	{ "a prefix is not read here", "Nov 21 06:00:51 host audispd: " CONNECT("1"), "", 1,
	  .garbage = 1 },
	{ "last line without its end", CONNECT("1") "type=SOCKADDR" EV("1") "saddr=02",
	  CONNECT("1") "type=SOCKADDR" EV("1") "saddr=02\n", 2 },
	{ "i386 socketcall", "type=SYSCALL" EV("1") "arch=40000003 syscall=102 a0=3\n"
	  "type=SOCKETCALL" EV("1") "nargs=3 a0=3 a1=4 a2=10\n" SADDR("1"),
	  "type=SYSCALL" EV("1") "arch=40000003 syscall=102 a0=3\n"
	  "type=SOCKETCALL" EV("1") "nargs=3 a0=3 a1=4 a2=10\n" SADDR("1"), 3 },
	{ "fields that are never read", "type=SYSCALL" EV("1") "arch=c000003e "
	  "syscall=42 success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0 items=0 ppid=1 pid=2 "
	  "auid=3 uid=4 gid=5 euid=6 suid=7 fsuid=8 egid=9 sgid=10 fsgid=11 tty=pts0 "
	  "ses=12 comm=\"a\" exe=\"/b\" subj=c key=\"netlog\"\n"
	  "type=SYSCALL" EV("2") "arch=c000003e syscall=288 exit=5 a0=3 a1=1 a2=2 "
	  "a3=80000 pid=2\n",
	  "type=SYSCALL" EV("1") "arch=c000003e syscall=42 exit=0 a0=3 ppid=1 pid=2 "
	  "auid=3 uid=4 ses=12 comm=\"a\" exe=\"/b\" subj=c \n"
	  "type=SYSCALL" EV("2") "arch=c000003e syscall=288 exit=5 a0=3 a3=80000 pid=2\n",
	  2 },
	{ "accept without an address", "type=SYSCALL" EV("2") "arch=c000003e syscall=43 "
	  "exit=5 a0=3 a1=0 a2=0 pid=2\n", "type=SYSCALL" EV("2") "arch=c000003e syscall=43 "
	  "exit=5 a0=3 a1=0 pid=2\n", 1 },
	{ "exit of a thread", "type=SYSCALL" EV("1") "arch=c000003e syscall=60 a0=0\n"
	  TITLE("1"), "", 2 },
	{ "a machine nobody knows", "type=SYSCALL" EV("1") "arch=ffffffff syscall=42\n"
	  "type=SYSCALL" EV("2") "arch=c000003ec000003e syscall=42\n"
	  "type=SYSCALL" EV("3") "arch=c000003e syscall=99999999999999999999\n",
	  NULL, 3, .machine = 1 },
};

struct sum {
	struct filter lines;
	struct input_errors complaints;
	char out[1 << 20];
	size_t used;
};

static struct sum sum;

static void collect(const char *data, size_t len, void *arg)
{
	struct sum *s = arg;

	assert_true(len > 0 && len <= FILTER_OUT);
	assert_int_equal(data[len - 1], '\n');
	assert_true(s->used + len < sizeof(s->out));
	memcpy(s->out + s->used, data, len);
	s->used += len;
}

static void begin(void)
{
	sum.used = 0;
	memset(&sum.complaints, 0, sizeof(sum.complaints));
	sum.lines.out = collect;
	sum.lines.arg = &sum;
	sum.lines.complaints = &sum.complaints;
	filter_init(&sum.lines);
}

/* Feeds from a copy of its own, so that ASan sees a read behind the end. */
static void feed(const char *data, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, data, len);
	filter_feed(&sum.lines, copy, len);
	free(copy);
}

static void check(const struct stream *row)
{
	const uint64_t *count = sum.complaints.count;

	filter_push(&sum.lines, true);
	if (row->out) {
		assert_int_equal(sum.used, strlen(row->out));
		assert_memory_equal(sum.out, row->out, sum.used);
	}
	assert_int_equal(sum.lines.number, row->lines);
	assert_int_equal(count[INPUT_ERROR_LINE_GARBAGE], row->garbage);
	assert_int_equal(count[INPUT_ERROR_ORPHAN], row->orphan);
	assert_int_equal(count[INPUT_ERROR_LINE_LONG], row->length);
	assert_int_equal(count[INPUT_ERROR_MACHINE], row->machine);
	assert_int_equal(input_error_total(&sum.complaints),
			 row->garbage + row->orphan + row->length + row->machine);
}

static void test_stream(void **state)
{
	const struct stream *row = *state;
	size_t len = strlen(row->in);

	begin();
	feed(row->in, len);
	check(row);
	begin();
	for (size_t i = 0; i < len; i++)
		feed(row->in + i, 1);
	check(row);
	for (size_t i = 0; i <= len; i++) {	/* cut in two, anywhere */
		begin();
		feed(row->in, i);
		feed(row->in + i, len - i);
		check(row);
	}
}

static void test_nul(void **state)
{
	static const char in[] = CONNECT("1") "type=SOCKADDR" EV("1")
		"saddr=02\0" "00\n\0\n" TITLE("1");
	static const struct stream row = {
		.out = CONNECT("1") TITLE("1"), .lines = 4, .garbage = 2,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++) {
		begin();
		feed(in, i);
		feed(in + i, sizeof(in) - 1 - i);
		check(&row);
	}
}

/* A SYSCALL record of exactly len bytes, then one that is right. */
static void one_of_length(size_t len, size_t piece, bool kept)
{
	static const char head[] = "type=SYSCALL" EV("1") "arch=c000003e syscall=42 comm=";
	char *in = malloc(len + 1);
	size_t at, n;

	assert_non_null(in);
	memset(in, 'a', len);
	memcpy(in, head, sizeof(head) - 1);
	in[len] = '\n';
	begin();
	for (at = 0; at <= len; at += n) {
		n = len + 1 - at < piece ? len + 1 - at : piece;
		feed(in + at, n);
	}
	free(in);
	feed(CONNECT("2"), sizeof(CONNECT("2")) - 1);
	filter_push(&sum.lines, true);
	assert_int_equal(sum.lines.number, 2);
	assert_int_equal(sum.complaints.count[INPUT_ERROR_LINE_LONG], !kept);
	assert_int_equal(input_error_total(&sum.complaints), !kept);
	assert_int_equal(sum.used, (kept ? len + 1 : 0) + sizeof(CONNECT("2")) - 1);
	assert_memory_equal(sum.out + sum.used - sizeof(CONNECT("2")) + 1,
			    CONNECT("2"), sizeof(CONNECT("2")) - 1);
}

static void test_too_long(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, FILTER_MAX - 1, FILTER_MAX,
					 FILTER_MAX + 1, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		one_of_length(FILTER_MAX - 1, pieces[i], true);
		one_of_length(FILTER_MAX, pieces[i], true);
		one_of_length(FILTER_MAX + 1, pieces[i], false);
		one_of_length(3 * FILTER_MAX, pieces[i], false);
		one_of_length(10 * FILTER_OUT, pieces[i], false);
	}
}

/* The end of the input inside a line that is too long. */
static void test_too_long_at_end(void **state)
{
	static char in[FILTER_MAX + 10];

	(void)state;
	memset(in, 'x', sizeof(in));
	begin();
	feed(in, sizeof(in));
	filter_push(&sum.lines, true);
	assert_int_equal(sum.lines.number, 1);
	feed(CONNECT("2"), sizeof(CONNECT("2")) - 1);
	filter_push(&sum.lines, true);
	assert_int_equal(sum.used, sizeof(CONNECT("2")) - 1);
	assert_int_equal(input_error_total(&sum.complaints), 1);
}

/* More than the buffer holds, in one piece: order and bytes stay. */
static void test_much(void **state)
{
	static char in[600000];
	size_t len = 0;

	(void)state;
	for (int i = 1; len < sizeof(in) - 300; i++)
		len += sprintf(in + len, "type=SYSCALL msg=audit(1.001:%d): arch="
			       "c000003e syscall=42\ntype=SOCKADDR msg=audit("
			       "1.001:%d): saddr=0200\n", i, i);
	begin();
	feed(in, len);
	filter_push(&sum.lines, true);
	assert_int_equal(sum.used, len);
	assert_memory_equal(sum.out, in, len);
	assert_int_equal(input_error_total(&sum.complaints), 0);
}

/* Pushing without end leaves a half line to be ended. */
static void test_push(void **state)
{
	(void)state;
	begin();
	feed("type=SYSCALL", 12);
	filter_push(&sum.lines, false);
	assert_int_equal(sum.used, 0);
	feed(EV("1") CONNECT_BODY, sizeof(EV("1") CONNECT_BODY) - 1);
	filter_push(&sum.lines, false);
	assert_int_equal(sum.used, sizeof(CONNECT("1")) - 1);
	assert_memory_equal(sum.out, CONNECT("1"), sum.used);
}

/* Also records that are not passed on have the kernel's numbers; auditd's own events
 * and those of another node have others. */
static void test_gaps(void **state)
{
	static const char in[] =
		"type=DAEMON_START" EV("900") "op=start\n" CONNECT("1")
		"type=CWD" EV("3") "cwd=\"/\"\n" OPEN("4") TITLE("4") "type=EOE" EV("6") "\n"
		"type=UNKNOWN[1337]" EV("7") "x\nnode=b " CONNECT("50")
		"type=DAEMON_ROTATE" EV("901") "op=rotate\nnothing\n"
		"type=CWD msg=audit(x): cwd=\n" CONNECT("9")
		SADDR("10") TITLE("10") CONNECT("11");

	(void)state;
	begin();
	feed(in, sizeof(in) - 1);
	serials_end(&sum.lines.serials);
	assert_int_equal(sum.lines.serials.lost, 5);	/* 2, 5, 8; 6, 10 without head */
}

/* The count does not begin with events that the kernel held back for an auditd that starts. */
static void test_gaps_since(void **state)
{
	static const char in[] =
		"type=CWD msg=audit(999.999:5): x\ntype=CWD msg=audit(1000.000:90): x\n"
		"type=CWD msg=audit(999.999:7): x\ntype=CWD msg=audit(1000.100:93): x\n"
		"type=CWD msg=audit(999.000:92): x\n";

	(void)state;
	begin();
	sum.lines.serials_since = 1000000;
	feed(in, sizeof(in) - 1);
	serials_end(&sum.lines.serials);
	assert_int_equal(sum.lines.serials.lost, 1);	/* 91 */
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_too_long_at_end),
		cmocka_unit_test(test_much),
		cmocka_unit_test(test_push),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_gaps_since),
	};

	return table_run("stream", test_stream, ROWS(streams)) +
	       cmocka_run_group_tests_name("lines", rest, NULL, NULL);
}
