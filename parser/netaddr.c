// SPDX-License-Identifier: GPL-2.0-or-later
/* parser/netaddr: audit's saddr= hex dump and text, to one end of a connection. */
#include "parser/netaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "parser/digits.h"

static const uint8_t mapped_prefix[12] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Decodes up to max bytes; returns how many, or -EINVAL. */
static int hex_decode(const char *hex, size_t len, uint8_t *out, size_t max)
{
	size_t n = len / 2;

	if (len % 2)
		return -EINVAL;
	if (n > max)
		n = max;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex[2 * i]);
		int lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		out[i] = hi << 4 | lo;
	}
	return n;
}

static bool is_linklocal(const struct netaddr *a)
{
	return a->family == AF_INET6 && a->addr[0] == 0xfe &&
	       (a->addr[1] & 0xc0) == 0x80;
}

void netaddr_set_ip(struct netaddr *a, uint8_t family, const void *bytes)
{
	const uint8_t *b = bytes;

	memset(a->addr, 0, sizeof(a->addr));
	a->has_addr = true;
	a->scope = 0;
	if (family == AF_INET6 && !memcmp(b, mapped_prefix, 12)) {
		family = AF_INET;
		b += 12;
	}
	a->family = family;
	memcpy(a->addr, b, family == AF_INET ? 4 : 16);
}

/* A number that another machine wrote in its own byte order. */
static uint32_t from_host(uint32_t v, bool big_endian)
{
	return big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? v : __builtin_bswap32(v);
}

int netaddr_parse(const char *hex, size_t len, bool big_endian, unsigned int *family,
		  struct netaddr *out)
{
	union {
		uint8_t bytes[sizeof(struct sockaddr_in6)];
		sa_family_t family;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa = { 0 };
	int n;

	memset(out, 0, sizeof(*out));
	*family = AF_UNSPEC;
	n = hex_decode(hex, len, sa.bytes, sizeof(sa.bytes));
	if (n < 0)
		return n;
	if (n < (int)sizeof(sa_family_t))
		return -EMSGSIZE;
	sa.family = big_endian ? sa.bytes[0] << 8 | sa.bytes[1] :
				 sa.bytes[1] << 8 | sa.bytes[0];
	*family = sa.family;
	/* bind() of an IPv4 socket takes AF_UNSPEC with INADDR_ANY for AF_INET */
	if (sa.family == AF_UNSPEC && n >= 8 && !sa.v4.sin_addr.s_addr &&
	    sa.v4.sin_port) {
		netaddr_set_ip(out, AF_INET, &sa.v4.sin_addr);
		out->port = ntohs(sa.v4.sin_port);
		out->has_port = true;
	} else if (sa.family == AF_INET) {
		if (n < (int)(offsetof(struct sockaddr_in, sin_addr) + 4))
			return -EMSGSIZE;
		netaddr_set_ip(out, AF_INET, &sa.v4.sin_addr);
		out->port = ntohs(sa.v4.sin_port);
		out->has_port = true;
	} else if (sa.family == AF_INET6) {
		/* The kernel takes an address without scope id too (RFC 2133). */
		if (n < (int)offsetof(struct sockaddr_in6, sin6_scope_id))
			return -EMSGSIZE;
		netaddr_set_ip(out, AF_INET6, &sa.v6.sin6_addr);
		out->port = ntohs(sa.v6.sin6_port);
		out->has_port = true;
		if (is_linklocal(out) && n >= (int)sizeof(sa.v6))
			out->scope = from_host(sa.v6.sin6_scope_id, big_endian);
	}
	return 0;
}

int netaddr_parse_ip(const char *text, struct netaddr *a)
{
	uint8_t bytes[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, bytes) != 1)
		return -EINVAL;
	netaddr_set_ip(a, family, bytes);
	return 0;
}

static size_t put_ipv4(char *p, const uint8_t *b)
{
	size_t n = 0;

	for (int i = 0; i < 4; i++) {
		if (i)
			p[n++] = '.';
		n += digits_put(p + n, b[i]);
	}
	return n;
}

static unsigned int group(const uint8_t *b, int i)
{
	return b[2 * i] << 8 | b[2 * i + 1];
}

/* The first one of the longest runs of groups that are 0. Returns its length, 0 for one alone. */
static int zeros(const uint8_t *b, int *from)
{
	int best = 1, run = 0;

	*from = 8;
	for (int i = 0; i < 8; i++) {
		run = group(b, i) ? 0 : run + 1;
		if (run <= best)
			continue;
		best = run;
		*from = i + 1 - run;
	}
	return best > 1 ? best : 0;
}

static size_t put_group(char *p, unsigned int v)
{
	size_t n = 0;

	for (int shift = 12; shift >= 0; shift -= 4)
		if (v >> shift || !shift)
			p[n++] = "0123456789abcdef"[v >> shift & 15];
	return n;
}

/* As inet_ntop() does, which takes five times as long. */
static size_t put_groups(char *p, const uint8_t *b)
{
	int from, len = zeros(b, &from);
	size_t n = 0;

	if (!from && (len == 5 || len == 6)) {	/* of IPv4: ::ffff:192.0.2.7 */
		inet_ntop(AF_INET6, b, p, INET6_ADDRSTRLEN);
		return strlen(p);
	}
	for (int i = 0; i < 8; i++) {
		if (i == from) {
			p[n++] = ':';
			i += len - 1;
			if (i == 7)
				p[n++] = ':';
			continue;
		}
		if (i)
			p[n++] = ':';
		n += put_group(p + n, group(b, i));
	}
	return n;
}

static size_t put_ipv6(char *p, const struct netaddr *a)
{
	size_t n = 1;

	p[0] = '[';
	n += put_groups(p + n, a->addr);
	if (a->scope) {
		p[n++] = '%';
		n += digits_put(p + n, a->scope);
	}
	p[n++] = ']';
	return n;
}

size_t netaddr_format(const struct netaddr *a, char *buf)
{
	size_t n = 0;

	if (!a->has_addr)
		buf[n++] = '-';
	else if (a->family == AF_INET)
		n += put_ipv4(buf, a->addr);
	else
		n += put_ipv6(buf, a);
	if (a->has_addr || a->has_port) {
		buf[n++] = ':';
		if (a->has_port)
			n += digits_put(buf + n, a->port);
		else
			buf[n++] = '-';
	}
	buf[n] = 0;
	return n;
}

size_t netaddr_format_ip(const struct netaddr *a, char *buf)
{
	size_t n = 0;

	if (a->has_addr)
		n = a->family == AF_INET ? put_ipv4(buf, a->addr) : put_groups(buf, a->addr);
	buf[n] = 0;
	return n;
}

uint32_t netaddr_hash(const struct netaddr *a)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	hash = (hash ^ a->family) * 16777619u;
	hash = (hash ^ a->port) * 16777619u;
	for (int i = 0; i < 16; i++)
		hash = (hash ^ a->addr[i]) * 16777619u;
	return hash ^ hash >> 16;
}

bool netaddr_equal(const struct netaddr *a, const struct netaddr *b)
{
	return a->family == b->family && a->has_addr == b->has_addr &&
	       a->has_port == b->has_port && a->port == b->port &&
	       a->scope == b->scope && !memcmp(a->addr, b->addr, 16);
}

bool netaddr_is_any(const struct netaddr *a)
{
	static const uint8_t zero[16];

	return a->has_addr && !memcmp(a->addr, zero, 16);
}
