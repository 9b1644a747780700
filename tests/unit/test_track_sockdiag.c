// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: facts that sock_diag adds to the tracker. A row is a sequence of events, at times
 * in ms, each with the records that it must give. Answers name their request: the first is 1; 0
 * is the latest.
 */
#include "parser/track/track.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "parser/netaddr_range.h"
#include "table.h"

#define HOST "here"
#define WAIT 1000
#define SETTLE 500

struct step {
	int at;
	enum event_kind kind;
	enum diag_op op;
	int pid, ppid, fd;		/* ppid 0: an unknown process */
	int64_t result;
	const char *local, *remote;	/* of a call: remote is its address */
	int type, question, looked, state;
	uint64_t cookie, live[3];
	int64_t netns, of, tx, rx;	/* of: the answered process's; 0: OURS */
	int est, active;
	bool refused, udp, likely, held, away;
	const char *node;
	enum diag_life life;
	int time;			/* of the last record; 0: any */
	const char *out;		/* records, newline between; NULL: none */
};

#define CALL(a, k, p, f, ...)	{ .at = a, .kind = EVENT_##k, .pid = p, .fd = f, __VA_ARGS__ }
#define SOCKET(a, p, n, ...)	CALL(a, SOCKET, p, 2, .result = n, .type = SOCK_STREAM, \
				     __VA_ARGS__)
#define CONNECT(a, p, n, to, r, ...) CALL(a, CONNECT, p, n, .remote = to, .result = r, \
					  __VA_ARGS__)
#define BIND(a, p, n, to, ...)	CALL(a, BIND, p, n, .remote = to, __VA_ARGS__)
#define LISTEN(a, p, n, ...)	CALL(a, LISTEN, p, n, __VA_ARGS__)
#define ACCEPT(a, p, l, n, from, ...) CALL(a, ACCEPT, p, l, .result = n, .remote = from, \
					   __VA_ARGS__)
#define EXIT(a, p, ...)		CALL(a, EXIT_GROUP, p, 0, __VA_ARGS__)
#define DIAG(a, o, ...)		{ .at = a, .kind = EVENT_DIAG, .op = DIAG_##o, .est = -1, \
				  .active = -1, .tx = -1, .rx = -1, .netns = OURS, __VA_ARGS__ }
#define FOUND(a, q, c, l, r, s, ...) DIAG(a, FOUND, .question = q, .cookie = c, \
					  .local = l, .remote = r, .state = s, \
					  .looked = a, __VA_ARGS__)
#define GONE(a, q, ...)		DIAG(a, GONE, .question = q, .looked = a, __VA_ARGS__)
#define ABSENT(a, q, ...)	DIAG(a, ABSENT, .question = q, .looked = a, __VA_ARGS__)
#define HIDDEN(a, q, ...)	DIAG(a, HIDDEN, .question = q, __VA_ARGS__)
#define STILL(a, q, c, l, r, s) DIAG(a, STILL_HELD, .question = q, .cookie = c, .local = l, \
				     .remote = r, .state = s)
#define END(a, c, l, r, ...)	DIAG(a, DESTROYED, .cookie = c, .local = l, .remote = r, \
				     .state = STATE_CLOSE, __VA_ARGS__)
#define HELD(a, p, n, c)	DIAG(a, HELD, .pid = p, .fd = n, .cookie = c, .local = L, .remote = R)
#define SWEEP(a, l, ...)	DIAG(a, SWEEP, .life = DIAG_##l, __VA_ARGS__)
#define OPEN(a, p, n, c, l, r, s, ...) DIAG(a, OPEN, .pid = p, .fd = n, .cookie = c, \
					    .local = l, .remote = r, .state = s, __VA_ARGS__)
#define TICK(a, ...)		{ .at = a, .kind = EVENT_TICK, __VA_ARGS__ }
/* Some other event: audit's stream has come as far as this. */
#define STREAM(a, ...)		CALL(a, EXIT_THREAD, 999, 0, __VA_ARGS__)

#define R "192.0.2.7:443"
#define L "10.0.0.5:40001"
#define M "10.0.0.5:40002"
#define N "10.0.0.5:40003"
#define ANY "0.0.0.0:0"
#define EST STATE_ESTABLISHED

/* Network namespaces; we watch the first two. */
enum { SOME = -2, UNKNOWN, OURS = 1, WATCHED, THEIRS = 77 };
#define IN .netns = WATCHED

/* A connection at descriptor 4 of a server. */
#define S "10.0.0.5:80"
#define SERVER SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"), \
	FOUND(1, 1, 5, S, ANY, STATE_LISTEN), STREAM(2), TICK(3),		\
	ACCEPT(10, 1, 3, 4, R)
/* Its close was not reported; the third question is whether a process has it. */
#define HANDED_ON(a) GONE(a, 2), STREAM(20), TICK(1020, .out = "start " S " <- " R " 1"), TICK(1021)

struct row {
	const char *name;
	struct step steps[20];
};

