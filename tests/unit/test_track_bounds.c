// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: no walk in the tracker grows with the square of the number of objects that an
 * ordinary host or an unprivileged user can have open. Each test makes many, and bounds the CPU
 * time.
 */
#include "parser/track/track.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#define MANY 40000
#if defined(__SANITIZE_ADDRESS__)
#define BOUND_S 4.0
#else
#define BOUND_S 0.5
#endif
#define OURS 1
#define THEIRS 77

static struct {
	unsigned int entries, questions, unseen;
	struct input_errors errors;
	uint64_t last_question;
} seen;

static void on_entry(const struct entry *r, void *arg)
{
	(void)arg;
	seen.entries++;
	seen.unseen += r->other_netns;
}

static void on_request(const struct request *q, void *arg)
{
	(void)arg;
	seen.questions++;
	seen.last_question = q->id;
}

static struct event new_event(enum event_kind kind, int pid)
{
	static uint64_t serial = 1;

	return (struct event){
		.kind = kind, .stamp = { 1000, 1, kind < EVENT_MODULE ? serial++ : 0 },
		.task = { .pid = pid, .ppid = 1, .uid = 0, .auid = 0, .ses = 0, .sid = -1,
			  .comm = "prog", .exe = "/bin/prog" },
		.family = AF_INET, .netns = -1, .mono = 1000000, .tx = -1, .rx = -1,
		.missed = -1, .lost = -1,
	};
}

static struct netaddr end_of(uint32_t ip, unsigned int port)
{
	struct netaddr a = { .family = AF_INET, .port = port, .has_port = port,
			     .has_addr = true };

	for (int i = 0; i < 4; i++)
		a.addr[i] = ip >> (24 - 8 * i);
	return a;
}

static struct track *begin(bool diag, unsigned int waiting)
{
	struct track_limits limits = { .sockets = 65536, .processes = 65536 };
	struct track_io io = { .emit = on_entry, .ask = on_request };
	struct diag_options o = { .wait_ms = 1000, .settle_ms = 500, .max = waiting,
				  .node = "here", .netns = OURS };
	struct event tick = new_event(EVENT_TICK, -1);
	struct track *t;

	memset(&seen, 0, sizeof(seen));
	t = track_new(&limits, &io, &seen.errors);
	assert_non_null(t);
	if (diag) {
		track_set_diag(t, &o);
		track_event(t, &tick);
	}
	return t;
}

static double cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void bounded(double since, const char *what)
{
	double took = cpu() - since;

	if (took > BOUND_S)
		fail_msg("%s: %.2f s of CPU", what, took);
}

static void open_socket(struct track *t, int pid, int fd, int type)
{
	struct event f = new_event(EVENT_SOCKET, pid);

	f.result = fd;
	f.type = type;
	track_event(t, &f);
}

static void connect_to(struct track *t, int pid, int fd, struct netaddr to, int result)
{
	struct event f = new_event(EVENT_CONNECT, pid);

	f.fd = fd;
	f.has_sockaddr = true;
	f.sa_family = AF_INET;
	f.addr = to;
	f.result = result;
	track_event(t, &f);
}

static void diag_event(struct track *t, struct diag *d, int pid, int fd, int ms)
{
	struct event f = new_event(EVENT_DIAG, pid);

	f.stamp.milli = ms;
	f.mono = ms * 1000000LL;
	f.fd = fd;
	f.diag = d;
	track_event(t, &f);
}

static struct diag_sock tcp(uint64_t cookie, struct netaddr local, struct netaddr remote)
{
	return (struct diag_sock){
		.cookie = cookie, .ino = cookie, .netns = OURS, .proto = IPPROTO_TCP,
		.family = AF_INET, .state = STATE_ESTABLISHED, .local = local,
		.remote = remote, .tx = -1, .rx = -1, .established = 1, .active = 1,
	};
}

/* Connections of a namespace that is not watched, all to one server. */
static void open_unseen(struct track *t, int count)
{
	for (int i = 0; i < count; i++) {
		struct diag d = { .op = DIAG_GONE, .netns = THEIRS, .netns_sure = true };
		struct event bind;

		open_socket(t, 5, 10 + i, SOCK_STREAM);
		bind = new_event(EVENT_BIND, 5);
		bind.fd = 10 + i;
		bind.has_sockaddr = true;
		bind.sa_family = AF_INET;
		bind.addr = end_of(0, 1024 + i);
		track_event(t, &bind);
		connect_to(t, 5, 10 + i, end_of(0x0a000001, 443), 0);
		d.question = seen.last_question;
		diag_event(t, &d, -1, 0, 2);
	}
}

