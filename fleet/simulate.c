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
#include <math.h>
#include <sha1.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

#define DAY_MS 86400000LL
#define RING 8192		/* seconds that a stop can be away, at most */

struct service {
	const char *server, *client;
	uint16_t port;
	unsigned int weight, servers; /* one server host has it, out of as many as there are */
};

static const struct service services[] = {
	{ "/usr/sbin/nginx", "/usr/bin/curl", 443, 30, 10 },
	{ "/usr/lib/postgresql/15/bin/postgres", "/usr/bin/gunicorn", 5432, 20, 50 },
	{ "/usr/bin/redis-server", "/usr/bin/gunicorn", 6379, 15, 50 },
	{ "/usr/sbin/sshd", "/usr/bin/ssh", 22, 2, 1 },
	{ "/usr/bin/node_exporter", "/usr/bin/prometheus", 9100, 10, 1 },
	{ "/usr/sbin/named", "/usr/bin/dig", 53, 3, 500 },
	{ "/usr/bin/kubelet", "/usr/bin/kube-apiserver", 10250, 5, 2 },
	{ "/usr/bin/java", "/usr/bin/java", 9092, 8, 100 },
	{ "/usr/sbin/slapd", "/usr/sbin/sssd", 636, 3, 500 },
	{ "/usr/sbin/exim4", "/usr/sbin/exim4", 25, 1, 200 },
	{ "/usr/bin/etcd", "/usr/bin/etcd", 2380, 2, 300 },
	{ "/usr/sbin/smbd", "/usr/bin/smbclient", 445, 1, 100 },
};
#define SERVICES (sizeof(services) / sizeof(*services))
#define CONTAINER SERVICES	/* 172.17.0.2 -> 172.17.0.3:5432 within a host */
#define OUTSIDE (SERVICES + 1)	/* to an address that no host has */

struct host {
	uint32_t boot, cookie, serial;
	uint16_t port;
	int64_t skew;		/* ms, of its clock */
	int64_t restart;	/* ms of the day; -1: none */
	uint64_t seq, put_seq;	/* number of its last line, and of the last that was written */
	bool nat, blind, containers, wrong;
};

struct conn {
	uint32_t a, b;		/* hosts; b: of OUTSIDE a number */
	uint32_t service;
	uint16_t a_port, nat_port;
	int64_t start, dur, tx, rx;
	uint32_t a_boot, b_boot;
	uint64_t a_cookie, b_cookie;
	bool a_seen, b_seen;	/* a line of that end was written */
	struct conn *next;
};

struct edge {
	struct {
		int64_t hour;
		uint32_t a, b, service;
	} key;
	uint64_t connections, wrong_clock;
	UT_hash_handle hh;
};

static struct {
	uint32_t hosts;
	uint64_t count, seed;
	int64_t from;		/* ms since 1970 */
	int64_t span;		/* ms */
	bool rows;		/* rows of the table line instead of JSON */
	double loss, twice;
	FILE *truth;
} opt = { .hosts = 1000, .count = 100000, .seed = 1, .span = DAY_MS, .loss = 0.001, .twice = 0.005 };

static struct host *hosts;
static struct conn *ring[RING];
static struct edge *edges;
static struct {
	uint64_t lines, lost, counted, twice, pairs, nat, blind, outside, containers, wrong, missing;
	uint64_t listeners;
} sum;
static uint64_t state;
static char ends[2][40];	/* addresses of the line at work */

