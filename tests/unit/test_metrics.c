// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: plugin/metrics, the file for node_exporter. */
#include "plugin/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "table.h"

static struct input_errors errors;

static struct metrics example(void)
{
	struct metrics m = {
		.source = "bpf",
		.rules = 1,
		.started = 100,
		.written = 200,
		.track = { .records = 11, .ignored = 2, .open = 3, .sockets = 4 },
		.limits = { 16, 17 },
		.open_peak = 9,
		.input = { .lines = 70 },
		.errors = &errors,
		.lost = { .kernel = 5, .queue = 6, .suppressed = 7 },
		.output_count = 2,
		.outputs = {
			{ "syslog", { .messages = 8, .written = 7, .lost = 1 }, 65536 },
			{ "siem", { .failing = true, .queue_peak = 99 }, 131072 },
		},
	};

	errors.count[INPUT_ERROR_EVICTED] = 13;
	return m;
}

static void has_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (!at || (at != text && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line \"%s\" in:\n%s", line, text);
}

static void test_lines(void **state)
{
	struct metrics m = example();
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	metrics_print(&m, f);
	fclose(f);
	has_line(text, "netlog_info{version=\"" NETLOG_VERSION "\",source=\"bpf\"} 1");
	has_line(text, "# TYPE netlog_entries_total counter");
	has_line(text, "netlog_entries_total 11");
	has_line(text, "netlog_ignored_total 2");
	has_line(text, "netlog_connections_open_peak 9");
	has_line(text, "netlog_sockets_limit 16");
	has_line(text, "netlog_input_errors_total{kind=\"evicted\"} 13");
	has_line(text, "netlog_lost_total{what=\"kernel\"} 5");
	has_line(text, "netlog_lost_total{what=\"queue\"} 6");
	has_line(text, "netlog_lost_total{what=\"suppressed\"} 7");
	has_line(text, "netlog_output_lost_total{output=\"syslog\"} 1");
	has_line(text, "netlog_output_failing{output=\"siem\"} 1");
	has_line(text, "netlog_output_queue_peak_bytes{output=\"siem\"} 99");
	has_line(text, "netlog_output_queue_limit_bytes{output=\"siem\"} 131072");
	free(text);
}

/* Unknown is left out, never 0. */
static void test_unknown_rules(void **state)
{
	struct metrics m = example();
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	m.rules = -1;
	metrics_print(&m, f);
	fclose(f);
	assert_null(strstr(text, "netlog_rules_loaded"));
	free(text);
}

static void test_write(void **state)
{
	char dir[] = "/tmp/netlog-metrics-XXXXXX", path[64], fresh[80], victim[64];
	struct metrics m = example();
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/netlog.prom", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	/* a link that waits at the temporary name */
	fclose(fopen(victim, "w"));
	assert_int_equal(symlink(victim, fresh), 0);
	umask(077);
	assert_int_equal(metrics_write(&m, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(access(fresh, F_OK), -1);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(unlink(path) | unlink(victim) | rmdir(dir), 0);
	assert_int_equal(metrics_write(&m, path), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_unknown_rules),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
