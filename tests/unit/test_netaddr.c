// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/netaddr, from hex and text, to text, and in ranges. */
#include "parser/netaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/netaddr_range.h"
#include "table.h"

#define V4 "020001BBC0000207"			/* 192.0.2.7:443 */
#define ZERO8 "0000000000000000"
#define V6_HEAD "0A00005000000000"		/* port 80, no flow */
#define V6_DOC "20010DB8000000000000000000000001"
#define V6_MAPPED "00000000000000000000FFFFC0000207"
#define V6_LOCAL "FE800000000000000000000000000001"
#define X128 "41414141414141414141414141414141"

struct saddr {
	const char *name, *hex;
	int result;
	unsigned int family;
	const char *text;
	bool big_endian;
};

static const struct saddr saddrs[] = {
	{ "big-endian: inet", "000201BBC0000207" ZERO8, 0, AF_INET, "192.0.2.7:443", true },
	{ "big-endian: a little-endian inet is not", "020001BBC0000207" ZERO8, 0, 512, "-", true },
	{ "big-endian: link-local and its scope", "000A00160000000" "0"
	  "FE80000000000000" "0000000000000001" "00000002", 0, AF_INET6, "[fe80::1%2]:22", true },
	{ "empty", "", -EMSGSIZE, 0, "-" },
	{ "1 byte", "02", -EMSGSIZE, 0, "-" },
	{ "2 bytes: inet", "0200", -EMSGSIZE, AF_INET, "-" },
	{ "2 bytes: unix, unnamed", "0100", 0, AF_UNIX, "-" },
	{ "2 bytes: unspec", "0000", 0, AF_UNSPEC, "-" },
	/* bind() of an IPv4 socket takes it for AF_INET; connect() does not */
	{ "unspec, any address and a port", "0000003500000000" ZERO8, 0, AF_UNSPEC,
	  "0.0.0.0:53" },
	{ "unspec, any address, no port", "0000000000000000" ZERO8, 0, AF_UNSPEC, "-" },
	{ "unspec, an address", "00000035C0000207" ZERO8, 0, AF_UNSPEC, "-" },
	{ "unspec, 7 bytes", "00000035000000", 0, AF_UNSPEC, "-" },
	{ "7 bytes: inet", "020001BBC00002", -EMSGSIZE, AF_INET, "-" },
	{ "8 bytes: inet", V4, 0, AF_INET, "192.0.2.7:443" },
	{ "15 bytes: inet", V4 "00000000000000", 0, AF_INET, "192.0.2.7:443" },
	{ "16 bytes: inet", V4 ZERO8, 0, AF_INET, "192.0.2.7:443" },
	{ "16 bytes: inet in small letters", "020001bbc0000207" ZERO8, 0, AF_INET,
	  "192.0.2.7:443" },
	{ "16 bytes: inet6", V6_HEAD ZERO8, -EMSGSIZE, AF_INET6, "-" },
	{ "23 bytes: inet6", V6_HEAD "20010DB80000000000000000000000", -EMSGSIZE,
	  AF_INET6, "-" },
	{ "24 bytes: inet6", V6_HEAD V6_DOC, 0, AF_INET6, "[2001:db8::1]:80" },
	{ "27 bytes: inet6", V6_HEAD V6_DOC "020000", 0, AF_INET6,
	  "[2001:db8::1]:80" },
	{ "28 bytes: inet6", V6_HEAD V6_DOC "00000000", 0, AF_INET6,
	  "[2001:db8::1]:80" },
	{ "28 bytes: scope of a global address says nothing",
	  V6_HEAD V6_DOC "02000000", 0, AF_INET6, "[2001:db8::1]:80" },
	{ "28 bytes: link-local with scope", V6_HEAD V6_LOCAL "02000000", 0,
	  AF_INET6, "[fe80::1%2]:80" },
	{ "28 bytes: link-local, largest scope", V6_HEAD V6_LOCAL "FFFFFFFF", 0,
	  AF_INET6, "[fe80::1%4294967295]:80" },
	/* tcp_v6_connect() reads a scope from 28 bytes or more alone */
	{ "27 bytes: link-local without its scope", V6_HEAD V6_LOCAL "020000", 0,
	  AF_INET6, "[fe80::1]:80" },
	{ "24 bytes: link-local without scope", V6_HEAD V6_LOCAL, 0, AF_INET6,
	  "[fe80::1]:80" },
	{ "v4-mapped", V6_HEAD V6_MAPPED "00000000", 0, AF_INET6, "192.0.2.7:80" },
	{ "128 bytes: inet", V4 ZERO8 X128 X128 X128 X128 X128 X128 X128, 0,
	  AF_INET, "192.0.2.7:443" },
	{ "128 bytes: unix", "01002F" X128 X128 X128 X128 X128 X128 X128 X128, 0,
	  AF_UNIX, "-" },
	{ "128 bytes: no known family", "FFFF" X128 X128 X128 X128, 0, 0xffff, "-" },
	{ "any address, port 0", "0200000000000000" ZERO8, 0, AF_INET,
	  "0.0.0.0:0" },
	{ "largest", "0200FFFFFFFFFFFF" ZERO8, 0, AF_INET, "255.255.255.255:65535" },
	{ "an odd number of digits", "020001BBC00002070", -EINVAL, 0, "-" },
	{ "one digit", "0", -EINVAL, 0, "-" },
	{ "no hex", "020001BBC000020G", -EINVAL, 0, "-" },
	{ "no hex at the beginning", "zz0001BBC0000207", -EINVAL, 0, "-" },
	{ "a sign", "02-001BBC0000207", -EINVAL, 0, "-" },
	{ "(null)", "(null)", -EINVAL, 0, "-" },
};

