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
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "plugin/plugin.h"

#include "plugin/log.h"

#define READ_SIZE 32768
#define GONE_MS 3000	/* how often to look for processes that ended unseen */
#define SOURCES_MS 3000	/* from start to the first check of the rules */

int64_t plugin_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void on_event(const struct event *f, void *arg)
{
	struct plugin *p = arg;

	if (kernel_source_takes(&p->kernel, f))
		track_event(p->track, f);
}

static void on_kernel_event(const struct event *f, void *arg)
{
	struct plugin *p = arg;

	track_event(p->track, f);
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

static bool same_netns(const struct config *a, const struct config *b)
{
	if (a->netns_count != b->netns_count)
		return false;
	for (unsigned int i = 0; i < a->netns_count; i++)
		if (strcmp(a->netns[i], b->netns[i]))
			return false;
	return true;
}

static bool same_sockdiag(const struct config *a, const struct config *b)
{
	return a->use == b->use && a->wait == b->wait && a->sweep == b->sweep &&
	       a->snapshot == b->snapshot && !a->state == !b->state &&
	       (!a->state || !strcmp(a->state, b->state)) && same_netns(a, b);
}

/* Begun again with what is configured now; the file keeps what was told. */
static void reload_sockdiag(struct plugin *p, const struct config *fresh)
{
	if (!p->resolver || same_sockdiag(&p->config, fresh))
		return;
	resolver_close(p->resolver, true);
	p->resolver = NULL;
}

/* For good: it is not ours to take again. */
static void drop_capability(unsigned int capability)
{
	if (geteuid() || !capng_have_capability(CAPNG_PERMITTED, capability))
		return;
	capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED, capability);
	if (capng_apply(CAPNG_SELECT_CAPS))
		log_warnx("cannot drop capabilities");
}

/* Outputs that stay the same are not closed: a stalled one would be waited for,
 * and its lines be lost. */
static void reload(struct plugin *p)
{
	struct config fresh;

	p->next_sources = p->next_status = 0;
	if (load_config(&p->options, &fresh)) {
		log_warnx("the old configuration stays");
		report_reopen(p);
		report_self(p, "netlog config result=kept");
		return;
	}
	reload_sockdiag(p, &fresh);
	if (!fresh.netns_count)
		drop_capability(CAP_SYS_ADMIN);
	if (report_same(&p->config, &fresh)) {
		config_fini(&p->config);
		p->config = fresh;
		report_reopen(p);
		report_self(p, "netlog config result=loaded");
		return;
	}
	report_close(p);
	config_fini(&p->config);
	p->config = fresh;
	if (!report_open(p))
		p->stop = true;
	report_self(p, "netlog config result=loaded");
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
		case SIGUSR1:	report_state(p); break;
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
	n = netlink_read(p->live, buf, READ_SIZE);
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
			reassemble_feed(p->reader, buf, n);
		if (p->resolver)
			resolver_look(p->resolver);
	} while (n > 0 && --rounds && poll(&more, 1, 0) > 0);
	reassemble_push(p->reader);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (n < 0)
		log_warn("standard input");
	p->stop = true;
}

static void on_timer(struct plugin *p)
{
	int64_t now = plugin_now_ms();

	reassemble_age(p->reader);
	capabilities_netns(p);
	if (kernel_source_check(&p->kernel))
		capabilities_check(p);
	if (kernel_source_losses(&p->kernel, &p->kernel_lost_now))
		capabilities_losses(p);
	if (now >= p->next_sources) {
		capabilities_check(p);
		p->next_sources = now + p->config.interval * 1000LL;
	}
	if (now >= p->next_status) {
		capabilities_losses(p);
		p->next_status = now + p->config.interval * 1000LL;
	}
	if (p->first_pids && (p->live || p->resolver) && now >= p->next_gone) {
		capabilities_processes(p);
		p->next_gone = now + GONE_MS;
	}
	if ((p->end && now >= p->end) || report_gone(p))
		p->stop = true;
}

enum { INPUT, SIGNALS, KERNEL, RESOLVER, FDS = RESOLVER + RESOLVER_FDS };

/* Fills what to poll for besides input and signals; returns the time to wait, in ms. */
static int prepare_poll(struct plugin *p, struct pollfd *fds, int64_t next_timer)
{
	int64_t wait = next_timer - plugin_now_ms();
	int most = kernel_source_poll(&p->kernel, &fds[KERNEL]);

	if (most >= 0 && most < wait)
		wait = most;
	most = -1;
	for (int i = RESOLVER; i < FDS; i++)
		fds[i].fd = -1;
	if (p->resolver)
		most = resolver_poll(p->resolver, &fds[RESOLVER]);
	if (most >= 0 && most < wait)
		wait = most;
	return wait > 0 ? wait : 0;
}

/* The module's first word, or its last, is a reason to look again. */
static bool module_changed(struct plugin *p)
{
	struct track_stats stats;

	track_stats(p->track, &stats);
	if (stats.module == p->module)
		return false;
	p->module = stats.module;
	return true;
}

static void work(struct plugin *p, struct pollfd *fds)
{
	if (p->resolver)
		resolver_events(p->resolver);
	kernel_source_work(&p->kernel, &fds[KERNEL]);
	if (fds[INPUT].revents)
		take_input(p, fds[INPUT].fd);
	if (module_changed(p))
		capabilities_check(p);
	if (p->resolver)
		resolver_work(p->resolver);
}

