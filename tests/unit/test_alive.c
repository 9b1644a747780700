// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/query/alive, the events behind the sockets that are open. */
#include "parser/query/alive.h"

#include <sys/socket.h>

#include "parser/query/alive_table.h"
#include "table.h"

static void on(struct alive *a, enum event_kind kind, uint64_t serial, int64_t pid, int fd,
	       int64_t result)
{
	struct event e = {
		.kind = kind, .stamp = { .sec = 1, .serial = serial }, .fd = fd, .result = result,
		.task = { .pid = pid }, .family = AF_INET,
	};

	alive_event(a, &e);
}

static void count_serial(const struct stamp *event, const char *node, void *arg)
{
	uint64_t *serials = arg;

	(void)node;
	assert_true(event->serial < 10);
	serials[event->serial]++;
}

/* Are those events behind an entry of that process and the event start? "12" means the
 * serials 1 and 2, each as often as it is written. */
static void check(const struct alive *a, int64_t pid, uint64_t start, const char *want)
{
	struct identity id = { .pid = pid };
	const struct entry e = { .identity = &id, .opener = -1,
				 .ev = { .sec = 1, .serial = start } };
	const struct event now = { .kind = EVENT_EXIT_GROUP, .fd = -1, .task = { .pid = pid } };
	uint64_t serials[10] = { 0 }, wanted[10] = { 1 };	/* 0: the event now */

	alive_behind(a, &e, &now, count_serial, serials);
	for (; *want; want++)
		wanted[*want - '0']++;
	assert_memory_equal(serials, wanted, sizeof(wanted));
}

/* More sockets than there is room for, in processes of their own. */
static void fill(struct alive *a, unsigned int count)
{
	static int64_t pid = 1000;

	while (count--)
		on(a, EVENT_SOCKET, 9, pid++, 3, 3);
}

static void test_latest_stays(void **state)
{
	struct alive *a = alive_new();

	(void)state;
	on(a, EVENT_SOCKET, 1, 7, -1, 3);
	on(a, EVENT_SOCKET, 2, 8, -1, 3);
	fill(a, ALIVE_MAX - 2);
	on(a, EVENT_CONNECT, 3, 7, 3, 0);
	fill(a, 1);
	check(a, 7, 3, "13");
	check(a, 8, 2, "");
	alive_free(a);
}

/* The listener is the one to make room for what it accepts. */
static void test_accept_in_a_full_table(void **state)
{
	struct alive *a = alive_new();

	(void)state;
	on(a, EVENT_SOCKET, 1, 7, -1, 3);
	on(a, EVENT_LISTEN, 2, 7, 3, 0);
	fill(a, ALIVE_MAX - 1);
	on(a, EVENT_ACCEPT, 3, 7, 3, 4);
	check(a, 7, 3, "123");
	alive_free(a);
}

static void test_fork_of_itself(void **state)
{
	struct alive *a = alive_new();

	(void)state;
	on(a, EVENT_SOCKET, 1, 7, -1, 3);
	on(a, EVENT_FORK, 2, 7, -1, 7);
	check(a, 7, 1, "1");
	on(a, EVENT_FORK, 3, 7, -1, 8);
	check(a, 8, 1, "13");
	alive_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latest_stays),
		cmocka_unit_test(test_accept_in_a_full_table),
		cmocka_unit_test(test_fork_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
