/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fleet/simulate_fleet: the hosts, services and connections of a simulated fleet. */
#ifndef SIMULATE_FLEET_H
#define SIMULATE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#define FLEET_RING 8192		/* seconds that a stop can be away, at most */
#define FLEET_SERVICES 12
#define FLEET_CONTAINER FLEET_SERVICES	/* 172.17.0.2 -> 172.17.0.3:5432 within a host */
#define FLEET_OUTSIDE (FLEET_SERVICES + 1)	/* to an address that no host has */

struct service {
	const char *server, *client;
	uint16_t port;
	unsigned int weight;	/* percent of the connections */
	unsigned int servers;	/* one host of so many has it */
};

extern const struct service fleet_services[FLEET_SERVICES];

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

struct fleet {
	struct host *hosts;
	uint32_t count;
	int64_t span;		/* ms */
	uint64_t random;	/* state; the seed at the beginning */
};

/* f has count, span and random. Exits without memory. */
void fleet_init(struct fleet *f);
void fleet_fini(struct fleet *f);

uint64_t fleet_random_bits(struct fleet *f);
double fleet_random_share(struct fleet *f);		/* at least 0, below 1 */
uint32_t fleet_random_below(struct fleet *f, uint32_t limit);

/* A connection that starts at start, ms of the span, without boots and cookies. The caller frees
 * it. Exits without memory. */
struct conn *fleet_conn(struct fleet *f, int64_t start);

/* The program of the opener, or with in of the acceptor. */
const char *fleet_exe(const struct conn *c, bool in);
uint16_t fleet_port(const struct conn *c);	/* the acceptor's */

/* Sets ends[0], ends[1]: as the opener or the acceptor sees them. Returns the opener's port. */
uint16_t fleet_ends(const struct fleet *f, const struct conn *c, bool in, char ends[2][40]);

#endif
