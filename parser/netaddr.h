/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser/netaddr: one end of a connection, from audit's saddr= hex dump or
 * from text, to text.
 *
 * Either half of an end can be unknown: see has_addr and has_port.
 * A v4-mapped IPv6 address is stored as IPv4, so that printing and
 * matching never see the difference.
 */
#ifndef NETLOG_NETADDR_H
#define NETLOG_NETADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netaddr {
	uint8_t family;		/* AF_INET or AF_INET6; 0: unknown */
	bool has_addr;
	bool has_port;
	uint16_t port;		/* host byte order */
	uint32_t scope;		/* interface index of a link-local address, or 0 */
	uint8_t addr[16];	/* network byte order; IPv4 in the first four */
};

/* "[" + address + "%" + scope + "]:" + port + NUL */
#define NETADDR_TEXT_MAX 80

/*
 * Reads the value of an audit saddr= field: hex of a struct sockaddr, whose family and
 * scope are in the byte order of the host that wrote it (see arch=).
 * *family gets the raw address family, also one that is not an inet one. AF_UNSPEC
 * with the any-address and a port is read as bind(2) reads it: as IPv4.
 * Returns 0; -EINVAL if the text is not hex; -EMSGSIZE if it is too short
 * for its family. On error and for other families *out is all unknown.
 */
int netaddr_parse(const char *hex, size_t len, bool big_endian, unsigned int *family,
		  struct netaddr *out);

/* Sets the address from network-order bytes (4 or 16 by family), folding
 * v4-mapped into IPv4. The port is left alone. */
void netaddr_set_ip(struct netaddr *a, uint8_t family, const void *bytes);

/* "192.0.2.7" or "2001:db8::1": returns 0, or -EINVAL and *a unchanged. */
int netaddr_parse_ip(const char *text, struct netaddr *a);

/*
 * Text of one end as the log line has it: 192.0.2.7:443, [2001:db8::1]:22,
 * [fe80::1%2]:22, -:22 (port alone known), 10.0.0.5:- , or "-".
 * Returns the length written (without NUL); buf holds NETADDR_TEXT_MAX bytes.
 */
size_t netaddr_format(const struct netaddr *a, char *buf);

/* The address alone, without brackets, scope and port: 2001:db8::1. Returns its length, 0
 * if it is unknown; buf as above. */
size_t netaddr_format_ip(const struct netaddr *a, char *buf);

/* The hash is of family, address and port; equality needs the same scope, too. */
uint32_t netaddr_hash(const struct netaddr *a);
bool netaddr_equal(const struct netaddr *a, const struct netaddr *b);

/* Returns true for 0.0.0.0 and :: */
bool netaddr_is_any(const struct netaddr *a);

#endif