static const struct row rows[] = {
	{ "a look at processes is not audit's word", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		CALL(20, GONE, 77, 0), TICK(30), STREAM(31),
		TICK(60, .out = "start " L " -> " R " 1") } },
	{ "connect: local end from the dump, once audit is past the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		FOUND(5, 1, 11, L, R, EST), TICK(30),
		STREAM(40), TICK(60, .out = "start " L " -> " R " 1"),
		END(100, 11, L, R, .est = 1, .tx = 5, .rx = 0),
		STREAM(110), TICK(120, .out = "stop " L " -> " R " 1 via=destroy tx=5 rx=0") } },
	{ "connect: a quiet host, nothing contradicts", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		TICK(400), TICK(510, .out = "start " L " -> " R " 1") } },
	{ "connect: audit is behind, the number may have been used again", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		TICK(400), STREAM(3), TICK(800), STREAM(4),
		TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: no answer in time", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), TICK(900),
		TICK(1010, .out = "start - -> " R " 1"),
		EXIT(1100, 1), GONE(1105, 2),
		TICK(1250, .out = "stop - -> " R " 1 via=exit") } },
	{ "connect: the number was used again before the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 12, M, R, EST),
		SOCKET(4, 1, 3), CONNECT(4, 1, 3, R, 0), FOUND(6, 2, 12, M, R, EST),
		STREAM(20), TICK(30, .out = "start " M " -> " R " 1"),
		TICK(1100, .out = "start - -> " R " 1"), STREAM(1101),
		GONE(1105, 0, .live = { 12 }),
		TICK(1250, .out = "stop - -> " R " 1 via=reuse") } },
	{ "connect: the number was another socket's by the time of the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 12, M, R, EST),
		CALL(4, CLOSE, 1, 3, .result = 0), STREAM(20), TICK(30),
		TICK(1100, .out = "start - -> " R " 1"), STREAM(1101),
		GONE(1105, 0), TICK(1250, .out = "stop - -> " R " 1 via=close") } },
	{ "connect: a copy of the descriptor was closed before the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), CALL(2, DUP, 1, 3, .result = 9),
		CALL(3, CLOSE, 1, 9), FOUND(5, 1, 11, L, R, EST), STREAM(20),
		TICK(30, .out = "start " L " -> " R " 1") } },
	{ "connect: the number was used again after the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		SOCKET(8, 1, 3), END(7, 11, L, R, .est = 1),
		TICK(30, .out = "start " L " -> " R " 1\nstop " L " -> " R " 1 via=destroy") } },
	{ "connect: gone, one destroyed socket fits", {
		END(4, 11, L, R, .est = 1, .tx = 9),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1), TICK(50),
		STREAM(60), TICK(110, .out = "start " L " -> " R " 1\n"
				 "stop " L " -> " R " 1 via=destroy tx=9") } },
	{ "connect: gone, two destroyed sockets fit", {
		END(4, 11, L, R, .est = 1), END(4, 12, M, R, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1), STREAM(60), TICK(120),
		TICK(1010, .out = "start - -> " R " 1"),
		EXIT(1100, 1), GONE(1105, 0),
		TICK(1250, .out = "stop - -> " R " 1 via=exit") } },
	{ "connect: one after the other, their order decides", {
		END(4, 11, L, R, .est = 1), END(9, 12, M, R, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1),
		SOCKET(5, 1, 3), CONNECT(6, 1, 3, R, 0), GONE(10, 2), STREAM(60),
		TICK(120, .out = "start " M " -> " R " 1\nstart " L " -> " R " 1\n"
		     "stop " M " -> " R " 1 via=destroy\n"
		     "stop " L " -> " R " 1 via=destroy") } },
	{ "connect: gone, its namespace is a likely one, and another's may be it", {
		END(4, 11, L, R, .est = 1), SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		SOCKET(0, 2, 3), CONNECT(1, 2, 3, R, 0), GONE(5, 1, .likely = true),
		STREAM(60), TICK(120), TICK(1010, .out = "start - -> " R " 2\n"
						  "start - -> " R " 1") } },
	{ "connect: gone from here, but one like it lives", {
		END(4, 11, L, R, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1, .live = { 12 }),
		STREAM(60), TICK(120), GONE(200, 0, .live = { 12 }), TICK(400),
		TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: gone, and the one that lives is another's", {
		SOCKET(0, 2, 3), CONNECT(0, 2, 3, R, 0), FOUND(2, 1, 12, M, R, EST),
		END(4, 11, L, R, .est = 1), STREAM(24), TICK(26, .out = "start " M " -> " R " 2"),
		SOCKET(26, 1, 3), CONNECT(26, 1, 3, R, 0), END(28, 13, N, R, .est = 1),
		GONE(29, 2, .live = { 12 }), STREAM(60),
		TICK(140, .out = "start " N " -> " R " 1\nstop " N " -> " R " 1 via=destroy") } },
	{ "connect: announcements were lost", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), END(4, 11, L, R, .est = 1),
		DIAG(4, LOST), GONE(5, 1), STREAM(60), TICK(120),
		TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: gone, and announcements were lost of other namespaces alone", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), END(4, 11, L, R, .est = 1),
		DIAG(4, LOST, .away = true), GONE(5, 1), STREAM(60),
		TICK(120, .out = "start " L " -> " R " 1\nstop " L " -> " R " 1 via=destroy") } },
	{ "connect: of another network namespace", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), END(4, 11, L, R, .est = 1),
		GONE(5, 1, .of = THEIRS, .out = "start - -> " R " 1 unseen") } },
	{ "connect: of nobody knows which namespace", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), END(4, 11, L, R, .est = 1),
		GONE(5, 1, .of = UNKNOWN, .out = "start - -> " R " 1") } },
	{ "connect: of another one that is watched", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST, IN),
		STREAM(40), TICK(60, .out = "start " L " -> " R " 1 netns=2"),
		END(100, 11, L, R, IN, .est = 1), STREAM(110),
		TICK(120, .out = "stop " L " -> " R " 1 via=destroy netns=2") } },
	{ "connect: gone, the one destroyed is of another namespace", {
		END(4, 11, L, R, .est = 1), SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		GONE(5, 1, .of = WATCHED), STREAM(60), TICK(120),
		TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: gone, one destroyed in each namespace", {
		END(4, 11, L, R, .est = 1), END(4, 12, M, R, IN, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), SOCKET(0, 2, 3),
		CONNECT(1, 2, 3, R, 0), GONE(5, 1, .of = WATCHED), GONE(5, 2), STREAM(60),
		TICK(120, .out = "start " L " -> " R " 2\nstart " M " -> " R " 1 netns=2\n"
		     "stop " L " -> " R " 2 via=destroy\n"
		     "stop " M " -> " R " 1 via=destroy netns=2") } },
	{ "connect: the same, its namespace is a likely one", {
		END(4, 11, L, R, .est = 1), END(4, 12, M, R, IN, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1, .likely = true),
		STREAM(60), TICK(120), TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: gone, not from where it is likely to have been", {
		END(4, 11, L, R, IN, .est = 1), SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		GONE(5, 1, .likely = true), STREAM(60), TICK(120),
		TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: gone, from whichever is watched", {
		END(4, 11, L, R, IN, .est = 1), SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		GONE(5, 1, .of = SOME), STREAM(60), TICK(120, .out = "start " L " -> " R " 1"
		" netns=2\nstop " L " -> " R " 1 via=destroy netns=2") } },
	{ "connect: gone, one in each that is watched", {
		END(4, 11, L, R, .est = 1), END(4, 12, M, R, IN, .est = 1),
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), GONE(5, 1, .of = SOME),
		STREAM(60), TICK(120), TICK(1010, .out = "start - -> " R " 1") } },
	{ "connect: the rival is of another namespace", {
		END(4, 11, L, R, .est = 1), SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		SOCKET(0, 2, 3), CONNECT(1, 2, 3, R, 0), GONE(5, 1, .likely = true),
		GONE(5, 2, .of = WATCHED), STREAM(60),
		TICK(120, .out = "start " L " -> " R " 1\nstop " L " -> " R " 1 via=destroy"),
		TICK(1010, .out = "start - -> " R " 2") } },
	{ "connect: what a process said of its namespace stands when it is gone", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		ABSENT(5, 1, .of = WATCHED), TICK(60), END(70, 11, L, R, .est = 1),
		GONE(80, 2, .likely = true), STREAM(85), TICK(200),
		TICK(1010, .out = "start - -> " R " 1 via=in-progress") } },
	{ "connect: may not be looked at", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		HIDDEN(5, 1, .out = "start - -> " R " 1") } },
	{ "connect: another node's is not asked for", {
		SOCKET(0, 1, 3, .node = "there"),
		CONNECT(1, 1, 3, R, 0, .node = "there", .out = "start - -> " R " 1") } },
	{ "connect: this host's name as node", {
		SOCKET(0, 1, 3, .node = HOST), CONNECT(1, 1, 3, R, 0, .node = HOST),
		FOUND(5, 1, 11, L, R, EST), TICK(600, .out = "start " L " -> " R " 1") } },
	{ "in progress: established", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		FOUND(5, 1, 11, L, R, EST), STREAM(20),
		TICK(30, .out = "start " L " -> " R " 1") } },
	{ "in progress: for long, then established", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		FOUND(5, 1, 11, L, R, STATE_SYN_SENT), STREAM(20), TICK(30), TICK(100),
		FOUND(110, 2, 11, L, R, EST), STREAM(120),
		TICK(130, .out = "start " L " -> " R " 1 via=found") } },
	{ "in progress: to the end of the wait", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		FOUND(990, 1, 11, L, R, STATE_SYN_SENT), STREAM(995),
		TICK(1010, .out = "start " L " -> " R " 1 via=in-progress"),
		END(3000, 11, L, R, .est = 0),
		TICK(3600, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "in progress: refused", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		END(3, 11, L, R, .est = 0, .refused = true), GONE(5, 1), STREAM(20),
		TICK(120, .out = "fail " L " -> " R " 1 via=destroy errno=111"),
		EXIT(130, 1), TICK(2000) } },
	{ "in progress: given up", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		END(3, 11, L, R, .est = 0), GONE(5, 1), STREAM(20),
		TICK(120, .out = "fail " L " -> " R " 1 via=destroy") } },
	{ "in progress: the process asks for the outcome itself", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		CONNECT(3, 1, 3, R, -ECONNREFUSED, .out = "fail - -> " R " 1 errno=111"),
		EXIT(9, 1), TICK(2000) } },
	{ "in progress: closed by the kernel, then by the process", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS), ABSENT(5, 1),
		TICK(60), END(80, 11, L, R, .est = 0, .refused = true), GONE(90, 2),
		STREAM(95), TICK(200, .out = "fail " L " -> " R " 1 via=destroy errno=111") } },
	{ "a blocking connect's socket is not one in SYN_SENT", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		FOUND(5, 1, 11, L, R, STATE_SYN_SENT), STREAM(20),
		TICK(30), TICK(1010, .out = "start - -> " R " 1") } },
	{ "accept: no address asked for", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"),
		FOUND(1, 1, 5, "10.0.0.5:80", ANY, STATE_LISTEN), ACCEPT(2, 1, 3, 4, NULL),
		FOUND(5, 2, 11, "10.0.0.5:80", R, EST), STREAM(20),
		TICK(30, .out = "start 10.0.0.5:80 <- " R " 1") } },
	{ "accept: after a long wait", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"),
		FOUND(1, 1, 5, "10.0.0.5:80", ANY, STATE_LISTEN), TICK(60000),
		ACCEPT(2, 1, 3, 4, NULL),
		FOUND(60005, 2, 11, "10.0.0.5:80", R, EST), STREAM(60020),
		TICK(60030, .out = "start 10.0.0.5:80 <- " R " 1") } },
	{ "listen on a port of the kernel's", {
		SOCKET(0, 1, 3), LISTEN(0, 1, 3),
		FOUND(5, 1, 5, "0.0.0.0:4242", ANY, STATE_LISTEN), STREAM(20),
		TICK(30, .out = "listen 0.0.0.0:4242 1"), EXIT(40, 1),
		END(41, 5, "0.0.0.0:4242", ANY), STREAM(60),
		TICK(70, .out = "unlisten 0.0.0.0:4242 1 via=destroy") } },
	{ "a child has it when its parent ends", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), EXIT(100, 1),
		SWEEP(2000, ALIVE), END(5000, 11, L, R, .est = 1), TICK(5600,
		.out = "stop " L " -> " R " 1 via=destroy") } },
	{ "a child first seen later ends at that time: had it been forked before?", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(40, 2, 7, .ppid = 1), END(500, 11, L, R, .est = 1),
		EXIT(500, 2, .ppid = 1), STREAM(600),
		TICK(700, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "a child that is seen to have it ends at that time", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(40, 2, 7, .ppid = 1),
		DIAG(50, HELD, .pid = 2, .fd = 3, .cookie = 11, .local = L, .remote = R),
		END(500, 11, L, R, .est = 1), EXIT(500, 2, .ppid = 1), STREAM(600),
		TICK(700, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "a child that exits shortly before the end may have passed it on, unseen", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(40, 2, 7, .ppid = 1),
		DIAG(50, HELD, .pid = 2, .fd = 3, .cookie = 11, .local = L, .remote = R),
		EXIT(100, 1), EXIT(400, 2, .ppid = 1), END(500, 11, L, R, .est = 1), STREAM(600),
		TICK(700, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "killed", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		END(500, 11, L, R, .est = 1), TICK(900),
		TICK(1010, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "killed, and its number is used by the next one of that pid", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		END(500, 11, L, R, .est = 1),
		CONNECT(600, 1, 3, R, 0, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "killed, and its child exits after the destruction, before both are matched", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), SOCKET(2, 2, 7, .ppid = 1),
		END(5, 11, L, R, .est = 1), EXIT(9, 2, .ppid = 1), CALL(10, GONE, 1, 0), GONE(15, 1),
		STREAM(60), TICK(120, .out = "start " L " -> " R " 1\nstop " L " -> " R " 1 via=destroy") } },
	{ "sweep: gone", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SWEEP(2000, MISSING),
		SWEEP(4000, MISSING, .out = "stop " L " -> " R " 1 via=sweep"),
		EXIT(2100, 1) } },
	{ "sweep: gone with its process", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), EXIT(100, 1),
		SWEEP(2000, ORPHAN),
		SWEEP(4000, ORPHAN, .out = "stop " L " -> " R " 1 via=exit"),
		END(3000, 11, L, R, .est = 1), TICK(4000) } },
	{ "sweep: between the end and its announcement", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		EXIT(100, 1), SWEEP(103, ORPHAN), END(105, 11, L, R, .est = 1),
		STREAM(110), TICK(130, .out = "stop " L " -> " R " 1 via=destroy"),
		SWEEP(2105, MISSING) } },
	{ "the last close is a tick older than the destruction, one holder was killed unseen", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		HELD(1000, 1, 3, 11), HELD(1000, 2, 3, 11), HELD(1000, 3, 3, 11),
		SWEEP(1000, ALIVE, .held = true), EXIT(1500, 1), EXIT(2491, 2),
		END(2500, 11, L, R, .est = 1), STREAM(2600),
		TICK(2700, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "a child that exits last need not have inherited it", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(40, 2, 7, .ppid = 1), EXIT(100, 1), EXIT(102, 2, .ppid = 1),
		END(105, 11, L, R, .est = 1), STREAM(200),
		TICK(300, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "sweep: a child has it, its parent has closed it", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		HELD(1000, 1, 3, 11), HELD(1000, 2, 3, 11), SWEEP(1000, ALIVE, .held = true),
		HELD(2000, 2, 3, 11), SWEEP(2000, ALIVE, .held = true),
		END(2500, 11, L, R, .est = 1), STREAM(2600),
		TICK(2700, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "sweep: its opener is not gone as long as it was seen since", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		HELD(1000, 2, 3, 11), SWEEP(1000, ALIVE, .held = true),
		END(1500, 11, L, R, .est = 1), STREAM(1600),
		TICK(1700, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "sweep: that saw nobody forgets nobody", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		HELD(1000, 1, 3, 11), HELD(1000, 2, 3, 11), SWEEP(1000, ALIVE, .held = true),
		HELD(2000, 2, 3, 11), SWEEP(2000, ALIVE, .held = true),
		SWEEP(3000, ALIVE, .held = true),
		END(3001, 11, L, R, .est = 1), EXIT(3001, 2), STREAM(3600),
		TICK(3700, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "sweep: seen at a number of which audit has more to tell", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), SOCKET(980, 2, 7),
		HELD(1000, 1, 3, 11), HELD(1000, 2, 7, 11), SWEEP(1000, ALIVE, .held = true),
		CONNECT(990, 2, 7, "192.0.2.9:80", 0),
		TICK(3000, .out = "start - -> 192.0.2.9:80 2") } },
	{ "accept: in a stream that was held up", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"),
		FOUND(1, 1, 5, "10.0.0.5:80", ANY, STATE_LISTEN), TICK(60000),
		CONNECT(30000, 1, 9, R, 0, .out = "start - -> " R " 1"),
		ACCEPT(30001, 1, 3, 4, NULL, .out = "start 10.0.0.5:80 <- - 1") } },
	{ "snapshot: reported before, in a namespace that was not watched", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		GONE(5, 1, .of = THEIRS, .out = "start - -> " R " 1 unseen"),
		OPEN(2000, 2, 3, 11, L, R, EST, .active = 1, IN) } },
	{ "sweep: younger than the look", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SWEEP(31, MISSING, .looked = 10) } },
	{ "snapshot", {
		OPEN(10, 1, 3, 11, L, R, EST, .active = 1,
		     .out = "start " L " -> " R " 1 via=snapshot"),
		OPEN(10, 1, 4, 12, M, R, EST, .active = 0,
		     .out = "start " M " <- " R " 1 via=snapshot"),
		OPEN(10, 1, 5, 13, N, R, EST, .out = "start " N " - " R " 1 via=snapshot"),
		OPEN(10, 1, 6, 14, "0.0.0.0:22", ANY, STATE_LISTEN,
		     .out = "listen 0.0.0.0:22 1 via=snapshot"),
		CONNECT(9, 1, 3, R, 0), SOCKET(8, 1, 6), /* events from before */
		END(50, 11, L, R, .est = 1), STREAM(60),
		TICK(70, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "snapshot: audit has reported the socket, but not yet the connect", {
		SOCKET(0, 1, 3),
		OPEN(10, 1, 3, 11, L, R, EST, .active = 1,
		     .out = "start " L " -> " R " 1 via=snapshot"),
		CONNECT(9, 1, 3, R, 0), END(50, 11, L, R, .est = 1), STREAM(60),
		TICK(70, .out = "stop " L " -> " R " 1 via=destroy"), TICK(2000) } },
	{ "snapshot: audit has reported it already", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
		OPEN(3, 1, 3, 11, L, R, EST, .active = 1), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1") } },
	{ "ended as an orphan, then found held", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), EXIT(100, 1),
		SWEEP(2000, ORPHAN), SWEEP(4000, ORPHAN,
					   .out = "stop " L " -> " R " 1 via=exit"),
		DIAG(4100, HELD, .pid = 2, .fd = 3, .cookie = 11, .local = L, .remote = R,
		     .out = "start " L " -> " R " 1 via=corrected"), END(5000, 11, L, R),
		STREAM(5100), TICK(5200, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "ended by two scans, then found open", {
		OPEN(10, 1, 3, 11, L, R, EST, .active = 1,
		     .out = "start " L " -> " R " 1 via=snapshot"), SWEEP(2000, MISSING),
		SWEEP(4000, MISSING, .out = "stop " L " -> " R " 1 via=sweep"),
		OPEN(5000, 2, 3, 11, L, R, EST, .active = 1,
		     .out = "start " L " -> " R " 1 via=corrected"),
		END(6000, 11, L, R), STREAM(6100),
		TICK(6200, .out = "stop " L " -> " R " 2 via=destroy") } },
	{ "a boot: the clock may go back, and older events count no more", {
		STREAM(5000), CALL(10, BOOT, -1, 0), SOCKET(11, 1, 3), CONNECT(12, 1, 3, R, 0),
		FOUND(15, 1, 11, L, R, EST), TICK(30), STREAM(40),
		TICK(60, .out = "start " L " -> " R " 1") } },
	{ "a boot: what was destroyed before it is of nothing after it", {
		END(20, 11, L, R, .est = 1), CALL(10, BOOT, -1, 0), SOCKET(11, 1, 3),
		CONNECT(12, 1, 3, R, 0), GONE(25, 1), STREAM(60), TICK(150),
		TICK(1030, .out = "start - -> " R " 1") } },
	{ "a scan found it held, a later one did not: it ended in between", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), EXIT(100, 1),
		SWEEP(2000, ALIVE), SWEEP(4000, MISSING),
		SWEEP(6000, MISSING, .out = "stop " L " -> " R " 1 via=sweep") } },
	{ "udp: found, and connected to somebody else", {
		SOCKET(0, 1, 3, .type = SOCK_DGRAM), CONNECT(1, 1, 3, R, 0),
		FOUND(5, 1, 11, L, R, EST, .udp = true), STREAM(20),
		TICK(30, .out = "start " L " -> " R " 1 udp"),
		CONNECT(40, 1, 3, "192.0.2.8:53", 0, .out = "stop " L " -> " R " 1 udp"),
		FOUND(45, 2, 11, M, "192.0.2.8:53", EST, .udp = true), STREAM(60),
		TICK(70, .out = "start " M " -> 192.0.2.8:53 1 udp") } },
	{ "an inferred end: a dump shows that it goes on", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"), EXIT(2, 1), GONE(5, 1, .live = { 50 }),
		TICK(1010), STREAM(1011), STILL(1020, 0, 50, "10.0.0.5:80", ANY, STATE_LISTEN),
		STREAM(1030), TICK(1040), SWEEP(3000, ALIVE), END(5000, 50, "10.0.0.5:80", ANY),
		STREAM(5100), TICK(5110, .out = "unlisten 10.0.0.5:80 1 via=destroy") } },
	{ "an inferred end: of an accepted connection that a child has", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"),
		FOUND(1, 1, 5, "10.0.0.5:80", ANY, STATE_LISTEN), STREAM(2), TICK(3),
		ACCEPT(10, 1, 3, 4, R), TICK(1020, .out = "start 10.0.0.5:80 <- " R " 1"),
		ACCEPT(1100, 1, 3, 4, "192.0.2.8:1"),
		STILL(1105, 4, 11, "10.0.0.5:80", R, EST), STREAM(1110), TICK(1120),
		TICK(2110, .out = "start 10.0.0.5:80 <- 192.0.2.8:1 1"),
		END(5000, 11, "10.0.0.5:80", R, .est = 1), STREAM(5100),
		TICK(5110, .out = "stop 10.0.0.5:80 <- " R " 1 via=destroy") } },
	{ "accept: its acceptor closed it before the look, a child has it", {
		SERVER, HANDED_ON(15), STILL(1025, 3, 11, S, R, EST), STREAM(1030), TICK(1040),
		DIAG(2000, HELD, .pid = 2, .fd = 5, .cookie = 11, .local = S, .remote = R),
		END(5000, 11, S, R, .est = 1), STREAM(5100),
		TICK(5110, .out = "stop " S " <- " R " 2 via=destroy") } },
	{ "accept: the same, and the child that a scan found exits before the last holder", {
		SERVER, HANDED_ON(15), STILL(1025, 3, 11, S, R, EST), STREAM(1030), TICK(1040),
		DIAG(2000, HELD, .pid = 2, .fd = 5, .cookie = 11, .local = S, .remote = R),
		EXIT(3900, 2), END(5000, 11, S, R, .est = 1), STREAM(5100),
		TICK(5110, .out = "stop " S " <- " R " 1 via=destroy") } },
	{ "accept: the same, a scan shows that it goes on", {
		SERVER, HANDED_ON(15), STILL(1025, 3, 11, S, R, EST), STREAM(1030), TICK(1040),
		DIAG(2000, HELD, .pid = 2, .fd = 5, .cookie = 11, .local = S, .remote = R),
		EXIT(3900, 2), SWEEP(3950, ALIVE, .looked = 3940), END(4000, 11, S, R, .est = 1),
		STREAM(4100),
		TICK(4110, .out = "stop " S " <- " R " 1 via=destroy") } },
	{ "accept: the same, a scan that began before the last close", {
		SERVER, HANDED_ON(15), STILL(1025, 3, 11, S, R, EST), STREAM(1030), TICK(1040),
		DIAG(2000, HELD, .pid = 2, .fd = 5, .cookie = 11, .local = S, .remote = R),
		EXIT(3930, 2), SWEEP(3950, ALIVE, .looked = 3920), END(3935, 11, S, R, .est = 1),
		STREAM(4100), TICK(4110, .out = "stop " S " <- " R " 2 via=destroy") } },
	{ "accept: the same, its child ended before it was seen", {
		SERVER, HANDED_ON(15), END(1025, 11, S, R, .est = 1),
		DIAG(1026, NOT_HELD, .question = 3), STREAM(1100), TICK(1200,
		.out = "stop " S " <- " R " 1 via=destroy", .time = 1025) } },
	{ "accept: the same, no process has it", {
		SERVER, HANDED_ON(15), DIAG(1025, NOT_HELD, .question = 3), STREAM(1100),
		TICK(1200, .out = "stop " S " <- " R " 1 via=sweep", .time = 1020) } },
	{ "accept: the same, not all sockets can be seen: a child may have it", {
		SERVER, HANDED_ON(15), HIDDEN(1025, 3), STREAM(1100), TICK(3000), STREAM(3001),
		TICK(6000) } },
	{ "accept: the same, its number is used by the next one", {
		SERVER, HANDED_ON(15), HIDDEN(1025, 3), STREAM(1100), ACCEPT(1200, 1, 3, 4,
			"192.0.2.8:1"), HIDDEN(1205, 4, .out = "start " S " <- 192.0.2.8:1 1"),
		HIDDEN(1206, 5, .out = "stop " S " <- " R " 1 via=reuse") } },
	{ "accept: the same, of a namespace that is not known: nothing is asked", {
		SERVER, GONE(15, 2, .of = UNKNOWN, .out = "start " S " <- " R " 1"), STREAM(20),
		DIAG(25, NOT_HELD, .question = 3), STREAM(100), TICK(300), TICK(3000) } },
	{ "a connect that was closed before the look is not handed on", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, L), CONNECT(1, 1, 3, R, 0,
			.out = "start " L " -> " R " 1"), GONE(15, 1), STREAM(20), TICK(1020), TICK(1021),
		DIAG(1025, NOT_HELD, .question = 2), STREAM(1100), TICK(3000) } },
	{ "accept: a child has it, and it is the only one open with its peer", {
		SERVER, GONE(15, 2, .live = { 11 }, .cookie = 11, .local = S, .remote = R), STREAM(20),
		TICK(120, .out = "start " S " <- " R " 1"), END(5000, 11, S, R, .est = 1),
		STREAM(5100), TICK(5110, .out = "stop " S " <- " R " 1 via=destroy") } },
	{ "accept: the same, and one with its peer was destroyed: either may be it", {
		SERVER, END(12, 10, S, R), GONE(15, 2, .live = { 11 }, .cookie = 11, .local = S, .remote = R),
		STREAM(20), TICK(120), TICK(1020, .out = "start " S " <- " R " 1"), TICK(1100),
		GONE(1105, 0, .live = { 11 }, .cookie = 11, .local = S, .remote = R), STREAM(1300),
		TICK(1310), TICK(3000) } },
	{ "accept: the same, no process holds the one that is open", {
		SERVER, END(12, 10, S, R), GONE(15, 2, .live = { 11 }, .local = S, .remote = R),
		STREAM(20), TICK(120), TICK(1020, .out = "start " S " <- " R " 1") } },
	{ "accept: not on the listener that its process had, a child's neither", {
		SERVER, FOUND(15, 2, 11, "10.0.0.5:81", R, EST, .active = 0), STREAM(20),
		TICK(30, .out = "start 10.0.0.5:81 <- " R " 1"), ACCEPT(40, 1, 3, 5, NULL),
		FOUND(45, 3, 12, "10.0.0.5:81", "192.0.2.8:1", EST, .active = 0),
		FOUND(46, 4, 51, "10.0.0.5:81", ANY, STATE_LISTEN), STREAM(60),
		TICK(70, .out = "listen 10.0.0.5:81 1 via=snapshot\n"
		     "start 10.0.0.5:81 <- 192.0.2.8:1 1") } },
	{ "accept: the local end is a transparent proxy's, its listener stays", {
		SERVER, FOUND(15, 2, 11, "198.51.100.1:443", R, EST), STREAM(20),
		TICK(30, .out = "start 198.51.100.1:443 <- " R " 1"), ACCEPT(40, 1, 3, 5, M),
		TICK(1100, .out = "start " S " <- " M " 1") } },
	{ "accept: no peer, and a socket with another local end at its number", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(1, 1, 5, S, ANY, STATE_LISTEN), STREAM(2), TICK(3), ACCEPT(10, 1, 3, 4, NULL),
		FOUND(15, 2, 11, L, R, EST), STREAM(20), TICK(30),
		TICK(1020, .out = "start - <- - 1") } },
	{ "accept: the same, and a listener has that end", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(1, 1, 5, S, ANY, STATE_LISTEN), STREAM(2), TICK(3), ACCEPT(10, 1, 3, 4, NULL),
		FOUND(15, 2, 11, "10.0.0.5:81", R, EST, .active = 0), STREAM(20),
		TICK(30, .out = "start 10.0.0.5:81 <- " R " 1") } },
	{ "accept: no peer, it was destroyed, and the look found the next one, whose event is late", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(1, 1, 5, S, ANY, STATE_LISTEN), STREAM(2), TICK(3), ACCEPT(10, 1, 3, 4, NULL),
		END(12, 10, S, R, .est = 1), FOUND(15, 2, 11, S, M, EST, .active = 0), STREAM(20),
		TICK(30), ACCEPT(13, 1, 3, 4, NULL), FOUND(40, 3, 11, S, M, EST, .active = 0),
		STREAM(50), TICK(600, .out = "start " S " <- " M " 1"), GONE(610, 4), STREAM(620),
		TICK(760, .out = "start " S " <- " R " 1\nstop " S " <- " R " 1 via=destroy") } },
	{ "accept: no peer, the only one destroyed has another local end", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(1, 1, 5, S, ANY, STATE_LISTEN), STREAM(2), TICK(3), ACCEPT(10, 1, 3, 4, NULL),
		END(12, 10, L, R, .est = 1), GONE(15, 2), STREAM(20), TICK(150),
		TICK(1020, .out = "start - <- - 1") } },
	{ "accept: destroyed before the look, its report has another local end", {
		SERVER, END(12, 11, "10.0.0.5:81", R, .est = 1), GONE(15, 2), STREAM(20),
		TICK(120, .out = "start 10.0.0.5:81 <- " R " 1\nstop 10.0.0.5:81 <- " R " 1 via=destroy") } },
	{ "an inferred end: no process has it", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, L), CONNECT(1, 1, 3, R, 0,
			.out = "start " L " -> " R " 1"), TICK(1010), EXIT(1100, 1),
		DIAG(1105, NOT_HELD, .question = 2), TICK(1120),
		TICK(1250, .out = "stop " L " -> " R " 1 via=exit") } },
	{ "an inferred end: a child may have had it until the last that fits was destroyed", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), TICK(1010, .out = "start - -> " R " 1"),
		EXIT(1100, 1), END(1500, 11, L, R), END(1600, 12, M, R), GONE(1605, 2),
		STREAM(1700), TICK(1800, .out = "stop - -> " R " 1 via=exit", .time = 1600) } },
	{ "an inferred end: its report comes a moment after the exit", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), TICK(1010, .out = "start - -> " R " 1"),
		EXIT(1100, 1), END(1105, 11, L, R), END(1115, 12, M, R), GONE(1130, 2),
		STREAM(1200), TICK(1300, .out = "stop - -> " R " 1 via=exit", .time = 1100) } },
	{ "an inferred end: the one that is held is another's", {
		OPEN(1, 2, 3, 50, "10.0.0.5:80", ANY, STATE_LISTEN,
		     .out = "listen 10.0.0.5:80 2 via=snapshot"),
		SOCKET(2, 1, 3), BIND(2, 1, 3, "10.0.0.5:80"), LISTEN(2, 1, 3,
			.out = "listen 10.0.0.5:80 1"), EXIT(3, 1), TICK(1010), STREAM(1011),
		STILL(1020, 0, 50, "10.0.0.5:80", ANY, STATE_LISTEN), STREAM(1030), TICK(1040),
		SWEEP(3000, ALIVE, .looked = 1), GONE(3005, 0, .live = { 50 }), TICK(3020),
		TICK(3150, .out = "unlisten 10.0.0.5:80 1 via=exit") } },
	{ "an inferred end: nothing can be asked, what may be inherited goes on", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, "10.0.0.5:80"), LISTEN(0, 1, 3,
			.out = "listen 10.0.0.5:80 1"), SOCKET(1, 1, 4),
		CONNECT(1, 1, 4, R, 0), EXIT(2, 1), TICK(1010, .out = "start - -> " R " 1"),
		STREAM(1011), HIDDEN(1020, 3),
		HIDDEN(1020, 4, .out = "stop - -> " R " 1 via=exit"), TICK(3000) } },
	{ "an inferred end: no answer, asked again after the next scan", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, L), CONNECT(1, 1, 3, R, 0,
			.out = "start " L " -> " R " 1"), TICK(1010), EXIT(1100, 1), TICK(2200),
		SWEEP(4000, ALIVE), DIAG(4005, NOT_HELD, .question = 3), TICK(4020),
		TICK(4150, .out = "stop " L " -> " R " 1 via=exit") } },
	{ "an unknown listener: what was accepted is looked up", {
		ACCEPT(2, 1, 3, 4, NULL), FOUND(5, 1, 11, S, R, EST, .active = 0), ABSENT(6, 2),
		STREAM(20), TICK(30, .out = "start 10.0.0.5:80 <- " R " 1"),
		ACCEPT(40, 1, 3, 5, "192.0.2.8:1"),
		FOUND(45, 3, 12, "10.0.0.5:80", "192.0.2.8:1", EST), STREAM(60),
		TICK(70, .out = "start 10.0.0.5:80 <- 192.0.2.8:1 1"),
		LISTEN(80, 1, 6), FOUND(85, 4, 13, "10.0.0.5:81", ANY, STATE_LISTEN),
		STREAM(90), TICK(110, .out = "listen 10.0.0.5:81 1") } },
	{ "a passed listener: the first that calls listen() opened it, both accept on it", {
		LISTEN(0, 1, 3), LISTEN(0, 2, 4), FOUND(5, 2, 50, S, ANY, STATE_LISTEN), STREAM(20),
		TICK(30), FOUND(35, 1, 50, S, ANY, STATE_LISTEN), STREAM(40),
		TICK(60, .out = "listen " S " 1"), ACCEPT(70, 2, 4, 7, NULL), GONE(75, 3),
		STREAM(80), TICK(1100, .out = "start " S " <- - 2"), EXIT(1200, 1),
		END(2000, 50, S, ANY), STREAM(2100), TICK(2110, .out = "unlisten " S " 2 via=destroy") } },
	{ "a passed listener: what was accepted and closed before the looks", {
		OPEN(0, 1, 3, 50, S, ANY, STATE_LISTEN, .out = "listen " S " 1 via=snapshot"),
		ACCEPT(10, 2, 4, 7, NULL), GONE(15, 1), ACCEPT(16, 2, 4, 8, NULL), GONE(17, 3),
		FOUND(20, 2, 50, S, ANY, STATE_LISTEN), STREAM(30), TICK(60), GONE(70, 4), GONE(71, 5),
		END(5, 11, S, R), STREAM(100),
		TICK(1100, .out = "start " S " <- - 2\nstart " S " <- - 2"),
		EXIT(1200, 1), TICK(1300), STREAM(1301), TICK(1500) } },
	{ "a passed listener: its start was missed", {
		ACCEPT(10, 2, 4, 7, NULL), GONE(15, 1), FOUND(16, 2, 50, S, ANY, STATE_LISTEN),
		STREAM(30), TICK(50, .out = "listen " S " 2 via=snapshot"), GONE(70, 3), STREAM(80),
		TICK(1100, .out = "start " S " <- - 2") } },
	{ "a passed listener: its number was used again after the accept", {
		ACCEPT(10, 2, 4, 7, NULL), GONE(15, 1), SOCKET(16, 2, 4), BIND(16, 2, 4, S),
		LISTEN(17, 2, 4, .out = "listen " S " 2"), FOUND(20, 2, 50, S, ANY, STATE_LISTEN),
		STREAM(30), TICK(50), TICK(1100), STREAM(1101), TICK(1200) } },
	{ "a passed listener: its process ends before what it accepted is looked up", {
		LISTEN(0, 2, 4), FOUND(5, 1, 50, S, ANY, STATE_LISTEN), ACCEPT(70, 2, 4, 7, NULL),
		EXIT(72, 2), GONE(75, 2), STREAM(80), TICK(90, .out = "listen " S " 2"),
		STREAM(100), END(105, 50, S, ANY),
		STREAM(200), TICK(210, .out = "unlisten " S " 2 via=destroy"),
		TICK(1100, .out = "start " S " <- - 2"), STREAM(1200), GONE(1205, 3),
		TICK(1400, .out = "stop " S " <- - 2 via=exit") } },
	{ "a listener: one holder has exited, another is known to hold it", {
		OPEN(0, 1, 3, 50, S, ANY, STATE_LISTEN, .out = "listen " S " 1 via=snapshot"),
		DIAG(1, HELD, .pid = 2, .fd = 3, .cookie = 50, .local = S, .remote = ANY),
		DIAG(1, HELD, .pid = 3, .fd = 3, .cookie = 50, .local = S, .remote = ANY),
		EXIT(100, 1), EXIT(500, 3), END(520, 50, S, ANY), STREAM(600),
		TICK(610, .out = "unlisten " S " 1 via=destroy") } },
	{ "a listener of another family: its listen() arrives after the exit, or after a close", {
		ACCEPT(10, 1, 3, 4, NULL), ABSENT(15, 1), ABSENT(16, 2), EXIT(20, 1),
		LISTEN(12, 1, 3), ACCEPT(30, 2, 3, 4, NULL), ABSENT(35, 3), ABSENT(36, 4),
		CALL(40, CLOSE, 2, 3), LISTEN(32, 2, 3), TICK(60), TICK(1500), STREAM(1501),
		TICK(2600) } },
	{ "a passed listener: its listen() is late, and neither is looked up yet", {
		LISTEN(20, 2, 4), FOUND(25, 1, 50, S, ANY, STATE_LISTEN), SOCKET(10, 1, 3),
		BIND(11, 1, 3, S), LISTEN(12, 1, 3, .out = "listen " S " 1"), STREAM(30), TICK(40),
		FOUND(45, 2, 50, S, ANY, STATE_LISTEN), STREAM(60), TICK(70), END(1000, 50, S, ANY),
		STREAM(1100), TICK(1110, .out = "unlisten " S " 1 via=destroy") } },
	{ "a passed listener: its listen() arrives after its start was written", {
		ACCEPT(20, 2, 4, 7, NULL), FOUND(25, 1, 11, S, R, EST, .active = 0),
		FOUND(26, 2, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "listen " S " 2 via=snapshot\nstart " S " <- " R " 2"),
		SOCKET(10, 1, 3), BIND(11, 1, 3, S), LISTEN(12, 1, 3), ACCEPT(60, 1, 3, 8, M),
		FOUND(85, 3, 50, S, ANY, STATE_LISTEN), STREAM(90),
		TICK(1100, .out = "start " S " <- " M " 1"), END(1200, 50, S, ANY), STREAM(1300),
		TICK(1310, .out = "unlisten " S " 2 via=destroy") } },
	{ "a passed listener: a late listen() at its port is of another, with SO_REUSEPORT", {
		LISTEN(20, 2, 4), FOUND(26, 1, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "listen " S " 2"),
		SOCKET(10, 1, 3), BIND(11, 1, 3, S), LISTEN(12, 1, 3),
		FOUND(85, 2, 51, S, ANY, STATE_LISTEN), STREAM(90), TICK(100, .out = "listen " S " 1") } },
	{ "a passed listener: its listen() arrives later still, when its opener is gone", {
		LISTEN(20, 2, 4), FOUND(26, 1, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "listen " S " 2"), SOCKET(10, 1, 3), BIND(11, 1, 3, S), LISTEN(12, 1, 3),
		ACCEPT(60, 1, 3, 8, NULL), GONE(65, 2), GONE(66, 3), STREAM(80),
		TICK(200), GONE(205, 4), STREAM(210), TICK(1100, .out = "start " S " <- - 1") } },
	{ "a passed listener: its opener has closed it before the look, and it is the only one", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		EXIT(2, 1), ACCEPT(10, 2, 4, 7, NULL), GONE(15, 1, .live = { 50 }),
		FOUND(16, 2, 11, S, R, EST, .active = 0),
		FOUND(17, 3, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "start " S " <- " R " 2"), STREAM(1100), TICK(1110), TICK(1130),
		END(1200, 50, S, ANY), STREAM(1300), TICK(1310, .out = "unlisten " S " 2 via=destroy") } },
	{ "a passed listener: its opener has closed it, one was destroyed, and another is found", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		EXIT(2, 1), END(3, 49, S, ANY), LISTEN(10, 2, 4), GONE(15, 1, .live = { 50 }),
		FOUND(17, 2, 50, S, ANY, STATE_LISTEN), STREAM(30), TICK(50, .out = "listen " S " 2"),
		TICK(1100, .out = "unlisten " S " 1 via=destroy") } },
	{ "a passed listener: its start was late, it was destroyed before both are matched", {
		LISTEN(20, 2, 4), FOUND(25, 1, 50, S, ANY, STATE_LISTEN), SOCKET(10, 1, 3),
		BIND(11, 1, 3, S), LISTEN(12, 1, 3, .out = "listen " S " 1"), END(40, 50, S, ANY),
		GONE(50, 2), STREAM(60), TICK(70, .out = "unlisten " S " 1 via=destroy"), TICK(3000) } },
	{ "a passed listener: its stop was written before it was looked up", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(5, 1, 50, S, ANY, STATE_LISTEN), STREAM(10), TICK(30), LISTEN(40, 2, 4),
		END(50, 50, S, ANY), STREAM(60), TICK(70, .out = "unlisten " S " 1 via=destroy"),
		FOUND(80, 2, 50, S, ANY, STATE_LISTEN, .looked = 45), STREAM(90), TICK(110), TICK(3000) } },
	{ "a passed listener: the number of its opener was another socket's by the look", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		LISTEN(10, 2, 4), ABSENT(20, 1), FOUND(25, 2, 50, S, ANY, STATE_LISTEN),
		SOCKET(15, 1, 3, .type = SOCK_DGRAM), STREAM(40), TICK(60), TICK(80),
		GONE(90, 3, .live = { 50 }), STREAM(100), TICK(110), TICK(3000) } },
	{ "a passed listener: the look found a connection at its opener's number", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		LISTEN(10, 2, 4), FOUND(20, 2, 50, S, ANY, STATE_LISTEN), FOUND(22, 1, 11, L, R, EST),
		STREAM(40), TICK(60), TICK(120), GONE(150, 3, .live = { 50 }), STREAM(160), TICK(170),
		TICK(3000) } },
	{ "a passed listener: the number of its opener is a Unix socket's", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		LISTEN(10, 2, 4), ABSENT(20, 1), FOUND(25, 2, 50, S, ANY, STATE_LISTEN), STREAM(40),
		TICK(60), TICK(80), ABSENT(900, 3), STREAM(990), TICK(1005), TICK(1100),
		END(1200, 50, S, ANY), STREAM(1300), TICK(1310, .out = "unlisten " S " 1 via=destroy") } },
	{ "a passed listener: that of the same end is in another namespace", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		LISTEN(10, 2, 4), ABSENT(20, 1),
		FOUND(25, 2, 50, S, ANY, STATE_LISTEN, .of = WATCHED, IN), STREAM(40),
		TICK(60, .out = "listen " S " 2 netns=2"), TICK(80), ABSENT(900, 3), STREAM(990),
		TICK(1100) } },
	{ "a listener: its number was a Unix socket's before its process ended", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		ABSENT(15, 1), STREAM(30), TICK(80),
		GONE(85, 2, .live = { 50 }, .cookie = 50, .local = S, .remote = ANY, .state = STATE_LISTEN),
		STREAM(100), TICK(220), LISTEN(230, 2, 4), FOUND(235, 3, 50, S, ANY, STATE_LISTEN),
		STREAM(240), TICK(260), TICK(1300) } },
	{ "a child that accepted on its parent's listener closes it last", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(5, 1, 50, S, ANY, STATE_LISTEN), STREAM(10), TICK(30),
		ACCEPT(40, 2, 3, 4, NULL, .ppid = 1), FOUND(45, 2, 11, S, R, EST, .active = 0),
		STREAM(60), TICK(80, .out = "start " S " <- " R " 2"), EXIT(100, 1),
		CALL(200, CLOSE, 2, 3), END(203, 50, S, ANY), STREAM(300),
		TICK(320, .out = "unlisten " S " 2 via=destroy") } },
	{ "a child accepts on another listener than it is presumed to have", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		FOUND(5, 1, 50, S, ANY, STATE_LISTEN), STREAM(10), TICK(30),
		ACCEPT(40, 2, 3, 4, NULL, .ppid = 1), END(48, 50, S, ANY),
		SOCKET(49, 1, 3), STREAM(100), TICK(120, .out = "unlisten " S " 1 via=destroy"),
		FOUND(720, 2, 11, "10.0.0.5:81", R, EST, .active = 0), STREAM(740),
		TICK(760, .out = "start 10.0.0.5:81 <- " R " 2") } },
	{ "a listener: its opener has closed it before the look, and it is the only one", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, S), LISTEN(0, 1, 3, .out = "listen " S " 1"),
		GONE(15, 1, .live = { 50 }, .cookie = 50, .local = S, .remote = ANY,
		     .state = STATE_LISTEN), STREAM(30), TICK(120), EXIT(500, 1), TICK(1100), TICK(1300),
		END(2000, 50, S, ANY), STREAM(2100), TICK(2110, .out = "unlisten " S " 1 via=destroy") } },
	{ "a passed listener: its listen() arrives after its stop", {
		LISTEN(20, 2, 4), FOUND(26, 1, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "listen " S " 2"), END(60, 50, S, ANY), STREAM(70),
		TICK(80, .out = "unlisten " S " 2 via=destroy"), SOCKET(10, 1, 3), BIND(11, 1, 3, S),
		LISTEN(12, 1, 3), GONE(90, 2), STREAM(100), TICK(250), TICK(1100), TICK(3000) } },
	{ "a child accepts on a number at which its parent opened a socket, and listens on it", {
		SOCKET(0, 1, 3), ACCEPT(20, 2, 3, 4, R, .ppid = 1), LISTEN(21, 2, 3, .ppid = 1),
		FOUND(25, 2, 50, S, ANY, STATE_LISTEN), FOUND(25, 1, 11, S, R, EST, .active = 0),
		STREAM(30), TICK(50, .out = "listen " S " 2\nstart " S " <- " R " 2"),
		BIND(60, 1, 3, "10.0.0.5:81"), LISTEN(61, 1, 3, .out = "listen 10.0.0.5:81 1") } },
	{ "a child accepts on the number of its parent's connection, which was destroyed", {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), END(101, 11, L, R, .est = 1),
		ACCEPT(100, 2, 3, 4, M, .ppid = 1), STREAM(200),
		TICK(300, .out = "stop " L " -> " R " 1 via=destroy") } },
	{ "a stop that is inferred does not name who need not have inherited", {
		SOCKET(0, 1, 3), BIND(0, 1, 3, L), CONNECT(1, 1, 3, R, 0, .out = "start " L " -> " R " 1"),
		GONE(10, 1), SOCKET(40, 2, 7, .ppid = 1), TICK(1020), CALL(1100, GONE, 1, 0),
		EXIT(1101, 2, .ppid = 1), GONE(1105, 2), TICK(1120),
		TICK(1250, .out = "stop " L " -> " R " 1 via=exit") } },
	{ "a child listens on a number at which its parent opened a socket", {
		SOCKET(0, 1, 3), LISTEN(20, 2, 3, .ppid = 1), FOUND(25, 1, 50, S, ANY, STATE_LISTEN),
		BIND(10, 1, 3, "10.0.0.5:81"), STREAM(30), TICK(50, .out = "listen " S " 2"),
		LISTEN(60, 1, 3, .out = "listen 10.0.0.5:81 1") } },
	{ "a passed listener: another one listens at its port, with SO_REUSEPORT", {
		LISTEN(20, 2, 4), FOUND(25, 1, 50, S, ANY, STATE_LISTEN), SOCKET(10, 1, 3),
		BIND(11, 1, 3, S), LISTEN(12, 1, 3, .out = "listen " S " 1"), STREAM(30), TICK(40),
		FOUND(45, 2, 51, S, ANY, STATE_LISTEN), STREAM(60),
		TICK(70, .out = "listen " S " 2") } },
	{ "an unknown listener: of another family, or not to be read", {
		ACCEPT(2, 1, 3, 4, NULL), ABSENT(5, 1), ACCEPT(10, 1, 3, 4, NULL), HIDDEN(15, 2),
		ACCEPT(20, 1, 3, 4, NULL), GONE(25, 3), ACCEPT(30, 1, 3, 4, NULL), EXIT(40, 1),
		LISTEN(50, 2, 3), ACCEPT(51, 2, 3, 4, NULL), ABSENT(55, 5), ABSENT(55, 6),
		TICK(3000), STREAM(3001), TICK(6000) } },
	{ "an event that is late displaces nothing", {
		SOCKET(100, 1, 3), CONNECT(101, 1, 3, R, 0), FOUND(105, 1, 11, L, R, EST),
		STREAM(120), TICK(130, .out = "start " L " -> " R " 1"), SOCKET(90, 1, 3),
		CONNECT(91, 1, 3, "192.0.2.8:80", 0), GONE(140, 2), STREAM(150), TICK(260),
		TICK(1200, .out = "start - -> 192.0.2.8:80 1"), STREAM(1201), GONE(1205, 0),
		TICK(1400, .out = "stop - -> 192.0.2.8:80 1 via=reuse"),
		END(1500, 11, L, R, .est = 1), STREAM(1600),
		TICK(1610, .out = "stop " L " -> " R " 1 via=destroy") } },
};

