// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parser/query/capture_command: aunetlog capture: runs libpcap while following the log. A
 * descriptor receives the signals: the thread that reads the log must not see them.
 */
#include "parser/query/capture_command.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "parser/packet/frame.h"
#include "parser/packet/waiting.h"
#include "parser/query/capture_netns.h"
#include "parser/query/packet_run.h"
#include "parser/query/query.h"

#define SNAPLEN 262144
#define BUFFER_BYTES (32 << 20)		/* in the kernel, while the log is read first */
#define TICK_MS 20
#define AT_ONCE 256			/* packets between two checks of the clock */

struct capture {
	const struct packet_options *o;
	struct packet_run *run;
	pcap_t *pcap;
	struct out made;
	struct pcapng blocks;
	int signals;
	bool nano;		/* times have nanoseconds */
	int64_t latest_ns;
};

static bool complain(const struct packet_options *o, const char *what)
{
	fprintf(stderr, "aunetlog: --interface %s: %s\n", o->interface, what);
	return false;
}

static bool set_filter(struct capture *c)
{
	struct bpf_program program;
	bool ok;

	if (!c->o->filter)
		return true;
	if (pcap_compile(c->pcap, &program, c->o->filter, 1, PCAP_NETMASK_UNKNOWN)) {
		fprintf(stderr, "aunetlog: filter %s: %s\n", c->o->filter, pcap_geterr(c->pcap));
		return false;
	}
	ok = !pcap_setfilter(c->pcap, &program);
	pcap_freecode(&program);
	return ok || complain(c->o, pcap_geterr(c->pcap));
}

static bool open_pcap(struct capture *c)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	const char *why;
	int status;

	c->pcap = pcap_create(c->o->interface, error);
	if (!c->pcap)
		return complain(c->o, error);
	pcap_set_snaplen(c->pcap, c->o->snaplen ? c->o->snaplen : SNAPLEN);
	/* not in immediate mode: each packet would take snaplen bytes of the buffer */
	pcap_set_timeout(c->pcap, TICK_MS);
	pcap_set_buffer_size(c->pcap, BUFFER_BYTES);
	c->nano = !pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(c->pcap);
	if (status == PCAP_ERROR_PERM_DENIED)
		return complain(c->o, "no permission to capture: run it as root, or with CAP_NET_RAW");
	if (status < 0) {
		why = pcap_geterr(c->pcap);
		return complain(c->o, *why ? why : pcap_statustostr(status));
	}
	if (pcap_setnonblock(c->pcap, 1, error))
		return complain(c->o, error);
	return set_filter(c);
}

/* Hands the packets from libpcap on as blocks. Returns false without memory. */
static bool give(struct capture *c)
{
	struct pcapng_block b;

	for (size_t at = 0; at < c->made.used; at += b.len) {
		if (pcapng_next(&c->blocks, c->made.buf + at, c->made.used - at, &b))
			return false;
		packet_run_block(c->run, &b);
	}
	c->made.used = 0;
	return !c->made.err;
}

static void on_packet(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
	struct capture *c = (struct capture *)arg;

	c->latest_ns = h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec * (c->nano ? 1 : 1000);
	frame_packet(&c->made, c->latest_ns, data, h->caplen, h->len);
	give(c);
}

static void add_own_addresses(struct packet_run *r, int64_t netns)
{
	struct ifaddrs *all, *i;

	if (getifaddrs(&all))
		return;
	for (i = all; i; i = i->ifa_next) {
		struct netaddr a = { 0 };

		if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET)
			netaddr_set_ip(&a, AF_INET, &((struct sockaddr_in *)i->ifa_addr)->sin_addr);
		else if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET6)
			netaddr_set_ip(&a, AF_INET6,
				       &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr);
		packet_run_local(r, &a, netns);
	}
	freeifaddrs(all);
}

