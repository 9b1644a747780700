// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: connections whose record of the connect was lost, with track_await_holders().
 * Each row is a sequence of events; out has the entries as letters: S start, E stop, each with
 * its time and the milliseconds at which it was emitted, the pid that it names, and ~ for
 * via=snapshot.
 */
#include "parser/track/track.h"

#include <netinet/in.h>

#include "steps.h"

#define WAIT_MS 1000

struct step {
	int ms;			/* since STEPS_BEGIN */
	enum event_kind kind;
	enum netlog_op op;
	int pid;		/* 0: unknown */
	int begun;		/* SCANNED: ms */
};

struct row {
	const char *name;
	unsigned int wait_ms;
	int awaited;		/* scans that are wanted */
	const char *out;
	const struct step steps[8];
};

#define AT(ms, o, ...) { ms, EVENT_MODULE, NETLOG_OP_##o, __VA_ARGS__ }
#define SCANNED(ms, b) { ms, .kind = EVENT_SCANNED, .begun = b }
#define TICK(ms) { ms, .kind = EVENT_TICK }

static const struct row rows[] = {
	{ "one process holds it", WAIT_MS, 1, "S@1>9:100~ E@20>20:100 ",
	  { AT(1, ESTABLISHED), AT(5, FOUND, 100), SCANNED(9, 3), AT(20, RELEASE, 100) } },
	{ "two hold it: either may have opened it", WAIT_MS, 1, "S@1>9:-1 ",
	  { AT(1, ESTABLISHED), AT(5, FOUND, 100), AT(5, FOUND, 200), AT(6, FOUND, 100), SCANNED(9, 3) } },
	{ "two descriptors of one process", WAIT_MS, 1, "S@1>9:100~ ",
	  { AT(1, ESTABLISHED), AT(5, FOUND, 100), AT(5, FOUND, 100), SCANNED(9, 3) } },
	{ "found, but not as held", WAIT_MS, 1, "S@1>9:-1 ",
	  { AT(1, ESTABLISHED), AT(5, FOUND), SCANNED(9, 3) } },
	{ "a scan that began before it says nothing", WAIT_MS, 1, "S@3>20:100~ ",
	  { AT(3, ESTABLISHED), SCANNED(9, 2), AT(15, FOUND, 100), SCANNED(20, 10) } },
	{ "its end comes first", WAIT_MS, 1, "S@1>4:-1 E@4>4:200 ",
	  { AT(1, ESTABLISHED), AT(4, RELEASE, 200), SCANNED(9, 3) } },
	{ "its end comes before the scan is complete", WAIT_MS, 1, "S@1>6:-1 E@6>6:100 ",
	  { AT(1, ESTABLISHED), AT(5, FOUND, 100), AT(6, RELEASE, 100), SCANNED(9, 3) } },
	{ "no scan comes", WAIT_MS, 1, "S@1>1001:-1 ",
	  { AT(1, ESTABLISHED), TICK(1000), TICK(1001), AT(1005, FOUND, 100), SCANNED(1009, 1003) } },
	{ "no scan is complete", WAIT_MS, 1, "S@1>1001:-1 ",
	  { AT(1, ESTABLISHED), AT(5, FOUND, 100), TICK(1001) } },
	{ "there are no scans", 0, 0, "S@1>1:-1 ", { AT(1, ESTABLISHED), AT(5, FOUND, 100), SCANNED(9, 3) } },
	{ "its connect was recorded", WAIT_MS, 0, "S@2>2:100 ",
	  { AT(1, CONNECT, 100), AT(2, ESTABLISHED), SCANNED(9, 3) } },
	{ "the source ends", WAIT_MS, 1, "S@1>4:-1 ", { AT(1, ESTABLISHED), AT(4, UNLOAD) } },
};

static void on_entry(const struct entry *e, void *arg)
{
	(void)arg;
	assert_true(e->what == CONNECT_START || e->what == CONNECT_STOP);
	assert_false(e->unknown_direction);
	steps_put("%c@%lld>%lld:%lld%s ", e->what == CONNECT_START ? 'S' : 'E',
		  (long long)steps_ms(&e->time), (long long)steps.now,
		  (long long)e->identity->pid, e->via == VIA_SNAPSHOT ? "~" : "");
}

static void take(struct track *t, const struct step *s)
{
	struct event e = steps_event(s->ms, s->kind, IPPROTO_TCP, 443);

	e.op = s->op;
	if (s->kind == EVENT_SCANNED)
		e.mono = s->begun * 1000000LL;
	if (s->pid)
		e.task = (struct task){ .pid = s->pid, .ppid = 1, .ses = 3, .sid = 1, .comm = "\"prog\"" };
	track_event(t, &e);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct track *t = steps_track(on_entry);

	track_await_holders(t, row->wait_ms);
	for (const struct step *s = row->steps; s->kind; s++)
		take(t, s);
	assert_int_equal(track_awaited(t), row->awaited);
	assert_false(track_unused_waits(t));
	steps_end(t, row->name, row->out);
}

int main(void)
{
	return table_run("holder", test_row, ROWS(rows));
}
