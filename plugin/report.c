// SPDX-License-Identifier: GPL-2.0-or-later
/* plugin/report: everything that the program says: records and its own lines, to the
 * outputs that are configured. */
#include "plugin/plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "parser/entry/line.h"
#include "parser/text.h"
#include "plugin/log.h"
#include "plugin/input/audit_status.h"

#define CLOSE_MS 5000

static void report_line(struct plugin *p, const struct stamp *time,
			const char *text, size_t len)
{
	char stamp[FORMAT_TIME_MAX];
	size_t n = line_format_time(p->line, time, stamp);

	for (unsigned int i = 0; i < p->output_count; i++)
		output_put(p->outputs[i], stamp, n, text, len);
}

void report_push(struct plugin *p)
{
	for (unsigned int i = 0; i < p->output_count; i++)
		output_push(p->outputs[i]);
}

void report_self(struct plugin *p, const char *format, ...)
{
	struct timespec now;
	struct stamp time;
	char text[512];
	va_list ap;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	time = (struct stamp){ .sec = now.tv_sec, .milli = now.tv_nsec / 1000000 };
	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	report_line(p, &time, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1);
}

void report_entry(const struct entry *r, void *arg)
{
	struct plugin *p = arg;
	char line[FORMAT_LINE_MAX];

	report_line(p, &r->time, line, line_format(p->line, r, line));
}

bool report_ignores(const struct entry *r, void *arg)
{
	const struct plugin *p = arg;

	return config_ignores(&p->config, r);
}

void report_complaint(enum input_error_kind kind, const char *sample,
			 size_t len, void *arg)
{
	char text[160] = "", *end;

	(void)arg;
	end = text_escape(text, text + sizeof(text) - 1, sample, len);
	*end = 0;
	log_warnx("%s%s%s (told once; counted from now on)", input_error_text(kind),
		  *text ? ": " : "", text);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

const char *report_yes_no(int what)
{
	return what < 0 ? "-" : yes_no(what);
}

void report_state(struct plugin *p)
{
	struct reassemble_stats e;
	struct track_stats t;
	struct output_counts c;

	reassemble_stats(p->reader, &e);
	track_stats(p->track, &t);
	report_self(p, "netlog state lines=%llu dropped=%llu events=%llu facts=%llu "
		 "held=%u joined=%llu resets=%llu records=%llu open=%u sockets=%u "
		 "processes=%u ignored=%llu module=%s",
		 (unsigned long long)e.lines, (unsigned long long)e.dropped,
		 (unsigned long long)e.events, (unsigned long long)e.facts, e.held,
		 (unsigned long long)e.joined, (unsigned long long)e.resets,
		 (unsigned long long)t.records, t.open, t.sockets, t.processes,
		 (unsigned long long)t.ignored, yes_no(t.module));
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		if (p->complaints.count[i])
			report_self(p, "netlog state complaint=%s count=%llu",
				 input_error_key(i),
				 (unsigned long long)p->complaints.count[i]);
	for (unsigned int i = 0; i < p->output_count; i++) {
		output_counts(p->outputs[i], &c);
		report_self(p, "netlog state sink=%s lines=%llu lost=%llu "
			 "queue_peak=%llu", output_name(p->outputs[i]),
			 (unsigned long long)c.lines, (unsigned long long)c.lost,
			 (unsigned long long)c.queue_peak);
	}
}

static bool add_sink(struct plugin *p, struct output *s)
{
	if (!s) {
		log_warnx("no memory for an output");
		return false;
	}
	p->outputs[p->output_count++] = s;
	return true;
}

bool report_open(struct plugin *p)
{
	const struct config *c = &p->config;
	size_t queue = c->queue_kib * 1024UL;

	p->output_count = 0;
	p->line = line_format_new();
	if (!p->line) {
		log_warnx("no memory for an output");
		return false;
	}
	if (c->to_syslog && !add_sink(p, output_syslog(c->facility, c->priority, queue)))
		return false;
	if (c->file && !add_sink(p, output_file(c->file, queue)))
		return false;
	if (c->to_stdout && !add_sink(p, output_stdout(queue)))
		return false;
	return true;
}

void report_close(struct plugin *p)
{
	for (unsigned int i = 0; i < p->output_count; i++) {
		const char *name = output_name(p->outputs[i]);
		size_t left = output_close(p->outputs[i], CLOSE_MS);

		if (left)
			log_warnx("%s: did not take the last lines (%zu bytes)",
				  name, left);
	}
	p->output_count = 0;
	line_format_free(p->line);
	p->line = NULL;
}

bool report_same(const struct config *a, const struct config *b)
{
	return a->to_syslog == b->to_syslog && a->facility == b->facility &&
	       a->priority == b->priority && a->to_stdout == b->to_stdout &&
	       a->queue_kib == b->queue_kib && !a->file == !b->file &&
	       (!a->file || !strcmp(a->file, b->file));
}

void report_reopen(struct plugin *p)
{
	for (unsigned int i = 0; i < p->output_count; i++)
		output_reopen(p->outputs[i]);
}

bool report_gone(struct plugin *p)
{
	struct output_counts c;

	if (p->output_count != 1)
		return false;
	output_counts(p->outputs[0], &c);
	return c.dead;
}

void report_heading(const struct plugin *p)
{
	bool module = audit_status_module();

	printf("# audit-netlog %s: TCP and UDP connections of all processes on this "
	       "host, IPv4 and IPv6, as they happen.\n", NETLOG_VERSION);
	printf("# Source: %s. Kernel module: %s.\n",
	       netlink_beside_auditd(p->live) ? "the kernel's audit records, beside auditd" :
					     "the kernel's audit records (no auditd runs)",
	       module ? "loaded, every line is exact" : "not loaded");
	if (p->resolver)
		printf("# The kernel's socket diagnostics add local ports, outcomes and "
		       "ends (via=destroy); for that a line may come\n# %u ms late. "
		       "What was gone too soon and could be several is -, or "
		       "via=in-progress: outcome unknown.\n", p->config.wait);
	else if (!module)
		printf("# Without it: - is unknown (a local port the kernel chose); "
		       "via=in-progress: the outcome of a non-blocking\n"
		       "# connect is not shown; via=gone: a process that was killed, "
		       "found out some seconds later. Programs\n"
		       "# started before now are known by what they do from now on.\n");
	printf("# Ctrl-C ends it and puts the audit settings back.\n");
	fflush(stdout);
}
