// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: the answers that the tracker gets to each request after a round of dumps. The
 * program stands in for the tracker and for the set of namespaces. */
#include "plugin/resolve/answer.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "plugin/resolve/deliver.h"
#include "table.h"

#define WATCHED 1
#define ELSEWHERE 2
#define MANY REQUESTS_MAX

static struct netns_set spaces;
static struct netns ours = { .ino = WATCHED };
static bool names_watched = true;
static struct answers answers;
static struct requests serving, again;

static struct diag heard[MANY + 1];
static unsigned int count;

/* ---- stand-ins ---- */

void deliver(struct track *t, struct event *e)
{
	(void)t;
	heard[count] = *e->diag;
	count += count < MANY;
}

struct netns *netns_find(struct netns_set *set, int64_t ino)
{
	(void)set;
	return ino == WATCHED ? &ours : NULL;
}

bool netns_names_watched(struct netns_set *set)
{
	(void)set;
	return names_watched;
}

/* ---- a round ---- */

static int setup(void **state)
{
	(void)state;
	memset(&serving, 0, sizeof(serving));
	memset(&again, 0, sizeof(again));
	memset(&answers, 0, sizeof(answers));
	answers.spaces = &spaces;
	spaces.count = 1;
	spaces.at[0].ino = WATCHED;
	count = 0;
	return 0;
}

static struct pending *ask(struct request q, int64_t netns)
{
	struct pending *p;

	q.id = serving.count + 1;
	p = requests_add(&serving, &q);
	p->netns = netns;
	p->looked = true;
	return p;
}

/* The answers in slices of one step each; returns the longest, in seconds of CPU. */
static double run(bool incomplete, bool sure)
{
	struct slice none = slice_begin(0);
	struct timespec a, b;
	double longest = 0, took;
	bool over;

	answer_begin(&answers, &serving, &again, incomplete);
	for (int step = 0; step < 3; step++) {
		do {
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
			over = step == 0 ? answer_found(&answers, &none) :
			       step == 1 ? answer_others(&answers, &none) :
					   answer_closed(&answers, sure, &none);
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
			took = b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) / 1e9;
			if (took > longest)
				longest = took;
		} while (!over);
	}
	return longest;
}

static void expect(unsigned int n, enum diag_op op)
{
	assert_true(n < count);
	assert_int_equal(heard[n].op, op);
}

/* ---- descriptors ---- */

static void test_order(void **state)
{
	struct pending *closed = ask((struct request){ .fd = 3 }, WATCHED);
	struct pending *hidden = ask((struct request){ .fd = 4 }, WATCHED);
	struct pending *found = ask((struct request){ .fd = 5 }, WATCHED);

	(void)state;
	(void)closed;
	hidden->hidden = true;
	found->found = true;
	found->ino = 7;
	found->sock.cookie = 77;
	run(false, true);
	assert_int_equal(count, 3);
	expect(0, DIAG_FOUND);
	assert_int_equal(heard[0].sock.cookie, 77);
	assert_true(heard[0].watched);
	expect(1, DIAG_HIDDEN);
	expect(2, DIAG_GONE);
	assert_int_equal(heard[2].question, 1);
}

/* No closed descriptor is certain until all earlier notifications have arrived. */
static void test_unsure(void **state)
{
	(void)state;
	ask((struct request){ .fd = 3 }, WATCHED);
	run(false, false);
	assert_int_equal(count, 1);
	expect(0, DIAG_HIDDEN);
}

/* A failed dump proves nothing about sockets that it lacks. */
static void test_incomplete(void **state)
{
	(void)state;
	ask((struct request){ .fd = 3 }, WATCHED);
	ask((struct request){ .kind = REQUEST_HELD, .netns = WATCHED }, WATCHED);
	ask((struct request){ .fd = 5 }, WATCHED)->found = true;
	run(true, true);
	assert_int_equal(count, 3);
	expect(0, DIAG_FOUND);
	expect(1, DIAG_HIDDEN);
	expect(2, DIAG_HIDDEN);
	assert_int_equal(again.count, 0);
}

/* A socket at the descriptor that no dump shows: asked again in all namespaces, then
 * reported as absent. */
static void test_absent(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pending *p = ask((struct request){ .pid = getpid(), .fd = fd }, WATCHED);

	(void)state;
	pending_read_descriptor(p);
	assert_true(p->ino);
	run(false, true);
	assert_int_equal(count, 0);
	assert_int_equal(again.count, 1);
	assert_true(again.at[0].everywhere && again.at[0].ino == p->ino);
	serving = again;
	again.count = 0;
	run(false, true);
	assert_int_equal(count, 1);
	expect(0, DIAG_ABSENT);
	close(fd);
}

/* ---- is it still held? ---- */

static void test_held(void **state)
{
	struct pending *p = ask((struct request){ .kind = REQUEST_HELD, .cookie = 5,
						  .netns = WATCHED }, WATCHED);

	(void)state;
	p->found = true;
	p->sock.cookie = 5;
	run(false, true);
	assert_int_equal(count, 1);
	expect(0, DIAG_STILL_HELD);
	assert_int_equal(heard[0].sock.cookie, 5);
}

/* One dump can miss a socket: the second one decides. */
static void test_not_held(void **state)
{
	(void)state;
	ask((struct request){ .kind = REQUEST_HELD, .cookie = 5, .netns = WATCHED }, WATCHED);
	run(false, true);
	assert_int_equal(count, 0);
	assert_int_equal(again.count, 1);
	serving = again;
	again.count = 0;
	run(false, true);
	assert_int_equal(count, 1);
	expect(0, DIAG_NOT_HELD);
	assert_int_equal(again.count, 0);
}

/* A namespace that cannot be asked is unknown. */
static void test_held_elsewhere(void **state)
{
	(void)state;
	ask((struct request){ .kind = REQUEST_HELD, .cookie = 5, .netns = ELSEWHERE },
	    ELSEWHERE)
		->hidden = true;
	ask((struct request){ .kind = REQUEST_HELD, .cookie = 6 }, 0)->everywhere = true;
	answers.all_watched = false;
	run(false, true);
	assert_int_equal(count, 2);
	expect(0, DIAG_HIDDEN);
	expect(1, DIAG_HIDDEN);
	assert_int_equal(again.count, 0);
}

/* ---- the census ---- */

static void test_census(void **state)
{
	struct slice none = slice_begin(0);
	unsigned int slices = 1;

	(void)state;
	ask((struct request){ .fd = 3 }, WATCHED);
	answer_begin(&answers, &serving, &again, false);
	assert_true(answer_census(&answers, &none)); /* no request needs it */
	ask((struct request){ .fd = 3 }, 0);
	while (!answer_census(&answers, &none))
		slices++;
	/* this process is in no namespace of the stand-in */
	assert_false(answers.all_watched);
	assert_true(answers.census_ms > 0);
	assert_true(slices >= 1);
	answer_forget_census(&answers);
	assert_int_equal(answers.census_ms, 0);
}

/* ---- many ---- */

static void test_many(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		ask((struct request){ .kind = REQUEST_HELD, .cookie = i + 1, .netns = WATCHED }, WATCHED);
	assert_true(run(false, true) < 0.02);
	assert_int_equal(again.count, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_unsure, setup),
		cmocka_unit_test_setup(test_incomplete, setup),
		cmocka_unit_test_setup(test_absent, setup),
		cmocka_unit_test_setup(test_held, setup),
		cmocka_unit_test_setup(test_not_held, setup),
		cmocka_unit_test_setup(test_held_elsewhere, setup),
		cmocka_unit_test_setup(test_census, setup),
		cmocka_unit_test_setup(test_many, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