/* ---- the machine ---- */

static struct {
	char text[1 << 16];
	size_t used;
	uint64_t questions;
	int at, time;
	struct conn_id open[512];	/* numbers of the starts */
	unsigned int count;
	struct conn_id last;
	bool anything;			/* foolish input: evictions, numbers 0 */
} seen;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	seen.used += vsnprintf(seen.text + seen.used, sizeof(seen.text) - seen.used,
			       format, ap);
	va_end(ap);
	assert_true(seen.used < sizeof(seen.text));
}

/* No number twice, and the stop has that of its start. */
static void check_id(const struct entry *r)
{
	unsigned int i;

	for (i = 0; i < seen.count; i++)
		if (!memcmp(&seen.open[i], &r->id, sizeof(r->id)))
			break;
	seen.last = r->id;
	assert_true(r->id.nth > 0);
	if (r->what == CONNECT_STOP || r->what == LISTEN_STOP) {
		assert_true(i < seen.count);
		seen.open[i] = seen.open[--seen.count];
		return;
	}
	assert_int_equal(i, seen.count);
	assert_true(seen.count < 512);
	if (r->what != CONNECT_FAIL)
		seen.open[seen.count++] = r->id;
}

static void on_record(const struct entry *r, void *arg)
{
	static const char *const names[] = {
		"start", "stop", "fail", "listen", "unlisten",
	};
	char text[NETADDR_TEXT_MAX];

	(void)arg;
	if (r->what < ENTRY_KIND_COUNT && !seen.anything)
		check_id(r);
	netaddr_format(&r->local, text);
	seen.time = r->time.sec * 1000 + r->time.milli - 1000000;
	put("%s%s %s", seen.used ? "\n" : "", names[r->what], text);
	netaddr_format(&r->remote, text);
	if (r->what < LISTEN_START)
		put(" %s %s", r->unknown_direction ? "-" : r->inbound ? "<-" : "->", text);
	put(" %d", (int)r->identity->pid);
	if (r->via)
		put(" via=%s", entry_via_name(r->via));
	if (r->err)
		put(" errno=%d", r->err);
	if (r->tx >= 0)
		put(" tx=%d", (int)r->tx);
	if (r->rx >= 0)
		put(" rx=%d", (int)r->rx);
	if (r->other_netns)
		put(" unseen");
	if (r->netns >= 0 && r->netns != OURS)
		put(" netns=%d", (int)r->netns);
	if (r->proto == IPPROTO_UDP)
		put(" udp");
	/* a line's time is when it happened, not when it was learnt */
	assert_true(r->time.sec * 1000 + r->time.milli <= 1000000 + seen.at);
}

