// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: connected datagram sockets that are never used, with track_hide_unused().
 * Each row is a sequence of records of the kernel's side; out has the entries as letters:
 * S start, E stop, U use, each with the milliseconds at which it was emitted.
 */
#include "parser/track/track.h"

#include <netinet/in.h>

#include "steps.h"

#define WAIT_MS 1000

struct step {
	int ms;			/* since STEPS_BEGIN */
	enum event_kind kind;
	enum netlog_op op;
	bool unused;
	int pid;		/* 0: 100 */
	int peer;		/* port; 0: none */
};

struct row {
	const char *name;
	unsigned int wait_ms;
	unsigned int hidden;
	const char *out;
	const struct step steps[8];
};

#define AT(ms, o, ...) { ms, EVENT_MODULE, NETLOG_OP_##o, __VA_ARGS__ }
#define TICK(ms) { ms, .kind = EVENT_TICK }
#define IDLE .unused = true
#define TO .peer

static const struct row rows[] = {
	{ "never used, closed soon", WAIT_MS, 1, "",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(5, RELEASE, IDLE, TO = 53), TICK(3000) } },
	{ "used: written at its end, with its own time", WAIT_MS, 0, "S@0>5 E@5>5 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(5, RELEASE, TO = 53) } },
	{ "open for long: written when the time is over", WAIT_MS, 0, "S@0>1000 E@4000>4000 ",
	  { AT(0, DGRAM, IDLE, TO = 53), TICK(999), TICK(1000), AT(4000, RELEASE, IDLE, TO = 53) } },
	{ "off: all are written", 0, 0, "S@0>0 E@5>5 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(5, RELEASE, IDLE, TO = 53) } },
	{ "a source that cannot tell: all are written", WAIT_MS, 0, "S@0>0 E@5>5 ",
	  { AT(0, DGRAM, TO = 53), AT(5, RELEASE, TO = 53) } },
	{ "another peer at once: each by itself", WAIT_MS, 1, "S@2>9 E@9>9 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(2, DISCONNECT, IDLE, TO = 53),
	    AT(2, DGRAM, IDLE, TO = 54), AT(9, RELEASE, TO = 54) } },
	{ "the record of the end was lost: not hidden", WAIT_MS, 0, "S@0>3 E@3>3 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(3, DGRAM, IDLE, TO = 54) } },
	{ "another process uses it: the start comes first", WAIT_MS, 0,
	  "S@0>4 U@4>4 E@9>9 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(4, USE, .pid = 200, TO = 53),
	    AT(9, RELEASE, TO = 53) } },
	{ "it is thought to connect: written now", WAIT_MS, 0, "S@1>1 E@2>2 ",
	  { AT(0, CONNECT, TO = 53), AT(1, DGRAM, IDLE, TO = 53), AT(2, RELEASE, TO = 53) } },
	{ "the source ends: what it reported is written", WAIT_MS, 0, "S@0>4 ",
	  { AT(0, DGRAM, IDLE, TO = 53), AT(4, UNLOAD) } },
};

static void on_entry(const struct entry *e, void *arg)
{
	static const char letter[ENTRY_KIND_COUNT] = {
		[CONNECT_START] = 'S', [CONNECT_STOP] = 'E', [CONNECT_USE] = 'U',
	};

	(void)arg;
	assert_true(letter[e->what]);
	assert_int_equal(e->proto, IPPROTO_UDP);
	steps_put("%c@%lld>%lld ", letter[e->what], (long long)steps_ms(&e->time),
		  (long long)steps.now);
}

static void take(struct track *t, const struct step *s)
{
	struct event e = steps_event(s->ms, s->kind, IPPROTO_UDP, s->peer);

	e.op = s->op;
	e.unused = s->unused;
	e.task = (struct task){ .pid = s->pid ? s->pid : 100, .ppid = 1, .ses = 3, .sid = 1,
				.comm = "\"prog\"", .exe = "\"/bin/prog\"" };
	track_event(t, &e);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct track *t = steps_track(on_entry);
	struct track_stats stats;

	track_hide_unused(t, row->wait_ms);
	for (const struct step *s = row->steps; s->kind; s++)
		take(t, s);
	track_stats(t, &stats);
	assert_int_equal(stats.unused, row->hidden);
	steps_end(t, row->name, row->out);
}

/* A waiting entry holds back later ones, and reports since when. */
static void test_oldest(void **state)
{
	const struct step begin = AT(7, DGRAM, IDLE, TO = 53), end = AT(9, RELEASE, TO = 53);
	struct track *t = steps_track(on_entry);

	(void)state;
	track_hide_unused(t, WAIT_MS);
	assert_false(track_unused_waits(t));
	take(t, &begin);
	assert_true(track_unused_waits(t));
	assert_int_equal(track_oldest(t), STEPS_BEGIN * 1000LL + 7);
	take(t, &end);
	assert_false(track_unused_waits(t));
	assert_int_equal(track_oldest(t), INT64_MAX);
	steps_end(t, "oldest", "S@7>9 E@9>9 ");
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(*rows) + 1];
	size_t n = 0;

	for (; n < sizeof(rows) / sizeof(*rows); n++)
		tests[n] = (struct CMUnitTest){ rows[n].name, test_row, NULL, NULL,
						(void *)&rows[n] };
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_oldest);
	return _cmocka_run_group_tests("unused", tests, n, NULL, NULL);
}
