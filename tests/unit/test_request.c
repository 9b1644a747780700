// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: requests matched with planted sock_diag messages, and dumps that no kernel
 * sends. */
#include "plugin/resolve/request.h"
#include "plugin/resolve/diag_message.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "table.h"

#define NETNS 4026531840LL
#define SEQ 7

static const struct diag_query query = { .seq = SEQ, .proto = IPPROTO_TCP, .netns = NETNS };
static struct requests requests;
static char buf[1 << 16] __attribute__((aligned(8)));
static size_t used;
static unsigned int seen;

static void *add_message(uint16_t type, size_t payload)
{
	struct nlmsghdr *m = (void *)(buf + used);

	memset(m, 0, NLMSG_LENGTH(payload));
	m->nlmsg_len = NLMSG_LENGTH(payload);
	m->nlmsg_type = type;
	m->nlmsg_seq = SEQ;
	used += NLMSG_ALIGN(m->nlmsg_len);
	return m;
}

static void *add_socket(uint64_t cookie, uint32_t ino, const char *dst, int dport)
{
	struct nlmsghdr *m = add_message(SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg));
	struct inet_diag_msg *d = (void *)(m + 1);

	d->idiag_family = AF_INET;
	d->idiag_state = STATE_ESTABLISHED;
	inet_pton(AF_INET, "10.0.0.5", d->id.idiag_src);
	inet_pton(AF_INET, dst, d->id.idiag_dst);
	d->id.idiag_sport = htons(40001);
	d->id.idiag_dport = htons(dport);
	d->id.idiag_cookie[0] = cookie;
	d->id.idiag_cookie[1] = cookie >> 32;
	d->idiag_inode = ino;
	return m;
}

static void on_socket(const struct diag_sock *s, void *arg)
{
	(void)arg;
	seen++;
	requests_match(&requests, s);
}

static int read_dump(void)
{
	int more;

	requests_index(&requests);
	more = diag_message_read_dump(&query, buf, used, on_socket, NULL);
	requests_unindex(&requests);
	return more;
}

static int setup(void **state)
{
	(void)state;
	memset(&requests, 0, sizeof(requests));
	used = seen = 0;
	return 0;
}

static struct netaddr end(const char *ip, int port)
{
	struct netaddr a = { 0 };

	if (ip)
		netaddr_parse_ip(ip, &a);
	a.port = port;
	a.has_port = port;
	return a;
}

static struct pending *ask(struct request q)
{
	struct pending *p = requests_add(&requests, &q);

	p->netns = q.netns ? q.netns : NETNS;
	return p;
}

/* ---- requests ---- */

static void test_descriptor(void **state)
{
	struct pending *p = ask((struct request){ .fd = 3, .proto = IPPROTO_TCP });
	struct pending *same = ask((struct request){ .fd = 4, .proto = IPPROTO_TCP });

	(void)state;
	p->ino = same->ino = 4711;
	add_socket(1, 99, "192.0.2.7", 443);
	add_socket(2, 4711, "192.0.2.8", 443);
	assert_int_equal(read_dump(), 1);
	assert_true(p->found && same->found);
	assert_int_equal(p->sock.cookie, 2);
	assert_int_equal(p->sock.netns, NETNS);
	assert_int_equal(p->sock.remote.port, 443);
}

static void add_listener(uint64_t cookie)
{
	struct inet_diag_msg *d = (void *)((struct nlmsghdr *)add_socket(cookie, 1, "0.0.0.0", 0) + 1);

	d->idiag_state = STATE_LISTEN;
}

/* A listener has the local port, in the same namespace: the socket was accepted. */
static void test_accepted(void **state)
{
	struct diag_query there = query;
	struct pending *p = ask((struct request){ .fd = 3, .proto = IPPROTO_TCP });

	(void)state;
	p->ino = 10;
	add_socket(2, 10, "192.0.2.8", 443);
	read_dump();
	assert_int_equal(p->sock.active, -1);
	used = 0;
	add_listener(1);
	add_socket(2, 10, "192.0.2.8", 443);
	read_dump();
	assert_int_equal(p->sock.active, 0);
	used = 0;
	add_listener(1);
	requests_index(&requests);
	diag_message_read_dump(&query, buf, used, on_socket, NULL);
	used = 0;
	add_socket(2, 10, "192.0.2.8", 443);
	there.netns++;
	p->everywhere = true;
	diag_message_read_dump(&there, buf, used, on_socket, NULL);
	requests_unindex(&requests);
	assert_int_equal(p->sock.netns, NETNS + 1);
	assert_int_equal(p->sock.active, -1);
}

/* A closed descriptor: the sockets that it may have been, and no others. */
static void test_closed(void **state)
{
	struct pending *p = ask((struct request){ .fd = -1, .proto = IPPROTO_TCP,
						  .remote = end("192.0.2.7", 443) });
	struct pending *away = ask((struct request){ .fd = -1, .proto = IPPROTO_TCP,
						     .remote = end("192.0.2.7", 443),
						     .netns = NETNS + 1 });
	struct pending *udp = ask((struct request){ .fd = -1, .proto = IPPROTO_UDP });
	struct pending *any = ask((struct request){ .fd = -1, .proto = IPPROTO_TCP });

	(void)state;
	add_socket(1, 10, "192.0.2.7", 443);
	add_socket(2, 11, "192.0.2.8", 443);
	add_socket(3, 12, "192.0.2.7", 80);
	add_socket(4, 0, "192.0.2.7", 443);
	read_dump();
	assert_int_equal(p->live_count, 2);
	assert_int_equal(p->live[0], 1);
	assert_int_equal(p->live[1], 4);
	assert_int_equal(p->sock.cookie, 1);
	assert_int_equal(p->sock.ino, 10);
	assert_int_equal(away->live_count, 0);
	assert_int_equal(udp->live_count, 0);
	assert_int_equal(any->live_count, 4);
	assert_false(p->found);
}