/* splitmix64 */
static uint64_t random_bits(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static double random_share(void)
{
	return (random_bits() >> 11) / 9007199254740992.0;
}

static uint32_t random_below(uint32_t limit)
{
	return (random_bits() >> 32) * (uint64_t)limit >> 32;
}

static double random_normal(void)
{
	return sqrt(-2 * log(1 - random_share())) * cos(2 * M_PI * random_share());
}

static void make_hosts(void)
{
	hosts = calloc(opt.hosts, sizeof(*hosts));
	if (!hosts)
		exit(1);
	for (uint32_t i = 0; i < opt.hosts; i++) {
		struct host *h = &hosts[i];

		h->boot = random_bits();
		h->port = random_below(28232);
		h->skew = random_normal() * 20;
		if (i % 100 == 7)
			h->skew += i % 200 == 7 ? 2000 : -2000;
		h->wrong = i % 1000 == 13;
		if (h->wrong)
			h->skew += i % 2000 == 13 ? 3 * 3600000 : -5 * 3600000;
		h->restart = i % 20 == 3 ? (int64_t)random_below(opt.span) : -1;
		h->nat = i % 50 == 11;
		h->blind = i % 100 == 29;
		h->containers = i % 5 == 1;
	}
}

static void host_ip(uint32_t i, char *to)
{
	sprintf(to, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
}

/* First 8 bytes of the Community ID, as fleet/row.py computes them for IPv4 and TCP. */
static uint64_t join_key(const char *a, uint16_t a_port, const char *b, uint16_t b_port)
{
	unsigned int octet[4];
	uint8_t data[16] = { 0 }, digest[SHA1_DIGEST_LENGTH], ip[2][4];
	uint64_t key = 0;
	SHA1_CTX ctx;

	for (int i = 0; i < 2; i++) {
		sscanf(i ? b : a, "%u.%u.%u.%u", octet, octet + 1, octet + 2, octet + 3);
		for (int n = 0; n < 4; n++)
			ip[i][n] = octet[n];
	}
	int swap = memcmp(ip[0], ip[1], 4);

	swap = swap > 0 || (!swap && a_port > b_port);
	memcpy(data + 2, ip[swap], 4);
	memcpy(data + 6, ip[!swap], 4);
	data[10] = 6;
	data[12] = (swap ? b_port : a_port) >> 8;
	data[13] = swap ? b_port : a_port;
	data[14] = (swap ? a_port : b_port) >> 8;
	data[15] = swap ? a_port : b_port;
	SHA1Init(&ctx);
	SHA1Update(&ctx, data, sizeof(data));
	SHA1Final(digest, &ctx);
	for (int i = 0; i < 8; i++)
		key = key << 8 | digest[i];
	return key;
}

static const char *exe_of(const struct conn *c, bool in)
{
	if (c->service == CONTAINER)
		return in ? "/usr/local/bin/postgres" : "/usr/local/bin/python3.11";
	if (c->service == OUTSIDE)
		return "/usr/bin/apt";
	return in ? services[c->service].server : services[c->service].client;
}

static uint16_t port_of(const struct conn *c)
{
	return c->service == CONTAINER ? 5432 : c->service == OUTSIDE ? 443 : services[c->service].port;
}

/* Sets ends[0], ends[1]: as the opener or the acceptor sees them. Returns the opener's port. */
static uint16_t set_ends(const struct conn *c, bool in)
{
	host_ip(c->a, ends[0]);
	host_ip(c->b, ends[1]);
	if (c->service == CONTAINER) {
		strcpy(ends[0], "172.17.0.2");
		strcpy(ends[1], "172.17.0.3");
	} else if (c->service == OUTSIDE) {
		sprintf(ends[1], "203.0.%u.%u", 113 + (c->b >> 8 & 1), c->b & 255);
	} else if (in && hosts[c->a].nat) {
		sprintf(ends[0], "192.0.2.%u", c->a / 50 & 255);
		return c->nat_port;
	}
	return c->a_port;
}

struct line {
	const struct conn *c;
	bool in, stop;
	int64_t ms;		/* by the host's clock */
	int64_t received;	/* seconds, by the collector's */
	uint32_t host, boot;
	uint64_t cookie, seq;
	uint16_t a_port;
};

static void put_row(const struct line *l)
{
	const struct conn *c = l->c;
	const char *exe = exe_of(c, l->in), *comm = strrchr(exe, '/') + 1;
	uint16_t port = port_of(c);
	int64_t start = l->ms - (l->stop ? c->dur : 0);

	printf("host%05u\t10.255.0.1\t%" PRId64 "\t%" PRId64 "\t%d\tconnect %s\tTCP\t"
	       "%s\t::ffff:%s\t%u\t::ffff:%s\t%u\t",
	       l->host, l->received, l->ms / 1000, (int)(l->ms % 1000), l->stop ? "stop" : "start",
	       l->in ? "in" : "out", ends[l->in], l->in ? port : l->a_port, ends[!l->in],
	       l->in ? l->a_port : port);
	printf("%u\t%u\t%u\t%.15s\t%s\t4294967295\t4294967295\t1\t\t%s -c /etc/%.15s.conf\t\t-1\t4026531840\t\t\t%.15s.service\t\t\t",
	       300 + l->host % 50, 400 + (uint32_t)(l->cookie % 3000), l->in ? 33u : 1000u, comm, exe, exe,
	       comm, comm);
	printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t0\t0\t%u\t%" PRIu64 "\t1\t1\t%" PRIu64
	       "\t%" PRIu64 "\t%d\t%u\t%" PRIu64 "\n",
	       l->stop ? c->dur : -1, l->stop ? (l->in ? c->rx : c->tx) : -1,
	       l->stop ? (l->in ? c->tx : c->rx) : -1, l->boot, l->cookie,
	       join_key(ends[0], l->a_port, ends[1], port), l->cookie * 3, (int)(start & 3),
	       l->host + 1, l->seq);
}

static void put_time(int64_t ms)
{
	time_t sec = ms / 1000;
	struct tm tm;
	char text[32];

	gmtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("\"%s.%03dZ\"", text, (int)(ms % 1000));
}

static void put_json(const struct line *l)
{
	const struct conn *c = l->c;
	const char *exe = exe_of(c, l->in), *comm = strrchr(exe, '/') + 1;
	const char *way = l->in ? "ingress" : "egress";

	printf("{\"agent\":{\"ephemeral_id\":\"%016x\"},\"@timestamp\":", l->host + 1);
	put_time(l->ms);
	printf(",\"destination\":{");
	if (l->stop)
		printf("\"bytes\":%" PRId64 ",", c->rx);
	printf("\"ip\":\"%s\",\"port\":%u},\"ecs\":{\"version\":\"8.17.0\"},\"event\":{"
	       "\"sequence\":%" PRIu64 ",", ends[1], port_of(c), l->seq);
	printf("\"action\":\"%s\",\"category\":[\"network\"],\"dataset\":\"netlog.connection\",",
	       l->stop ? "disconnect_received" : l->in ? "connection_accepted" : "connection_attempted");
	if (l->stop)
		printf("\"duration\":%" PRId64 "000000,", c->dur);
	printf("\"id\":\"%08x-%" PRIx64 ".1\",\"kind\":\"event\",\"module\":\"netlog\","
	       "\"outcome\":\"success\",\"type\":[\"connection\",\"%s\"]},"
	       "\"host\":{\"name\":\"host%05u\",\"os\":{\"type\":\"linux\"}},",
	       l->boot, l->cookie, l->stop ? "end" : "start", l->host);
	printf("\"netlog\":{\"auid\":\"unset\",\"ev\":\"%" PRId64 ".%03d:%" PRIu64 "\","
	       "\"kind\":\"connect %s\","
	       "\"netns\":4026531840,\"ses\":\"unset\"},",
	       (l->ms - (l->stop ? c->dur : 0)) / 1000, (int)((l->ms - (l->stop ? c->dur : 0)) % 1000),
	       l->cookie * 3, l->stop ? "stop" : "start");
	printf("\"network\":{\"direction\":\"%s\",\"iana_number\":\"6\",\"transport\":\"tcp\","
	       "\"type\":\"ipv4\"},"
	       "\"process\":{\"command_line\":\"%s -c /etc/%.15s.conf\",\"executable\":\"%s\","
	       "\"name\":\"%.15s\","
	       "\"parent\":{\"pid\":1},\"pid\":%u,\"session_leader\":{\"pid\":%u}},",
	       way, exe, comm, exe, comm, 400 + (uint32_t)(l->cookie % 3000), 300 + l->host % 50);
	printf("\"related\":{\"ip\":[\"%s\",\"%s\"]},\"source\":{", ends[0], ends[1]);
	if (l->stop)
		printf("\"bytes\":%" PRId64 ",", c->tx);
	printf("\"ip\":\"%s\",\"port\":%u},"
	       "\"systemd\":{\"unit\":\"%.15s.service\"},\"user\":{\"id\":\"%u\"}}\n",
	       ends[0], l->a_port, comm, l->in ? 33u : 1000u);
}

/* Numbers the next line of a host. Returns false if that line is lost or the host is blind. */
static bool next_number(uint32_t host, uint64_t *seq)
{
	struct host *h = &hosts[host];

	if (h->blind)
		return false;
	*seq = ++h->seq;
	if (random_share() < opt.loss) {
		sum.lost++;
		return false;
	}
	/* lines lost before this one: their numbers are a gap now */
	sum.counted += *seq - 1 - h->put_seq;
	h->put_seq = *seq;
	return true;
}

/* The start of a listener, as JSON or as a row. now: ms of the span, by the collector's clock. */
static void put_listener(uint32_t host, const struct service *s, int64_t now)
{
	const char *exe = s->server, *comm = strrchr(exe, '/') + 1;
	struct host *h = &hosts[host];
	int64_t ms = opt.from + now + h->skew;
	uint64_t seq;

	h->cookie++;
	if (!next_number(host, &seq))
		return;
	sum.lines++;
	sum.listeners++;
	if (opt.rows) {
		printf("host%05u\t10.255.0.1\t%" PRId64 "\t%" PRId64 "\t%d\tlisten start\t"
		       "TCP\t-\t::ffff:0.0.0.0\t%u\tffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\t-1\t%u\t%u\t33\t%.15s\t%s\t4294967295\t4294967295\t1\t\t%s\t\t",
		       host, (opt.from + now) / 1000 + 1, ms / 1000, (int)(ms % 1000), s->port,
		       300 + host % 50, 400 + h->cookie, comm, exe, exe);
		printf("-1\t4026531840\t\t\t%.15s.service\t\t\t-1\t-1\t-1\t0\t0\t%u\t%u\t1\t1\t0\t%u\t0\t%u\t%" PRIu64 "\n",
		       comm, h->boot, h->cookie, h->cookie * 3, host + 1, seq);
		return;
	}
	printf("{\"agent\":{\"ephemeral_id\":\"%016x\"},\"@timestamp\":", host + 1);
	put_time(ms);
	printf(",\"destination\":{\"ip\":\"0.0.0.0\",\"port\":%u},\"event\":{\"sequence\":%" PRIu64 ","
	       "\"dataset\":\"netlog.connection\",\"id\":\"%08x-%x.1\"},\"host\":{\"name\":\"host%05u\"},",
	       s->port, seq, h->boot, h->cookie, host);
	printf("\"netlog\":{\"auid\":\"unset\",\"kind\":\"listen start\",\"netns\":4026531840,"
	       "\"ses\":\"unset\"},\"network\":{\"transport\":\"tcp\"},"
	       "\"process\":{\"command_line\":\"%s\",\"executable\":\"%s\","
	       "\"name\":\"%.15s\",\"pid\":%u},\"systemd\":{\"unit\":\"%.15s.service\"},"
	       "\"user\":{\"id\":\"33\"}}\n",
	       exe, exe, comm, 400 + h->cookie, comm);
}

/* The services of a host begin to listen, after each start of the host. */
static void put_listeners(uint32_t host, int64_t now)
{
	for (uint32_t i = 0; i < SERVICES; i++)
		if (host % services[i].servers == 0 &&
		    host / services[i].servers < opt.hosts / services[i].servers)
			put_listener(host, &services[i], now);
}

/* Writes one end's line, or loses it. Returns true if it was written. */
static bool put_line(const struct conn *c, bool in, bool stop)
{
	uint32_t host = in ? c->b : c->a;
	struct line l = { .c = c, .in = in, .stop = stop, .host = host,
			  .boot = in ? c->b_boot : c->a_boot,
			  .cookie = in ? c->b_cookie : c->a_cookie };
	unsigned int times = 1 + (random_share() < opt.twice);

	if (!next_number(host, &l.seq))
		return false;
	l.ms = opt.from + c->start + (stop ? c->dur : 0) + hosts[host].skew + in;
	l.received = (opt.from + c->start + (stop ? c->dur : 0)) / 1000 + 1;
	l.a_port = set_ends(c, in);
	sum.twice += times - 1;
	for (sum.lines += times; times; times--)
		opt.rows ? put_row(&l) : put_json(&l);
	return true;
}

static void add_truth(const struct conn *c)
{
	struct edge wanted = { 0 }, *e;

	if (c->service == OUTSIDE) {
		sum.outside++;
		return;
	}
	if (hosts[c->a].blind || hosts[c->b].blind) {
		sum.blind++;
		return;
	}
	if (!c->a_seen || !c->b_seen) {
		sum.missing++;
		return;
	}
	if (hosts[c->a].nat && c->service != CONTAINER) {
		sum.nat++;
		return;
	}
	sum.pairs++;
	sum.containers += c->service == CONTAINER;
	wanted.key.hour = (opt.from + c->start + hosts[c->a].skew) / 3600000;
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
	if (hosts[c->a].wrong != hosts[c->b].wrong) {
		e->wrong_clock++;
		sum.wrong++;
	}
}

static uint32_t pick_service(void)
{
	uint32_t at = random_below(100);

	for (uint32_t i = 0; i < SERVICES; i++) {
		if (at < services[i].weight)
			return i;
		at -= services[i].weight;
	}
	return 0;
}

static void new_cookie(uint32_t host, int64_t now, uint32_t *boot, uint64_t *cookie)
{
	struct host *h = &hosts[host];

	if (h->restart >= 0 && now >= h->restart) {
		h->restart = -1;
		h->boot = random_bits();
		h->cookie = 0;
		put_listeners(host, now);
	}
	h->cookie += 1 + random_below(3);
	*boot = h->boot;
	*cookie = h->cookie;
}

static struct conn *new_conn(int64_t start)
{
	struct conn *c = calloc(1, sizeof(*c));
	double kind = random_share();

	if (!c)
		exit(1);
	c->start = start;
	c->a = random_below(opt.hosts);
	c->service = pick_service();
	if (kind < 0.05 && hosts[c->a].containers) {
		c->service = CONTAINER;
		c->b = c->a;
	} else if (kind > 0.9) {
		c->service = OUTSIDE;
		c->b = random_below(512);
	} else {
		uint32_t every = services[c->service].servers, all = opt.hosts / every;

		/* a client has two or three servers of a service */
		c->b = all ? (c->a * 7919u + c->service * 31 + random_below(3)) % all * every : 0;
		if (c->b == c->a)
			c->b = (c->b + every) % opt.hosts;
	}
	hosts[c->a].port = (hosts[c->a].port + 2) % 28232;
	c->a_port = 32768 + hosts[c->a].port;
	c->nat_port = 1024 + random_below(60000);
	c->dur = exp(random_normal() * 2 + 5);
	if (c->dur < 1)
		c->dur = 1;
	if (c->dur > (RING - 2) * 1000LL)
		c->dur = (RING - 2) * 1000LL;
	c->tx = exp(random_normal() * 1.5 + 6.5);
	c->rx = exp(random_normal() * 2 + 8);
	new_cookie(c->a, start, &c->a_boot, &c->a_cookie);
	if (c->service != OUTSIDE)
		new_cookie(c->b, start, &c->b_boot, &c->b_cookie);
	return c;
}

/* A connection's starts are written at once; its stops in the second in which they are due. */
static void put_stops(int64_t second)
{
	struct conn *c = ring[second % RING], *next;

	ring[second % RING] = NULL;
	for (; c; c = next) {
		next = c->next;
		c->a_seen |= put_line(c, false, true);
		if (c->service != OUTSIDE)
			c->b_seen |= put_line(c, true, true);
		add_truth(c);
		free(c);
	}
}

static void run(void)
{
	int64_t second = 0;

	for (uint32_t i = 0; i < opt.hosts; i++)
		put_listeners(i, 0);
	for (uint64_t i = 0; i < opt.count; i++) {
		int64_t start = (double)i / opt.count * opt.span;
		struct conn *c = new_conn(start);

		for (; second < start / 1000; second++)
			put_stops(second);
		c->a_seen = put_line(c, false, false);
		if (c->service != OUTSIDE)
			c->b_seen = put_line(c, true, false);
		c->next = ring[((c->start + c->dur) / 1000 + 1) % RING];
		ring[((c->start + c->dur) / 1000 + 1) % RING] = c;
	}
	for (int64_t end = second + RING; second < end; second++)
		put_stops(second);
}

static void put_truth(void)
{
	if (!opt.truth)
		return;
	for (struct edge *e = edges; e; e = e->hh.next) {
		struct conn c = { .service = e->key.service };

		fprintf(opt.truth, "%" PRId64 "\thost%05u\t%s\thost%05u\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\n",
			e->key.hour * 3600, e->key.a, exe_of(&c, false), e->key.b, exe_of(&c, true),
			port_of(&c), e->connections, e->wrong_clock);
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
		case 'h': opt.hosts = strtoul(optarg, NULL, 10); break;
		case 'c': opt.count = strtoull(optarg, NULL, 10); break;
		case 'f': opt.from = strtoll(optarg, NULL, 10) * 1000; break;
		case 'o': opt.span = strtoll(optarg, NULL, 10) * 3600000; break;
		case 's': opt.seed = strtoull(optarg, NULL, 10); break;
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
	if (opt.hosts < 2 || opt.hosts > 1000000 || opt.span <= 0) {
		fputs("simulate: --hosts takes 2 to 1000000, --hours 1 or more\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	state = opt.seed;
	make_hosts();
	run();
	put_truth();
	fprintf(stderr, "connections=%" PRIu64 " lines=%" PRIu64 " lost=%" PRIu64
		" counted=%" PRIu64 " twice=%" PRIu64
		" pairs=%" PRIu64 " containers=%" PRIu64 " wrong_clock=%" PRIu64 " nat=%" PRIu64
		" blind=%" PRIu64 " outside=%" PRIu64 " missing=%" PRIu64 " listeners=%" PRIu64 "\n",
		opt.count, sum.lines, sum.lost, sum.counted, sum.twice, sum.pairs, sum.containers, sum.wrong,
		sum.nat, sum.blind, sum.outside, sum.missing, sum.listeners);
	free(hosts);
	return fflush(stdout) ? 1 : 0;
}