static void on_question(const struct request *q, void *arg)
{
	(void)arg;
	assert_int_equal(q->id, seen.questions + 1);
	seen.questions = q->id;
}

static enum diag_life on_life(uint64_t cookie, uint64_t ino, void *arg)
{
	(void)cookie;
	(void)ino;
	return ((const struct step *)arg)->life;
}

static void read_address(const char *text, struct netaddr *a)
{
	struct netaddr_range range;

	memset(a, 0, sizeof(*a));
	if (!text)
		return;
	assert_int_equal(netaddr_parse_range(text, &range), 0);
	*a = range.addr;
	a->has_port = true;
}

static void make_diag(const struct step *s, struct diag *d)
{
	*d = (struct diag){
		.op = s->op,
		.question = s->question ? (uint64_t)s->question : seen.questions,
		.looked_ms = 1000000 + s->looked,
		.sock = { .cookie = s->cookie, .ino = s->cookie * 10, .state = s->state,
			  .proto = s->udp ? IPPROTO_UDP : IPPROTO_TCP,
			  .family = AF_INET, .netns = s->netns, .tx = s->tx, .rx = s->rx,
			  .established = s->est, .refused = s->refused,
			  .active = s->active },
		.netns = s->of < 0 ? 0 : s->of ? s->of : OURS,
		.netns_sure = s->of >= 0 && !s->likely,
		.watched = s->of != UNKNOWN && s->of <= WATCHED,
		.life = on_life,
		.holders = s->held,
		.away = s->away,
		.arg = (void *)s,
		.begun = (s->looked ? s->looked : s->at) * 1000000LL,
	};
	read_address(s->local, &d->sock.local);
	read_address(s->remote, &d->sock.remote);
	for (int i = 0; i < 3 && s->live[i]; i++)
		d->live[d->live_count++] = s->live[i];
}

