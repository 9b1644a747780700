// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fleet/simulate: generates the lines of a simulated fleet with a known result: hosts with
 * skewed and wrong clocks, NAT, hosts without the plugin, containers with one address on many
 * hosts, lost lines, whose numbers are gaps, duplicated lines, listeners, and restarts that
 * reset the cookies. The same seed gives the same lines.
 *
 * Lines go to standard output, as the plugin's JSON or as rows of the table line
 * (TabSeparated). The expected result goes to a file: for each hour of the opener's clock,
 * opener, acceptor and port, how many connections can be paired from the lines that were
 * written.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

#include "fleet/simulate_fleet.h"
#include "fleet/simulate_line.h"

#define DAY_MS 86400000LL

struct edge {
	struct {
		int64_t hour;
		uint32_t a, b, service;
	} key;
	uint64_t connections, wrong_clock;
	UT_hash_handle hh;
};

static struct {
	uint64_t count;
	int64_t from;		/* ms since 1970 */
	bool rows;		/* rows of the table line instead of JSON */
	double loss, twice;
	FILE *truth;
} opt = { .count = 100000, .loss = 0.001, .twice = 0.005 };

static struct fleet fleet = { .count = 1000, .span = DAY_MS, .random = 1 };
static struct conn *ring[FLEET_RING];
static struct edge *edges;
static struct {
	uint64_t lines, lost, counted, twice, pairs, nat, blind, outside, containers, wrong, missing;
	uint64_t listeners;
} sum;

/* Numbers the next line of a host. Returns false if that line is lost or the host is blind. */
static bool next_number(uint32_t host, uint64_t *seq)
{
	struct host *h = &fleet.hosts[host];

	if (h->blind)
		return false;
	*seq = ++h->seq;
	if (fleet_random_share(&fleet) < opt.loss) {
		sum.lost++;
		return false;
	}
	/* lines lost before this one: their numbers are a gap now */
	sum.counted += *seq - 1 - h->put_seq;
	h->put_seq = *seq;
	return true;
}

/* Writes the start of a listener. now: ms of the span, by the collector's clock. */
static void put_listener(uint32_t host, const struct service *s, int64_t now)
{
	struct host *h = &fleet.hosts[host];
	struct listener l = { .service = s, .ms = opt.from + now + h->skew,
			      .received = (opt.from + now) / 1000 + 1, .host = host,
			      .boot = h->boot, .cookie = ++h->cookie };

	if (!next_number(host, &l.seq))
		return;
	sum.lines++;
	sum.listeners++;
	line_put_listener(&l, opt.rows);
}

/* The services of a host begin to listen, after each start of the host. */
static void put_listeners(uint32_t host, int64_t now)
{
	for (uint32_t i = 0; i < FLEET_SERVICES; i++)
		if (host % fleet_services[i].servers == 0 &&
		    host / fleet_services[i].servers < fleet.count / fleet_services[i].servers)
			put_listener(host, &fleet_services[i], now);
}

/* Writes one end's line, or loses it. Returns true if it was written. */
static bool put_line(const struct conn *c, bool in, bool stop)
{
	uint32_t host = in ? c->b : c->a;
	struct line l = { .c = c, .in = in, .stop = stop, .host = host,
			  .boot = in ? c->b_boot : c->a_boot,
			  .cookie = in ? c->b_cookie : c->a_cookie };
	unsigned int times = 1 + (fleet_random_share(&fleet) < opt.twice);

	if (!next_number(host, &l.seq))
		return false;
	l.ms = opt.from + c->start + (stop ? c->dur : 0) + fleet.hosts[host].skew + in;
	l.received = (opt.from + c->start + (stop ? c->dur : 0)) / 1000 + 1;
	l.a_port = fleet_ends(&fleet, c, in, l.ends);
	sum.twice += times - 1;
	for (sum.lines += times; times; times--)
		line_put(&l, opt.rows);
	return true;
}

static void add_truth(const struct conn *c)
{
	struct edge wanted = { 0 }, *e;

	if (c->service == FLEET_OUTSIDE) {
		sum.outside++;
		return;
	}
	if (fleet.hosts[c->a].blind || fleet.hosts[c->b].blind) {
		sum.blind++;
		return;
	}
	if (!c->a_seen || !c->b_seen) {
		sum.missing++;
		return;
	}
	if (fleet.hosts[c->a].nat && c->service != FLEET_CONTAINER) {
		sum.nat++;
		return;
	}
	sum.pairs++;
	sum.containers += c->service == FLEET_CONTAINER;
	wanted.key.hour = (opt.from + c->start + fleet.hosts[c->a].skew) / 3600000;
	wanted.key.a = c->a;
	wanted.key.b = c->b;
	wanted.key.service = c->service;
	HASH_FIND(hh, edges, &wanted.key, sizeof(wanted.key), e);
	if (!e) {
		e = malloc(sizeof(*e));
		if (!e)
			exit(1);
		*e = wanted;
		HASH_ADD(hh, edges, key, sizeof(e->key), e);
	}
	e->connections++;
	if (fleet.hosts[c->a].wrong != fleet.hosts[c->b].wrong) {
		e->wrong_clock++;
		sum.wrong++;
	}
}

static void new_cookie(uint32_t host, int64_t now, uint32_t *boot, uint64_t *cookie)
{
	struct host *h = &fleet.hosts[host];

	if (h->restart >= 0 && now >= h->restart) {
		h->restart = -1;
		h->boot = fleet_random_bits(&fleet);
		h->cookie = 0;
		put_listeners(host, now);
	}
	h->cookie += 1 + fleet_random_below(&fleet, 3);
	*boot = h->boot;
	*cookie = h->cookie;
}

