// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin/main: audisp-netlog's event loop. Records come from auditd on standard
 * input, or with --live from the kernel; parser/ makes connection records of
 * them; each goes as a line to every sink.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "../parser/event.h"
#include "../parser/format.h"
#include "../parser/track.h"
#include "config.h"
#include "live.h"
#include "log.h"
#include "sink.h"
#include "status.h"

#define READ_SIZE 32768
#define SINKS_MAX 3
#define CLOSE_MS 5000
#define GONE_MS 3000	/* how often to look for processes that ended unseen */
#define GONE_MAX 256	/* of those, at one time */
#define SOURCES_MS 3000	/* from start to the first check of the rules */

struct options {
	const char *config;	/* NULL: the default, which may be missing */
	bool check, live, debug;
	const char *rules;
	unsigned int duration;	/* seconds, 0: no end */
};

/* What the lines rest on. -1: could not be asked. */
struct sources {
	int module, rules, task_never;
};

struct plugin {
	struct options options;
	struct config config;
	struct complaints complaints;
	struct track *track;
	struct event_reader *reader;
	struct live *live;
	struct sink *sinks[SINKS_MAX], *log_sink;
	unsigned int sink_count;
	int signals;
	bool stop;		/* end after what is there to be read */
	uint32_t kernel_lost;	/* as last seen */
	bool kernel_lost_known;
	uint64_t input_lost;	/* times the kernel's socket overflowed */
	int64_t module_lost;
	uint64_t gaps, torn;	/* as last told */
	uint64_t ignored;
	struct sources sources;
	bool sources_checked;
	bool see_processes;	/* pids are those that audit tells */
	int64_t gone[GONE_MAX];	/* pids found missing by the last look */
	unsigned int gone_count;
	int64_t next_status, next_sources, next_gone, end;	/* monotonic ms */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void put_line(struct plugin *p, const struct stamp *time,
		     const char *text, size_t len)
{
	char stamp[40];
	size_t n = format_time(time, stamp);

	for (unsigned int i = 0; i < p->sink_count; i++)
		sink_put(p->sinks[i], stamp, n, text, len);
}

static void push_lines(struct plugin *p)
{
	for (unsigned int i = 0; i < p->sink_count; i++)
		sink_push(p->sinks[i]);
}

/* A "netlog …" line of the program itself, at the time it is now. */
static void put_self(struct plugin *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void put_self(struct plugin *p, const char *format, ...)
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
	put_line(p, &time, text, n < (int)sizeof(text) ? n : (int)sizeof(text) - 1);
}

static void on_record(const struct record *r, void *arg)
{
	struct plugin *p = arg;
	char line[FORMAT_LINE_MAX];

	if (config_ignores(&p->config, r)) {
		p->ignored++;
		return;
	}
	put_line(p, &r->time, line, format_line(r, line));
}

static void on_fact(const struct fact *f, void *arg)
{
	struct plugin *p = arg;

	track_fact(p->track, f);
}

static void on_complaint(enum complaint_kind kind, const char *sample,
			 size_t len, void *arg)
{
	char text[160] = "", *end;

	(void)arg;
	end = format_escape(text, text + sizeof(text) - 1, sample, len);
	*end = 0;
	log_warnx("%s%s%s (told once; counted from now on)", complaint_text(kind),
		  *text ? ": " : "", text);
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

static const char *yes_no_unknown(int what)
{
	return what < 0 ? "-" : yes_no(what);
}

static struct sources look_for_sources(void)
{
	struct status_rules rules = { 0 };
	bool asked = !status_rules(&rules);

	return (struct sources){
		.module = status_module(),
		.rules = asked ? rules.netlog : -1,
		.task_never = asked ? rules.task_never : -1,
	};
}

static void put_start(struct plugin *p)
{
	struct utsname name;

	uname(&name);
	p->sources = look_for_sources();
	put_self(p, "netlog start version=%s kernel=%s module=%s rules=%s",
		 NETLOG_VERSION, name.release,
		 yes_no_unknown(p->sources.module),
		 yes_no_unknown(p->sources.rules));
}

static void warn_of_sources(const struct sources *s)
{
	if (s->task_never == 1)
		log_warnx("the rule \"-a task,never\" is loaded: programs started "
			  "under it are not audited and will not be logged");
	if (!s->rules && !s->module)
		log_warnx("no audit rule has the key netlog and the module is not "
			  "loaded: nothing will be logged; load 30-netlog.rules "
			  "(netlog-rules(7))");
}

/* Rules are often loaded just after auditd was started, and can be taken away. */
static void check_sources(struct plugin *p)
{
	struct sources now = look_for_sources();

	if (now.module != p->sources.module || now.rules != p->sources.rules)
		put_self(p, "netlog config module=%s rules=%s",
			 yes_no_unknown(now.module), yes_no_unknown(now.rules));
	if (!p->sources_checked || memcmp(&now, &p->sources, sizeof(now)))
		warn_of_sources(&now);
	p->sources_checked = true;
	p->sources = now;
}

/* What was lost outside of this program since the last look. */
static void look_for_losses(struct plugin *p)
{
	struct track_stats stats;
	struct event_stats events;
	struct status status;
	uint32_t kernel = 0;
	int64_t module = 0;
	uint64_t torn;

	if (!status_read(&status)) {
		if (p->kernel_lost_known)
			kernel = status.lost - p->kernel_lost;
		p->kernel_lost = status.lost;
		p->kernel_lost_known = true;
	}
	track_stats(p->track, &stats);
	if (stats.module_lost > p->module_lost) {
		module = stats.module_lost - p->module_lost;
		p->module_lost = stats.module_lost;
	}
	event_stats(p->reader, &events);
	torn = p->complaints.count[COMPLAINT_INCOMPLETE];
	if (kernel || module || p->input_lost || events.gaps != p->gaps || torn != p->torn)
		put_self(p, "netlog lost kernel=%u module=%lld socket=%llu gaps=%llu "
			 "torn=%llu", kernel, (long long)module,
			 (unsigned long long)p->input_lost,
			 (unsigned long long)(events.gaps - p->gaps),
			 (unsigned long long)(torn - p->torn));
	p->input_lost = 0;
	p->gaps = events.gaps;
	p->torn = torn;
}

static void put_state(struct plugin *p)
{
	struct event_stats e;
	struct track_stats t;
	struct sink_counts c;

	event_stats(p->reader, &e);
	track_stats(p->track, &t);
	put_self(p, "netlog state lines=%llu dropped=%llu events=%llu facts=%llu "
		 "held=%u joined=%llu resets=%llu records=%llu open=%u sockets=%u "
		 "processes=%u ignored=%llu module=%s",
		 (unsigned long long)e.lines, (unsigned long long)e.dropped,
		 (unsigned long long)e.events, (unsigned long long)e.facts, e.held,
		 (unsigned long long)e.joined, (unsigned long long)e.resets,
		 (unsigned long long)t.records, t.open, t.sockets, t.processes,
		 (unsigned long long)p->ignored, yes_no(t.module));
	for (int i = 0; i < COMPLAINT_COUNT; i++)
		if (p->complaints.count[i])
			put_self(p, "netlog state complaint=%s count=%llu",
				 complaint_key(i),
				 (unsigned long long)p->complaints.count[i]);
	for (unsigned int i = 0; i < p->sink_count; i++) {
		sink_counts(p->sinks[i], &c);
		put_self(p, "netlog state sink=%s lines=%llu lost=%llu "
			 "queue_peak=%llu", sink_name(p->sinks[i]),
			 (unsigned long long)c.lines, (unsigned long long)c.lost,
			 (unsigned long long)c.queue_peak);
	}
}

static bool add_sink(struct plugin *p, struct sink *s)
{
	if (!s) {
		log_warnx("no memory for an output");
		return false;
	}
	p->sinks[p->sink_count++] = s;
	return true;
}

static bool open_sinks(struct plugin *p)
{
	const struct config *c = &p->config;
	size_t queue = c->queue_kib * 1024UL;

	p->sink_count = 0;
	if (c->to_syslog && !add_sink(p, sink_syslog(c->facility, c->priority, queue)))
		return false;
	if (c->file && !add_sink(p, sink_file(c->file, queue)))
		return false;
	if (c->to_stdout && !add_sink(p, sink_stdout(queue)))
		return false;
	return true;
}

static void close_sinks(struct plugin *p)
{
	for (unsigned int i = 0; i < p->sink_count; i++) {
		const char *name = sink_name(p->sinks[i]);
		size_t left = sink_close(p->sinks[i], CLOSE_MS);

		if (left)
			log_warnx("%s: did not take the last lines (%zu bytes)",
				  name, left);
	}
	p->sink_count = 0;
}

/* Reads the configuration; without -c a missing file means the defaults. */
static int load_config(const struct options *o, struct config *c)
{
	const char *path = o->config ? o->config : CONFIG_DEFAULT;
	char error[1024];
	int err;

	config_init(c);
	if (o->live) {
		c->to_syslog = false;
		c->to_stdout = true;
	}
	if (!o->config && (o->live || access(path, F_OK)))
		return 0;
	err = config_read(c, path, error, sizeof(error));
	if (!err)
		return 0;
	log_warnx("%s", error);
	config_fini(c);
	return err;
}

static bool same_outputs(const struct config *a, const struct config *b)
{
	return a->to_syslog == b->to_syslog && a->facility == b->facility &&
	       a->priority == b->priority && a->to_stdout == b->to_stdout &&
	       a->queue_kib == b->queue_kib && !a->file == !b->file &&
	       (!a->file || !strcmp(a->file, b->file));
}

static void reopen_sinks(struct plugin *p)
{
	for (unsigned int i = 0; i < p->sink_count; i++)
		sink_reopen(p->sinks[i]);
}

/* Outputs that stay the same are not closed: a stalled one would be waited for,
 * and its lines be lost. */
/* A new interval counts from now, not from the end of the old one. */
static void look_soon(struct plugin *p)
{
	p->next_sources = p->next_status = now_ms();
}

static void reload(struct plugin *p)
{
	struct config fresh;

	if (load_config(&p->options, &fresh)) {
		log_warnx("the old configuration stays");
		reopen_sinks(p);
		put_self(p, "netlog config result=kept");
		return;
	}
	if (same_outputs(&p->config, &fresh)) {
		config_fini(&p->config);
		p->config = fresh;
		reopen_sinks(p);
		look_soon(p);
		put_self(p, "netlog config result=loaded");
		return;
	}
	close_sinks(p);
	config_fini(&p->config);
	p->config = fresh;
	if (!open_sinks(p))
		p->stop = true;
	look_soon(p);
	put_self(p, "netlog config result=loaded");
}

/* auditd ends its plugins itself; anybody else's SIGTERM is a mistake that would
 * leave the host unwatched. With --live a person is the boss. */
static void on_term(struct plugin *p, const struct signalfd_siginfo *s)
{
	if (p->live || (pid_t)s->ssi_pid == getppid() || s->ssi_pid <= 1)
		p->stop = true;
	else
		log_warnx("SIGTERM from pid %u ignored: only auditd may end its "
			  "plugins (service auditd stop, or active = no)",
			  s->ssi_pid);
}

static void on_signal(struct plugin *p)
{
	struct signalfd_siginfo s;

	while (read(p->signals, &s, sizeof(s)) == sizeof(s)) {
		switch (s.ssi_signo) {
		case SIGTERM:	on_term(p, &s); break;
		case SIGINT:	p->stop |= p->options.live; break;
		case SIGHUP:	reload(p); break;
		case SIGUSR1:	put_state(p); break;
		}
	}
}

static bool open_signals(struct plugin *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	p->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return p->signals >= 0;
}

/* Returns what read(2) would: 0 is the end of the input. */
static int read_input(struct plugin *p, char *buf)
{
	int n;

	if (!p->live)
		return read(STDIN_FILENO, buf, READ_SIZE);
	n = live_read(p->live, buf, READ_SIZE);
	if (n == -ENOBUFS) {
		p->input_lost++;
		n = 0;
	}
	if (n < 0) {
		errno = -n;
		return -1;
	}
	if (!n)
		errno = EAGAIN;
	return n ? n : -1;
}

/* Reads until there is nothing more for now. */
static void take_input(struct plugin *p, int fd)
{
	static char buf[READ_SIZE];
	struct pollfd more = { .fd = fd, .events = POLLIN };
	int n, rounds = 64;

	do {
		n = read_input(p, buf);
		if (n > 0)
			event_feed(p->reader, buf, n);
	} while (n > 0 && --rounds && poll(&more, 1, 0) > 0);
	event_push(p->reader);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (n < 0)
		log_warn("standard input");
	p->stop = true;
}

static bool output_gone(struct plugin *p)
{
	struct sink_counts c;

	if (p->sink_count != 1)
		return false;
	sink_counts(p->sinks[0], &c);
	return c.dead;
}

struct look {
	int64_t missing[GONE_MAX];
	unsigned int count;
};

static void look_for_process(int64_t pid, void *arg)
{
	struct look *l = arg;

	if (l->count < GONE_MAX && kill(pid, 0) && errno == ESRCH)
		l->missing[l->count++] = pid;
}

static void process_gone(struct plugin *p, int64_t pid)
{
	struct timespec now;
	struct fact f = { .kind = FACT_GONE, .mono = -1 };

	clock_gettime(CLOCK_REALTIME, &now);
	f.stamp = (struct stamp){ .sec = now.tv_sec,
				  .milli = now.tv_nsec / 1000000 };
	f.task.pid = pid;
	track_fact(p->track, &f);
}

/*
 * Audit has no event for a process that was killed. With --live nothing is compared
 * with a log, and the lines may tell what was found by looking: who is missing twice
 * in a row (its last events may still be on their way) has ended.
 */
static void look_for_processes(struct plugin *p)
{
	struct look now = { .count = 0 };

	track_holders(p->track, look_for_process, &now);
	for (unsigned int i = 0; i < now.count; i++)
		for (unsigned int j = 0; j < p->gone_count; j++)
			if (now.missing[i] == p->gone[j])
				process_gone(p, now.missing[i]);
	memcpy(p->gone, now.missing, sizeof(p->gone));
	p->gone_count = now.count;
}

static void on_timer(struct plugin *p)
{
	int64_t now = now_ms();

	event_age(p->reader);
	if (now >= p->next_sources) {
		check_sources(p);
		p->next_sources = now + p->config.interval * 1000LL;
	}
	if (now >= p->next_status) {
		look_for_losses(p);
		p->next_status = now + p->config.interval * 1000LL;
	}
	if (p->see_processes && now >= p->next_gone) {
		look_for_processes(p);
		p->next_gone = now + GONE_MS;
	}
	if ((p->end && now >= p->end) || output_gone(p))
		p->stop = true;
}

static void loop(struct plugin *p)
{
	int input = p->live ? live_fd(p->live) : STDIN_FILENO;
	struct pollfd fds[] = {
		{ .fd = input, .events = POLLIN },
		{ .fd = p->signals, .events = POLLIN },
	};
	int64_t next_timer = now_ms() + 1000;

	while (!p->stop) {
		int64_t wait = next_timer - now_ms();

		if (poll(fds, 2, wait > 0 ? wait : 0) < 0 && errno != EINTR) {
			log_warn("poll");
			return;
		}
		if (fds[1].revents)
			on_signal(p);
		if (fds[0].revents)
			take_input(p, input);
		if (now_ms() >= next_timer) {
			on_timer(p);
			next_timer = now_ms() + 1000;
		}
		push_lines(p);
	}
	/* SIGTERM: what auditd has written already is still to be read */
	while (poll(fds, 1, 0) > 0 && fds[0].revents & POLLIN) {
		p->stop = false;
		take_input(p, input);
		if (p->stop || p->live)
			break;
	}
	event_flush(p->reader);
}

static void put_heading(const struct plugin *p)
{
	bool module = status_module();

	printf("# audit-netlog %s: TCP and UDP connections of all processes on this "
	       "host, IPv4 and IPv6, as they happen.\n", NETLOG_VERSION);
	printf("# Source: %s. Kernel module: %s.\n",
	       live_beside_auditd(p->live) ? "the kernel's audit records, beside auditd" :
					     "the kernel's audit records (no auditd runs)",
	       module ? "loaded, every line is exact" : "not loaded");
	if (!module)
		printf("# Without it: - is unknown (a local port the kernel chose); "
		       "via=in-progress: the outcome of a non-blocking\n"
		       "# connect is not shown; via=gone: a process that was killed, "
		       "found out some seconds later. Programs\n"
		       "# started before now are known by what they do from now on.\n");
	printf("# Ctrl-C ends it and puts the audit settings back.\n");
	fflush(stdout);
}

/* So that no file of ours gets the number of a missing standard stream. */
static bool fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && !close(fd);
}

/* CAP_AUDIT_CONTROL: rules, status, lost count; CAP_AUDIT_READ: multicast. */
static void drop_privileges(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	capng_updatev(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
		      CAP_AUDIT_CONTROL, CAP_AUDIT_READ, -1);
	if (geteuid() == 0 && capng_apply(CAPNG_SELECT_BOTH))
		log_warnx("cannot drop capabilities");
}

static const char usage[] =
	"usage: audisp-netlog [-c FILE] [-n]\n"
	"       audisp-netlog --live [--rules FILE] [--duration SECONDS] [-c FILE]\n"
	"\n"
	"Reads audit records from auditd on standard input and writes a line for each\n"
	"start and stop of a network connection. auditd starts it; see audisp-netlog(8).\n"
	"\n"
	"  -c, --config FILE   configuration (default " CONFIG_DEFAULT ")\n"
	"  -n, --check         check the configuration, print it, and end\n"
	"  -l, --live          take the records straight from the kernel, write to\n"
	"                      standard output\n"
	"      --rules FILE    with --live: load these audit rules for the while\n"
	"      --duration N    with --live: end after N seconds\n"
	"  -d, --debug         say more\n"
	"  -v, --version\n"
	"  -h, --help\n";

enum { OPT_RULES = 256, OPT_DURATION };

static int bad_usage(const char *what)
{
	fprintf(stderr, "audisp-netlog: %s\n%s", what, usage);
	return 2;
}

/* -1: go on; else the exit status. */
static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'n' },
		{ "live", no_argument, NULL, 'l' },
		{ "rules", required_argument, NULL, OPT_RULES },
		{ "duration", required_argument, NULL, OPT_DURATION },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "c:nldvh", longs, NULL)) >= 0) {
		switch (c) {
		case 'c':	o->config = optarg; break;
		case 'n':	o->check = true; break;
		case 'l':	o->live = true; break;
		case 'd':	o->debug = true; break;
		case OPT_RULES:	o->rules = optarg; break;
		case OPT_DURATION:
			o->duration = strtoul(optarg, &end, 10);
			if (*end || *optarg < '1' || *optarg > '9')
				return bad_usage("--duration takes a number of seconds");
			break;
		case 'v':
			puts("audisp-netlog " NETLOG_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return bad_usage("unknown option");
		}
	}
	if (optind < argc)
		return bad_usage("takes no arguments");
	if ((o->rules || o->duration) && !o->live)
		return bad_usage("--rules and --duration go with --live");
	return -1;
}

