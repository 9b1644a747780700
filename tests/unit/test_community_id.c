// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/entry/community_id, the vectors of the specification. */
#include "parser/entry/community_id.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "parser/event.h"
#include "table.h"

struct row {
	const char *name;
	int proto;
	const char *a;
	uint16_t port_a;
	const char *b;
	uint16_t port_b, seed;
	const char *id;		/* NULL: none */
};

static const struct row rows[] = {
	{ "tcp", IPPROTO_TCP, "1.2.3.4", 1122, "5.6.7.8", 3344, 0,
	  "1:wCb3OG7yAFWelaUydu0D+125CLM=" },
	{ "tcp, seed 1", IPPROTO_TCP, "1.2.3.4", 1122, "5.6.7.8", 3344, 1,
	  "1:HhA1B+6CoLbiKPEs5nhNYN4XWfk=" },
	{ "udp", IPPROTO_UDP, "1.2.3.4", 1122, "5.6.7.8", 3344, 0,
	  "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=" },
	{ "udp, seed 1", IPPROTO_UDP, "1.2.3.4", 1122, "5.6.7.8", 3344, 1,
	  "1:OShq+iKDAMVouh/4bMxB9Sz4amw=" },
	{ "sctp", IPPROTO_SCTP, "1.2.3.4", 1122, "5.6.7.8", 3344, 0,
	  "1:EKt4MsxuyaE6mL+hmrEkQ9csDD8=" },
	{ "sctp, seed 1", IPPROTO_SCTP, "1.2.3.4", 1122, "5.6.7.8", 3344, 1,
	  "1:uitchpn5MMGAQKBJh7bIr/bAr7s=" },
	{ "tcp v6", IPPROTO_TCP, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943,
	  "2607:f8b0:400c:c03::1a", 25, 0, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ "sctp, equal ports", IPPROTO_SCTP, "192.168.170.8", 7, "192.168.170.56", 7, 0,
	  "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "mptcp is tcp", PROTO_MPTCP, "1.2.3.4", 1122, "5.6.7.8", 3344, 0,
	  "1:wCb3OG7yAFWelaUydu0D+125CLM=" },
	{ "mapped is v4", IPPROTO_TCP, "::ffff:1.2.3.4", 1122, "5.6.7.8", 3344, 0,
	  "1:wCb3OG7yAFWelaUydu0D+125CLM=" },
	{ "udplite", IPPROTO_UDPLITE, "1.2.3.4", 1122, "5.6.7.8", 3344, 0, NULL },
	{ "dccp", IPPROTO_DCCP, "1.2.3.4", 1122, "5.6.7.8", 3344, 0, NULL },
	{ "proto unknown", PROTO_UNKNOWN, "1.2.3.4", 1122, "5.6.7.8", 3344, 0, NULL },
	{ "families differ", IPPROTO_TCP, "1.2.3.4", 1122, "::1", 3344, 0, NULL },
};

static struct netaddr end(const char *text, uint16_t port)
{
	struct netaddr a = { .has_port = true, .port = port };

	assert_int_equal(netaddr_parse_ip(text, &a), 0);
	return a;
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct netaddr a = end(row->a, row->port_a), b = end(row->b, row->port_b);
	char id[COMMUNITY_ID_MAX] = "x", back[COMMUNITY_ID_MAX] = "x";
	bool has = community_id(&a, &b, row->proto, row->seed, id);

	assert_int_equal(community_id(&b, &a, row->proto, row->seed, back), has);
	assert_int_equal(has, row->id != NULL);
	assert_string_equal(id, row->id ? row->id : "x");
	assert_string_equal(back, id);
}

static void test_half_known(void **state)
{
	struct netaddr a = end("1.2.3.4", 1), b = end("5.6.7.8", 2);
	char id[COMMUNITY_ID_MAX];

	(void)state;
	assert_true(community_id(&a, &b, IPPROTO_TCP, 0, id));
	a.has_port = false;
	assert_false(community_id(&a, &b, IPPROTO_TCP, 0, id));
	a.has_port = true;
	b.has_addr = false;
	assert_false(community_id(&a, &b, IPPROTO_TCP, 0, id));
}

/* One address, two ports: the smaller port is first. */
static void test_same_address(void **state)
{
	struct netaddr a = end("127.0.0.1", 80), b = end("127.0.0.1", 43210);
	char id[COMMUNITY_ID_MAX], back[COMMUNITY_ID_MAX];

	(void)state;
	assert_true(community_id(&a, &b, IPPROTO_TCP, 0, id));
	assert_true(community_id(&b, &a, IPPROTO_TCP, 0, back));
	assert_string_equal(id, back);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_half_known),
		cmocka_unit_test(test_same_address),
	};

	return table_run("vector", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("community_id", rest, NULL, NULL);
}