static void test_saddr(void **state)
{
	const struct saddr *row = *state;
	size_t len = strlen(row->hex);
	char *hex = malloc(len ? len : 1);	/* without NUL, for ASan */
	char text[NETADDR_TEXT_MAX];
	unsigned int family = 12345;
	struct netaddr a;

	assert_non_null(hex);
	memcpy(hex, row->hex, len);
	memset(&a, 0xee, sizeof(a));
	assert_int_equal(netaddr_parse(hex, len, row->big_endian, &family, &a), row->result);
	free(hex);
	assert_int_equal(family, row->family);
	assert_int_equal(netaddr_format(&a, text), strlen(row->text));
	assert_string_equal(text, row->text);
}

struct end {
	const char *name;
	struct netaddr addr;
	const char *text;
};

static const struct end ends[] = {
	{ "nothing", { 0 }, "-" },
	{ "family alone", { .family = AF_INET6 }, "-" },
	{ "port alone", { .has_port = true, .port = 22 }, "-:22" },
	{ "port alone of a family", { AF_INET6, false, true, 22 }, "-:22" },
	{ "port that is not known", { .port = 22 }, "-" },
	{ "IPv4 alone", { AF_INET, true, false, 0, 0, { 10, 0, 0, 5 } }, "10.0.0.5:-" },
	{ "IPv6 alone", { AF_INET6, true, false, 0, 0, { [15] = 1 } }, "[::1]:-" },
	{ "both", { AF_INET6, true, true, 65535, 0, { 0x20, 1, [15] = 1 } },
	  "[2001::1]:65535" },
	{ "the longest", { AF_INET6, true, true, 65535, UINT32_MAX,
	  { 0xfe, 0x80, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	    0x11, 0x11, 0x11, 0x11 } },
	  "[fe80:1111:1111:1111:1111:1111:1111:1111%4294967295]:65535" },
};

static void test_end(void **state)
{
	const struct end *row = *state;
	char text[NETADDR_TEXT_MAX];

	assert_int_equal(netaddr_format(&row->addr, text), strlen(row->text));
	assert_string_equal(text, row->text);
}

struct range {
	const char *name;	/* the text */
	int result;
	const char *in, *out;	/* ends, space between; as netaddr_format writes */
};