/* What waits for the kernel's word gets it, or the time for it. */
static void finish_sockdiag(struct plugin *p)
{
	int64_t end = plugin_now_ms() + p->config.wait + 500;
	struct pollfd fds[RESOLVER_FDS];

	while (p->resolver && track_diag_waits(p->track) && plugin_now_ms() < end) {
		int wait = resolver_poll(p->resolver, fds);

		poll(fds, RESOLVER_FDS, wait);
		resolver_work(p->resolver);
	}
	resolver_close(p->resolver, true);
	p->resolver = NULL;
}

static void loop(struct plugin *p)
{
	int input = p->live ? netlink_fd(p->live) : STDIN_FILENO;
	struct pollfd fds[FDS] = {
		[INPUT] = { .fd = input, .events = POLLIN },
		[SIGNALS] = { .fd = p->signals, .events = POLLIN },
	};
	int64_t next_timer = plugin_now_ms() + 1000;

	while (!p->stop) {
		int wait = prepare_poll(p, fds, next_timer);

		if (poll(fds, FDS, wait) < 0 && errno != EINTR) {
			log_warn("poll");
			return;
		}
		if (fds[SIGNALS].revents)
			on_signal(p);
		work(p, fds);
		if (plugin_now_ms() >= next_timer) {
			on_timer(p);
			next_timer = plugin_now_ms() + 1000;
		}
		report_push(p);
	}
	/* SIGTERM: what auditd has written already is still to be read */
	while (poll(fds, 1, 0) > 0 && fds[0].revents & POLLIN) {
		p->stop = false;
		take_input(p, input);
		if (p->stop || p->live)
			break;
	}
	kernel_source_finish(&p->kernel);
	reassemble_flush(p->reader);
	finish_sockdiag(p);
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

/*
 * CAP_AUDIT_CONTROL: rules, status, lost count; CAP_AUDIT_READ: multicast. For
 * sock_diag: CAP_NET_ADMIN for the announcements, CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH for other processes' descriptors; CAP_SYS_ADMIN to enter other
 * network namespaces.
 */
static void drop_privileges(const struct plugin *p)
{
	static const unsigned int wanted[] = {
		CAP_AUDIT_CONTROL, CAP_AUDIT_READ,
		CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN,
	};
	bool have[sizeof(wanted) / sizeof(*wanted)];
	size_t count = sizeof(wanted) / sizeof(*wanted);

	if (p->config.use == USE_NO)
		count = 2;
	else if (!p->config.netns_count)
		count--;
	capng_get_caps_process();
	for (size_t i = 0; i < count; i++)
		have[i] = capng_have_capability(CAPNG_PERMITTED, wanted[i]);
	if (geteuid())
		return;
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < count; i++)
		if (have[i])
			capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
				     wanted[i]);
	if (capng_apply(CAPNG_SELECT_BOTH))
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

static void on_request(const struct request *q, void *arg)
{
	struct plugin *p = arg;

	if (p->resolver)
		resolver_ask(p->resolver, q);
}

static void set_boot(struct plugin *p)
{
	struct track_boot boot = { .node = p->name.nodename };
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
		.emit = report_entry, .ignores = report_ignores, .ask = on_request,
		.arg = p,
	};
	struct track_limits limits = {
		.sockets = p->config.sockets,
		.processes = p->config.processes,
	};

	p->first_pids = in_first_pid_namespace();
	p->complaints.first = report_complaint;
	p->track = track_new(&limits, &io, &p->complaints);
	p->reader = reassemble_open(on_event, p, &p->complaints);
	if (!p->track || !p->reader)
		return false;
	uname(&p->name);
	set_boot(p);
	reassemble_serials_since(p->reader, time(NULL) * 1000ULL);
	return true;
}

static bool open_live(struct plugin *p)
{
	char error[512] = "";

	p->live = netlink_open(p->options.rules, error, sizeof(error));
	if (!p->live) {
		log_warnx("%s", error);
		return false;
	}
	if (p->options.duration)
		p->end = plugin_now_ms() + p->options.duration * 1000LL;
	return true;
}

static bool close_live(struct plugin *p)
{
	char error[512] = "";

	if (p->live && !netlink_close(p->live, error, sizeof(error))) {
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
	kernel_source_open(&p->kernel, p->config.source, p->config.flows, on_kernel_event, p);
	drop_privileges(p);
	if (!report_open(p))
		goto out;
	capabilities_open(p);
	if (p->live)
		report_heading(p);
	capabilities_start(p);
	capabilities_losses(p);
	p->next_status = plugin_now_ms() + p->config.interval * 1000LL;
	p->next_sources = plugin_now_ms() + SOURCES_MS;
	loop(p);
	capabilities_losses(p);
	report_self(p, "netlog stop");
	status = 0;
out:
	kernel_source_close(&p->kernel);
	report_close(p);
	if (!close_live(p))
		status = 1;
	reassemble_close(p->reader);
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
		p.log_output = output_syslog(LOG_DAEMON, LOG_WARNING, 65536);
		log_to(p.log_output);
	}
	status = run(&p);
	log_to(NULL);
	if (p.log_output)
		output_close(p.log_output, 1000);
	config_fini(&p.config);
	return status;
}
