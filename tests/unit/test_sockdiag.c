// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: messages of NETLINK_SOCK_DIAG, good ones and such as no kernel sends. A
 * hostile one must be refused or read within its bounds (make SAN=1).
 */
#include "plugin/resolve/diag_message.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

struct row {
	const char *name;
	int family, state, proto; /* proto 0: no attribute */
	const char *src, *dst;
	int sport, dport, interface;
	int info; /* length of the tcp_info; 0: none */
	uint64_t acked, sent, retrans, received;
	uint32_t segs_in, segs_out, data_segs_in, notsent, unacked, again;
	bool mptcp;
	/* expected result */
	const char *local, *remote;
	int64_t tx, rx;
	int established, active;
	bool refused, other;
};

#define WHOLE (int)sizeof(struct tcp_info)
#define DEAD .family = AF_INET, .state = STATE_CLOSE, .proto = IPPROTO_TCP, \
	     .src = "10.0.0.5", .sport = 40001, .dst = "192.0.2.7", .dport = 443, \
	     .local = "10.0.0.5:40001", .remote = "192.0.2.7:443", .info = WHOLE, .active = -1
#define OPEN DEAD, .state = STATE_ESTABLISHED, .proto = 0, .tx = -1, .rx = -1, \
		   .established = -1

static const struct row rows[] = {
	/* as kernel 6.18 sends them */
	{ "closed after 100 bytes", DEAD, .acked = 102, .sent = 100, .segs_in = 3,
	  .segs_out = 4, .tx = 100, .rx = 0, .established = 1 },
	{ "received 100 bytes and perhaps a FIN", DEAD, .acked = 1, .received = 101,
	  .data_segs_in = 1, .segs_in = 5, .segs_out = 3, .tx = 0, .rx = -1,
	  .established = 1 },
	{ "received a FIN", DEAD, .acked = 1, .received = 1, .segs_in = 3, .segs_out = 2,
	  .tx = 0, .rx = 0, .established = 1 },
	{ "sent some of it twice", DEAD, .acked = 3910658, .sent = 3958272,
	  .retrans = 47616, .tx = 3910656, .rx = 0, .established = 1 },
	{ "not all sent", DEAD, .acked = 1, .sent = 10, .notsent = 5, .tx = -1, .rx = 0,
	  .established = 1 },
	{ "refused", DEAD, .segs_in = 1, .segs_out = 1, .tx = 0, .rx = 0, .refused = true },
	{ "given up", DEAD, .segs_out = 1, .tx = 0, .rx = 0 },
	{ "two answers to a SYN", DEAD, .segs_in = 2, .segs_out = 1, .tx = 0, .rx = 0 },
	{ "disconnected: all counters are of nothing", DEAD, .dport = 0,
	  .remote = "192.0.2.7:0", .tx = -1, .rx = -1, .established = -1 },
	{ "an old kernel's shorter tcp_info", DEAD, .info = 104, .acked = 5, .tx = -1,
	  .rx = -1, .established = -1 },
	{ "one without bytes_sent", DEAD, .info = 160, .acked = 5, .tx = -1, .rx = -1,
	  .established = 1 },
	{ "udp", DEAD, .proto = IPPROTO_UDP, .state = STATE_ESTABLISHED, .info = 0,
	  .tx = -1, .rx = -1, .established = -1 },
	{ "v6, link-local", DEAD, .family = AF_INET6, .src = "fe80::1", .dst = "fe80::2",
	  .interface = 3, .local = "[fe80::1%3]:40001", .remote = "[fe80::2%3]:443",
	  .info = 0, .tx = -1, .rx = -1, .established = -1 },
	{ "v4 in v6", DEAD, .family = AF_INET6, .src = "::ffff:10.0.0.5",
	  .dst = "::ffff:192.0.2.7", .info = 0, .tx = -1, .rx = -1, .established = -1 },
	{ "who connected", OPEN, .acked = 101, .sent = 100, .active = 1 },
	{ "who accepted", OPEN, .acked = 50, .sent = 50, .active = 0 },
	{ "with something on its way", OPEN, .acked = 50, .sent = 60, .unacked = 1 },
	{ "neither", OPEN, .acked = 50, .sent = 60 },
	{ "sent a segment twice: its bytes count twice", OPEN, .acked = 101, .sent = 100, .again = 1 },
	{ "of MPTCP", OPEN, .info = 0, .mptcp = true, .other = true },
};

static char buf[8192] __attribute__((aligned(8)));

