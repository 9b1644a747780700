/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fleet/simulate_line: lines of simulated hosts on standard output, as the plugin's JSON or as
 * rows of the table line (TabSeparated). */
#ifndef SIMULATE_LINE_H
#define SIMULATE_LINE_H

#include "fleet/simulate_fleet.h"

/* A connection's start or stop at one end. */
struct line {
	const struct conn *c;
	bool in, stop;
	int64_t ms;		/* by the host's clock, since 1970 */
	int64_t received;	/* seconds, by the collector's */
	uint32_t host, boot;
	uint64_t cookie, seq;
	uint16_t a_port;	/* the opener's, as this end sees it */
	char ends[2][40];	/* addresses of opener and acceptor, as this end sees them */
};

/* A listener's start. */
struct listener {
	const struct service *service;
	int64_t ms, received;	/* as above */
	uint32_t host, boot, cookie;
	uint64_t seq;
};

void line_put(const struct line *l, bool rows);
void line_put_listener(const struct listener *l, bool rows);

#endif
