// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/unit: parser/audit/serials, which numbers count as lost. */
#include "parser/audit/serials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* Steps: "5" number 5 came, "~5" only a later record of it, "5-9" all of them, "a60" 60
 * times serials_age(), "." serials_end(), "=3" so many are lost by now;
 * "t700" 700 ms later serials_count_late(), "!3" so many were late by now. */
struct row {
	const char *name, *steps;
};

static const struct row rows[] = {
	{ "nothing", "a3 . =0" },
	{ "one after the other", "1-1000 a62 . =0" },
	{ "the first is where it begins", "5000 5001 . =0" },
	{ "one is missing", "1 2 4 5 =0 . =1" },
	{ "many are missing", "1 2 100 . =97" },
	{ "out of order", "1 3 2 5 4 6 . =0" },
	{ "several records of one event", "1 1 1 2 1 2 3 3 . =0" },
	{ "far out of order", "1 1000 2-999 1001 . =0" },
	{ "not given up at once", "1 3 a60 =0 a1 =1" },
	{ "comes just before it is given up", "1 3 a60 2 a2 . =0" },
	{ "too late is lost", "1 3 a62 2 . =1" },
	{ "old record of an event that came", "1-10 a62 2 5 . =0" },
	{ "age waits for those that came after, too", "1 3 a3 5 a58 =1 a3 =2" },
	{ "the window is left behind", "1 3 70000 . =69997" },
	{ "at the window's end", "1 65536 . =65534" },
	{ "one behind the window's end", "1 65537 . =65535" },
	{ "several windows, all of them came", "1-300000 . =0" },
	{ "several windows, some did not", "1-150000 150010-300000 . =9" },
	{ "a great hole", "7 4000000 4000001 . =3999992" },
	{ "before the first", "100 50 101 . =0" },
	{ "wraps", "4294967290-4294967295 0-5 7 . =1" },
	{ "wraps out of order", "4294967294 1 4294967295 0 2 . =0" },
	{ "without its head", "1 2 ~3 4 . =1" },
	{ "the last without its head", "1 2 ~3 . =1" },
	{ "head and others", "1 ~1 2 ~2 ~2 3 . =0" },
	{ "begins in the middle", "~1 2 3 . =0" },
	{ "late once, lost later", "1 t0 2 20 t100 t600 !0 t100 !17 t2000 !17 =0 a62 =17 !17" },
	{ "not late: usual disorder", "1 t0 40 t50 t500 2-39 t700 !0 t900 !0" },
	{ "not late: a few", "1 t0 17 t100 t700 !0 t900 a62 =15 !0" },
	{ "late each time that more are", "1 t0 20 t100 60 t300 t400 !18 t200 t200 !57 t900 !57" },
	{ "late, and arrives", "1 t0 30 t100 t700 !28 2-29 t700 . !28 =0" },
	{ "late behind the window", "1 t0 4000000 t100 t700 !65535 . =3999998" },
	{ "wraps, late", "4294967294 t0 17 t100 t700 !18" },
	{ "wraps in a great hole", "4294967290 100000 . =100005" },
};

static int64_t now = 1000;

static void step(struct serials *g, const char *word)
{
	uint32_t from, to;

	if (*word == 'a') {
		for (int n = atoi(word + 1); n; n--)
			serials_age(g);
	} else if (!strcmp(word, ".")) {
		serials_end(g);
	} else if (*word == 't') {
		now += atoi(word + 1);
		serials_count_late(g, now);
	} else if (*word == '!') {
		assert_int_equal(g->late, strtoull(word + 1, NULL, 10));
	} else if (*word == '=') {
		assert_int_equal(g->lost, strtoull(word + 1, NULL, 10));
	} else if (sscanf(word, "%u-%u", &from, &to) == 2) {
		for (; from != to; from++)
			serials_came(g, from, true);
		serials_came(g, to, true);
	} else if (*word == '~') {
		serials_came(g, strtoul(word + 1, NULL, 10), false);
	} else {
		serials_came(g, strtoul(word, NULL, 10), true);
	}
}

static void run(void **state)
{
	const struct row *row = *state;
	char *steps = strdup(row->steps), *rest = steps, *word;
	struct serials g;

	assert_non_null(steps);
	serials_init(&g);
	while ((word = strsep(&rest, " ")))
		step(&g, word);
	free(steps);
}

/* Whatever the order within the window, those are lost that did not come. */
static void shuffled(void **state)
{
	enum { COUNT = 200000, NEAR = 4000 };
	static uint32_t serials[COUNT];
	unsigned int n = 0, dropped = 0;
	struct serials g;

	(void)state;
	srandom(1);
	for (uint32_t s = 1; s <= COUNT; s++) {
		if (s > 1 && s < COUNT && random() % 10 == 0)
			dropped++;
		else
			serials[n++] = s;
	}
	for (unsigned int i = 1; i + NEAR < n; i++) {
		unsigned int j = i + random() % NEAR;
		uint32_t other = serials[i];

		if (j - i < NEAR / 2 && serials[j] - serials[i] < NEAR) {
			serials[i] = serials[j];
			serials[j] = other;
		}
	}
	serials_init(&g);
	for (unsigned int i = 0; i < n; i++)
		serials_came(&g, serials[i], true);
	serials_end(&g);
	assert_int_equal(g.lost, dropped);
}

static const struct row others[] = { { "shuffled" } };

int main(void)
{
	return table_run("gaps", run, ROWS(rows)) ||
	       table_run("gaps", shuffled, ROWS(others));
}