static void make_fact(const struct step *s, struct event *f)
{
	*f = (struct event){
		.kind = s->kind,
		.stamp = { .sec = 1000 + s->at / 1000, .milli = s->at % 1000,
			   .serial = s->kind >= EVENT_MODULE ? 0 :
				     s->at + 1 + 100000 * (s->pid - 1) },
		.node = s->node,
		.task = { .pid = s->pid, .ppid = s->ppid ? s->ppid : 5000, .uid = 0, .auid = 0, .ses = 0,
			  .sid = -1, .comm = "\"prog\"", .exe = "\"/bin/prog\"" },
		.result = s->result,
		.fd = s->fd, .newfd = s->kind == EVENT_DUP ? s->result : s->fd,
		.family = AF_INET, .type = s->type,
		.netns = -1, .mono = s->at * 1000000LL, .tx = -1, .rx = -1,
		.missed = -1, .lost = -1,
	};
	if (s->kind >= EVENT_MODULE)
		return;
	f->mono = -1;
	f->has_sockaddr = s->remote;
	f->sa_family = s->remote ? AF_INET : 0;
	read_address(s->remote, &f->addr);
}

static void do_step(struct track *t, const struct step *s)
{
	struct diag d;
	struct event f;

	seen.used = 0;
	*seen.text = 0;
	seen.at = s->at > seen.at ? s->at : seen.at;
	make_fact(s, &f);
	if (s->kind == EVENT_DIAG) {
		make_diag(s, &d);
		f.diag = &d;
	}
	track_event(t, &f);
	assert_string_equal(seen.text, s->out ? s->out : "");
	if (s->time)
		assert_int_equal(seen.time, s->time);
}

