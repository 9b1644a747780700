/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser/netaddr_range: a network and a range of ports, read from text and compared. */
#ifndef NETLOG_NETADDR_RANGE_H
#define NETLOG_NETADDR_RANGE_H

#include "parser/netaddr.h"

/* Address and port are both optional: addr.has_addr, addr.has_port. */
struct netaddr_range {
	struct netaddr addr;	/* its port is the first one */
	uint8_t prefix;		/* bits of the address that must agree */
	uint16_t last_port;	/* inclusive */
};

/*
 * Reads ADDR, ADDR/PREFIX, V6 or V6/PREFIX, optionally followed by :PORT or :FIRST-LAST, or
 * :PORT or :FIRST-LAST alone. V6 needs brackets before a port. Returns 0, or -EINVAL with *out
 * undefined.
 */
int netaddr_parse_range(const char *text, struct netaddr_range *out);

/* Returns true if every part that the range names is known and in it. */
bool netaddr_in_range(const struct netaddr *a, const struct netaddr_range *r);

#endif
