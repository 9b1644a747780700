// SPDX-License-Identifier: GPL-2.0-or-later
/* fleet/simulate_fleet: the hosts, services and connections of a simulated fleet. */
#include "fleet/simulate_fleet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct service fleet_services[FLEET_SERVICES] = {
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

/* splitmix64 */
uint64_t fleet_random_bits(struct fleet *f)
{
	uint64_t z = f->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

double fleet_random_share(struct fleet *f)
{
	return (fleet_random_bits(f) >> 11) / 9007199254740992.0;
}

uint32_t fleet_random_below(struct fleet *f, uint32_t limit)
{
	return (fleet_random_bits(f) >> 32) * (uint64_t)limit >> 32;
}

static double random_normal(struct fleet *f)
{
	return sqrt(-2 * log(1 - fleet_random_share(f))) * cos(2 * M_PI * fleet_random_share(f));
}

void fleet_init(struct fleet *f)
{
	f->hosts = calloc(f->count, sizeof(*f->hosts));
	if (!f->hosts)
		exit(1);
	for (uint32_t i = 0; i < f->count; i++) {
		struct host *h = &f->hosts[i];

		h->boot = fleet_random_bits(f);
		h->port = fleet_random_below(f, 28232);
		h->skew = random_normal(f) * 20;
		if (i % 100 == 7)
			h->skew += i % 200 == 7 ? 2000 : -2000;
		h->wrong = i % 1000 == 13;
		if (h->wrong)
			h->skew += i % 2000 == 13 ? 3 * 3600000 : -5 * 3600000;
		h->restart = i % 20 == 3 ? (int64_t)fleet_random_below(f, f->span) : -1;
		h->nat = i % 50 == 11;
		h->blind = i % 100 == 29;
		h->containers = i % 5 == 1;
	}
}

void fleet_fini(struct fleet *f)
{
	free(f->hosts);
}

static void host_ip(uint32_t i, char *to)
{
	sprintf(to, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
}

const char *fleet_exe(const struct conn *c, bool in)
{
	if (c->service == FLEET_CONTAINER)
		return in ? "/usr/local/bin/postgres" : "/usr/local/bin/python3.11";
	if (c->service == FLEET_OUTSIDE)
		return "/usr/bin/apt";
	return in ? fleet_services[c->service].server : fleet_services[c->service].client;
}

uint16_t fleet_port(const struct conn *c)
{
	if (c->service == FLEET_CONTAINER)
		return 5432;
	if (c->service == FLEET_OUTSIDE)
		return 443;
	return fleet_services[c->service].port;
}

uint16_t fleet_ends(const struct fleet *f, const struct conn *c, bool in, char ends[2][40])
{
	host_ip(c->a, ends[0]);
	host_ip(c->b, ends[1]);
	if (c->service == FLEET_CONTAINER) {
		strcpy(ends[0], "172.17.0.2");
		strcpy(ends[1], "172.17.0.3");
	} else if (c->service == FLEET_OUTSIDE) {
		sprintf(ends[1], "203.0.%u.%u", 113 + (c->b >> 8 & 1), c->b & 255);
	} else if (in && f->hosts[c->a].nat) {
		sprintf(ends[0], "192.0.2.%u", c->a / 50 & 255);
		return c->nat_port;
	}
	return c->a_port;
}

static uint32_t pick_service(struct fleet *f)
{
	uint32_t at = fleet_random_below(f, 100);

	for (uint32_t i = 0; i < FLEET_SERVICES; i++) {
		if (at < fleet_services[i].weight)
			return i;
		at -= fleet_services[i].weight;
	}
	return 0;
}

struct conn *fleet_conn(struct fleet *f, int64_t start)
{
	struct conn *c = calloc(1, sizeof(*c));
	double kind = fleet_random_share(f);

	if (!c)
		exit(1);
	c->start = start;
	c->a = fleet_random_below(f, f->count);
	c->service = pick_service(f);
	if (kind < 0.05 && f->hosts[c->a].containers) {
		c->service = FLEET_CONTAINER;
		c->b = c->a;
	} else if (kind > 0.9) {
		c->service = FLEET_OUTSIDE;
		c->b = fleet_random_below(f, 512);
	} else {
		uint32_t every = fleet_services[c->service].servers, all = f->count / every;

		/* a client has two or three servers of a service */
		c->b = all ? (c->a * 7919u + c->service * 31 + fleet_random_below(f, 3)) % all * every : 0;
		if (c->b == c->a)
			c->b = (c->b + every) % f->count;
	}
	f->hosts[c->a].port = (f->hosts[c->a].port + 2) % 28232;
	c->a_port = 32768 + f->hosts[c->a].port;
	c->nat_port = 1024 + fleet_random_below(f, 60000);
	c->dur = exp(random_normal(f) * 2 + 5);
	if (c->dur < 1)
		c->dur = 1;
	if (c->dur > (FLEET_RING - 2) * 1000LL)
		c->dur = (FLEET_RING - 2) * 1000LL;
	c->tx = exp(random_normal(f) * 1.5 + 6.5);
	c->rx = exp(random_normal(f) * 2 + 8);
	return c;
}