static struct track *make_tracker_of(struct input_errors *c, unsigned int max,
				     unsigned int processes)
{
	struct track_limits limits = { .sockets = 100, .processes = processes };
	struct diag_options o = {
		.wait_ms = WAIT, .settle_ms = SETTLE, .max = max, .node = HOST,
		.netns = OURS,
	};
	struct track_io io = { .emit = on_record, .ask = on_question };
	struct track *t = track_new(&limits, &io, c);
	struct step start = TICK(0);

	memset(&seen, 0, sizeof(seen));
	assert_non_null(t);
	track_set_diag(t, &o);
	do_step(t, &start);
	return t;
}

static struct track *make_tracker(struct input_errors *c, unsigned int max)
{
	return make_tracker_of(c, max, 100);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	for (size_t i = 0; i < 20 && row->steps[i].kind; i++)
		do_step(t, &row->steps[i]);
	track_free(t);
}

/* Off, nothing waits, and nothing is added. */
static void test_off(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS,
					 .out = "start - -> " R " 1 via=in-progress"),
		FOUND(5, 1, 11, L, R, EST), END(6, 11, L, R), TICK(2000),
		EXIT(10, 1, .out = "stop - -> " R " 1 via=exit"),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	(void)state;
	track_set_diag(t, NULL);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		do_step(t, &steps[i]);
	track_free(t);
}

