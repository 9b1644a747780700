// SPDX-License-Identifier: GPL-2.0-or-later
/* fleet/simulate_line: lines of simulated hosts. */
#include "fleet/simulate_line.h"

#include <inttypes.h>
#include <sha1.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

static void put_row(const struct line *l)
{
	const struct conn *c = l->c;
	const char *exe = fleet_exe(c, l->in), *comm = strrchr(exe, '/') + 1;
	uint16_t port = fleet_port(c);
	int64_t start = l->ms - (l->stop ? c->dur : 0);

	printf("host%05u\t10.255.0.1\t%" PRId64 "\t%" PRId64 "\t%d\tconnect %s\tTCP\t"
	       "%s\t::ffff:%s\t%u\t::ffff:%s\t%u\t",
	       l->host, l->received, l->ms / 1000, (int)(l->ms % 1000), l->stop ? "stop" : "start",
	       l->in ? "in" : "out", l->ends[l->in], l->in ? port : l->a_port, l->ends[!l->in],
	       l->in ? l->a_port : port);
	printf("%u\t%u\t%u\t%.15s\t%s\t4294967295\t4294967295\t1\t\t%s -c /etc/%.15s.conf\t\t-1\t4026531840\t\t\t%.15s.service\t\t\t",
	       300 + l->host % 50, 400 + (uint32_t)(l->cookie % 3000), l->in ? 33u : 1000u, comm, exe, exe,
	       comm, comm);
	printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t0\t0\t%u\t%" PRIu64 "\t1\t1\t%" PRIu64
	       "\t%" PRIu64 "\t%d\t%u\t%" PRIu64 "\n",
	       l->stop ? c->dur : -1, l->stop ? (l->in ? c->rx : c->tx) : -1,
	       l->stop ? (l->in ? c->tx : c->rx) : -1, l->boot, l->cookie,
	       join_key(l->ends[0], l->a_port, l->ends[1], port), l->cookie * 3, (int)(start & 3),
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
	const char *exe = fleet_exe(c, l->in), *comm = strrchr(exe, '/') + 1;
	const char *way = l->in ? "ingress" : "egress";

	printf("{\"agent\":{\"ephemeral_id\":\"%016x\"},\"@timestamp\":", l->host + 1);
	put_time(l->ms);
	printf(",\"destination\":{");
	if (l->stop)
		printf("\"bytes\":%" PRId64 ",", c->rx);
	printf("\"ip\":\"%s\",\"port\":%u},\"ecs\":{\"version\":\"8.17.0\"},\"event\":{"
	       "\"sequence\":%" PRIu64 ",", l->ends[1], fleet_port(c), l->seq);
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
	printf("\"related\":{\"ip\":[\"%s\",\"%s\"]},\"source\":{", l->ends[0], l->ends[1]);
	if (l->stop)
		printf("\"bytes\":%" PRId64 ",", c->tx);
	printf("\"ip\":\"%s\",\"port\":%u},"
	       "\"systemd\":{\"unit\":\"%.15s.service\"},\"user\":{\"id\":\"%u\"}}\n",
	       l->ends[0], l->a_port, comm, l->in ? 33u : 1000u);
}

static void put_listener_row(const struct listener *l)
{
	const char *exe = l->service->server, *comm = strrchr(exe, '/') + 1;

	printf("host%05u\t10.255.0.1\t%" PRId64 "\t%" PRId64 "\t%d\tlisten start\t"
	       "TCP\t-\t::ffff:0.0.0.0\t%u\tffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\t-1\t%u\t%u\t33\t%.15s\t%s\t4294967295\t4294967295\t1\t\t%s\t\t",
	       l->host, l->received, l->ms / 1000, (int)(l->ms % 1000), l->service->port,
	       300 + l->host % 50, 400 + l->cookie, comm, exe, exe);
	printf("-1\t4026531840\t\t\t%.15s.service\t\t\t-1\t-1\t-1\t0\t0\t%u\t%u\t1\t1\t0\t%u\t0\t%u\t%" PRIu64 "\n",
	       comm, l->boot, l->cookie, l->cookie * 3, l->host + 1, l->seq);
}

static void put_listener_json(const struct listener *l)
{
	const char *exe = l->service->server, *comm = strrchr(exe, '/') + 1;

	printf("{\"agent\":{\"ephemeral_id\":\"%016x\"},\"@timestamp\":", l->host + 1);
	put_time(l->ms);
	printf(",\"destination\":{\"ip\":\"0.0.0.0\",\"port\":%u},\"event\":{\"sequence\":%" PRIu64 ","
	       "\"dataset\":\"netlog.connection\",\"id\":\"%08x-%x.1\"},\"host\":{\"name\":\"host%05u\"},",
	       l->service->port, l->seq, l->boot, l->cookie, l->host);
	printf("\"netlog\":{\"auid\":\"unset\",\"kind\":\"listen start\",\"netns\":4026531840,"
	       "\"ses\":\"unset\"},\"network\":{\"transport\":\"tcp\"},"
	       "\"process\":{\"command_line\":\"%s\",\"executable\":\"%s\","
	       "\"name\":\"%.15s\",\"pid\":%u},\"systemd\":{\"unit\":\"%.15s.service\"},"
	       "\"user\":{\"id\":\"33\"}}\n",
	       exe, exe, comm, 400 + l->cookie, comm);
}

void line_put(const struct line *l, bool rows)
{
	rows ? put_row(l) : put_json(l);
}

void line_put_listener(const struct listener *l, bool rows)
{
	rows ? put_listener_row(l) : put_listener_json(l);
}
