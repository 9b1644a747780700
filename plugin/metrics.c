// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/metrics: the counters in Prometheus' text format. */
#include "plugin/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(FILE *to, const char *name, const char *type, const char *help, uint64_t v)
{
	head(to, name, type, help);
	fprintf(to, "%s %" PRIu64 "\n", name, v);
}

static void print_info(const struct metrics *m, FILE *to)
{
	head(to, "netlog_info", "gauge", "Version of audisp-netlog and its source of events.");
	fprintf(to, "netlog_info{version=\"%s\",source=\"%s\"} 1\n", NETLOG_VERSION,
		m->source);
	value(to, "netlog_start_time_seconds", "gauge", "When the plugin started.",
	      m->started);
	value(to, "netlog_metrics_time_seconds", "gauge", "When this file was written.",
	      m->written);
	if (m->rules >= 0)
		value(to, "netlog_rules_loaded", "gauge",
		      "1 if audit rules with the key netlog are loaded.", m->rules);
}

static void print_tracker(const struct metrics *m, FILE *to)
{
	value(to, "netlog_entries_total", "counter",
	      "Starts, stops and failures, ignored ones included.", m->track.records);
	value(to, "netlog_ignored_total", "counter",
	      "Of the entries, those that [ignore] left out.", m->track.ignored);
	value(to, "netlog_kernel_ignored_total", "counter",
	      "Connections that the kernel's side left out by the ignore list.",
	      m->kernel_ignored);
	value(to, "netlog_folded_total", "counter",
	      "Of the ignored entries, connections that were folded as repeats.", m->folded);
	value(to, "netlog_unused_total", "counter",
	      "Connected datagram sockets that were never used and are left out.",
	      m->track.unused);
	value(to, "netlog_connections_open", "gauge",
	      "Connections and listeners that are open.", m->track.open);
	value(to, "netlog_connections_open_peak", "gauge",
	      "Most that were open at the same time.", m->open_peak);
	value(to, "netlog_sockets", "gauge", "Sockets in the table.", m->track.sockets);
	value(to, "netlog_sockets_limit", "gauge", "[limits] connections.",
	      m->limits.sockets);
	value(to, "netlog_processes", "gauge", "Processes in the table.",
	      m->track.processes);
	value(to, "netlog_processes_limit", "gauge", "[limits] processes.",
	      m->limits.processes);
}

static void print_input(const struct metrics *m, FILE *to)
{
	value(to, "netlog_audit_records_total", "counter", "Audit records read.",
	      m->input.lines);
	value(to, "netlog_audit_events_total", "counter",
	      "Audit events that are about connections.", m->input.events);
	value(to, "netlog_bpf_records_total", "counter",
	      "Events that the BPF programs have written; those without room are in netlog_lost_total.",
	      m->bpf_records);
	value(to, "netlog_bpf_scans_total", "counter", "Scans of all open sockets by BPF.",
	      m->bpf_scans);
	head(to, "netlog_input_errors_total", "counter",
	     "Input that could not be used, by kind.");
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		fprintf(to, "netlog_input_errors_total{kind=\"%s\"} %" PRIu64 "\n",
			input_error_key(i), m->errors->count[i]);
}

static void print_losses(const struct loss_report *r, FILE *to)
{
	const struct {
		const char *what;
		uint64_t count;
	} rows[] = {
		{ "kernel", r->kernel },
		{ "module", r->module },
		{ "socket", r->socket },
		{ "gaps", r->gaps },
		{ "torn", r->torn },
		{ "sockdiag", r->sockdiag },
		{ "bpf", r->bpf },
		{ "missed", r->missed },
		{ "queue", r->queue },
		{ "evicted", r->evicted },
		{ "cut", r->cut },
		{ "unasked", r->unasked },
		{ "unseen", r->unseen },
		{ "unclaimed", r->unclaimed },
		{ "late", r->late },
		{ "suppressed", r->suppressed },
	};

	head(to, "netlog_lost_total", "counter",
	     "What was lost, by place: the keys of netlog lost.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fprintf(to, "netlog_lost_total{what=\"%s\"} %" PRIu64 "\n", rows[i].what,
			rows[i].count);
}

static void print_outputs(const struct metrics *m, FILE *to)
{
	static const struct {
		const char *name, *type, *help;
	} heads[] = {
		{ "netlog_output_lines_total", "counter", "Lines taken by the output." },
		{ "netlog_output_written_total", "counter", "Lines written." },
		{ "netlog_output_lost_total", "counter", "Lines dropped." },
		{ "netlog_output_failures_total", "counter",
		  "Times that the output began to fail." },
		{ "netlog_output_failing", "gauge", "1 while the output fails." },
		{ "netlog_output_queue_bytes", "gauge", "Bytes in the queue." },
		{ "netlog_output_queue_peak_bytes", "gauge", "Most that were in the queue." },
		{ "netlog_output_queue_limit_bytes", "gauge", "Size of the queue." },
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		head(to, heads[i].name, heads[i].type, heads[i].help);
		for (unsigned int j = 0; j < m->output_count; j++) {
			const struct output_counts *c = &m->outputs[j].counts;
			const uint64_t values[] = {
				c->messages,
				c->written,
				c->lost,
				c->failures,
				c->failing,
				c->queued,
				c->queue_peak,
				m->outputs[j].queue_size,
			};

			fprintf(to, "%s{output=\"%s\"} %" PRIu64 "\n", heads[i].name,
				m->outputs[j].name, values[i]);
		}
	}
}

void metrics_print(const struct metrics *m, FILE *to)
{
	print_info(m, to);
	print_tracker(m, to);
	print_input(m, to);
	print_losses(&m->lost, to);
	print_outputs(m, to);
}

/* node_exporter runs as another user. A link at that name is not followed. */
static FILE *create(const char *path)
{
	FILE *f;
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return NULL;
	fchmod(fd, 0644);
	f = fdopen(fd, "w");
	if (!f)
		close(fd);
	return f;
}

int metrics_write(const struct metrics *m, const char *path)
{
	char fresh[PATH_MAX];
	int err = 0;
	FILE *f;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh))
		return -ENAMETOOLONG;
	f = create(fresh);
	if (!f)
		return -errno;
	metrics_print(m, f);
	if (ferror(f))
		err = -EIO;
	if (fclose(f) || (!err && rename(fresh, path)))
		err = -errno;
	if (err)
		unlink(fresh);
	return err;
}