static const struct range ranges[] = {
	{ "192.0.2.7", 0, "192.0.2.7:443 192.0.2.7:-", "192.0.2.8:443 -:443 - [::1]:1" },
	{ "192.0.2.7:443", 0, "192.0.2.7:443", "192.0.2.7:444 192.0.2.7:- -:443 -" },
	{ "192.0.2.0/24", 0, "192.0.2.0:1 192.0.2.255:-", "192.0.3.0:1 192.0.1.255:1" },
	{ "192.0.2.7/24", 0, "192.0.2.8:1", "192.0.3.7:1" },
	{ "192.0.2.128/25", 0, "192.0.2.128:1 192.0.2.255:1", "192.0.2.127:1" },
	{ "192.0.2.7/32", 0, "192.0.2.7:1", "192.0.2.6:1" },
	{ "0.0.0.0/0", 0, "255.255.255.255:1 0.0.0.0:0", "[::]:1 -:1" },
	{ "0.0.0.0/1", 0, "127.255.255.255:1", "128.0.0.0:1" },
	{ ":22", 0, "192.0.2.7:22 [::1]:22 -:22", "192.0.2.7:23 192.0.2.7:- -" },
	{ ":0", 0, "192.0.2.7:0", "192.0.2.7:1 192.0.2.7:-" },
	{ "2001:db8::1", 0, "[2001:db8::1]:1", "[2001:db8::2]:1" },
	{ "[2001:db8::1]", 0, "[2001:db8::1]:1", "[2001:db8::2]:1" },
	{ "[2001:db8::1]:22", 0, "[2001:db8::1]:22", "[2001:db8::1]:23" },
	{ "2001:db8::/32", 0, "[2001:db8:ffff::]:1", "[2001:db9::]:1" },
	{ "[2001:db8::]/33", 0, "[2001:db8:7fff::]:1", "[2001:db8:8000::]:1" },
	{ "::/0", 0, "[::]:1 [ffff::]:-", "192.0.2.7:1" },
	{ "::1/128", 0, "[::1]:1", "[::]:1" },
	{ "fe80::/10", 0, "[fe80::1%2]:1 [fe80::1]:1 [febf::]:1", "[fec0::]:1" },
	{ "::ffff:192.0.2.7", 0, "192.0.2.7:1", "192.0.2.8:1" },
	{ "::ffff:192.0.2.0/120", 0, "192.0.2.7:1", "192.0.3.7:1" },
	{ "[::ffff:192.0.2.7]:80", 0, "192.0.2.7:80", "192.0.2.7:81" },
	{ "192.0.2.0/24:80", 0, "192.0.2.255:80",
	  "192.0.2.255:81 192.0.3.0:80 -:80 192.0.2.7:-" },
	{ "2001:db8::/32:22", 0, "[2001:db8::1]:22", "[2001:db8::1]:23 [2001:db9::]:22" },
	{ "[2001:db8::]/32:22", 0, "[2001:db8::1]:22", "[2001:db8::1]:23 [2001:db9::]:22" },
	{ ":80-443", 0, "192.0.2.7:80 [::1]:443 -:100", "-:79 -:444 192.0.2.7:- -" },
	{ ":0-65535", 0, "-:0 -:65535", "192.0.2.7:- -" },
	{ "10.0.0.0/8:1024-65535", 0, "10.1.2.3:1024", "10.1.2.3:1023 11.0.0.0:1024" },
	{ "::ffff:192.0.2.0/95", -EINVAL },
	{ "", -EINVAL },
	{ ":", -EINVAL },
	{ ":65536", -EINVAL },
	{ ":-1", -EINVAL },
	{ ":+1", -EINVAL },
	{ ": 1", -EINVAL },
	{ ":22x", -EINVAL },
	{ ":99999999999999999999999", -EINVAL },
	{ "-", -EINVAL },
	{ "any", -EINVAL },
	{ "192.0.2", -EINVAL },
	{ "192.0.2.256", -EINVAL },
	{ "192.0.2.7.", -EINVAL },
	{ " 192.0.2.7", -EINVAL },
	{ "192.0.2.7 ", -EINVAL },
	{ "192.0.2.7/", -EINVAL },
	{ "192.0.2.7/33", -EINVAL },
	{ "192.0.2.7/-1", -EINVAL },
	{ "192.0.2.7/24/8", -EINVAL },
	{ "192.0.2.7/24/8:80", -EINVAL },
	{ "192.0.2.0/24:", -EINVAL },
	{ "192.0.2.0/24:80x", -EINVAL },
	{ ":80-", -EINVAL },
	{ ":-80", -EINVAL },
	{ ":80-79", -EINVAL },
	{ ":80-65536", -EINVAL },
	{ ":80-90-100", -EINVAL },
	{ ":000080", -EINVAL },
	{ "192.0.2.7:", -EINVAL },
	{ "192.0.2.7:http", -EINVAL },
	{ "192.0.2.7:80:80", -EINVAL },
	{ "[2001:db8::1", -EINVAL },
	{ "[", -EINVAL },
	{ "[]", -EINVAL },
	{ "[2001:db8::1]x", -EINVAL },
	{ "[2001:db8::1]22", -EINVAL },
	{ "[2001:db8::1]:", -EINVAL },
	{ "2001:db8::1/129", -EINVAL },
	{ "2001:db8:::1", -EINVAL },
	{ "1:2:3:4:5:6:7:8:9", -EINVAL },
	{ "2001:db8:0000:0000:0000:0000:0000:0001:2001:db8:0000:0000:0000:0000:0000:0001"
	  ":2001:db8:0000", -EINVAL },
};

/* An end as netaddr_format() writes it. */
static struct netaddr read_end(const char *text, size_t len)
{
	char buf[NETADDR_TEXT_MAX], *colon, *end, *scope;
	struct netaddr a = { 0 };

	assert_true(len < sizeof(buf));
	memcpy(buf, text, len);
	buf[len] = 0;
	colon = strrchr(buf, ':');
	if (!colon)
		return a;
	*colon = 0;
	if (colon[1] != '-') {
		a.has_port = true;
		a.port = atoi(colon + 1);
	}
	if (!strcmp(buf, "-"))
		return a;
	end = strchr(buf, ']');
	if (end)
		*end = 0;
	scope = strchr(buf, '%');
	if (scope)
		*scope = 0;
	assert_int_equal(netaddr_parse_ip(buf + (*buf == '['), &a), 0);
	if (scope)
		a.scope = atoi(scope + 1);
	return a;
}