static int check_config(const struct options *o)
{
	struct config c;

	if (load_config(o, &c))
		return 1;
	config_print(&c, stdout);
	config_fini(&c);
	return 0;
}

static bool open_parser(struct plugin *p)
{
	struct track_limits limits = {
		.sockets = p->config.sockets,
		.processes = p->config.processes,
	};

	p->complaints.first = on_complaint;
	p->track = track_new(&limits, on_record, p, &p->complaints);
	p->reader = event_open(on_fact, p, &p->complaints);
	return p->track && p->reader;
}

/* Audit tells pids of the initial pid namespace; from another one all of them would
 * look gone. */
static bool in_first_pid_namespace(void)
{
	char link[64];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = 0;
	return !strcmp(link, "pid:[4026531836]");	/* PROC_PID_INIT_INO */
}

static bool open_live(struct plugin *p)
{
	char error[512] = "";

	p->live = live_open(p->options.rules, error, sizeof(error));
	if (!p->live) {
		log_warnx("%s", error);
		return false;
	}
	p->see_processes = in_first_pid_namespace();
	put_heading(p);
	if (p->options.duration)
		p->end = now_ms() + p->options.duration * 1000LL;
	return true;
}

static bool close_live(struct plugin *p)
{
	char error[512] = "";

	if (p->live && !live_close(p->live, error, sizeof(error))) {
		log_warnx("%s", error);
		return false;
	}
	return true;
}

