// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/input/kernel_log, audit's lost count in the kernel's log. */
#include "plugin/input/kernel_log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "table.h"

struct row {
	const char *name, *record;
	int64_t lost;	/* -1: not such a record */
};

static const struct row rows[] = {
	{ "the kernel's", "4,1023,70490547,-;audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=8192\n", 7 },
	{ "the greatest", "4,1,1,-;audit: audit_lost=4294967295 audit_rate_limit=0", 4294967295 },
	{ "too great", "4,1,1,-;audit: audit_lost=4294967296 audit_rate_limit=0", -1 },
	{ "a program's (facility user)", "12,1023,70490547,-;audit: audit_lost=7 audit_rate_limit=0", -1 },
	{ "another of audit's", "4,1,1,-;audit: backlog limit exceeded\n", -1 },
	{ "behind other text", "4,1,1,-;x audit: audit_lost=7 audit_rate_limit=0", -1 },
	{ "cut", "4,1,1,-;audit: audit_lost=7", -1 },
	{ "no digits", "4,1,1,-;audit: audit_lost=x audit_rate_limit=0", -1 },
	{ "no number", "4,1,1,-;audit: audit_lost= audit_rate_limit=0", -1 },
	{ "no message", "4,1,1,-", -1 },
	{ "nothing", "", -1 },
};

static void run(void **state)
{
	const struct row *row = *state;
	uint32_t lost = 0;

	assert_int_equal(kernel_log_parse(row->record, &lost), row->lost >= 0);
	if (row->lost >= 0)
		assert_int_equal(lost, row->lost);
}

/* A packet pipe gives a record for each read, as the log does. */
static void test_reads(void **state)
{
	uint32_t lost = 0;
	int p[2];

	(void)state;
	assert_int_equal(pipe2(p, O_DIRECT | O_NONBLOCK), 0);
	assert_false(kernel_log_lost(p[0], &lost));
	for (size_t i = 0; i < 4; i++)
		assert_true(write(p[1], rows[i].record, strlen(rows[i].record)) > 0);
	assert_true(kernel_log_lost(p[0], &lost));
	assert_int_equal(lost, 4294967295);
	assert_false(kernel_log_lost(p[0], &lost));
	assert_false(kernel_log_lost(-1, &lost));
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest reads[] = { cmocka_unit_test(test_reads) };

	return table_run("kernel_log", run, ROWS(rows)) ||
	       cmocka_run_group_tests_name("kernel_log", reads, NULL, NULL);
}
