// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: connections whose record of the connect was lost, with track_await_holders().
 * Each row is a sequence of events; out has the entries as letters: S start, E stop, each with
 * its time and the milliseconds at which it was emitted, the pid that it names, and ~ for
 * via=snapshot.
 */
#include "parser/track/track.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

#define WAIT_MS 1000
#define BEGIN 1000000	/* s */

struct step {
	int ms;			/* since BEGIN */
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

static struct {
	char out[256];
	size_t used;
	int64_t now;
} seen;

static int64_t since(const struct stamp *s)
{
	return (s->sec - BEGIN) * 1000 + s->milli;
}

static void on_entry(const struct entry *e, void *arg)
{
	(void)arg;
	assert_true(e->what == CONNECT_START || e->what == CONNECT_STOP);
	assert_false(e->unknown_direction);
	seen.used += snprintf(seen.out + seen.used, sizeof(seen.out) - seen.used, "%c@%lld>%lld:%lld%s ",
			      e->what == CONNECT_START ? 'S' : 'E', (long long)since(&e->time),
			      (long long)seen.now, (long long)e->identity->pid,
			      e->via == VIA_SNAPSHOT ? "~" : "");
	assert_true(seen.used < sizeof(seen.out));
}

static void take(struct track *t, const struct step *s)
{
	struct event f = {
		.kind = s->kind, .op = s->op,
		.stamp = { BEGIN + s->ms / 1000, s->ms % 1000, 0 }, .task = TASK_UNKNOWN,
		.ino = 7, .cookie = 7, .netns = -1, .tx = -1, .rx = -1, .missed = -1, .lost = -1,
		.mono = (s->kind == EVENT_SCANNED ? s->begun : s->ms) * 1000000LL,
		.family = AF_INET, .proto = IPPROTO_TCP, .state = 1,
	};

	if (s->pid)
		f.task = (struct task){ .pid = s->pid, .ppid = 1, .ses = 3, .sid = 1, .comm = "\"prog\"" };
	netaddr_set_ip(&f.local, AF_INET, "\x0a\0\0\5");
	netaddr_set_ip(&f.remote, AF_INET, "\xc0\0\2\7");
	f.local.port = 40000;
	f.remote.port = 443;
	f.local.has_port = f.remote.has_port = true;
	seen.now = s->ms;
	track_event(t, &f);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct track_limits limits = { 16, 16 };
	struct track_io io = { .emit = on_entry };
	struct input_errors errors = { 0 };
	struct track *t = track_new(&limits, &io, &errors);

	memset(&seen, 0, sizeof(seen));
	assert_non_null(t);
	track_await_holders(t, row->wait_ms);
	for (const struct step *s = row->steps; s->kind; s++)
		take(t, s);
	assert_string_equal(seen.out, row->out);
	assert_int_equal(track_awaited(t), row->awaited);
	assert_false(track_unused_waits(t));
	for (int i = 0; i < INPUT_ERROR_COUNT; i++)
		assert_int_equal(errors.count[i], 0);
	track_free(t);
}

int main(void)
{
	return table_run("holder", test_row, ROWS(rows));
}
