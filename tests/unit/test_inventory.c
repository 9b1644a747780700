// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: the inventory: found by cookie, inode and port, and quickly. */
#include "plugin/resolve/inventory.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "table.h"

#define MANY 65536
#define DUPS 100000
#define MAX_CPU 0.2 /* seconds for all of them */

static struct inventory v;

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static struct diag_sock make(uint64_t cookie, uint64_t ino, int state, int port)
{
	return (struct diag_sock){
		.cookie = cookie,
		.ino = ino,
		.netns = 1,
		.proto = IPPROTO_TCP,
		.family = AF_INET,
		.state = state,
		.active = -1,
		.local = { .family = AF_INET, .port = port, .has_port = true },
	};
}

static void add(uint64_t cookie, uint64_t ino, int state, int port)
{
	struct diag_sock s = make(cookie, ino, state, port);

	inventory_add(&v, &s);
}

static int clear(void **state)
{
	(void)state;
	inventory_clear(&v);
	return 0;
}

static void test_find(void **state)
{
	(void)state;
	add(5, 50, STATE_ESTABLISHED, 1000);
	add(6, 0, STATE_ESTABLISHED, 1000);
	add(7, 50, STATE_ESTABLISHED, 1000); /* a subflow */
	add(5, 50, STATE_ESTABLISHED, 1001); /* shown twice */
	assert_int_equal(HASH_COUNT(v.socks), 3);
	assert_int_equal(inventory_find(&v, 5)->sock.local.port, 1001);
	assert_null(inventory_find(&v, 8));
	assert_int_equal(inventory_inode(&v, 50)->socks->sock.cookie, 7);
	assert_int_equal(inventory_inode(&v, 50)->socks->next->sock.cookie, 5);
	assert_null(inventory_inode(&v, 51));
	assert_false(v.cut);
}

static void test_listener(void **state)
{
	struct diag_sock s = make(9, 9, STATE_ESTABLISHED, 80);

	(void)state;
	add(1, 1, STATE_LISTEN, 80);
	add(2, 2, STATE_ESTABLISHED, 81);
	assert_true(inventory_has_listener(&v, &s));
	s.local.port = 81;
	assert_false(inventory_has_listener(&v, &s));
	s.local.port = 80;
	s.netns = 2;
	assert_false(inventory_has_listener(&v, &s));
	s.netns = 1;
	s.proto = IPPROTO_UDP;
	assert_false(inventory_has_listener(&v, &s));
}

/* A socket that was destroyed while it was dumped is not reported as open, whichever of the
 * two is read first. */
static void test_destroyed(void **state)
{
	(void)state;
	inventory_destroyed(&v, 1, true);
	add(1, 10, STATE_ESTABLISHED, 80);
	add(2, 11, STATE_ESTABLISHED, 80);
	inventory_destroyed(&v, 2, false);
	inventory_destroyed(&v, 3, false);
	assert_true(inventory_find(&v, 1)->destroyed);
	assert_true(inventory_find(&v, 2)->destroyed);
	assert_null(inventory_find(&v, 3));
}

static void test_holders(void **state)
{
	struct inventory_inode *n;

	(void)state;
	add(1, 10, STATE_ESTABLISHED, 80);
	n = inventory_hold(&v, 10, 100);
	assert_non_null(n);
	inventory_keep_holder(&v, n, 1, 3);
	n = inventory_hold(&v, 10, 101);
	inventory_keep_holder(&v, n, 100, 4);
	assert_int_equal(n->first->pid, 100);
	assert_int_equal(n->first->next->pid, 101);
	assert_int_equal(n->first->next->ppid, 100);
	assert_int_equal(n->first->next->fd, 4);
	assert_null(n->first->next->next);
	n = inventory_hold(&v, 77, 101); /* of another family */
	assert_null(n->socks);
	assert_int_equal(n->holders, 1);
}

/* A socket with too many holders is held all the same. */
static void test_bounds(void **state)
{
	(void)state;
	add(1, 10, STATE_ESTABLISHED, 80);
	for (int i = 0; i < INVENTORY_SAME_MAX; i++)
		assert_non_null(inventory_hold(&v, 10, 100));
	assert_null(inventory_hold(&v, 10, 100));
	for (int i = INVENTORY_SAME_MAX; i < INVENTORY_HOLDERS_MAX; i++)
		assert_non_null(inventory_hold(&v, 10, 200 + i));
	assert_null(inventory_hold(&v, 10, 999));
	assert_int_equal(inventory_inode(&v, 10)->holders, INVENTORY_HOLDERS_MAX);
	assert_false(v.holders_cut);
	for (int i = 0; i < INVENTORY_OTHERS_MAX + 8; i++)
		inventory_hold(&v, 1000000 + i, 1);
	assert_true(v.holders_cut);
}

/* Once quadratic: for each socket a walk over all others, 27 s. */
static void test_many_sockets(void **state)
{
	double begun = cpu();
	unsigned int listeners = 0;

	(void)state;
	for (int i = 0; i < MANY; i++)
		add(i + 1, (1ULL << 40) + i, STATE_ESTABLISHED, i % 60000);
	for (struct inventory_sock *s = v.socks; s; s = s->hh.next)
		listeners += inventory_has_listener(&v, &s->sock);
	assert_int_equal(listeners, 0);
	for (int i = 0; i < MANY; i++)
		assert_non_null(inventory_find(&v, i + 1));
	inventory_clear(&v);
	assert_true(cpu() - begun < MAX_CPU);
}

static void test_many_descriptors(void **state)
{
	double begun = cpu();
	unsigned int kept = 0;

	(void)state;
	add(1, 10, STATE_ESTABLISHED, 80);
	for (int i = 0; i < DUPS; i++)
		kept += inventory_hold(&v, 10, 100) != NULL;
	assert_int_equal(kept, INVENTORY_SAME_MAX);
	assert_true(cpu() - begun < MAX_CPU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_find, clear),
		cmocka_unit_test_setup(test_listener, clear),
		cmocka_unit_test_setup(test_destroyed, clear),
		cmocka_unit_test_setup(test_holders, clear),
		cmocka_unit_test_setup(test_bounds, clear),
		cmocka_unit_test_setup(test_many_sockets, clear),
		cmocka_unit_test_setup_teardown(test_many_descriptors, clear, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