/* A snapshot of many sockets, with many connections that it may not match. */
static void test_snapshot(void **state)
{
	struct track *t = begin(true, 100);
	double since;

	(void)state;
	open_unseen(t, MANY / 2);
	assert_int_equal(seen.unseen, MANY / 2);
	since = cpu();
	for (int i = 0; i < MANY; i++) {
		struct diag d = { .op = DIAG_OPEN };

		d.sock = tcp(1 + i, end_of(0x0a000005, 50000), end_of(0x0a000001 + i % 7, 443));
		diag_event(t, &d, 7, 3 + i, 3);
	}
	bounded(since, "snapshot");
	assert_int_equal(seen.entries, MANY / 2 + MANY);
	track_free(t);
}

/* A start with unseen=netns is not written again when its namespace is watched. */
static void test_unseen_once(void **state)
{
	static const struct { unsigned int port, remote; bool again; } rows[] = {
		{ 1024, 0x0a000001, false },	/* that one */
		{ 1025, 0x0a000001, true },	/* another local port */
		{ 1024, 0x0a000002, true },	/* another peer */
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct track *t = begin(true, 100);
		struct diag d = { .op = DIAG_OPEN };

		open_unseen(t, 1);
		d.sock = tcp(9, end_of(0x0a000005, rows[i].port), end_of(rows[i].remote, 443));
		diag_event(t, &d, 7, 3, 3);
		assert_int_equal(seen.entries, 1 + rows[i].again);
		/* once it is closed, it may be anything */
		if (!rows[i].again) {
			struct event f = new_event(EVENT_CLOSE, 5);

			f.fd = f.newfd = 10;
			track_event(t, &f);
			diag_event(t, &d, 7, 3, 4);
			assert_int_equal(seen.entries, 3);
		}
		track_free(t);
	}
}

/* A socket that one process holds by very many descriptors. */
static void test_dups(void **state)
{
	struct track *t = begin(true, 100);
	struct diag d = { .op = DIAG_OPEN };
	double since;

	(void)state;
	d.sock = tcp(1, end_of(0x0a000005, 50000), end_of(0x0a000001, 443));
	diag_event(t, &d, 7, 3, 3);
	since = cpu();
	for (int fd = 4; fd < MANY; fd++) {
		struct event f = new_event(EVENT_DUP, 7);

		f.fd = 3;
		f.result = f.newfd = fd;
		track_event(t, &f);
	}
	d.op = DIAG_HELD;
	for (int fd = 3; fd < MANY; fd++) {
		assert_true(track_diag_holds(t, 1, 7, fd));
		diag_event(t, &d, 7, fd, 4);
	}
	assert_false(track_diag_holds(t, 1, 7, MANY));
	assert_false(track_diag_holds(t, 1, 8, 3));
	bounded(since, "dups");
	track_free(t);
}

static struct event module_event(enum netlog_op op, int pid, uint64_t ino)
{
	struct event f = new_event(EVENT_MODULE, pid);

	f.op = op;
	f.ino = ino;
	f.proto = IPPROTO_TCP;
	f.local = end_of(0x0a000005, 22);
	f.remote = end_of(0x0a000001, 443);
	f.state = STATE_ESTABLISHED;
	return f;
}

/* The module is unloaded over many connections; then processes exit. */
static void test_left(void **state)
{
	struct track *t = begin(false, 0);
	struct event f;
	double since;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		f = module_event(NETLOG_OP_ACCEPT, 7, 1 + i);
		track_event(t, &f);
	}
	f = module_event(NETLOG_OP_UNLOAD, 1, 0);
	track_event(t, &f);
	since = cpu();
	for (int pid = 100; pid < MANY; pid++) {
		f = new_event(EVENT_EXIT_GROUP, pid);
		track_event(t, &f);
	}
	bounded(since, "exits");
	assert_int_equal(seen.entries, MANY);
	f = new_event(EVENT_EXIT_GROUP, 7);
	track_event(t, &f);
	assert_int_equal(seen.entries, 2 * MANY);
	track_free(t);
}

