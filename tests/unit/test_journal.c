// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/journal_text, messages about dropped lines. */
#include "plugin/input/journal.h"

#include <string.h>

#include "table.h"

struct row {
	const char *name, *field;
	int64_t count;	/* -1: not about the unit */
};

static const struct row rows[] = {
	{ "of the unit", "MESSAGE=Suppressed 2808 messages from auditd.service", 2808 },
	{ "one", "MESSAGE=Suppressed 1 messages from auditd.service", 1 },
	{ "of another unit", "MESSAGE=Suppressed 5 messages from sshd.service", -1 },
	{ "of a unit with a longer name", "MESSAGE=Suppressed 5 messages from auditd.service2", -1 },
	{ "of a unit with a shorter name", "MESSAGE=Suppressed 5 messages from auditd", -1 },
	{ "without a unit", "MESSAGE=Suppressed 5 messages from ", -1 },
	{ "another message", "MESSAGE=Missed 5 kernel messages", -1 },
	{ "another field", "N_DROPPED=5", -1 },
	{ "no number", "MESSAGE=Suppressed x messages from auditd.service", -1 },
	{ "of rsyslog, about this process",
	  "MESSAGE=imuxsock[pid: 4711]: 15 messages lost due to rate-limiting (5 allowed within 2 seconds)", 15 },
	{ "of rsyslog, with the name",
	  "MESSAGE=imuxsock[pid: 4711, name: /usr/sbin/audisp-netlog]: 768 messages lost due to rate-limiting (200 allowed within 1 seconds)", 768 },
	{ "of rsyslog, about another with a name",
	  "MESSAGE=imuxsock[pid: 47, name: x[pid: 4711]: 768 messages lost due to rate-limiting (200 allowed within 1 seconds)", -1 },
	{ "of rsyslog, about another",
	  "MESSAGE=imuxsock[pid: 471]: 15 messages lost due to rate-limiting (5 allowed within 2 seconds)", -1 },
	{ "of rsyslog, before the number is known",
	  "MESSAGE=imuxsock[pid: 4711] from <vm:audisp-netlog>: begin to drop messages due to rate-limiting", -1 },
	{ "nothing", "", -1 },
};

static void run(void **state)
{
	const struct row *row = *state;
	char field[256];
	uint64_t count = 0;
	size_t len = strlen(row->field);

	memset(field, 'x', sizeof(field)); /* no 0 behind it */
	memcpy(field, row->field, len);
	assert_int_equal(journal_parse(field, len, "auditd.service", 4711, &count), row->count >= 0);
	if (row->count >= 0)
		assert_int_equal(count, row->count);
}

int main(void)
{
	return table_run("journal", run, ROWS(rows));
}