/* Starts that wait are written when the source goes. */
static void test_switched_off(void **state)
{
	static const struct step steps[] = { SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0),
					     EXIT(2, 1) };
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	(void)state;
	for (int i = 0; i < 3; i++)
		do_step(t, &steps[i]);
	assert_true(track_diag_waits(t));
	track_set_diag(t, NULL);
	assert_string_equal(seen.text, "start - -> " R " 1\nstop - -> " R " 1 via=exit");
	assert_false(track_diag_waits(t));
	track_free(t);
}

/* One that a child may have is left to the rules. */
static void test_switched_off_handed_on(void **state)
{
	static const struct step steps[] = { SERVER, GONE(15, 2), STREAM(20) };
	static const struct step end = EXIT(100, 1, .out = "stop " S " <- " R " 1 via=exit\n"
						   "unlisten " S " 1 via=exit");
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		do_step(t, &steps[i]);
	track_set_diag(t, NULL);
	assert_false(track_diag_waits(t));
	do_step(t, &end);
	track_free(t);
}

/* When too many wait, the next is written as it is, and counted. */
static void test_bounded(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), SOCKET(0, 1, 4),
		CONNECT(2, 1, 4, R, 0, .out = "start - -> " R " 1"),
		TICK(1100, .out = "start - -> " R " 1"),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 1);

	(void)state;
	for (int i = 0; i < 5; i++)
		do_step(t, &steps[i]);
	assert_int_equal(c.count[INPUT_ERROR_UNASKED], 1);
	track_free(t);
}

/* A late listen(), of a listener that was passed and has its start, cannot be asked, or is not answered:
 * it is taken for that listener, whose last holder is then known. */
static void test_late_listen(void **state)
{
	static const struct step steps[] = {
		LISTEN(20, 2, 4), FOUND(26, 1, 50, S, ANY, STATE_LISTEN), STREAM(30),
		TICK(50, .out = "listen " S " 2"), SOCKET(60, 3, 3), CONNECT(61, 3, 3, R, 0),
		SOCKET(10, 1, 3), BIND(11, 1, 3, S), LISTEN(12, 1, 3), EXIT(200, 2),
		TICK(1100, .out = "start - -> " R " 3"), EXIT(1990, 1), END(2000, 50, S, ANY),
		STREAM(2100), TICK(2110, .out = "unlisten " S " 1 via=destroy"),
	};

	(void)state;
	for (unsigned int max = 1; max < 4; max += 2) {
		struct input_errors c = { 0 };
		struct track *t = make_tracker(&c, max);

		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
			do_step(t, &steps[i]);
		assert_int_equal(c.count[INPUT_ERROR_UNASKED], max == 1);
		track_free(t);
	}
}