/* A process that has many sockets, each first heard of by the module at its bind. */
static void test_module_binds(void **state)
{
	struct track *t = begin(false, 0);
	struct event f = module_event(NETLOG_OP_LOAD, 1, 0);
	double since;

	(void)state;
	open_socket(t, 7, 3, SOCK_STREAM);
	connect_to(t, 7, 3, end_of(0x0a000009, 1), 0);
	track_event(t, &f);
	for (int fd = 4; fd < MANY / 2; fd++)
		open_socket(t, 7, fd, SOCK_DGRAM);
	since = cpu();
	for (int i = 0; i < MANY / 2; i++) {
		f = module_event(NETLOG_OP_BIND, 7, 1 + i);
		f.proto = IPPROTO_UDP;
		memset(&f.remote, 0, sizeof(f.remote));
		track_event(t, &f);
	}
	bounded(since, "binds");
	track_free(t);
}

/* Many starts wait whose process has exited; meanwhile many sockets of the same port were
 * destroyed (other: other addresses). */
static void destroyed(bool other)
{
	struct track *t = begin(true, 8192);
	struct event tick = new_event(EVENT_TICK, -1);
	double since;

	for (int i = 0; i < 8000; i++) {
		struct diag d = { .op = DIAG_GONE, .netns = OURS, .watched = true };

		open_socket(t, 100 + i, 3, SOCK_STREAM);
		connect_to(t, 100 + i, 3, end_of(0x0a000001 + i, 443), 0);
		d.question = seen.last_question;
		diag_event(t, &d, -1, 0, 2);
	}
	for (int i = 0; i < 16000; i++) {
		struct diag d = { .op = DIAG_DESTROYED };

		d.sock = tcp(1 + i, end_of(0x0a000005, 1024 + i),
			     end_of(other ? 0x0b000001 + i : 0x0a000001 + i % 8000, 443));
		d.sock.established = other || i >= 8000;
		diag_event(t, &d, -1, 0, 3);
	}
	since = cpu();
	tick.stamp.milli = 900;
	tick.mono = 900000000;
	track_event(t, &tick);
	bounded(since, other ? "destroyed, of other addresses" : "destroyed");
	/* each of the 8000 has its socket, and ends with it */
	tick.mono = 1600000000;
	tick.stamp.sec = 1001;
	track_event(t, &tick);
	assert_int_equal(seen.entries, other ? 8000 : 16000);
	track_free(t);
}

static void test_destroyed(void **state)
{
	(void)state;
	destroyed(false);
}

static void test_destroyed_others(void **state)
{
	(void)state;
	destroyed(true);
}

/* Returns a tracker in which process 7 has very many sockets. */
static struct track *with_sockets(void)
{
	struct track *t = begin(false, 0);

	for (int fd = 3; fd < MANY / 2; fd++)
		open_socket(t, 7, fd, SOCK_STREAM);
	return t;
}

/* close_range() of one number, over and over, by a process with many others. */
static void test_close_range(void **state)
{
	struct track *t = with_sockets();
	double since = cpu();

	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct event f = new_event(EVENT_CLOSE, 7);

		f.fd = MANY;
		f.newfd = MANY + 1;
		track_event(t, &f);
	}
	bounded(since, "close_range");
	track_free(t);
}

/* A process with very many sockets forks, and its child exits, over and over. Each child
 * inherits as many descriptors as the table has room for. */
static void test_forks(void **state)
{
	struct track *t = with_sockets();
	double since = cpu();

	(void)state;
	for (int child = 100; child < 110; child++) {
		struct event f = new_event(EVENT_FORK, 7), end = new_event(EVENT_EXIT_GROUP, child);

		f.result = child;
		track_event(t, &f);
		track_event(t, &end);
	}
	bounded(since, "forks");
	track_free(t);
}

static bool stops(struct track *t, int pid, int uid, int fd)
{
	struct event f = new_event(EVENT_CLOSE, pid);
	unsigned int before = seen.entries;

	f.task.uid = uid;
	f.fd = f.newfd = fd;
	track_event(t, &f);
	return seen.entries > before;
}

/* The user with the most connections makes room: the two of another user, though older, stay. */
static void test_evicts_who_has_most(void **state)
{
	struct track_limits limits = { .sockets = 64, .processes = 64 };
	struct track_io io = { .emit = on_entry };
	struct track *t;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	t = track_new(&limits, &io, &seen.errors);
	for (int i = 0; i < 2; i++) {
		open_socket(t, 5, 3 + i, SOCK_STREAM);
		connect_to(t, 5, 3 + i, end_of(0x0a000001, 443), 0);
	}
	for (int i = 0; i < 500; i++) {
		struct event f = new_event(EVENT_SOCKET, 6);

		f.task.uid = 1000;
		f.result = 3 + i;
		f.type = SOCK_STREAM;
		track_event(t, &f);
		f = new_event(EVENT_DUP, 6);	/* and has many descriptors of each */
		f.task.uid = 1000;
		f.fd = 3 + i;
		f.result = f.newfd = 1000 + i;
		track_event(t, &f);
		connect_to(t, 6, 3 + i, end_of(0x0a000001, 443), 0);
	}
	assert_true(stops(t, 5, 0, 3));
	assert_true(stops(t, 5, 0, 4));
	assert_true(seen.errors.count[INPUT_ERROR_EVICTED] >= 436);
	track_free(t);
}