/* More living sockets than there is room for: the count shows this. */
static void test_many_live(void **state)
{
	struct pending *p = ask((struct request){ .fd = -1, .proto = IPPROTO_TCP });

	(void)state;
	for (int i = 0; i < 20; i++)
		add_socket(100 + i, 1 + i, "192.0.2.7", 443);
	read_dump();
	assert_int_equal(p->live_count, 20);
	assert_int_equal(p->live[DIAG_LIVE_MAX - 1], 100 + DIAG_LIVE_MAX - 1);
}

struct held_row {
	const char *name;
	uint64_t cookie, ino;
	const char *remote;
	int port;
	bool held;
};

/* The dump: cookie 1 with inode 10 to 192.0.2.7:443; cookie 2, an orphan, to :80. */
static const struct held_row held_rows[] = {
	{ "held by cookie", .cookie = 1, .held = true },
	{ "held by cookie, the ends fit", .cookie = 1, .remote = "192.0.2.7", .port = 443,
	  .held = true },
	{ "orphan by cookie", .cookie = 2 },
	{ "unknown cookie, though the ends fit", .cookie = 3, .remote = "192.0.2.7",
	  .port = 443 },
	{ "held by inode", .ino = 10, .held = true },
	{ "inode that another connection has now", .ino = 10, .remote = "192.0.2.9",
	  .port = 443 },
	{ "held by both ends", .remote = "192.0.2.7", .port = 443, .held = true },
	{ "orphan by both ends", .remote = "192.0.2.7", .port = 80 },
	{ "other ends", .remote = "192.0.2.7", .port = 444 },
};

static void test_held(void **state)
{
	const struct held_row *r = *state;
	struct pending *p;

	setup(NULL);
	p = ask((struct request){ .kind = REQUEST_HELD, .proto = IPPROTO_TCP, .cookie = r->cookie,
				  .ino = r->ino, .netns = NETNS, .local = end("10.0.0.5", 40001),
				  .remote = end(r->remote, r->port) });
	add_socket(1, 10, "192.0.2.7", 443);
	add_socket(2, 0, "192.0.2.7", 80);
	read_dump();
	assert_int_equal(p->found, r->held);
	if (r->held)
		assert_int_equal(p->sock.cookie, 1);
}

static void test_held_elsewhere(void **state)
{
	struct pending *p = ask((struct request){ .kind = REQUEST_HELD, .cookie = 1,
						  .proto = IPPROTO_TCP, .netns = NETNS + 1 });

	(void)state;
	add_socket(1, 10, "192.0.2.7", 443);
	read_dump();
	assert_false(p->found);
	p->everywhere = true;
	read_dump();
	assert_true(p->found);
}

static void test_full(void **state)
{
	(void)state;
	for (int i = 0; i < REQUESTS_MAX; i++)
		assert_non_null(requests_add(&requests, &(struct request){ .id = i }));
	assert_null(requests_add(&requests, &(struct request){ .id = 1 }));
}

/* ---- dumps that no kernel sends ---- */

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A length with the sign bit once made the plugin read the same message for ever. */
static void test_length(void **state)
{
	static const uint32_t lengths[] = { 0xffffffff, 0x80000000, 0xfffffffd, 0, 1, 15,
					    0x10000 };
	double begun = cpu();

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct nlmsghdr *m;

		setup(NULL);
		m = add_socket(1, 10, "192.0.2.7", 443);
		m->nlmsg_len = lengths[i];
		assert_int_equal(read_dump(), 1);
		assert_int_equal(seen, 0);
	}
	assert_true(cpu() - begun < 1);
}

static void test_ends(void **state)
{
	struct nlmsghdr *m;

	(void)state;
	add_socket(1, 10, "192.0.2.7", 443);
	m = add_message(NLMSG_DONE, 4);
	add_socket(2, 11, "192.0.2.7", 443);
	assert_int_equal(read_dump(), 0);
	assert_int_equal(seen, 1);
	*(int *)(m + 1) = -ENOENT;
	assert_int_equal(read_dump(), -ENOENT);
	m->nlmsg_type = NLMSG_ERROR;
	assert_int_equal(read_dump(), -ENOENT);
	*(int *)(m + 1) = 0;
	assert_int_equal(read_dump(), -EPROTO);
}

/* An abandoned dump reports nothing, and does not end this one. */
static void test_other_seq(void **state)
{
	struct nlmsghdr *m = add_socket(1, 10, "192.0.2.7", 443);

	(void)state;
	m->nlmsg_seq = SEQ - 1;
	m = add_message(NLMSG_DONE, 4);
	m->nlmsg_seq = SEQ - 1;
	assert_int_equal(read_dump(), 1);
	assert_int_equal(seen, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_descriptor, setup),
		cmocka_unit_test_setup(test_accepted, setup),
		cmocka_unit_test_setup(test_closed, setup),
		cmocka_unit_test_setup(test_many_live, setup),
		cmocka_unit_test_setup(test_held_elsewhere, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_length, setup),
		cmocka_unit_test_setup(test_ends, setup),
		cmocka_unit_test_setup(test_other_seq, setup),
	};
	int failed = table_run("held", test_held, ROWS(held_rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