static int run(struct plugin *p)
{
	int status = 1;

	if (!open_signals(p) || !open_parser(p))
		goto out;
	if (p->options.live && !open_live(p))
		goto out;
	drop_privileges();
	if (!open_sinks(p))
		goto out;
	put_start(p);
	look_for_losses(p);
	p->next_status = now_ms() + p->config.interval * 1000LL;
	p->next_sources = now_ms() + SOURCES_MS;
	loop(p);
	look_for_losses(p);
	put_self(p, "netlog stop");
	status = 0;
out:
	close_sinks(p);
	if (!close_live(p))
		status = 1;
	event_close(p->reader);
	track_free(p->track);
	return status;
}

int main(int argc, char **argv)
{
	static struct plugin p;
	int status = read_options(&p.options, argc, argv);

	if (status >= 0)
		return status;
	if (!fill_standard_streams())
		return 1;
	log_debugging(p.options.debug);
	if (p.options.check)
		return check_config(&p.options);
	if (load_config(&p.options, &p.config))
		return 1;
	openlog("audisp-netlog", LOG_PID, LOG_DAEMON);
	if (!p.options.live && !isatty(STDERR_FILENO)) {
		p.log_sink = sink_syslog(LOG_DAEMON, LOG_WARNING, 65536);
		log_to(p.log_sink);
	}
	status = run(&p);
	log_to(NULL);
	if (p.log_sink)
		sink_close(p.log_sink, 1000);
	config_fini(&p.config);
	return status;
}