/* Nor do the many descriptors of one socket. */
static void test_evicts_many_descriptors(void **state)
{
	struct track_limits limits = { .sockets = 64, .processes = 64 };
	struct track_io io = { .emit = on_entry };
	struct track *t;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	t = track_new(&limits, &io, &seen.errors);
	open_socket(t, 5, 3, SOCK_STREAM);
	connect_to(t, 5, 3, end_of(0x0a000001, 443), 0);
	open_socket(t, 6, 3, SOCK_STREAM);
	for (int i = 0; i < 1000; i++) {
		struct event f = new_event(EVENT_DUP, 6);

		f.fd = 3;
		f.result = f.newfd = 4 + i;
		track_event(t, &f);
	}
	for (int i = 0; i < 10; i++)
		open_socket(t, 7, 3 + i, SOCK_STREAM);
	assert_true(stops(t, 5, 0, 3));
	track_free(t);
}

/* An event of a process of a user: in a session, uid may be any of a user namespace. */
static void user_event(struct track *t, enum event_kind kind, int pid, int uid, int fd, int newfd)
{
	struct event f = new_event(kind, pid);

	f.task.uid = uid;
	f.task.auid = f.task.ses = 1000;
	f.type = SOCK_STREAM;
	f.fd = fd;
	f.result = f.newfd = newfd;
	track_event(t, &f);
}

/* Nor do a user's many processes (a killed one leaves no event), whatever their uid. */
static void test_evicts_many_processes(void **state)
{
	struct track_limits limits = { .sockets = 65536, .processes = 64 };
	struct track_io io = { .emit = on_entry };
	struct track *t;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	t = track_new(&limits, &io, &seen.errors);
	for (int pid = 5; pid < 10; pid++) {
		struct event f = new_event(EVENT_SOCKET, pid);

		f.task.auid = ID_UNSET;
		f.type = SOCK_STREAM;
		f.result = 3;
		track_event(t, &f);
		connect_to(t, pid, 3, end_of(0x0a000001, 443), 0);
	}
	for (int i = 0; i < 1000; i++)
		user_event(t, EVENT_SOCKET, 100 + i, 100000 + i, -1, 3);
	for (int pid = 5; pid < 10; pid++)
		assert_true(stops(t, pid, 0, 3));
	track_free(t);
}

/* Nor descriptors that a user has in many processes, fewer in each than another has. */
static void test_evicts_spread_descriptors(void **state)
{
	struct track_limits limits = { .sockets = 64, .processes = 1000 };
	struct track_io io = { .emit = on_entry };
	struct track *t;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	t = track_new(&limits, &io, &seen.errors);
	for (int fd = 3; fd < 13; fd++) {
		open_socket(t, 5, fd, SOCK_STREAM);
		connect_to(t, 5, fd, end_of(0x0a000001, 443), 0);
	}
	for (int pid = 100; pid < 200; pid++) {
		user_event(t, EVENT_SOCKET, pid, 1000, -1, 3);
		for (int fd = 4; fd < 9; fd++)
			user_event(t, EVENT_DUP, pid, 1000, 3, fd);
	}
	for (int fd = 3; fd < 13; fd++)
		assert_true(stops(t, 5, 0, fd));
	track_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evicts_who_has_most),
		cmocka_unit_test(test_evicts_many_descriptors),
		cmocka_unit_test(test_evicts_many_processes),
		cmocka_unit_test(test_evicts_spread_descriptors),
		cmocka_unit_test(test_snapshot), cmocka_unit_test(test_unseen_once),
		cmocka_unit_test(test_dups), cmocka_unit_test(test_left),
		cmocka_unit_test(test_module_binds), cmocka_unit_test(test_destroyed),
		cmocka_unit_test(test_destroyed_others), cmocka_unit_test(test_close_range),
		cmocka_unit_test(test_forks),
	};

	return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
