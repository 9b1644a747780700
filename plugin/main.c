// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/main: audisp-netlog. Records come from auditd on standard input, or with --live from
 * the kernel; parser/ turns them into entries, and every output gets each entry. This file
 * creates the parts, connects them, and frees them in reverse order.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "parser/text.h"
#include "plugin/clock.h"
#include "plugin/command.h"
#include "plugin/ignore/decide.h"
#include "plugin/ignore/load.h"
#include "plugin/input/kernel_log.h"
#include "plugin/heading.h"
#include "plugin/log.h"
#include "plugin/plugin.h"
#include "plugin/privileges.h"
#include "plugin/signals.h"
#include "plugin/status.h"

#define FIRST_CHECK_MS 3000 /* from start to the first check of the rules */
#define LOG_QUEUE 65536 /* bytes */
#define LOG_CLOSE_MS 1000

/* Keeps our files from getting the number of a closed standard stream. */
static bool fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && !close(fd);
}

/* ---- how the parts are connected ---- */

static void on_event(const struct event *e, void *arg)
{
	struct plugin *p = arg;
	struct event copy;

	/* The plugin's own connections to a collector would be logged through that collector. */
	if (e->task.pid != p->pid && kernel_source_takes(&p->sources.kernel, e))
		track_event(p->track, kernel_source_named(&p->sources.kernel, e, &copy));
}

/* Returns the entry with the surroundings of its process, in *copy, or e unchanged. */
static const struct entry *enrich(struct plugin *p, const struct entry *e, struct entry *copy)
{
	unsigned int parts = (report_has_entities(&p->report) ? CONTEXT_ENTITIES : 0) |
			     (p->config.context ? CONTEXT_SURROUNDINGS : 0);

	if (!parts || !p->context || !p->sources.initial_pids)
		return e;
	*copy = *e;
	context_fill(p->context, copy, parts);
	return copy;
}

static void on_entry(const struct entry *e, void *arg)
{
	struct plugin *p = arg;
	struct entry copy;

	p->unseen += e->other_netns && e->what != CONNECT_STOP && e->what != LISTEN_STOP;
	report_entry(&p->report, enrich(p, e, &copy),
		     p->report.held.count || track_diag_waits(p->track) ||
			     track_unused_waits(p->track));
}

static bool on_start(const struct entry *e, void *arg)
{
	struct plugin *p = arg;
	struct entry copy;

	if (ignore_entry(p->ignore, &p->config, enrich(p, e, &copy)))
		return true;
	return p->config.repeat && p->repeat &&
	       repeat_fold(p->repeat, e, p->config.repeat * 1000LL, status_folded, p);
}

static void on_request(const struct request *q, void *arg)
{
	struct plugin *p = arg;

	if (p->sources.resolver)
		resolver_ask(p->sources.resolver, q);
}

static void on_input_error(enum input_error_kind kind, const char *sample, size_t len,
			   void *arg)
{
	char text[160] = "", *end;

	(void)arg;
	end = text_escape(text, text + sizeof(text) - 1, sample, len);
	*end = 0;
	log_warnx("input: %s%s%s (only the first is logged; SIGUSR1 reports how many)",
		  input_error_text(kind), *text ? ": " : "", text);
}

/* Until there is an output for it: to syslog, where auditd's plugins have no other place,
 * and to stderr. May wait, as long as nothing is read yet. */
static void on_early_log(int severity, const char *text, size_t len, void *arg)
{
	(void)arg;
	fprintf(stderr, "audisp-netlog: %.*s\n", (int)len, text);
	syslog(LOG_DAEMON | severity, "%.*s", (int)len, text);
}

static void on_log(int severity, const char *text, size_t len, void *arg)
{
	struct message m = { .time = clock_stamp(), .severity = severity, .text = text, .len = len };
	struct output *o = arg;

	output_put(o, &m);
	output_push(o);
}

/* Without a terminal, messages go to syslog through an output of their own, which never makes the
 * loop wait. Its thread must not have more capabilities than the plugin keeps. */
static bool open_log(struct plugin *p)
{
	char error[128];
	struct transport *t;
	struct output_options o = {
		.name = "log",
		.queue_size = LOG_QUEUE,
		.severity = LOG_WARNING,
	};

	if (!p->early_log)
		return true;
	o.format = p->log_format = format_open("netlog", NULL, error, sizeof(error));
	t = o.format ? transport_syslog(LOG_DAEMON) : NULL;
	p->log = t ? output_new(t, &o) : NULL;
	if (p->log)
		log_to(on_log, p->log);
	else
		log_warnx("no memory");
	return p->log;
}

static void close_log(struct plugin *p)
{
	log_to(NULL, NULL);
	if (p->log)
		output_close(p->log, LOG_CLOSE_MS);
	format_close(p->log_format);
}

/* ---- start and end ---- */

/* In seconds of real time; a clock that was set since makes it move. */
static int64_t booted_at(void)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return time(NULL) - up.tv_sec - 1;
}