/* A new connection, as both its hosts number it. */
static struct conn *new_conn(int64_t start)
{
	struct conn *c = fleet_conn(&fleet, start);

	new_cookie(c->a, start, &c->a_boot, &c->a_cookie);
	if (c->service != FLEET_OUTSIDE)
		new_cookie(c->b, start, &c->b_boot, &c->b_cookie);
	return c;
}

/* A connection's starts are written at once; its stops in the second in which they are due. */
static void put_stops(int64_t second)
{
	struct conn *c = ring[second % FLEET_RING], *next;

	ring[second % FLEET_RING] = NULL;
	for (; c; c = next) {
		next = c->next;
		c->a_seen |= put_line(c, false, true);
		if (c->service != FLEET_OUTSIDE)
			c->b_seen |= put_line(c, true, true);
		add_truth(c);
		free(c);
	}
}

static void run(void)
{
	int64_t second = 0;

	for (uint32_t i = 0; i < fleet.count; i++)
		put_listeners(i, 0);
	for (uint64_t i = 0; i < opt.count; i++) {
		int64_t start = (double)i / opt.count * fleet.span;
		struct conn *c = new_conn(start);

		for (; second < start / 1000; second++)
			put_stops(second);
		c->a_seen = put_line(c, false, false);
		if (c->service != FLEET_OUTSIDE)
			c->b_seen = put_line(c, true, false);
		c->next = ring[((c->start + c->dur) / 1000 + 1) % FLEET_RING];
		ring[((c->start + c->dur) / 1000 + 1) % FLEET_RING] = c;
	}
	for (int64_t end = second + FLEET_RING; second < end; second++)
		put_stops(second);
}

static void put_truth(void)
{
	if (!opt.truth)
		return;
	for (struct edge *e = edges; e; e = e->hh.next) {
		struct conn c = { .service = e->key.service };

		fprintf(opt.truth, "%" PRId64 "\thost%05u\t%s\thost%05u\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\n",
			e->key.hour * 3600, e->key.a, fleet_exe(&c, false), e->key.b, fleet_exe(&c, true),
			fleet_port(&c), e->connections, e->wrong_clock);
	}
	fclose(opt.truth);
}

static const char usage[] =
	"usage: simulate [OPTION]... >LINES\n"
	"  --hosts N        hosts (default 1000)\n"
	"  --connections N  connections (default 100000), of two lines at each end\n"
	"  --from SECONDS   start time, since 1970 (default: a day ago, at a full hour)\n"
	"  --hours N        length of time (default 24)\n"
	"  --seed N         seed of the random numbers (default 1)\n"
	"  --loss SHARE     share of lines to lose (default 0.001)\n"
	"  --twice SHARE    share of lines to write twice (default 0.005)\n"
	"  --rows           write rows of the table line, TabSeparated, instead of JSON\n"
	"  --truth FILE     write the connections that can be paired: hour, opener, acceptor, port,\n"
	"                   connections, those of them between a right and a wrong clock\n";

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "hosts", 1, NULL, 'h' }, { "connections", 1, NULL, 'c' }, { "from", 1, NULL, 'f' },
		{ "hours", 1, NULL, 'o' }, { "seed", 1, NULL, 's' }, { "loss", 1, NULL, 'l' },
		{ "twice", 1, NULL, 't' }, { "rows", 0, NULL, 'r' }, { "truth", 1, NULL, 'u' }, { 0 },
	};
	int c;

	opt.from = (time(NULL) / 3600 - 24) * 3600 * 1000;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'h': fleet.count = strtoul(optarg, NULL, 10); break;
		case 'c': opt.count = strtoull(optarg, NULL, 10); break;
		case 'f': opt.from = strtoll(optarg, NULL, 10) * 1000; break;
		case 'o': fleet.span = strtoll(optarg, NULL, 10) * 3600000; break;
		case 's': fleet.random = strtoull(optarg, NULL, 10); break;
		case 'l': opt.loss = strtod(optarg, NULL); break;
		case 't': opt.twice = strtod(optarg, NULL); break;
		case 'r': opt.rows = true; break;
		case 'u':
			opt.truth = fopen(optarg, "w");
			if (opt.truth)
				break;
			perror(optarg);
			exit(1);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (fleet.count < 2 || fleet.count > 1000000 || fleet.span <= 0) {
		fputs("simulate: --hosts takes 2 to 1000000, --hours 1 or more\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	fleet_init(&fleet);
	run();
	put_truth();
	fprintf(stderr, "connections=%" PRIu64 " lines=%" PRIu64 " lost=%" PRIu64
		" counted=%" PRIu64 " twice=%" PRIu64
		" pairs=%" PRIu64 " containers=%" PRIu64 " wrong_clock=%" PRIu64 " nat=%" PRIu64
		" blind=%" PRIu64 " outside=%" PRIu64 " missing=%" PRIu64 " listeners=%" PRIu64 "\n",
		opt.count, sum.lines, sum.lost, sum.counted, sum.twice, sum.pairs, sum.containers, sum.wrong,
		sum.nat, sum.blind, sum.outside, sum.missing, sum.listeners);
	fleet_fini(&fleet);
	return fflush(stdout) ? 1 : 0;
}
