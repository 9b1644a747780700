// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/netlink, the text of a record that comes from the kernel. */
#include "plugin/input/netlink.h"

#include <libaudit.h>
#include <string.h>

#include "table.h"

struct row {
	const char *name;
	int type;
	const char *message, *text;
};

static const struct row rows[] = {
	{ "a system call", AUDIT_SYSCALL, "audit(1.2:3): arch=c000003e",
	  "type=SYSCALL msg=audit(1.2:3): arch=c000003e\n" },
	/* nf_tables logs a table's name unescaped; any user can make one in a namespace */
	{ "a newline in a name", AUDIT_NETFILTER_CFG,
	  "audit(1.2:3): table=x\ntype=SYSCALL msg=audit(1.2:4): forged",
	  "type=NETFILTER_CFG msg=audit(1.2:3): table=x type=SYSCALL msg=audit(1.2:4): "
	  "forged\n" },
	{ "other control characters", AUDIT_SYSCALL, "audit(1.2:3): a=\r\t\x1d\x01",
	  "type=SYSCALL msg=audit(1.2:3): a=    \n" },
	{ "UTF-8 stays", AUDIT_SYSCALL, "audit(1.2:3): a=\xc3\xa4",
	  "type=SYSCALL msg=audit(1.2:3): a=\xc3\xa4\n" },
	{ "no record", AUDIT_SYSCALL, "hello", "" },
	{ "too short", AUDIT_SYSCALL, "audit", "" },
};

static void test_row(void **state)
{
	const struct row *row = *state;
	char buf[256];
	int n = netlink_record(row->type, row->message, strlen(row->message), buf,
			       sizeof(buf));

	assert_int_equal(n, strlen(row->text));
	assert_memory_equal(buf, row->text, n);
}

static void test_room(void **state)
{
	char buf[16];

	(void)state;
	assert_int_equal(netlink_record(AUDIT_SYSCALL, "audit(1.2:3): arch=c000003e", 27, buf,
					sizeof(buf)), 0);
}

int main(void)
{
	const struct CMUnitTest others[] = { cmocka_unit_test(test_room) };

	return table_run("record", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("room", others, NULL, NULL);
}