static void begin_file(struct capture *c)
{
	struct frame_interface i = { .link = frame_link(pcap_datalink(c->pcap)),
				     .snaplen = pcap_snapshot(c->pcap), .name = c->o->interface,
				     .filter = c->o->filter };
	struct utsname u;
	char system[256];

	if (!uname(&u)) {
		snprintf(system, sizeof(system), "%s %s", u.sysname, u.release);
		i.system = system;
	}
	frame_section(&c->made, &i);
	give(c);
}

static void end_file(struct capture *c)
{
	struct pcap_stat s;

	if (pcap_stats(c->pcap, &s))
		return;
	frame_statistics(&c->made, c->latest_ns, s.ps_recv, s.ps_drop);
	give(c);
	if (s.ps_drop)
		fprintf(stderr, "aunetlog: %u packets were dropped by the kernel: a FILTER helps, or "
			"a faster reader of the output\n", s.ps_drop);
	if (s.ps_ifdrop)
		fprintf(stderr, "aunetlog: %u packets were dropped by the interface\n", s.ps_ifdrop);
}

static bool take_packets(struct capture *c, int *status)
{
	*status = pcap_dispatch(c->pcap, AT_ONCE, on_packet, (u_char *)c);
	return *status >= 0;
}

static int64_t realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Takes the packets that arrived before now. The kernel passes packets on when a block of them is
 * full, or after TICK_MS. */
static void take_last_packets(struct capture *c, struct pollfd *p)
{
	int64_t last_ns = realtime_ns(), end = waiting_now_ms() + 3 * TICK_MS;
	int got = 0;

	do {
		if (!got)
			poll(p, 1, TICK_MS);
	} while (take_packets(c, &got) && c->latest_ns <= last_ns &&
		 (got || waiting_now_ms() < end) && !packet_run_error(c->run));
}

/* Returns false if libpcap failed, as it does when the interface goes. */
static bool loop(struct capture *c)
{
	int64_t end = c->o->seconds ? waiting_now_ms() + c->o->seconds * INT64_C(1000) : INT64_MAX;
	struct pollfd p[2] = { { .fd = pcap_get_selectable_fd(c->pcap), .events = POLLIN },
			       { .fd = c->signals, .events = POLLIN } };
	int got = 0;

	while (waiting_now_ms() < end && !packet_run_error(c->run)) {
		bool full = packet_run_is_full(c->run);

		poll(full ? p + 1 : p, full ? 1 : 2, got && !full ? 0 : TICK_MS);
		if (p[1].revents)
			break;
		if (!full && !take_packets(c, &got))
			return complain(c->o, pcap_geterr(c->pcap));
		packet_run_idle(c->run);
	}
	take_last_packets(c, p);
	return true;
}

static int take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The next one ends the wait for the output's reader. */
static void take_first_signal(const struct capture *c)
{
	struct signalfd_siginfo info;

	while (read(c->signals, &info, sizeof(info)) > 0)
		;
}

static int run(struct capture *c, int64_t netns)
{
	bool failed;

	packet_run_netns(c->run, netns);
	add_own_addresses(c->run, netns);
	if (!packet_run_follow_logs(c->run)) {
		packet_run_drop(c->run);
		return AUNETLOG_FAILED;
	}
	begin_file(c);
	failed = !loop(c);
	end_file(c);
	take_first_signal(c);
	return packet_run_close(c->run, failed, c->signals);
}

int capture_command(const struct packet_options *o)
{
	struct capture c = { .o = o, .signals = take_signals() };
	int status = AUNETLOG_FAILED;
	int64_t netns;

	out_init(&c.made, -1);
	if (capture_netns(o->netns, &netns) && open_pcap(&c)) {
		c.run = packet_run_open(o);
		if (c.run)
			status = run(&c, netns);
	}
	if (c.pcap)
		pcap_close(c.pcap);
	pcapng_fini(&c.blocks);
	out_fini(&c.made);
	close(c.signals);
	return status;
}
