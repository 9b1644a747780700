// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: the key of an index is another one as soon as the log is another, or the build
 * has another table of fields: its numbers would mean other things. The table, the names and
 * the version are stand-ins that a test can change. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser/entry/fields.h"
#include "table.h"

#define FIELDS 5
#define NAMES 4

static struct field table[FIELDS + 1];
static char kinds[NAMES][8], vias[NAMES][8], version[8];
static int field_count, kind_count, via_count;

static const char *kind_name(int kind)
{
	return kinds[kind];
}

static const char *via_name(int via)
{
	return vias[via];
}

#define fields table
#define FIELD_COUNT field_count
#define ENTRY_KIND_COUNT kind_count
#define VIA_COUNT via_count
#define entry_kind_name kind_name
#define entry_via_name via_name
#undef NETLOG_VERSION
#define NETLOG_VERSION version
#include "parser/query/index_key.c"

/* ---- what a build has ---- */

static void make_build(void)
{
	static const char *const keys[] = { "", "time", "kind", "pid", "uid", "new" };

	memset(table, 0, sizeof(table));
	for (int id = 0; id < FIELDS + 1; id++) {
		table[id].key = keys[id];
		table[id].type = id % 3 ? TYPE_NUMBER : TYPE_TEXT;
		table[id].of_identity = id > 2;
	}
	for (int i = 0; i < NAMES; i++) {
		snprintf(kinds[i], sizeof(kinds[i]), "kind%d", i);
		snprintf(vias[i], sizeof(vias[i]), "via%d", i);
	}
	snprintf(version, sizeof(version), "1.0");
	field_count = FIELDS;
	kind_count = via_count = NAMES - 1;
}

static void swap_fields(void)
{
	struct field first = table[3];

	table[3] = table[4];
	table[4] = first;
}

static void rename_field(void)		{ table[4].key = "auid"; }
static void rename_first(void)		{ table[1].key = "when"; }
static void add_field(void)		{ field_count++; }
static void remove_field(void)		{ field_count--; }
static void retype(void)		{ table[2].type = TYPE_USER; }
static void of_entry(void)		{ table[4].of_identity = false; }
static void rename_kind(void)		{ kinds[2][0] = 'x'; }
static void move_border(void)		{ strcpy(kinds[0], "kind"); strcpy(kinds[1], "0kind1"); }
static void add_kind(void)		{ kind_count++; }
static void rename_via(void)		{ vias[1][0] = 'x'; }
static void add_via(void)		{ via_count++; }
static void next_version(void)		{ version[2] = '1'; }

/* ---- the log ---- */

#define LOG_SIZE (3 * PART)

static char log_path[] = "/tmp/netlog-test-key.XXXXXX";
static const char *context;
static int log_fd;

static void put(off_t at, char c)
{
	assert_int_equal(pwrite(log_fd, &c, 1, at), 1);
}

static void set_time(int64_t sec, long nsec)
{
	struct timespec times[2] = { { sec, nsec }, { sec, nsec } };

	assert_int_equal(futimens(log_fd, times), 0);
}

static void make_log(void)
{
	assert_int_equal(ftruncate(log_fd, 0), 0);
	assert_int_equal(ftruncate(log_fd, LOG_SIZE), 0);
	set_time(1700000000, 5);
	context = "kind=1";
}

static void keep_time(off_t at)
{
	put(at, 'x');
	set_time(1700000000, 5);
}

/* Its first and last 64 KiB are as they were. */
static void longer(void)
{
	assert_int_equal(ftruncate(log_fd, LOG_SIZE + 1), 0);
	set_time(1700000000, 5);
}

static void first_byte(void)		{ keep_time(0); }
static void end_of_beginning(void)	{ keep_time(PART - 1); }
static void beginning_of_end(void)	{ keep_time(LOG_SIZE - PART); }
static void last_byte(void)		{ keep_time(LOG_SIZE - 1); }
static void second_later(void)		{ set_time(1700000001, 5); }
static void nanosecond_later(void)	{ set_time(1700000000, 6); }
static void other_context(void)		{ context = "kind=2"; }

struct row {
	const char *name;
	void (*change)(void);
};

static const struct row rows[] = {
	{ "a field has another name", rename_field },
	{ "the first field has another name", rename_first },
	{ "one more field", add_field },
	{ "one field less", remove_field },
	{ "the fields have another order", swap_fields },
	{ "a field has another type", retype },
	{ "a field is the entry's, not the process's", of_entry },
	{ "a kind of entry has another name", rename_kind },
	{ "two kinds with another border between their names", move_border },
	{ "one more kind of entry", add_kind },
	{ "a value of via= has another name", rename_via },
	{ "one more value of via=", add_via },
	{ "another version", next_version },
	{ "the log's first byte", first_byte },
	{ "the last byte of the log's beginning", end_of_beginning },
	{ "the first byte of the log's end", beginning_of_end },
	{ "the log's last byte", last_byte },
	{ "the log is longer", longer },
	{ "the log was changed a second later", second_later },
	{ "the log was changed a nanosecond later", nanosecond_later },
	{ "what else its entries depend on", other_context },
};

static struct index_key key(void)
{
	struct index_key k;

	assert_true(index_key_of(log_fd, context, &k));
	return k;
}

/* Another key; made again as it was, the same one. */
static void test_row(void **state)
{
	const struct row *row = *state;
	struct index_key before, after, again;

	make_build();
	make_log();
	before = key();
	row->change();
	after = key();
	make_build();
	make_log();
	again = key();
	assert_false(index_key_equal(&before, &after));
	assert_true(index_key_equal(&before, &again));
}

int main(void)
{
	int failed;

	log_fd = mkstemp(log_path);
	if (log_fd < 0)
		return 99;
	failed = table_run("index_key", test_row, ROWS(rows));
	close(log_fd);
	unlink(log_path);
	return failed;
}