static struct nlmsghdr *make(const struct row *r)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct inet_diag_msg *d = mnl_nlmsg_put_extra_header(m, sizeof(*d));
	struct tcp_info i = {
		.tcpi_bytes_acked = r->acked,
		.tcpi_bytes_sent = r->sent,
		.tcpi_bytes_retrans = r->retrans,
		.tcpi_bytes_received = r->received,
		.tcpi_segs_in = r->segs_in,
		.tcpi_segs_out = r->segs_out,
		.tcpi_data_segs_in = r->data_segs_in,
		.tcpi_notsent_bytes = r->notsent,
		.tcpi_unacked = r->unacked,
		.tcpi_total_retrans = r->again,
	};

	m->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	d->idiag_family = r->family;
	d->idiag_state = r->state;
	inet_pton(r->family, r->src, d->id.idiag_src);
	inet_pton(r->family, r->dst, d->id.idiag_dst);
	d->id.idiag_sport = htons(r->sport);
	d->id.idiag_dport = htons(r->dport);
	d->id.idiag_if = r->interface;
	d->id.idiag_cookie[0] = 0x89abcdef;
	d->id.idiag_cookie[1] = 0x01234567;
	d->idiag_inode = 4711;
	if (r->proto)
		mnl_attr_put_u8(m, INET_DIAG_PROTOCOL, r->proto);
	if (r->info)
		mnl_attr_put(m, INET_DIAG_INFO, r->info, &i);
	if (r->mptcp) {
		struct nlattr *ulp = mnl_attr_nest_start(m, INET_DIAG_ULP_INFO);

		mnl_attr_put_strz(m, INET_ULP_INFO_NAME, "mptcp");
		mnl_attr_nest_end(m, ulp);
	}
	return m;
}

static void test_row(void **state)
{
	const struct row *r = *state;
	const struct nlmsghdr *m = make(r);
	char text[NETADDR_TEXT_MAX];
	struct diag_sock s;

	assert_true(diag_message_parse(m, m->nlmsg_len, &s));
	assert_true(s.cookie == 0x0123456789abcdefULL);
	assert_int_equal(s.ino, 4711);
	assert_int_equal(s.proto, r->proto ? r->proto : -1);
	assert_int_equal(s.state, r->state);
	netaddr_format(&s.local, text);
	assert_string_equal(text, r->local);
	netaddr_format(&s.remote, text);
	assert_string_equal(text, r->remote);
	assert_int_equal(s.tx, r->tx);
	assert_int_equal(s.rx, r->rx);
	assert_int_equal(s.established, r->established);
	assert_int_equal(s.refused, r->refused);
	assert_int_equal(s.active, r->active);
	assert_int_equal(s.other, r->other);
}

/* Truncated anywhere; the memory after it is not ours. */
static void test_cut(void **state)
{
	const struct nlmsghdr *m = make(&rows[0]);
	struct diag_sock s;

	(void)state;
	for (size_t len = 0; len < m->nlmsg_len; len++) {
		char *copy = malloc(len ? len : 1);

		memcpy(copy, m, len);
		assert_false(diag_message_parse((void *)copy, len, &s));
		if (len >= sizeof(*m)) {
			((struct nlmsghdr *)copy)->nlmsg_len = len;
			diag_message_parse((void *)copy, len, &s);
		}
		free(copy);
	}
}

/* Any bytes in place of the right ones. */
static void test_noise(void **state)
{
	unsigned int seed = 7;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		const struct row *r = &rows[round % (sizeof(rows) / sizeof(*rows))];
		const struct nlmsghdr *m = make(r);
		size_t len = m->nlmsg_len;
		char *copy = malloc(len);
		struct diag_sock s;

		memcpy(copy, m, len);
		for (int i = 0; i < 1 + round % 8; i++) {
			seed = seed * 1103515245 + 12345;
			copy[(seed >> 8) % len] = seed >> 24;
		}
		diag_message_parse((void *)copy, len, &s);
		free(copy);
	}
}

static void test_not_ours(void **state)
{
	struct diag_sock s;
	struct nlmsghdr *m = make(&rows[0]);

	(void)state;
	m->nlmsg_type = NLMSG_DONE;
	assert_false(diag_message_parse(m, m->nlmsg_len, &s));
	m = make(&rows[0]);
	((struct inet_diag_msg *)mnl_nlmsg_get_payload(m))->idiag_family = AF_UNIX;
	assert_false(diag_message_parse(m, m->nlmsg_len, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_not_ours),
	};
	int failed = table_run("rows", test_row, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