/* A start that is held until the socket is known has its cookie, else its event's serial. */
static void test_id(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
	}, late[] = {
		SOCKET(40, 1, 4), CONNECT(41, 1, 4, R, 0),
		TICK(1100, .out = "start - -> " R " 1"),
	}, refused[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		END(3, 11, L, R, .est = 0, .refused = true), GONE(5, 1), STREAM(20),
		TICK(120, .out = "fail " L " -> " R " 1 via=destroy errno=111"),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	(void)state;
	for (int i = 0; i < 5; i++)
		do_step(t, &steps[i]);
	assert_false(seen.last.by_serial);
	assert_int_equal(seen.last.number, 11);
	for (int i = 0; i < 3; i++)
		do_step(t, &late[i]);
	assert_true(seen.last.by_serial);
	assert_int_equal(seen.last.number, 42);
	track_free(t);
	t = make_tracker(&c, 100);
	for (int i = 0; i < 6; i++)
		do_step(t, &refused[i]);
	assert_false(seen.last.by_serial);
	assert_int_equal(seen.last.number, 11);
	track_free(t);
}

/* The state file gets back the values that it gave. */
static void same_known(const struct diag_known *k, const struct identity *opener, void *arg)
{
	const struct diag_known *want = arg;

	(void)opener;
	assert_int_equal(k->sock.cookie, want->sock.cookie);
	assert_int_equal(k->nth, want->nth);
	assert_int_equal(k->ignored, want->ignored);
	assert_int_equal(k->ev.serial, want->ev.serial);
	assert_memory_equal(&k->id, &want->id, sizeof(k->id));
	seen.count++;
}

/* A connection of an earlier run, written or ignored, ends in the same way. */
static void test_id_kept(void **state)
{
	struct diag_known k = {
		.sock = { .cookie = 11, .proto = IPPROTO_TCP, .state = EST },
		.ev = { 900, 0, 42 }, .start = { .sec = 900 }, .id = { 1, true, 42, true, 3 }, .nth = 3,
	};
	struct step known = DIAG(10, KNOWN, .pid = 1, .cookie = 11, .local = L, .remote = R);
	struct step end[] = { END(20, 11, L, R), STREAM(30), TICK(40) };
	struct input_errors c = { 0 };

	(void)state;
	for (int ignored = 0; ignored < 2; ignored++) {
		struct track *t = make_tracker(&c, 100);
		struct event f;
		struct diag d;

		make_fact(&known, &f);
		make_diag(&known, &d);
		k.ignored = ignored;
		k.sock.local = d.sock.local;
		k.sock.remote = d.sock.remote;
		d.known = &k;
		f.diag = &d;
		track_event(t, &f);
		track_diag_each(t, same_known, &k);
		assert_int_equal(seen.count, 1);
		seen.count = 0;
		seen.open[seen.count++] = k.id;
		end[2].out = ignored ? NULL : "stop " L " -> " R " 1 via=destroy";
		for (int i = 0; i < 3; i++)
			do_step(t, &end[i]);
		assert_int_equal(seen.count, ignored);
		track_free(t);
	}
}

/* Its process is forgotten while it waits, and no other is known to have it: a start whose stop
 * cannot come is counted. */
static void test_process_forgotten(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, -EINPROGRESS),
		SOCKET(2, 2, 3), SOCKET(3, 3, 3), SOCKET(4, 4, 3), SOCKET(5, 5, 3),
		TICK(1010, .out = "start - -> " R " 1 via=in-progress"),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker_of(&c, 100, 3);
	struct track_stats stats;

	(void)state;
	for (int i = 0; i < 7; i++)
		do_step(t, &steps[i]);
	track_stats(t, &stats);
	assert_int_equal(stats.open, 0);
	assert_int_equal(c.count[INPUT_ERROR_EVICTED], 1);
	track_free(t);
}

static void count_known(const struct diag_known *k, const struct identity *opener, void *arg)
{
	assert_int_equal(k->sock.cookie, 11);
	assert_int_equal(opener->pid, 1);
	assert_int_equal(k->ev.serial, 2);
	++*(int *)arg;
}

/* A kept connection is open and written; the end of the program does not end it. */
static void test_kept(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(30, 1, 4), CONNECT(31, 1, 4, R, 0),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);
	int count = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		do_step(t, &steps[i]);
	track_diag_each(t, count_known, &count);
	assert_int_equal(count, 1);
	track_diag_leave(t);
	track_set_diag(t, NULL);
	assert_string_equal(seen.text, "start - -> " R " 1");
	track_free(t);
}

/* An end that is only inferred, of a socket with or without a known cookie, is not written at the end
 * of the program; its start is. */
static void test_left_in_doubt(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"),
		SOCKET(30, 1, 4), BIND(31, 1, 4, M), CONNECT(32, 1, 4, R, 0, .out = "start " M " -> " R " 1"),
		SOCKET(33, 1, 5), CONNECT(34, 1, 5, R, 0), EXIT(100, 1),
	};
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		do_step(t, &steps[i]);
	track_diag_leave(t);
	track_set_diag(t, NULL);
	assert_string_equal(seen.text, "start - -> " R " 1");
	track_free(t);
}

/* sock_diag goes because the module was loaded: its records find the connection by its inode,
 * but not if they have the cookie of another socket. */
static void test_left_to_module(void **state)
{
	static const struct step steps[] = {
		SOCKET(0, 1, 3), CONNECT(1, 1, 3, R, 0), FOUND(5, 1, 11, L, R, EST),
		STREAM(20), TICK(30, .out = "start " L " -> " R " 1"), EXIT(100, 1),
		SWEEP(150, ALIVE),
	};
	const struct step release = { .at = 200, .kind = EVENT_MODULE, .pid = 2 };
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);
	struct event f;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		do_step(t, &steps[i]);
	track_set_diag(t, NULL);
	seen.anything = true;	/* the other socket's stop has no start */
	seen.at = release.at;
	make_fact(&release, &f);
	f.op = NETLOG_OP_RELEASE;
	f.proto = IPPROTO_TCP;
	f.state = EST;
	f.ino = 110;
	f.cookie = 12;
	read_address(M, &f.local);
	read_address(R, &f.remote);
	track_event(t, &f);
	assert_string_equal(seen.text, "stop " M " -> " R " 2");
	seen.used = 0;
	f.cookie = 11;
	read_address(L, &f.local);
	track_event(t, &f);
	assert_string_equal(seen.text, "stop " L " -> " R " 2");
	track_free(t);
}

/* Hostile or foolish: any op, with nothing in it, at any time. */
static void test_anything(void **state)
{
	struct input_errors c = { 0 };
	struct track *t = make_tracker(&c, 100);
	unsigned int seed = 1;

	(void)state;
	seen.anything = true;
	for (int i = 0; i < 50000; i++) {
		struct step s = { .at = i };
		struct diag d;
		struct event f;
		struct diag_known k = { .sock = { .cookie = i % 7 } };

		seed = seed * 1103515245 + 12345;
		s.kind = seed >> 16 & 1 ? EVENT_DIAG : (enum event_kind[]){ EVENT_SOCKET,
			EVENT_CONNECT, EVENT_ACCEPT, EVENT_EXIT_GROUP, EVENT_TICK, EVENT_BIND,
			EVENT_LISTEN, EVENT_GONE }[seed >> 17 & 7];
		s.op = seed >> 20 & 15;
		if (s.op > DIAG_SWEEP)
			s.op = DIAG_DESTROYED;
		s.pid = seed >> 24 & 3;
		s.fd = seed >> 26 & 3;
		s.type = seed >> 28 & 1 ? SOCK_STREAM : SOCK_DGRAM;
		s.result = s.kind == EVENT_CONNECT ?
			   (int[]){ 0, -EINPROGRESS, -ECONNREFUSED, 0 }[seed >> 29 & 3] :
			   (int64_t)(seed >> 29 & 3);
		s.cookie = seed >> 8 & 7;
		s.question = seen.questions > 4 ? seen.questions - (seed >> 12 & 3) : 1;
		s.remote = seed >> 14 & 1 ? R : ANY;
		s.local = seed >> 15 & 1 ? L : M;
		s.state = seed >> 9 & 15;
		s.est = (int)(seed >> 10 & 3) - 1;
		s.netns = seed >> 11 & 1 ? OURS : WATCHED;
		s.of = (int[]){ OURS, WATCHED, THEIRS, UNKNOWN }[seed >> 18 & 3];
		s.likely = seed >> 22 & 1;
		s.life = seed >> 13 & 1;
		make_fact(&s, &f);
		make_diag(&s, &d);
		d.known = &k;
		f.diag = &d;
		seen.used = 0;
		seen.at = i;
		track_event(t, &f);
	}
	track_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off), cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_switched_off_handed_on),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_late_listen), cmocka_unit_test(test_id),
		cmocka_unit_test(test_id_kept), cmocka_unit_test(test_process_forgotten),
		cmocka_unit_test(test_kept), cmocka_unit_test(test_left_in_doubt),
		cmocka_unit_test(test_left_to_module), cmocka_unit_test(test_anything),
	};
	int failed = table_run("rows", test_row, ROWS(rows));

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