static void set_boot(struct plugin *p)
{
	struct track_boot boot = { .node = p->name.nodename, .since = booted_at() };
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f)
		return;
	if (fscanf(f, "%8" SCNx32, &boot.id) == 1)
		track_set_boot(p->track, &boot);
	fclose(f);
}

static bool open_parser(struct plugin *p)
{
	struct track_io io = {
		.emit = on_entry,
		.ignores = on_start,
		.ask = on_request,
		.arg = p,
	};

	p->repeat = repeat_new();
	p->limits = (struct track_limits){
		.sockets = p->config.sockets,
		.processes = p->config.processes,
	};
	p->source = p->config.source;
	p->wants = p->config.wants;
	p->wants.data = !p->config.udp_unused;
	p->wants.list = p->config.kernel_ignore != USE_NO;
	p->errors.first = on_input_error;
	p->track = track_new(&p->limits, &io, &p->errors);
	p->reassembler = reassemble_open(on_event, p, &p->errors);
	if (!p->track || !p->reassembler) {
		log_warnx("no memory for [limits] connections = %u, processes = %u",
			  p->limits.sockets, p->limits.processes);
		return false;
	}
	track_hide_unused(p->track, p->config.udp_unused ? 0 : UNUSED_MS);
	uname(&p->name);
	set_boot(p);
	reassemble_serials_since(p->reassembler, time(NULL) * 1000ULL);
	return true;
}

static bool open_netlink(struct plugin *p)
{
	char error[512] = "";

	if (!p->options.live)
		return true;
	p->netlink = netlink_open(p->options.rules, error, sizeof(error));
	if (!p->netlink) {
		log_warnx("%s", error);
		return false;
	}
	if (p->options.duration)
		p->end = clock_now_ms() + p->options.duration * 1000LL;
	return true;
}

static bool close_netlink(struct plugin *p)
{
	char error[512] = "";

	if (!p->netlink || netlink_close(p->netlink, error, sizeof(error)))
		return true;
	log_warnx("%s", error);
	return false;
}

static bool open_all(struct plugin *p)
{
	if (!signals_open(p) || !open_parser(p) || !open_netlink(p))
		return false;
	sources_open(&p->sources, &p->config, p->track, p->netlink);
	if (kernel_source_scans(&p->sources.kernel))
		track_await_holders(p->track, HOLDER_MS);
	p->kernel_log = kernel_log_open();
	if (!privileges_drop(&p->config) || !open_log(p) ||
	    !report_open(&p->report, &p->config))
		return false;
	p->context = context_new("/proc", "/sys/fs/cgroup", "", p->name.nodename, p->report.host_id);
	sources_update(&p->sources);
	status_watch_journal(p);
	p->audit = audit_watch_open();
	if (!p->audit)
		log_warnx("cannot start a thread that queries audit's status: records lost by the kernel are not counted");
	return privileges_confine();
}

static int run(struct plugin *p)
{
	bool good;

	p->started = time(NULL);
	good = open_all(p);
	if (good) {
		if (p->netlink)
			heading_print(p);
		capabilities_start(&p->capabilities, p->audit, &p->sources, &p->report);
		ignore_load(&p->ignore, p->config.ignore_file, &p->report);
		loop_update_ignored(p);
		status_check_losses(p);
		p->next_check = clock_now_ms() + FIRST_CHECK_MS;
		loop_run(p);
		status_check_losses(p);
		status_write_metrics(p, true);
		status_check_folded(p, true);
		report_release(&p->report, INT64_MAX);
		report_note(&p->report, "netlog stop"); /* the last line of the run */
		report_push(&p->report);	/* detaching BPF takes seconds */
	}
	audit_watch_close(p->audit);
	journal_close(p->journal);
	if (p->kernel_log > 0)
		close(p->kernel_log);
	kernel_ignore_close(&p->kernel_ignore, &p->sources.kernel);
	sources_close(&p->sources);
	report_close(&p->report);
	good &= close_netlink(p);
	reassemble_close(p->reassembler);
	track_free(p->track);
	ignore_list_free(p->ignore);
	repeat_free(p->repeat);
	context_free(p->context);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	static struct plugin p;
	int status = options_read(&p.options, argc, argv);

	if (status >= 0)
		return status;
	if (!fill_standard_streams())
		return 1;
	log_debugging(p.options.debug);
	if (p.options.check || p.options.print_rules)
		return command_config(&p.options);
	if (p.options.doctor || p.options.setup)
		return command_host(&p.options);
	openlog("audisp-netlog", LOG_PID, LOG_DAEMON);
	p.pid = getpid();
	p.early_log = !p.options.live && !isatty(STDERR_FILENO);
	if (p.early_log)
		log_to(on_early_log, NULL);
	status = options_load_config(&p.options, &p.config) ? 1 : run(&p);
	close_log(&p);
	config_fini(&p.config);
	return status;
}