static void check_ends(const struct netaddr_range *r, const char *list,
		       bool expected)
{
	while (*list) {
		size_t len = strcspn(list, " ");
		struct netaddr a = read_end(list, len);
		char text[NETADDR_TEXT_MAX];

		netaddr_format(&a, text);
		assert_memory_equal(text, list, len);
		if (netaddr_in_range(&a, r) != expected)
			fail_msg("%s is %s", text, expected ? "out" : "in");
		list += len + (list[len] == ' ');
	}
}

static void test_range(void **state)
{
	const struct range *row = *state;
	char *text = strdup(row->name);		/* for ASan */
	struct netaddr_range r;

	assert_non_null(text);
	assert_int_equal(netaddr_parse_range(text, &r), row->result);
	free(text);
	if (row->result)
		return;
	check_ends(&r, row->in, true);
	check_ends(&r, row->out, false);
}

static void test_equal(void **state)
{
	struct netaddr a = read_end("[fe80::1%2]:22", 14), b = a;

	(void)state;
	assert_true(netaddr_equal(&a, &b));
	b.port = 23;
	assert_false(netaddr_equal(&a, &b));
	b = a;
	b.scope = 3;
	assert_false(netaddr_equal(&a, &b));
	b = a;
	b.addr[15] = 2;
	assert_false(netaddr_equal(&a, &b));
	b = a;
	b.has_port = false;
	assert_false(netaddr_equal(&a, &b));
	b = a;
	b.has_addr = false;
	assert_false(netaddr_equal(&a, &b));
	assert_false(netaddr_is_any(&a));
	b = read_end("0.0.0.0:1", 9);
	assert_true(netaddr_is_any(&b));
	b = read_end("[::]:1", 6);
	assert_true(netaddr_is_any(&b));
	b = read_end("-:1", 3);
	assert_false(netaddr_is_any(&b));
}

/* Addresses with every pattern of groups that are 0, short and long, against inet_ntop(). */
static void test_format_ipv6(void **state)
{
	static const unsigned int values[] = { 1, 0x10, 0x200, 0x3000, 0xffff, 0xdb8 };
	char want[NETADDR_TEXT_MAX], got[NETADDR_TEXT_MAX], text[INET6_ADDRSTRLEN];
	struct netaddr a = { .family = AF_INET6, .has_addr = true, .has_port = true };

	(void)state;
	for (unsigned int n = 0; n < 256 * 6; n++) {
		for (int i = 0; i < 8; i++) {
			unsigned int v = n >> i & 1 ? values[(n / 256 + i) % 6] : 0;

			a.addr[2 * i] = v >> 8;
			a.addr[2 * i + 1] = v;
		}
		a.port = n * 43;
		inet_ntop(AF_INET6, a.addr, text, sizeof(text));
		snprintf(want, sizeof(want), "[%s]:%u", text, a.port);
		netaddr_format(&a, got);
		assert_string_equal(got, want);
		assert_int_equal(netaddr_format_ip(&a, got), strlen(text));
		assert_string_equal(got, text);
	}
	a.family = AF_INET;
	for (unsigned int n = 0; n < 256; n++) {
		memcpy(a.addr, (uint8_t[]){ n, 255 - n, n * 7, n / 10 }, 4);
		inet_ntop(AF_INET, a.addr, text, sizeof(text));
		assert_int_equal(netaddr_format_ip(&a, got), strlen(text));
		assert_string_equal(got, text);
	}
	a.has_addr = false;
	assert_int_equal(netaddr_format_ip(&a, got), 0);
}

static void test_parse_ip_keeps(void **state)
{
	struct netaddr a = read_end("192.0.2.7:443", 13), before = a;

	(void)state;
	assert_int_equal(netaddr_parse_ip("192.0.2.", &a), -EINVAL);
	assert_memory_equal(&a, &before, sizeof(a));
	assert_int_equal(netaddr_parse_ip("::ffff:192.0.2.9", &a), 0);
	assert_int_equal(a.port, 443);
	assert_int_equal(a.family, AF_INET);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_format_ipv6),
		cmocka_unit_test(test_parse_ip_keeps),
	};

	return table_run("saddr", test_saddr, ROWS(saddrs)) +
	       table_run("end", test_end, ROWS(ends)) +
	       table_run("range", test_range, ROWS(ranges)) +
	       cmocka_run_group_tests_name("sockaddr", rest, NULL, NULL);
}
