// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/unit: the tracker. A row is a sequence of facts, each with the records that it must
 * give; invariants of every sequence are checked on all of them.
 */
#include "parser/track/track.h"
#include "parser/netaddr_range.h"
#include "parser/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "table.h"

struct step {
	enum event_kind kind;
	enum netlog_op op;
	int pid, ppid;			/* ppid 0: 1 */
	const char *node, *comm, *exe;	/* NULL: prog, /bin/prog; "": absent */
	int fd, newfd;
	int64_t result;
	const char *addr;		/* address, "unix", "unspec"; NULL: none */
	int family, type, proto;
	bool cloexec, unspec;		/* unspec: addr, under that family */
	uint64_t ino, cookie;
	const char *local, *remote;
	int state, err;
	enum event_direction direction;
	int64_t tx, rx;
	bool early;			/* its records are of an earlier time */
	int late;			/* so many events */
	const char *out;		/* records, newline between; NULL: none */
	const char *bad;		/* the one complaint counted, or NULL */
};

#define CALL(k, p, f, n, ...) { .kind = EVENT_##k, .pid = p, .fd = f, .newfd = n, \
				__VA_ARGS__ }
#define SOCKET(p, n, t, ...)	CALL(SOCKET, p, 2, 2, .result = n, .type = SOCK_##t, \
				     .family = AF_INET, __VA_ARGS__)
#define BIND(p, n, a, ...)	CALL(BIND, p, n, n, .addr = a, __VA_ARGS__)
#define LISTEN(p, n, ...)	CALL(LISTEN, p, n, n, __VA_ARGS__)
#define CONNECT(p, n, a, r, ...) CALL(CONNECT, p, n, n, .addr = a, .result = r, \
				      __VA_ARGS__)
#define ACCEPT(p, l, n, a, ...)	CALL(ACCEPT, p, l, l, .result = n, .addr = a, \
				     __VA_ARGS__)
#define CLOSE(p, n, ...)	CALL(CLOSE, p, n, n, __VA_ARGS__)
#define CLOSE_RANGE(p, a, b, ...) CALL(CLOSE, p, a, b, __VA_ARGS__)
#define DUP(p, a, b, ...)	CALL(DUP, p, a, b, .result = b, __VA_ARGS__)
#define CLOEXEC(p, n, on)	CALL(CLOEXEC, p, n, n, .cloexec = on)
#define FORK(p, c, ...)		CALL(FORK, p, 0, 0, .result = c, __VA_ARGS__)
#define EXEC(p, e, ...)		CALL(EXEC, p, 0, 0, .exe = e, __VA_ARGS__)
#define EXIT(p, ...)		CALL(EXIT_GROUP, p, 0, 0, __VA_ARGS__)
#define EXIT_THREAD(p, ...)	CALL(EXIT_THREAD, p, 0, 0, __VA_ARGS__)
#define BOOT(...)		CALL(BOOT, -1, 0, 0, __VA_ARGS__)
#define MOD(o, p, i, l, r, ...)	{ .kind = EVENT_MODULE, .op = NETLOG_OP_##o,	\
				  .pid = p, .ino = i, .local = l, .remote = r,	\
				  .proto = IPPROTO_TCP, .tx = -1, .rx = -1,	\
				  __VA_ARGS__ }
#define UDP .proto = IPPROTO_UDP

#define A "192.0.2.7:443"
#define B "192.0.2.8:80"
#define L "10.0.0.5:43210"
#define START_A "connect start TCP - -> " A " 100 prog"
#define STOP_A "connect stop TCP - -> " A " 100 prog"
#define START_B "connect start TCP - -> " B " 100 prog"
#define STOP_B "connect stop TCP - -> " B " 100 prog"
#define FAIL_A "connect fail TCP - -> " A " 100 prog"
#define UDP_START_A "connect start UDP - -> " A " 100 prog"
#define UDP_STOP_A "connect stop UDP - -> " A " 100 prog"
#define LISTEN_22 "listen start TCP 0.0.0.0:22 100 prog"
#define LISTEN_STOP_22 "listen stop TCP 0.0.0.0:22 100 prog"
#define OPEN_A SOCKET(100, 3, STREAM), CONNECT(100, 3, A, 0, .out = START_A)
#define OPEN_22 SOCKET(100, 3, STREAM), BIND(100, 3, "0.0.0.0:22"), \
		LISTEN(100, 3, .out = LISTEN_22)
#define BOUND_53 SOCKET(100, 3, DGRAM), BIND(100, 3, "0.0.0.0:53", \
		.out = "listen start UDP 0.0.0.0:53 100 prog")

/* ---- rules alone ---- */

static const struct step tcp[] = {
	OPEN_A, CLOSE(100, 3, .out = STOP_A " via=close"), CLOSE(100, 3),
};
static const struct step socket_alone[] = {
	SOCKET(100, 3, STREAM), CLOSE(100, 3),
	SOCKET(100, 3, DGRAM), EXIT(100),
};
static const struct step bound[] = {
	SOCKET(100, 3, STREAM), BIND(100, 3, L),
	CONNECT(100, 3, A, 0, .out = "connect start TCP " L " -> " A " 100 prog"),
	CLOSE(100, 3, .out = "connect stop TCP " L " -> " A " 100 prog via=close"),
};
static const struct step bound_in_part[] = {
	SOCKET(100, 3, STREAM), BIND(100, 3, "10.0.0.5:0"),
	CONNECT(100, 3, A, 0, .out = "connect start TCP 10.0.0.5:- -> " A " 100 prog"),
	SOCKET(100, 4, STREAM), BIND(100, 4, "0.0.0.0:0"),
	CONNECT(100, 4, A, 0, .out = START_A),
	SOCKET(100, 5, STREAM), BIND(100, 5, "0.0.0.0:1023"),
	CONNECT(100, 5, A, 0, .out = "connect start TCP -:1023 -> " A " 100 prog"),
};
static const struct step bind_refused[] = {
	SOCKET(100, 3, STREAM), BIND(100, 3, L, .result = -EADDRINUSE),
	CONNECT(100, 3, A, 0, .out = START_A),
};
static const struct step ipv6[] = {
	SOCKET(100, 3, STREAM, .family = AF_INET6),
	CONNECT(100, 3, "[2001:db8::1]:80", 0,
		.out = "connect start TCP - -> [2001:db8::1]:80 100 prog"),
};
static const struct step protocols[] = {
	SOCKET(100, 3, STREAM, .proto = IPPROTO_SCTP),
	CONNECT(100, 3, A, 0, .out = "connect start SCTP - -> " A " 100 prog"),
	SOCKET(100, 4, STREAM, .proto = PROTO_MPTCP),
	CONNECT(100, 4, A, 0, .out = "connect start MPTCP - -> " A " 100 prog"),
	SOCKET(100, 5, DGRAM, .proto = IPPROTO_UDPLITE),
	CONNECT(100, 5, A, 0, .out = "connect start UDPLITE - -> " A " 100 prog"),
	SOCKET(100, 6, DCCP, .proto = IPPROTO_DCCP),
	CONNECT(100, 6, A, 0, .out = "connect start DCCP - -> " A " 100 prog"),
	SOCKET(100, 7, SEQPACKET),
	CONNECT(100, 7, A, 0, .out = "connect start SCTP - -> " A " 100 prog"),
};
static const struct step not_logged[] = {
	SOCKET(100, 3, RAW, .proto = IPPROTO_ICMP), CONNECT(100, 3, A, 0),
	SOCKET(100, 4, DGRAM, .proto = IPPROTO_ICMP), CONNECT(100, 4, A, 0),
	BIND(100, 4, L), CONNECT(100, 4, A, -ENETUNREACH), CLOSE(100, 4), EXIT(100),
};
static const struct step progress_done[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, A, -EALREADY),
	CONNECT(100, 3, A, 0),
	CONNECT(100, 3, A, -EISCONN),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step progress_isconn[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, A, -EISCONN),
	CONNECT(100, 3, A, -EISCONN),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step progress_refused[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, A, -ECONNREFUSED, .out = STOP_A " errno=ECONNREFUSED"),
	CONNECT(100, 3, B, -EINPROGRESS, .out = START_B " via=in-progress"),
	CLOSE(100, 3, .out = STOP_B " via=close"),
};
/* The outcome was read with SO_ERROR: EINPROGRESS means that a new connect began. */
static const struct step progress_again[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, B, -EINPROGRESS, .out = STOP_A " via=in-progress\n"
		START_B " via=in-progress"),
	CONNECT(100, 3, B, 0),
	CLOSE(100, 3, .out = STOP_B " via=close"),
};
static const struct step progress_then_other[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, B, 0, .out = STOP_A " via=in-progress\n" START_B),
	CLOSE(100, 3, .out = STOP_B " via=close"),
};
static const struct step progress_then_other_fails[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, B, -ECONNREFUSED, .out = STOP_A " via=in-progress\n"
		"connect fail TCP - -> " B " 100 prog errno=ECONNREFUSED"),
	CLOSE(100, 3),
};
static const struct step interrupted[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINTR, .out = START_A " via=in-progress"),
	CONNECT(100, 3, A, -EINTR),
	CONNECT(100, 3, A, 0),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step refused[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -ECONNREFUSED, .out = FAIL_A " errno=ECONNREFUSED"),
	CONNECT(100, 3, A, -ETIMEDOUT, .out = FAIL_A " errno=ETIMEDOUT"),
	CONNECT(100, 3, B, 0, .out = START_B),
	CLOSE(100, 3, .out = STOP_B " via=close"),
};
static const struct step refused_alone[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -ENETUNREACH, .out = FAIL_A " errno=ENETUNREACH"),
	CLOSE(100, 3), EXIT(100),
};
static const struct step misuse[] = {
	OPEN_A,
	CONNECT(100, 3, A, -EISCONN), CONNECT(100, 3, A, -EALREADY),
	CONNECT(100, 3, A, -EINVAL), CONNECT(100, 3, NULL, -EFAULT),
	CONNECT(100, 9, A, -EBADF), CONNECT(100, 0, A, -ENOTSOCK),
	CONNECT(100, 3, "unix", -EAFNOSUPPORT), CONNECT(100, 3, "unix", -EISCONN),
	BIND(100, 3, "unix", .result = -EINVAL),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
/* A Unix socket that was offered an inet address is not an inet socket now. */
static const struct step misuse_of_unknown[] = {
	CONNECT(100, 3, A, -EINVAL),
	LISTEN(100, 3, .bad = "unattributed"),
	CONNECT(100, 4, A, -EISCONN), CLOSE(100, 4),
};
static const struct step unknown_socket[] = {
	CONNECT(100, 3, A, 0, .out = "connect start - - -> " A " 100 prog"),
	CLOSE(100, 3, .out = "connect stop - - -> " A " 100 prog via=close"),
	CONNECT(100, 4, A, -ECONNREFUSED,
		.out = "connect fail - - -> " A " 100 prog errno=ECONNREFUSED"),
	BIND(100, 5, "0.0.0.0:22"),
	LISTEN(100, 5, .out = "listen start - 0.0.0.0:22 100 prog"),
	EXIT(100),	/* a child may have inherited it */
};
/* A program that becomes a daemon: its child continues to listen, and no event shows this. */
static const struct step daemon_listens[] = {
	OPEN_22, EXIT(100),
	BOUND_53, EXIT(100),
	BOOT(.out = LISTEN_STOP_22 " via=boot\n"
	     "listen stop UDP 0.0.0.0:53 100 prog via=boot"),
};
/* A process that accepts itself is no such program. */
static const struct step server_exits[] = {
	OPEN_22, ACCEPT(100, 3, 4, "203.0.113.9:1",
			.out = "connect start TCP -:22 <- 203.0.113.9:1 100 prog"),
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=exit\n"
		  LISTEN_STOP_22 " via=exit"),
};
/* Forks are not audited: a process that was seen to have children may have others, unseen, which
 * accept on. A child from before the listener does not count, nor does another program's if the
 * descriptor is close-on-exec. */
#define SERVED_22 OPEN_22, ACCEPT(100, 3, 4, "203.0.113.9:1",		\
				  .out = "connect start TCP -:22 <- 203.0.113.9:1 100 prog")
static const struct step server_forks[] = {
	SERVED_22, EXIT(101, .ppid = 100),
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=exit"),
	BOOT(.out = LISTEN_STOP_22 " via=boot"),
};
static const struct step server_forked_before[] = {
	EXIT_THREAD(100), EXIT(101, .ppid = 100), SERVED_22,
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=exit\n"
		  LISTEN_STOP_22 " via=exit"),
};
static const struct step server_executes[] = {
	SERVED_22, EXIT(101, .ppid = 100, .exe = "/bin/sh"),
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=exit"),
	SOCKET(200, 3, STREAM, .cloexec = true), BIND(200, 3, "0.0.0.0:22"),
	LISTEN(200, 3, .out = "listen start TCP 0.0.0.0:22 200 prog"),
	ACCEPT(200, 3, 4, "203.0.113.9:1", .cloexec = true,
	       .out = "connect start TCP -:22 <- 203.0.113.9:1 200 prog"),
	EXIT(201, .ppid = 200, .exe = "/bin/sh"),
	EXIT(200, .out = "connect stop TCP -:22 <- 203.0.113.9:1 200 prog via=exit\n"
		  "listen stop TCP 0.0.0.0:22 200 prog via=exit"),
};
/* The accept of a child, reported after its parent's exit. */
static const struct step late_child[] = {
	OPEN_22, ACCEPT(100, 3, 4, "203.0.113.9:1",
			.out = "connect start TCP -:22 <- 203.0.113.9:1 100 prog"),
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=exit\n"
		  LISTEN_STOP_22 " via=exit"),
	ACCEPT(101, 3, 4, "203.0.113.9:2", .ppid = 100, .out = LISTEN_22 " via=corrected\n"
	       "connect start TCP -:22 <- 203.0.113.9:2 101 prog"),
	BOOT(.out = "connect stop TCP -:22 <- 203.0.113.9:2 101 prog via=boot\n"
	     LISTEN_STOP_22 " via=boot"),
};
/* ---- with the module ---- */

#define OTHER EXIT_THREAD(999)
#define LOADED MOD(LOAD, -1, 0, NULL, NULL)

/* The kernel's side does not have it. */
static const struct step unclaimed[] = {
	LOADED, SOCKET(100, 3, STREAM), CONNECT(100, 3, A, 0), OTHER,
	{ .kind = EVENT_EXIT_THREAD, .pid = 999, .out = START_A, .early = true },
	EXIT(100, .out = STOP_A " via=exit"),
	ACCEPT(200, 3, 4, "203.0.113.9:1"), EXIT(200),
	{ .kind = EVENT_EXIT_THREAD, .pid = 999, .early = true,
	  .out = "connect start - - <- 203.0.113.9:1 200 prog\n"
		 "connect stop - - <- 203.0.113.9:1 200 prog via=exit" },
	OTHER, OTHER,
};
/* Its record came before the call's event, or comes after it; or the kind of the socket is
 * unknown, or it is no socket. */
static const struct step claimed[] = {
	LOADED, SOCKET(100, 3, STREAM), MOD(CONNECT, 100, 7, L, A),
	MOD(ESTABLISHED, 100, 7, L, A, .out = "connect start TCP " L " -> " A " 100 prog"),
	CONNECT(100, 3, A, 0), OTHER, OTHER, OTHER,
	SOCKET(200, 3, STREAM), CONNECT(200, 3, B, 0), MOD(CONNECT, 200, 8, L, B),
	MOD(ESTABLISHED, 200, 8, L, B, .out = "connect start TCP " L " -> " B " 200 prog"),
	OTHER, OTHER, OTHER,
	CONNECT(300, 3, A, 0), SOCKET(300, 4, DGRAM), CONNECT(300, 4, A, 0),
	SOCKET(300, 5, RAW, .proto = IPPROTO_ICMP), CONNECT(300, 5, A, 0),
	ACCEPT(300, 6, 7, "unix"), ACCEPT(300, 6, 7, NULL),
	SOCKET(300, 8, STREAM), CONNECT(300, 8, A, -EINPROGRESS),
	OTHER, OTHER, OTHER,
};
/* Each record is of one call: of the one whose event it joined, or of one to its peer. */
#define JOINED(p, n, ino, a) SOCKET(p, n, STREAM), MOD(CONNECT, p, ino, L, a),	\
	CONNECT(p, n, a, 0, .late = 1), MOD(ESTABLISHED, p, ino, L, a,		\
		.out = "connect start TCP " L " -> " a " " #p " prog")
#define WROTE(...) { .kind = EVENT_EXIT_THREAD, .pid = 999, .early = true, __VA_ARGS__ }
static const struct step unclaimed_peer[] = {
	LOADED, SOCKET(100, 4, STREAM), SOCKET(100, 5, STREAM), JOINED(100, 3, 7, A),
	CONNECT(100, 4, B, 0),
	MOD(DGRAM, 100, 8, "10.0.0.5:53", "192.0.2.9:53", UDP,	/* no stream */
	    .out = "connect start UDP 10.0.0.5:53 -> 192.0.2.9:53 100 prog"),
	WROTE(.out = START_B),
	/* the same peer again: its record is the first one's */
	CONNECT(100, 5, A, 0), OTHER, WROTE(.out = START_A),
};
/* The same peer by another protocol, or from another port. */
static const struct step unclaimed_proto[] = {
	LOADED, SOCKET(100, 4, STREAM), JOINED(200, 3, 7, A),
	MOD(CONNECT, 100, 8, "10.0.0.5:9", B, .proto = IPPROTO_SCTP),
	MOD(ESTABLISHED, 100, 8, "10.0.0.5:9", B, .proto = IPPROTO_SCTP,
	    .out = "connect start SCTP 10.0.0.5:9 -> " B " 100 prog"),
	CONNECT(100, 4, B, 0), OTHER, WROTE(.out = START_B),
};
static const struct step unclaimed_accept[] = {
	LOADED, SOCKET(200, 3, STREAM), ACCEPT(200, 3, 4, "203.0.113.9:1"),
	MOD(ACCEPT, 200, 9, "10.0.0.5:22", "203.0.113.9:1",
	    .out = "connect start TCP 10.0.0.5:22 <- 203.0.113.9:1 200 prog"),
	ACCEPT(200, 3, 5, "203.0.113.9:2"), OTHER,
	WROTE(.out = "connect start TCP - <- 203.0.113.9:2 200 prog"),
};
/* Calls that do not wait: the record is of the attempt, which another process made. */
static const struct step claimed_attempt[] = {
	LOADED, JOINED(300, 8, 6, A), SOCKET(100, 3, STREAM), MOD(CONNECT, 100, 7, L, B),
	CONNECT(100, 3, B, -EINPROGRESS, .late = 1),
	MOD(ESTABLISHED, 100, 7, L, B, .out = "connect start TCP " L " -> " B " 100 prog"),
	EXIT_THREAD(101, .ppid = 100), OTHER, OTHER, OTHER,
	CONNECT(100, 3, B, 0), OTHER, OTHER, OTHER, OTHER,
	/* without the attempt's event */
	SOCKET(100, 4, STREAM), SOCKET(100, 5, STREAM), EXIT_THREAD(102, .ppid = 100),
	MOD(CONNECT, 102, 8, "10.0.0.5:9", B, .ppid = 100),
	MOD(ESTABLISHED, 102, 8, "10.0.0.5:9", B, .ppid = 100,
	    .out = "connect start TCP 10.0.0.5:9 -> " B " 102 prog"),
	CONNECT(100, 4, B, 0), OTHER, OTHER, OTHER, OTHER,
	/* each took its record: a third connection has none */
	CONNECT(100, 5, B, 0), OTHER, WROTE(.out = START_B),
	/* the record did not join the attempt */
	SOCKET(400, 3, STREAM), MOD(CONNECT, 400, 9, "10.0.0.5:8", B),
	CONNECT(400, 3, B, -EINPROGRESS),
	MOD(ESTABLISHED, 400, 9, "10.0.0.5:8", B,
	    .out = "connect start TCP 10.0.0.5:8 -> " B " 400 prog"),
	CONNECT(400, 3, B, 0), OTHER, OTHER, OTHER, OTHER,
	/* it comes after the attempt, and has another peer */
	SOCKET(500, 3, STREAM), CONNECT(500, 3, B, -EINPROGRESS),
	MOD(CONNECT, 500, 10, "10.0.0.5:7", A, .late = 1),
	MOD(ESTABLISHED, 500, 10, "10.0.0.5:7", A,
	    .out = "connect start TCP 10.0.0.5:7 -> " A " 500 prog"),
	CONNECT(500, 3, B, 0), OTHER, OTHER, OTHER, OTHER,
};
/* The kernel's address of the peer may differ: the any-address, a v4-mapped one. */
static const struct step claimed_peer[] = {
	LOADED, JOINED(100, 3, 7, A), SOCKET(100, 4, STREAM), CONNECT(100, 4, "0.0.0.0:81", 0),
	MOD(CONNECT, 100, 8, L, "127.0.0.1:81"),
	MOD(ESTABLISHED, 100, 8, L, "127.0.0.1:81",
	    .out = "connect start TCP " L " -> 127.0.0.1:81 100 prog"),
	SOCKET(100, 5, STREAM, .proto = PROTO_MPTCP), CONNECT(100, 5, B, 0),
	MOD(CONNECT, 100, 9, L, B),
	MOD(ESTABLISHED, 100, 9, L, B, .out = "connect start TCP " L " -> " B " 100 prog"),
	OTHER, OTHER, OTHER, OTHER, OTHER,
	/* the number is another socket's, unseen */
	SOCKET(100, 7, STREAM), MOD(DGRAM, 100, 11, L, B, UDP,
				    .out = "connect start UDP " L " -> " B " 100 prog"),
	CONNECT(100, 7, B, 0, .late = 1), OTHER, OTHER, OTHER, OTHER,
	CONNECT(100, 7, B, 0), OTHER, OTHER, OTHER, OTHER,	/* nothing new to report */
	SOCKET(100, 12, STREAM), CONNECT(100, 12, B, 0), OTHER, OTHER, OTHER, OTHER,
	/* the record of the connect was lost */
	SOCKET(100, 6, STREAM), CONNECT(100, 6, A, 0),
	MOD(ESTABLISHED, 100, 10, L, A, .out = "connect start TCP " L " -> " A " 100 prog"),
	OTHER, OTHER, OTHER, OTHER,
};
/* A program in the kernel replaces peers, as a record that joined its call shows; or no record
 * joins one, and nothing would show it. */
static const struct step claimed_rewritten[] = {
	LOADED, SOCKET(100, 3, STREAM), MOD(CONNECT, 100, 7, L, B), CONNECT(100, 3, A, 0, .late = 1),
	MOD(ESTABLISHED, 100, 7, L, B, .out = "connect start TCP " L " -> " B " 100 prog"),
	SOCKET(100, 4, STREAM), CONNECT(100, 4, A, 0), MOD(CONNECT, 100, 8, L, B),
	MOD(ESTABLISHED, 100, 8, L, B, .out = "connect start TCP " L " -> " B " 100 prog"),
	OTHER, OTHER, OTHER, OTHER,
};
static const struct step claimed_unjoined[] = {
	LOADED, SOCKET(100, 4, STREAM), CONNECT(100, 4, A, 0), MOD(CONNECT, 100, 8, L, B),
	MOD(ESTABLISHED, 100, 8, L, B, .out = "connect start TCP " L " -> " B " 100 prog"),
	OTHER, OTHER, OTHER, OTHER,
};
/* With audited forks each child is known. */
static const struct step no_child[] = {
	FORK(50, 100), OPEN_22, EXIT(100, .out = LISTEN_STOP_22 " via=exit"),
};
/* Audit's events of one host have serials in order: these are late. */
static const struct step late_events[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), OPEN_A,
	SOCKET(100, 3, STREAM, .late = 5), CLOSE(100, 3, .late = 6),
	CONNECT(100, 3, B, 0, .late = 6,
		.out = "connect start - - -> " B " 100 prog\n"
		       "connect stop - - -> " B " 100 prog via=reuse"),
	CONNECT(100, 3, B, -ECONNREFUSED, .late = 6,
		.out = "connect fail - - -> " B " 100 prog errno=ECONNREFUSED"),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
/* The event is so late that the process has exited, and that another has its pid: the
 * connections end with it. */
static const struct step late_after_exit[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999),
	OPEN_A, EXIT(100, .out = STOP_A " via=exit"),
	SOCKET(100, 4, STREAM, .late = 3),
	CONNECT(100, 4, B, 0, .late = 5,
		.out = "connect start - - -> " B " 100 prog\n"
		       "connect stop - - -> " B " 100 prog via=exit"),
	LISTEN(100, 5, .late = 4, .bad = "unattributed"),
	SOCKET(100, 3, STREAM, .comm = "other"), CONNECT(100, 3, A, 0, .comm = "other",
	       .out = "connect start TCP - -> " A " 100 other"),
	ACCEPT(100, 8, 9, "203.0.113.9:1", .late = 8,
	       .out = "connect start - - <- 203.0.113.9:1 100 prog\n"
		      "connect stop - - <- 203.0.113.9:1 100 prog via=exit"),
	EXIT(100, .comm = "other", .out = "connect stop TCP - -> " A " 100 other via=exit"),
};
/* Their sockets are known from the events that came in time. */
static const struct step late_known_socket[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999),
	SOCKET(100, 4, STREAM), SOCKET(100, 3, STREAM), BIND(100, 3, "0.0.0.0:22"), EXIT_THREAD(999),
	EXIT_THREAD(999), SOCKET(100, 3, STREAM), EXIT(100),
	LISTEN(100, 3, .late = 4, .out = LISTEN_22 "\n" LISTEN_STOP_22 " via=exit"),
	CONNECT(100, 4, B, 0, .late = 4,
		.out = START_B "\n" STOP_B " via=exit"),
	SOCKET(100, 5, STREAM), EXIT_THREAD(999), SOCKET(100, 5, STREAM, .family = AF_UNIX),
	CONNECT(100, 5, B, 0, .late = 2, .out = START_B "\n" STOP_B " via=reuse"),
};
#define LATER EXIT_THREAD(999)

/* A connect that does not wait has two events; one of them comes after the descriptor was closed. */
static const struct step late_attempt[] = {
	LATER, LATER, LATER, SOCKET(100, 3, STREAM), LATER, LATER, CONNECT(100, 3, A, 0, .out = START_A),
	CLOSE(100, 3, .out = STOP_A " via=close"),
	CONNECT(100, 3, A, -EINPROGRESS, .late = 4),
	CONNECT(100, 3, B, -EINPROGRESS, .late = 4,	/* another one */
		.out = "connect start - - -> " B " 100 prog via=in-progress"),
	CONNECT(100, 3, B, 0),
	SOCKET(100, 4, STREAM), LATER,
	CONNECT(100, 4, A, -ECONNREFUSED, .out = FAIL_A " errno=ECONNREFUSED"),
	EXIT(100, .out = "connect stop - - -> " B " 100 prog via=exit"),
	CONNECT(100, 4, A, -EINPROGRESS, .late = 3),
};
static const struct step late_outcome[] = {
	SOCKET(100, 3, STREAM, .cloexec = true),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"), LATER, LATER,
	EXEC(100, "/bin/prog", .out = STOP_A " via=exec"), SOCKET(100, 3, DGRAM),
	CONNECT(100, 3, A, 0, .late = 4),
	CONNECT(100, 3, A, -ECONNREFUSED, .late = 4),
	CONNECT(100, 3, A, 0, .out = UDP_START_A),
};
/* Both of them come after the exit, in either order. */
static const struct step late_both[] = {
	SOCKET(100, 3, STREAM), SOCKET(100, 4, STREAM), LATER, LATER, LATER, LATER, EXIT(100),
	CONNECT(100, 3, A, -EINPROGRESS, .late = 5,
		.out = START_A " via=in-progress\n" STOP_A " via=exit"),
	CONNECT(100, 3, A, -ECONNREFUSED, .late = 5),
	CONNECT(100, 4, B, -ECONNREFUSED, .late = 4,
		.out = "connect fail TCP - -> " B " 100 prog errno=ECONNREFUSED"),
	CONNECT(100, 4, B, -EINPROGRESS, .late = 6),
};
/* The outcome comes before the socket, and before its attempt. */
static const struct step late_socket[] = {
	SOCKET(100, 3, STREAM), LATER, LATER, LATER, LATER, CONNECT(100, 3, A, 0, .out = START_A),
	SOCKET(100, 3, STREAM, .late = 3), CONNECT(100, 3, A, -EINPROGRESS, .late = 3),
	CLOSE(100, 3, .late = 6), CLOSE_RANGE(100, 3, 9, .late = 8),
	CLOSE(100, 3, .out = STOP_A " via=close"), LATER, LATER, LATER,
	CONNECT(100, 4, B, -ECONNREFUSED,
		.out = "connect fail - - -> " B " 100 prog errno=ECONNREFUSED"),
	SOCKET(100, 4, STREAM, .late = 3), CONNECT(100, 4, B, -EINPROGRESS, .late = 3),
	/* an accept of its time, of a number that another socket has by now */
	CONNECT(100, 5, B, 0, .out = "connect start - - -> " B " 100 prog"), LATER, LATER,
	CONNECT(100, 5, B, -EISCONN),
	ACCEPT(100, 8, 5, "203.0.113.9:1", .late = 2,
	       .out = "connect start - - <- 203.0.113.9:1 100 prog\n"
		      "connect stop - - <- 203.0.113.9:1 100 prog via=reuse"),
	CLOSE(100, 5, .out = "connect stop - - -> " B " 100 prog via=close"),
};
/* The first event of a child is late: sockets that its parent opened after it are not the
 * child's. */
static const struct step late_first_event[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999), OPEN_A,
	SOCKET(101, 9, STREAM, .ppid = 100, .late = 4),
	CLOSE(100, 3, .out = STOP_A " via=close"), EXIT(101, .ppid = 100),
};
/* Two closed sockets had the same descriptor number: the event takes the one of its time. */
static const struct step late_second_socket[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999),
	SOCKET(100, 3, DGRAM), CLOSE(100, 3), SOCKET(100, 3, STREAM), EXIT_THREAD(999), CLOSE(100, 3),
	CONNECT(100, 3, A, 0, .late = 2, .out = START_A "\n" STOP_A " via=reuse"),
};
/* The same, and the event is older than the second of them. */
static const struct step late_first_socket[] = {
	EXIT_THREAD(999), EXIT_THREAD(999), EXIT_THREAD(999),
	SOCKET(100, 3, STREAM), EXIT_THREAD(999), CLOSE(100, 3), SOCKET(100, 3, DGRAM), CLOSE(100, 3),
	CONNECT(100, 3, A, 0, .late = 4, .out = START_A "\n" STOP_A " via=reuse"),
};
/* The closed socket is of an earlier boot. */
static const struct step late_other_boot[] = {
	SOCKET(100, 3, DGRAM), CLOSE(100, 3), BOOT(),
	CONNECT(100, 3, A, 0, .late = 3, .out = "connect start - - -> " A " 100 prog"),
};
/* EINPROGRESS again, to the same peer: the first attempt has ended, unseen. */
static const struct step progress_same_peer[] = {
	SOCKET(100, 3, STREAM), CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	CONNECT(100, 3, A, -EALREADY),
	CONNECT(100, 3, A, -EINPROGRESS,
		.out = STOP_A " via=in-progress\n" START_A " via=in-progress"),
};
/* The name has changed since: the uncertain one is that of the start. */
static const struct step renamed[] = {
	OPEN_A, CONNECT(100, 3, B, 0, .comm = "other",
			.out = STOP_A " via=reuse\n"
			       "connect start - - -> " B " 100 other"),
	EXIT(100, .comm = "other", .out = "connect stop - - -> " B " 100 other via=exit"),
};
static const struct step no_address[] = {
	SOCKET(100, 3, STREAM), CONNECT(100, 3, NULL, 0), BIND(100, 3, NULL),
	CONNECT(100, 9, NULL, 0), CLOSE(100, 3),
};
static const struct step other_family[] = {
	SOCKET(100, 3, STREAM, .family = AF_UNIX), CONNECT(100, 3, "unix", 0),
	CLOSE(100, 3), CONNECT(100, 4, "unix", 0), BIND(100, 4, "unix"),
	CONNECT(100, 4, "unix", -ECONNREFUSED), EXIT(100),
};
static const struct step no_process[] = {
	SOCKET(-1, 3, STREAM), CONNECT(-1, 3, A, 0), CLOSE(-1, 3), EXIT(-1),
};

static const struct step udp[] = {
	SOCKET(100, 3, DGRAM), CONNECT(100, 3, A, 0, .out = UDP_START_A),
	CONNECT(100, 3, A, 0),
	CLOSE(100, 3, .out = UDP_STOP_A " via=close"),
};
static const struct step udp_reconnect[] = {
	SOCKET(100, 3, DGRAM), CONNECT(100, 3, A, 0, .out = UDP_START_A),
	CONNECT(100, 3, B, 0, .out = UDP_STOP_A
		"\nconnect start UDP - -> " B " 100 prog"),
	CONNECT(100, 3, "unspec", 0, .out = "connect stop UDP - -> " B " 100 prog"),
	CONNECT(100, 3, "unspec", 0),
	CONNECT(100, 3, A, 0, .out = UDP_START_A),
	EXIT(100, .out = UDP_STOP_A " via=exit"),
};
/* getaddrinfo(3) sorting addresses */
static const struct step udp_port_0[] = {
	SOCKET(100, 3, DGRAM),
	CONNECT(100, 3, "192.0.2.7:0", 0), CONNECT(100, 3, "unspec", 0),
	CONNECT(100, 3, "[2001:db8::1]:0", -ENETUNREACH),
	CONNECT(100, 3, "192.0.2.8:0", 0), CLOSE(100, 3),
};
static const struct step udp_refused[] = {
	SOCKET(100, 3, DGRAM),
	CONNECT(100, 3, A, -ENETUNREACH,
		.out = "connect fail UDP - -> " A " 100 prog errno=ENETUNREACH"),
};
static const struct step udp_bound[] = {
	BOUND_53,
	CONNECT(100, 3, A, 0, .out = "listen stop UDP 0.0.0.0:53 100 prog\n"
		"connect start UDP -:53 -> " A " 100 prog"),
	CONNECT(100, 3, "unspec", 0, .out = "connect stop UDP -:53 -> " A " 100 prog\n"
		"listen start UDP 0.0.0.0:53 100 prog"),
	CLOSE(100, 3, .out = "listen stop UDP 0.0.0.0:53 100 prog via=close"),
};
static const struct step udp_bound_port_0[] = {
	BOUND_53,
	CONNECT(100, 3, "192.0.2.7:0", 0,
		.out = "listen stop UDP 0.0.0.0:53 100 prog"),
	CONNECT(100, 3, "unspec", 0, .out = "listen start UDP 0.0.0.0:53 100 prog"),
	CLOSE(100, 3, .out = "listen stop UDP 0.0.0.0:53 100 prog via=close"),
};
static const struct step udp_misuse[] = {
	SOCKET(100, 3, DGRAM), CONNECT(100, 3, A, 0, .out = UDP_START_A),
	CONNECT(100, 3, "unix", -EAFNOSUPPORT),
	CLOSE(100, 3, .out = UDP_STOP_A " via=close"),
};
/* bind() of an IPv4 socket takes AF_UNSPEC with the any-address. */
static const struct step bind_unspec[] = {
	SOCKET(100, 3, DGRAM),
	BIND(100, 3, "0.0.0.0:53", .unspec = true,
	     .out = "listen start UDP 0.0.0.0:53 100 prog"),
	BIND(100, 4, "0.0.0.0:53", .unspec = true),
};
/* A connect to the any-address is one to this host. */
static const struct step connect_any[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, "0.0.0.0:81", -EINPROGRESS,
		.out = "connect start TCP - -> 127.0.0.1:81 100 prog via=in-progress"),
	CONNECT(100, 3, "0.0.0.0:81", 0),
	CLOSE(100, 3, .out = "connect stop TCP - -> 127.0.0.1:81 100 prog via=close"),
	SOCKET(100, 3, STREAM, .family = AF_INET6),
	CONNECT(100, 3, "[::]:81", -ECONNREFUSED,
		.out = "connect fail TCP - -> [::1]:81 100 prog errno=ECONNREFUSED"),
	SOCKET(100, 4, DGRAM), BIND(100, 4, "10.0.0.5:9",
		.out = "listen start UDP 10.0.0.5:9 100 prog"),
	CONNECT(100, 4, "0.0.0.0:53", 0, .out = "listen stop UDP 10.0.0.5:9 100 prog\n"
		"connect start UDP 10.0.0.5:9 -> 10.0.0.5:53 100 prog"),
	CONNECT(100, 4, "0.0.0.0:53", 0),
};
static const struct step tcp_disconnect[] = {
	OPEN_A,
	CONNECT(100, 3, "unspec", 0, .out = STOP_A),
	CONNECT(100, 3, B, 0, .out = START_B),
	CLOSE(100, 3, .out = STOP_B " via=close"),
};

static const struct step server[] = {
	OPEN_22, LISTEN(100, 3),
	ACCEPT(100, 3, 4, "203.0.113.9:50044",
	       .out = "connect start TCP -:22 <- 203.0.113.9:50044 100 prog"),
	ACCEPT(100, 3, 5, "203.0.113.9:50045",
	       .out = "connect start TCP -:22 <- 203.0.113.9:50045 100 prog"),
	CLOSE(100, 4, .out = "connect stop TCP -:22 <- 203.0.113.9:50044 100 prog via=close"),
	CLOSE(100, 3, .out = LISTEN_STOP_22 " via=close"),
	EXIT(100, .out = "connect stop TCP -:22 <- 203.0.113.9:50045 100 prog via=exit"),
};
static const struct step server_address[] = {
	SOCKET(100, 3, STREAM), BIND(100, 3, "127.0.0.1:0"),
	LISTEN(100, 3, .out = "listen start TCP 127.0.0.1:- 100 prog"),
	ACCEPT(100, 3, 4, "127.0.0.1:34154",
	       .out = "connect start TCP 127.0.0.1:- <- 127.0.0.1:34154 100 prog"),
};
static const struct step accept_null[] = {
	OPEN_22,
	ACCEPT(100, 3, 4, NULL, .out = "connect start TCP -:22 <- - 100 prog"),
	CLOSE(100, 4, .out = "connect stop TCP -:22 <- - 100 prog via=close"),
};
static const struct step accept_unknown[] = {
	ACCEPT(100, 3, 4, "203.0.113.9:1",
	       .out = "connect start - - <- 203.0.113.9:1 100 prog"),
	ACCEPT(100, 3, 5, NULL, .bad = "unattributed"),
	ACCEPT(100, 3, 4, NULL, .bad = "unattributed",
	       .out = "connect stop - - <- 203.0.113.9:1 100 prog via=reuse"),
	ACCEPT(100, 7, 8, "unix"),
};
static const struct step accept_failed[] = {
	OPEN_22, ACCEPT(100, 3, -EAGAIN, NULL), ACCEPT(100, 3, -EMFILE, NULL),
};
static const struct step listen_unbound[] = {
	SOCKET(100, 3, STREAM), LISTEN(100, 3, .out = "listen start TCP - 100 prog"),
	CLOSE(100, 3, .out = "listen stop TCP - 100 prog via=close"),
};
static const struct step listen_refused[] = {
	SOCKET(100, 3, STREAM), LISTEN(100, 3, .result = -EADDRINUSE), CLOSE(100, 3),
};
static const struct step listen_unknown[] = {
	LISTEN(100, 3, .bad = "unattributed"),
};

static const struct step reuse[] = {
	OPEN_A, SOCKET(100, 3, STREAM, .out = STOP_A " via=reuse"),
	CONNECT(100, 3, B, 0, .out = START_B),
	SOCKET(100, 3, STREAM, .family = AF_UNIX, .out = STOP_B " via=reuse"),
	CLOSE(100, 3),
};
static const struct step reuse_by_accept[] = {
	OPEN_22, SOCKET(100, 4, STREAM), CONNECT(100, 4, A, 0, .out = START_A),
	ACCEPT(100, 3, 4, "203.0.113.9:1", .out = STOP_A " via=reuse\n"
	       "connect start TCP -:22 <- 203.0.113.9:1 100 prog"),
	CONNECT(100, 4, "unix", 0,
		.out = "connect stop TCP -:22 <- 203.0.113.9:1 100 prog via=reuse"),
	ACCEPT(100, 3, 5, "unix", .out = LISTEN_STOP_22 " via=reuse"),
};
/* The socket is connected again without its end having been seen. */
/* A connected TCP socket refuses (EISCONN): the number is another socket's, of unknown kind. */
static const struct step reuse_by_connect[] = {
	OPEN_A, CONNECT(100, 3, B, 0, .out = STOP_A " via=reuse\n"
					     "connect start - - -> " B " 100 prog"),
};
static const struct step failed_socket[] = {
	OPEN_A, SOCKET(100, -EMFILE, STREAM), CLOSE(100, 3, .out = STOP_A " via=close"),
};

static const struct step dups[] = {
	OPEN_A, DUP(100, 3, 4), DUP(100, 3, 5), CLOSE(100, 3), CLOSE(100, 4),
	CLOSE(100, 5, .out = STOP_A " via=close"),
};
static const struct step dup_itself[] = {
	OPEN_A, DUP(100, 3, 3), DUP(100, 3, 4), DUP(100, 3, 4), DUP(100, 4, 3),
	CLOSE(100, 4), CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step dup_over[] = {
	OPEN_A, SOCKET(100, 4, STREAM), CONNECT(100, 4, B, 0, .out = START_B),
	DUP(100, 3, 4, .out = STOP_B " via=reuse"),
	DUP(100, 9, 3), CLOSE(100, 3),
	DUP(100, 9, 4, .out = STOP_A " via=reuse"),
};
static const struct step dup_failed[] = {
	OPEN_A, { .kind = EVENT_DUP, .pid = 100, .fd = 9, .newfd = -EBADF,
		  .result = -EBADF },
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step close_range_all[] = {
	OPEN_A, SOCKET(100, 5, STREAM), CONNECT(100, 5, B, 0, .out = START_B),
	CLOSE_RANGE(100, 6, -1), CLOSE_RANGE(100, 4, 4),
	CLOSE_RANGE(100, 3, 4, .out = STOP_A " via=close"),
	CLOSE_RANGE(100, 0, -1, .out = STOP_B " via=close"),
};
static const struct step close_range_cloexec[] = {
	OPEN_A, CLOSE_RANGE(100, 3, 3, .cloexec = true), DUP(100, 3, 4),
	CLOSE_RANGE(100, 4, 9, .cloexec = true),
	EXEC(100, "/bin/other", .comm = "other",
	     .out = "connect stop TCP - -> " A " 100 other via=exec"),
};

static const struct step exec_cloexec[] = {
	SOCKET(100, 3, STREAM, .cloexec = true), CONNECT(100, 3, A, 0, .out = START_A),
	SOCKET(100, 4, STREAM), CONNECT(100, 4, B, 0, .out = START_B),
	EXEC(100, "/bin/prog", .out = STOP_A " via=exec"),
	CLOSE(100, 4, .out = STOP_B " via=close"),
};
/* A child that was forked with the socket, and has it closed by its exec, is no holder: the
 * stop comes with the last close, though a signal ends the child. */
static const struct step exec_cloexec_set[] = {
	OPEN_A, CLOEXEC(100, 3, true), CLOEXEC(100, 7, true), FORK(100, 200),
	EXEC(200, "/bin/prog", .comm = "prog"),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step exec_cloexec_cleared[] = {
	SOCKET(100, 3, STREAM, .cloexec = true), CONNECT(100, 3, A, 0, .out = START_A),
	CLOEXEC(100, 3, false), EXEC(100, "/bin/prog"), CLOSE(100, 3, .out = STOP_A " via=close"),
};
/* execve is not audited: another exe indicates it. Or a signal ended the process, and another
 * one has its pid: the stop names the last known holder. */
static const struct step exec_unseen[] = {
	SOCKET(100, 3, STREAM, .cloexec = true), CONNECT(100, 3, A, 0, .out = START_A),
	SOCKET(100, 4, STREAM, .exe = "/bin/other", .comm = "other",
	       .out = STOP_A " via=exec"),
};
/* The same program again with the same pid, but with another name or user. */
static const struct step newcomer_by_name[] = {
	OPEN_A, EXIT(100, .comm = "other", .out = STOP_A " via=exit"),
};
static const struct step newcomer_reuses[] = {
	OPEN_A, SOCKET(100, 3, STREAM, .comm = "other", .out = STOP_A " via=reuse"),
};
static const struct step exec_dup[] = {
	SOCKET(100, 3, STREAM, .cloexec = true), CONNECT(100, 3, A, 0, .out = START_A),
	DUP(100, 3, 0), EXEC(100, "/bin/prog"), DUP(100, 0, 5, .cloexec = true),
	CLOSE(100, 0), EXEC(100, "/bin/prog", .out = STOP_A " via=exec"),
};
static const struct step fork_by_ppid[] = {
	OPEN_A,
	CLOSE(200, 3, .ppid = 100),	/* the child closes its copy */
	CLOSE(100, 3, .out = STOP_A " via=close"),
	EXIT(200, .ppid = 100),
};
static const struct step fork_by_ppid_last[] = {
	OPEN_A,
	SOCKET(200, 9, STREAM, .ppid = 100), CLOSE(100, 3), EXIT(100),
	EXIT(200, .out = "connect stop TCP - -> " A " 200 prog opener=100 via=exit"),
};
static const struct step fork_exec[] = {
	SOCKET(100, 3, STREAM, .cloexec = true), CONNECT(100, 3, A, 0, .out = START_A),
	SOCKET(100, 4, STREAM), CONNECT(100, 4, B, 0, .out = START_B),
	SOCKET(200, 9, STREAM, .ppid = 100, .exe = "/bin/other", .comm = "other"),
	CLOSE(100, 3, .out = STOP_A " via=close"), CLOSE(100, 4),
	EXIT(200, .exe = "/bin/other", .comm = "other",
	     .out = "connect stop TCP - -> " B " 200 other opener=100 via=exit"),
};
static const struct step fork_seen[] = {
	OPEN_A, FORK(100, 200), FORK(100, 200), FORK(100, 0), FORK(100, -EAGAIN),
	EXIT(100),
	CLOSE(200, 3, .ppid = 1,
	      .out = "connect stop TCP - -> " A " 200 prog opener=100 via=close"),
};
static const struct step fork_reported_late[] = {	/* vfork: the child has exited by then */
	OPEN_A, EXIT(200, .ppid = 100), FORK(100, 200, .late = 2),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
/* An audited exec is the same process, and so is a process whose parent has exited. */
static const struct step fork_exec_named[] = {
	FORK(50, 100), SOCKET(100, 3, STREAM, .ppid = 50),
	CONNECT(100, 3, A, 0, .ppid = 50, .out = START_A),
	EXEC(100, "/bin/cat", .comm = "cat", .ppid = 50),
	EXIT(100, .exe = "/bin/cat", .comm = "cat",
	     .out = "connect stop TCP - -> " A " 100 cat via=exit"),
};
/* A signal ended the first; the fork shows that another has its pid. */
static const struct step fork_reuses_pid[] = {
	FORK(50, 100), OPEN_A, FORK(50, 100, .out = STOP_A " via=reuse"),
	SOCKET(100, 4, STREAM, .comm = "other"), EXIT(100, .comm = "other"),
};
/* Nor is the pid's earlier exit that of the child. */
static const struct step fork_after_exit[] = {
	FORK(50, 100), EXIT(100), OPEN_A, EXIT(100, .out = STOP_A " via=exit"),
	SOCKET(50, 3, STREAM), CONNECT(50, 3, B, 0, .out = "connect start TCP - -> " B " 50 prog"),
	FORK(50, 100), CLOSE(50, 3),
	EXIT(100, .ppid = 50, .out = "connect stop TCP - -> " B " 100 prog opener=50 via=exit"),
};
static const struct step fork_exit_alone[] = {	/* first seen when it exits */
	OPEN_A, EXIT(200, .ppid = 100), CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step exits[] = {
	OPEN_A, EXIT_THREAD(100), SOCKET(100, 4, STREAM),
	EXIT(100, .out = STOP_A " via=exit"), EXIT(100), EXIT(999),
	/* the pid is reused by another process */
	SOCKET(100, 3, STREAM, .exe = "/bin/other", .comm = "other"), EXIT(100),
};
static const struct step nodes[] = {
	SOCKET(100, 3, STREAM, .node = "a"),
	CONNECT(100, 3, A, 0, .node = "a", .out = START_A " node=a"),
	SOCKET(100, 3, STREAM, .node = "b"),
	CONNECT(100, 3, A, 0, .node = "b", .out = START_A " node=b"),
	OPEN_A,
	CLOSE(100, 3, .node = "b", .out = STOP_A " via=close node=b"),
	EXIT(100, .node = "a", .out = STOP_A " via=exit node=a"),
	CLOSE(100, 3, .out = STOP_A " via=close"),
};
static const struct step boot[] = {
	SOCKET(100, 3, STREAM, .node = "a"),
	CONNECT(100, 3, A, 0, .node = "a", .out = START_A " node=a"),
	OPEN_A, DUP(100, 3, 4), FORK(100, 200),
	BOOT(.out = STOP_A " via=boot"),
	CLOSE(100, 3), EXIT(200), BOOT(),
	SOCKET(100, 3, STREAM),
	EXIT(100, .node = "a", .out = STOP_A " via=exit node=a"),
};

/* Sixteen sockets and sixteen processes are the limit of these. */
#define MANY(n, out_, bad_) SOCKET(100, n, DGRAM), \
	CONNECT(100, n, A, 0, .out = out_, .bad = bad_)
static const struct step full_sockets[] = {
	MANY(3, UDP_START_A, NULL), MANY(4, UDP_START_A, NULL),
	MANY(5, UDP_START_A, NULL), MANY(6, UDP_START_A, NULL),
	MANY(7, UDP_START_A, NULL), MANY(8, UDP_START_A, NULL),
	MANY(9, UDP_START_A, NULL), MANY(10, UDP_START_A, NULL),
	MANY(11, UDP_START_A, NULL), MANY(12, UDP_START_A, NULL),
	MANY(13, UDP_START_A, NULL), MANY(14, UDP_START_A, NULL),
	MANY(15, UDP_START_A, NULL), MANY(16, UDP_START_A, NULL),
	MANY(17, UDP_START_A, NULL), MANY(18, UDP_START_A, NULL),
	CONNECT(100, 3, A, 0),		/* 3 is used again: 4 is the oldest now */
	SOCKET(100, 19, DGRAM, .bad = "evicted"),
	CLOSE(100, 4),			/* forgotten: no line */
	CLOSE(100, 3, .out = UDP_STOP_A " via=close"),
	CLOSE(100, 5, .out = UDP_STOP_A " via=close"),
};
static const struct step full_not_open[] = {	/* not a loss: nothing was written */
	SOCKET(100, 3, DGRAM), SOCKET(100, 4, DGRAM), SOCKET(100, 5, DGRAM),
	SOCKET(100, 6, DGRAM), SOCKET(100, 7, DGRAM), SOCKET(100, 8, DGRAM),
	SOCKET(100, 9, DGRAM), SOCKET(100, 10, DGRAM), SOCKET(100, 11, DGRAM),
	SOCKET(100, 12, DGRAM), SOCKET(100, 13, DGRAM), SOCKET(100, 14, DGRAM),
	SOCKET(100, 15, DGRAM), SOCKET(100, 16, DGRAM), SOCKET(100, 17, DGRAM),
	SOCKET(100, 18, DGRAM), SOCKET(100, 19, DGRAM), SOCKET(100, 20, DGRAM),
};
#define SEEN(p) SOCKET(p, 9, STREAM)
static const struct step full_processes[] = {
	OPEN_A, SEEN(201), SEEN(202), SEEN(203), SEEN(204), SEEN(205), SEEN(206),
	SEEN(207), SEEN(208), SEEN(209), SEEN(210), SEEN(211), SEEN(212), SEEN(213),
	SEEN(214), SEEN(215),
	SOCKET(216, 9, STREAM, .bad = "evicted"),
	CLOSE(100, 3),
};

/* ---- the module ---- */

#define M_START "connect start TCP " L " -> " A " 100 prog"
#define M_STOP "connect stop TCP " L " -> " A " 100 prog"
#define M_FAIL "connect fail TCP " L " -> " A " 100 prog"
#define M_ACCEPT "connect start TCP 10.0.0.5:22 <- 203.0.113.9:1 100 prog"
#define M_OPEN(p, i) MOD(CONNECT, p, i, L, A), MOD(ESTABLISHED, p, i, L, A, .out = M_START)

static const struct step m_tcp[] = {
	MOD(CONNECT, 100, 7, L, A), MOD(ESTABLISHED, 100, 7, L, A, .out = M_START),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .tx = 512, .rx = 0,
	    .out = M_STOP " tx=512 rx=0"),
	MOD(RELEASE, 100, 7, NULL, NULL, .state = 7),
};
static const struct step m_fail[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(FAIL, 100, 7, L, A, .err = ECONNREFUSED,
	    .out = M_FAIL " errno=ECONNREFUSED"),
	MOD(RELEASE, 100, 7, NULL, NULL, .state = 7),
};
static const struct step m_fail_then_again[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(FAIL, 100, 7, L, A, .err = ECONNREFUSED,
	    .out = M_FAIL " errno=ECONNREFUSED"),
	M_OPEN(100, 7),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
static const struct step m_aborted[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(RELEASE, 100, 7, L, A, .state = 2,
	    .out = M_FAIL " via=close errno=ECONNABORTED"),
};
/* Open when BPF began: its iterator reports it. */
static const struct step m_found[] = {
	MOD(FOUND, 100, 7, L, A, .state = 1, .direction = EVENT_OUTBOUND,
	    .out = M_START " via=snapshot"),
	MOD(FOUND, 200, 7, L, A, .state = 1),	/* another holder */
	MOD(RELEASE, 100, 7, L, A, .state = 1, .tx = 5, .rx = 6, .out = M_STOP " tx=5 rx=6"),
};
static const struct step m_found_accepted[] = {
	MOD(FOUND, 100, 7, L, A, .state = 1, .direction = EVENT_INBOUND,
	    .out = "connect start TCP " L " <- " A " 100 prog via=snapshot"),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = "connect stop TCP " L " <- " A " 100 prog"),
};
static const struct step m_found_sending[] = {
	MOD(FOUND, 100, 7, L, A, .state = 1,
	    .out = "connect start TCP " L " - " A " 100 prog via=snapshot"),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = "connect stop TCP " L " - " A " 100 prog"),
};
static const struct step m_found_listener[] = {
	MOD(FOUND, 100, 7, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_22 " via=snapshot"),
	MOD(LISTEN, 100, 7, "0.0.0.0:22", NULL, .state = 10),
	MOD(RELEASE, 100, 7, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_STOP_22),
};
static const struct step m_found_known[] = {
	M_OPEN(100, 7),
	MOD(FOUND, 100, 7, L, A, .state = 1),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
static const struct step m_found_connecting[] = {
	MOD(FOUND, 100, 7, L, A, .state = 2),
	MOD(ESTABLISHED, -1, 7, L, A, .state = 2, .out = M_START),
	MOD(CONNECT, 100, 8, L, B),
	MOD(FOUND, 100, 8, L, B, .state = 2),
	MOD(FAIL, -1, 8, L, B, .err = ETIMEDOUT,
	    .out = "connect fail TCP " L " -> " B " 100 prog errno=ETIMEDOUT"),
};
/* TCP's record of the failure comes after the scan; SCTP connects in state CLOSE (7). */
static const struct step m_found_failing[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(FOUND, 100, 7, L, A, .state = 7),
	MOD(FAIL, -1, 7, L, A, .err = ECONNREFUSED,
	    .out = "connect fail TCP " L " -> " A " 100 prog errno=ECONNREFUSED"),
	MOD(CONNECT, 100, 8, L, B, .proto = IPPROTO_SCTP),
	MOD(FOUND, 100, 8, L, B, .proto = IPPROTO_SCTP, .state = 7),
	MOD(RELEASE, 100, 8, L, B, .proto = IPPROTO_SCTP, .state = 2, .err = ECONNREFUSED,
	    .out = "connect fail SCTP " L " -> " B " 100 prog via=close errno=ECONNREFUSED"),
	MOD(FOUND, 100, 9, L, B, .proto = IPPROTO_SCTP, .state = 7),	/* nothing saw it begin */
	MOD(CONNECT, 100, 10, L, B, .proto = IPPROTO_SCTP),
	MOD(FOUND, 100, 10, L, B, .proto = IPPROTO_SCTP, .state = 1,
	    .out = "connect start SCTP " L " -> " B " 100 prog via=found"),
};
static const struct step m_found_ended[] = {
	MOD(FOUND, 100, 6, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_22 " via=snapshot"),
	M_OPEN(100, 7),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
	MOD(FOUND, 100, 7, L, A, .state = 1),
	MOD(FOUND, 100, 8, L, A, .state = 1, .direction = EVENT_OUTBOUND,
	    .out = M_START " via=snapshot"),
};
static const struct step m_found_datagram[] = {
	MOD(FOUND, 100, 7, L, A, UDP, .state = 1,
	    .out = "connect start UDP " L " -> " A " 100 prog via=snapshot"),
	MOD(FOUND, 100, 8, "0.0.0.0:53", NULL, UDP, .state = 7,
	    .out = "listen start UDP 0.0.0.0:53 100 prog via=snapshot"),
};
/* CLOSE_WAIT (8) without ever having been connected. */
static const struct step m_sctp_shut[] = {
	MOD(CONNECT, 100, 7, L, A, .proto = IPPROTO_SCTP),
	MOD(FAIL, 100, 7, L, A, .proto = IPPROTO_SCTP, .err = ECONNABORTED,
	    .out = "connect fail SCTP " L " -> " A " 100 prog errno=ECONNABORTED"),
	MOD(FAIL, 200, 7, L, B, .proto = IPPROTO_SCTP, .err = ENETUNREACH,
	    .out = "connect fail SCTP " L " -> " B " 200 prog errno=ENETUNREACH"),
	MOD(RELEASE, 200, 7, L, A, .proto = IPPROTO_SCTP, .state = 8),
	MOD(RELEASE, 100, 7, L, A, .proto = IPPROTO_SCTP, .state = 8,
	    .out = "connect stop SCTP " L " -> " A " 100 prog incomplete"),
};
static const struct step m_reset[] = {
	M_OPEN(100, 7),
	MOD(RELEASE, 100, 7, NULL, NULL, .state = 7, .err = ECONNRESET,
	    .out = M_STOP " errno=ECONNRESET"),
};
static const struct step m_connect_lost[] = {
	MOD(ESTABLISHED, 100, 7, L, A, .out = M_START),
	MOD(ESTABLISHED, 100, 7, L, A),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
	MOD(FAIL, 100, 8, L, A, .err = ETIMEDOUT, .out = M_FAIL " errno=ETIMEDOUT"),
};
static const struct step m_release_lost[] = {
	M_OPEN(100, 7),
	MOD(CONNECT, 100, 7, L, A, .out = M_STOP " via=reuse"),
	MOD(ESTABLISHED, 100, 7, L, A, .out = M_START),
	MOD(ACCEPT, 100, 7, "10.0.0.5:22", "203.0.113.9:1",
	    .out = M_STOP " via=reuse\n" M_ACCEPT),
};
static const struct step m_listen_release_lost[] = {
	MOD(LISTEN, 100, 7, "0.0.0.0:22", NULL, .out = LISTEN_22),
	MOD(ESTABLISHED, 100, 7, L, A, .out = LISTEN_STOP_22 " via=reuse\n" M_START),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
static const struct step m_accept[] = {
	MOD(LISTEN, 100, 7, "0.0.0.0:22", NULL, .out = LISTEN_22),
	MOD(LISTEN, 100, 7, "0.0.0.0:22", NULL),
	MOD(ACCEPT, 100, 8, "10.0.0.5:22", "203.0.113.9:1", .out = M_ACCEPT),
	MOD(RELEASE, 200, 8, "10.0.0.5:22", "203.0.113.9:1", .state = 1, .out =
	    "connect stop TCP 10.0.0.5:22 <- 203.0.113.9:1 200 prog opener=100"),
	MOD(RELEASE, 100, 7, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_STOP_22),
};
static const struct step m_udp[] = {
	MOD(BIND, 100, 7, "0.0.0.0:53", NULL, UDP,
	    .out = "listen start UDP 0.0.0.0:53 100 prog"),
	MOD(DGRAM, 100, 7, "10.0.0.5:53", A, UDP,
	    .out = "listen stop UDP 0.0.0.0:53 100 prog\n"
		   "connect start UDP 10.0.0.5:53 -> " A " 100 prog"),
	MOD(DGRAM, 100, 7, "10.0.0.5:53", A, UDP),
	MOD(DGRAM, 100, 7, "10.0.0.5:53", B, UDP,
	    .out = "connect stop UDP 10.0.0.5:53 -> " A " 100 prog\n"
		   "connect start UDP 10.0.0.5:53 -> " B " 100 prog"),
	MOD(DISCONNECT, 100, 7, "0.0.0.0:53", NULL, UDP, .tx = 9, .rx = 8,
	    .out = "connect stop UDP 10.0.0.5:53 -> " B " 100 prog tx=9 rx=8"),
	MOD(BIND, 100, 7, "0.0.0.0:53", NULL, UDP,
	    .out = "listen start UDP 0.0.0.0:53 100 prog"),
	MOD(RELEASE, 100, 7, "0.0.0.0:53", NULL, UDP, .state = 7,
	    .out = "listen stop UDP 0.0.0.0:53 100 prog"),
};
static const struct step m_udp_unbound[] = {
	MOD(DGRAM, 100, 7, L, A, UDP, .out = "connect start UDP " L " -> " A " 100 prog"),
	MOD(DISCONNECT, 100, 7, NULL, NULL, UDP,
	    .out = "connect stop UDP " L " -> " A " 100 prog"),
	MOD(DGRAM, 100, 7, L, "192.0.2.7:0", UDP),
	MOD(DISCONNECT, 100, 7, NULL, NULL, UDP),
	MOD(RELEASE, 100, 7, "0.0.0.0:43210", NULL, UDP, .state = 7),
	MOD(RELEASE, 100, 8, "0.0.0.0:9999", NULL, UDP, .state = 7),
	MOD(DISCONNECT, 100, 9, NULL, NULL, UDP),
};
static const struct step m_beside_rules[] = {
	SOCKET(100, 3, STREAM), MOD(CONNECT, 100, 7, L, A),
	MOD(ESTABLISHED, 100, 7, L, A, .out = M_START), CONNECT(100, 3, A, 0),
	CONNECT(100, 3, A, -EISCONN), SOCKET(100, 4, STREAM),
	MOD(CONNECT, 100, 8, L, A), CONNECT(100, 4, A, -EINPROGRESS),
	MOD(FAIL, 100, 8, L, A, .err = ECONNREFUSED,
	    .out = M_FAIL " errno=ECONNREFUSED"),
	CONNECT(100, 4, A, -ECONNREFUSED),
	MOD(LISTEN, 100, 9, "0.0.0.0:22", NULL, .out = LISTEN_22),
	BIND(100, 5, "0.0.0.0:22"), LISTEN(100, 5),
	MOD(ACCEPT, 100, 10, "10.0.0.5:22", "203.0.113.9:1", .out = M_ACCEPT),
	ACCEPT(100, 5, 6, "203.0.113.9:1"), CLOSE(100, 3), DUP(100, 3, 4),
	EXIT(100),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .exe = "", .out = M_STOP),
	MOD(RELEASE, 100, 10, "10.0.0.5:22", "203.0.113.9:1", .state = 1,
	    .out = "connect stop TCP 10.0.0.5:22 <- 203.0.113.9:1 100 prog"),
	MOD(RELEASE, 100, 9, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_STOP_22),
};
/* No route, no permission: nothing of it reached a probe. */
static const struct step m_refused_locally[] = {
	MOD(LOAD, 1, 0, NULL, NULL), SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -ENETUNREACH, .out = FAIL_A " errno=ENETUNREACH"),
	CONNECT(100, 3, A, -EACCES, .out = FAIL_A " errno=EACCES"),
	CONNECT(100, 3, A, -EINVAL), CONNECT(100, 3, A, -EBADF), CONNECT(100, 3, A, 0),
	CONNECT(100, 3, "unix", -ENOENT),
	CONNECT(100, 3, NULL, -EFAULT, .early = true, .out = START_A),
	SOCKET(100, 4, DGRAM),
	CONNECT(100, 4, "192.0.2.7:0", -ENETUNREACH),
	CONNECT(100, 4, A, -ENETUNREACH,
		.out = "connect fail UDP - -> " A " 100 prog errno=ENETUNREACH"),
	SOCKET(100, 5, DGRAM, .proto = IPPROTO_ICMP), CONNECT(100, 5, A, -ENETUNREACH),
};
/* connect() to 0.0.0.0 means this host: the module sees 127.0.0.1. */
static const struct step m_refused_any[] = {
	SOCKET(100, 3, STREAM), MOD(CONNECT, 100, 7, "127.0.0.1:9", "127.0.0.1:81"),
	MOD(FAIL, 100, 7, "127.0.0.1:9", "127.0.0.1:81", .err = ECONNREFUSED, .out =
	    "connect fail TCP 127.0.0.1:9 -> 127.0.0.1:81 100 prog errno=ECONNREFUSED"),
	CONNECT(100, 3, "0.0.0.0:81", -ECONNREFUSED),
};
/* The record of the same call, whatever address was passed. */
static const struct step m_refused_any_here[] = {
	MOD(LOAD, 1, 0, NULL, NULL), SOCKET(100, 3, STREAM),
	MOD(CONNECT, 100, 7, "127.0.0.1:9", "127.0.0.1:81"),
	MOD(FAIL, 100, 7, "127.0.0.1:9", "127.0.0.1:81", .err = EHOSTUNREACH, .out =
	    "connect fail TCP 127.0.0.1:9 -> 127.0.0.1:81 100 prog errno=EHOSTUNREACH"),
	CONNECT(100, 3, "0.0.0.0:81", -EHOSTUNREACH, .late = 1),
};
/* A thread of io_uring has the name of its program, once that is known. */
static const struct step m_io_thread[] = {
	MOD(LISTEN, 100, 6, "0.0.0.0:22", NULL, .out = LISTEN_22),
	MOD(CONNECT, 100, 7, L, A, .comm = "iou-sqp-101"),
	MOD(ESTABLISHED, 100, 7, L, A, .comm = "iou-wrk-101", .out = M_START),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .comm = "iou-sqp-101", .out = M_STOP),
	MOD(ACCEPT, 100, 9, L, A, .comm = "iou-sqp-1x", .out =
	    "connect start TCP " L " <- " A " 100 iou-sqp-1x"),
	MOD(ACCEPT, 200, 10, L, A, .comm = "iou-sqp-201", .out =
	    "connect start TCP " L " <- " A " 200 iou-sqp-201"),
};
static const struct step m_unseen[] = {
	MOD(RELEASE, 100, 7, L, A, .state = 1, .tx = 5, .rx = 6,
	    .out = M_STOP " tx=5 rx=6 incomplete"),
	MOD(RELEASE, 100, 8, "0.0.0.0:22", NULL, .state = 10,
	    .out = LISTEN_STOP_22 " incomplete"),
	MOD(RELEASE, 100, 9, L, NULL, .state = 7),
	MOD(RELEASE, 100, 10, L, A, UDP, .state = 1,
	    .out = "connect stop UDP " L " -> " A " 100 prog incomplete"),
};
static const struct step m_nothing[] = {
	MOD(CONNECT, 100, 0, L, A, .bad = "module"),
	MOD(RELEASE, 100, 0, L, A, .bad = "module"),
	{ .kind = EVENT_MODULE, .pid = 100, .ino = 7 },
};
static const struct step m_no_process[] = {
	MOD(CONNECT, -1, 7, L, A),
	MOD(ESTABLISHED, -1, 7, L, A, .out = "connect start TCP " L " -> " A " - -"),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
static const struct step m_nodes[] = {
	MOD(CONNECT, 100, 7, L, A, .node = "a"), MOD(CONNECT, 100, 7, L, A, .node = "b"),
	MOD(ESTABLISHED, 100, 7, L, A, .node = "a", .out = M_START " node=a"),
	MOD(RELEASE, 100, 7, L, A, .node = "b", .state = 2,
	    .out = M_FAIL " via=close errno=ECONNABORTED node=b"),
	/* the rules still decide where no module was heard */
	OPEN_A, CLOSE(100, 3, .out = STOP_A " via=close"),
	BOOT(.node = "a", .out = M_STOP " via=boot node=a"),
	MOD(RELEASE, 100, 7, NULL, NULL, .node = "a", .state = 7),
};
static const struct step m_unload[] = {
	M_OPEN(100, 7), MOD(UNLOAD, 1, 0, NULL, NULL),
	OPEN_A, CLOSE(100, 3, .out = STOP_A " via=close"),
	MOD(LOAD, 1, 0, NULL, NULL), SOCKET(100, 3, STREAM), CONNECT(100, 3, A, 0),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
/* Told of by the module, ended after it: by the exit of who opened it. */
static const struct step m_left[] = {
	M_OPEN(100, 7), MOD(CONNECT, 200, 8, "10.0.0.5:2", B),
	MOD(UNLOAD, 1, 0, NULL, NULL,
	    .out = "connect start TCP 10.0.0.5:2 -> " B " 200 prog via=in-progress"),
	EXIT(300), EXIT(100, .out = M_STOP " via=exit"),
	EXIT(200, .out = "connect stop TCP 10.0.0.5:2 -> " B " 200 prog via=exit"),
};
static const struct step m_left_reloaded[] = {
	M_OPEN(100, 7), MOD(UNLOAD, 1, 0, NULL, NULL), MOD(LOAD, 1, 0, NULL, NULL),
	EXIT(100), MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
};
/* Connections that the rules knew before the module was loaded. */
static const struct step m_adopt[] = {
	OPEN_A, MOD(LOAD, 1, 0, NULL, NULL),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .tx = 1, .rx = 2,
	    .out = STOP_A " tx=1 rx=2"),
	CLOSE(100, 3), EXIT(100),
};
static const struct step m_adopt_progress[] = {
	SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -EINPROGRESS, .out = START_A " via=in-progress"),
	MOD(FAIL, 100, 7, L, A, .err = ECONNREFUSED, .out = STOP_A " errno=ECONNREFUSED"),
};
static const struct step m_adopt_listener[] = {
	OPEN_22, MOD(LOAD, 1, 0, NULL, NULL),
	MOD(ACCEPT, 100, 8, "10.0.0.5:22", "203.0.113.9:1", .out = M_ACCEPT),
	MOD(LISTEN, 100, 7, "0.0.0.0:22", NULL),
	MOD(RELEASE, 100, 7, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_STOP_22),
};
static const struct step m_adopt_accept_first[] = {
	OPEN_22, MOD(LOAD, 1, 0, NULL, NULL),
	MOD(ACCEPT, 100, 8, "10.0.0.5:22", "203.0.113.9:1", .out = M_ACCEPT),
	MOD(RELEASE, 100, 8, "10.0.0.5:22", "203.0.113.9:1", .state = 1,
	    .out = "connect stop TCP 10.0.0.5:22 <- 203.0.113.9:1 100 prog"),
	MOD(RELEASE, 100, 7, "0.0.0.0:22", NULL, .state = 10, .out = LISTEN_STOP_22),
};
/* A second connection to the same server is not the first. */
static const struct step m_adopt_second[] = {
	OPEN_A, MOD(LOAD, 1, 0, NULL, NULL),
	MOD(CONNECT, 100, 8, L, A), MOD(ESTABLISHED, 100, 8, L, A, .out = M_START),
	MOD(RELEASE, 100, 7, "10.0.0.5:1", A, .state = 1, .out = STOP_A),
	MOD(RELEASE, 100, 8, L, A, .state = 1, .out = M_STOP),
};
/* Another local port: another connection to the same server. */
static const struct step m_adopt_port[] = {
	SOCKET(100, 3, STREAM), BIND(100, 3, "10.0.0.5:5000"),
	CONNECT(100, 3, A, 0, .out = "connect start TCP 10.0.0.5:5000 -> " A " 100 prog"),
	MOD(LOAD, 1, 0, NULL, NULL),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP " incomplete"),
	MOD(RELEASE, 100, 8, "10.0.0.5:5000", A, .state = 1,
	    .out = "connect stop TCP 10.0.0.5:5000 -> " A " 100 prog"),
};
/* Two fit: which one it is, is not known. */
static const struct step m_adopt_two[] = {
	OPEN_A, SOCKET(100, 4, STREAM), CONNECT(100, 4, A, 0, .out = START_A),
	MOD(LOAD, 1, 0, NULL, NULL),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP " incomplete"),
};
/* The completion is written after the release, and is not a separate connection; that of the
 * same inode after a boot is. */
static const struct step m_late[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(RELEASE, 100, 7, L, A, .state = 2, .out = M_FAIL " via=close errno=ECONNABORTED"),
	MOD(ESTABLISHED, -1, 7, L, A), MOD(FAIL, -1, 7, L, A, .err = ETIMEDOUT),
	MOD(LOAD, 1, 0, NULL, NULL), M_OPEN(100, 7),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .out = M_STOP),
	MOD(CONNECT, 100, 8, L, A),
	MOD(RELEASE, 100, 8, L, A, .state = 2, .out = M_FAIL " via=close errno=ECONNABORTED"),
	BOOT(), M_OPEN(100, 8),
};
/* A datagram of a bound socket to a peer is a flow in addition to the listener. */
#define FLOW_A "connect start UDP 10.0.0.5:53 -> " A " 100 prog"
#define FLOW_STOP_A "connect stop UDP 10.0.0.5:53 -> " A " 100 prog"
#define LISTEN_53 "listen start UDP 0.0.0.0:53 100 prog"
#define LISTEN_STOP_53 "listen stop UDP 0.0.0.0:53 100 prog"
#define M_FLOWS MOD(BIND, 100, 7, "0.0.0.0:53", NULL, UDP, .out = LISTEN_53), \
	MOD(FLOW, 100, 7, "10.0.0.5:53", A, UDP, .out = FLOW_A)
static const struct step m_flow[] = {
	M_FLOWS, MOD(FLOW, 100, 7, "10.0.0.5:53", A, UDP),
	MOD(FLOW, 100, 7, "10.0.0.5:53", B, UDP, .out = FLOW_STOP_A "\n"
	    "connect start UDP 10.0.0.5:53 -> " B " 100 prog"),
	MOD(RELEASE, 100, 7, "0.0.0.0:53", NULL, UDP, .state = 7, .out =
	    "connect stop UDP 10.0.0.5:53 -> " B " 100 prog\n" LISTEN_STOP_53),
	/* not bound: the flow is the socket's connection */
	MOD(FLOW, 100, 8, L, A, UDP, .out = "connect start UDP " L " -> " A " 100 prog"),
	MOD(RELEASE, 100, 8, L, NULL, UDP, .state = 7,
	    .out = "connect stop UDP " L " -> " A " 100 prog"),
};
static const struct step m_flow_connected[] = {
	M_FLOWS,
	MOD(DGRAM, 100, 7, "10.0.0.5:53", B, UDP, .out = FLOW_STOP_A "\n" LISTEN_STOP_53
	    "\nconnect start UDP 10.0.0.5:53 -> " B " 100 prog"),
	MOD(RELEASE, 100, 7, "10.0.0.5:53", B, UDP, .state = 1,
	    .out = "connect stop UDP 10.0.0.5:53 -> " B " 100 prog"),
};
static const struct step m_flow_boot[] = {
	M_FLOWS, MOD(FLOW, 100, 7, "10.0.0.5:53", "192.0.2.7:0", UDP, .out = FLOW_STOP_A),
	MOD(FLOW, 100, 7, "10.0.0.5:53", A, UDP, .out = FLOW_A),
	BOOT(.out = FLOW_STOP_A " via=boot\n" LISTEN_STOP_53 " via=boot"),
};
static const struct step m_flow_unload[] = {
	M_FLOWS, MOD(UNLOAD, 1, 0, NULL, NULL),
	EXIT(100, .out = FLOW_STOP_A " via=exit\n" LISTEN_STOP_53 " via=exit"),
};
/* connect(AF_UNSPEC) while a connect is under way: its failure is still of that peer. */
static const struct step m_disconnect_connecting[] = {
	MOD(CONNECT, 100, 7, L, A), MOD(DISCONNECT, 100, 7, L, NULL),
	MOD(RELEASE, 100, 7, L, NULL, .state = 7,
	    .out = M_FAIL " via=close errno=ECONNABORTED"),
};
/* A connect that was refused before the boot has no effect on one after it. */
static const struct step m_boot[] = {
	MOD(CONNECT, 100, 7, L, A),
	MOD(FAIL, 100, 7, L, A, .err = ENETUNREACH, .out = M_FAIL " errno=ENETUNREACH"),
	BOOT(), MOD(LOAD, 1, 0, NULL, NULL), SOCKET(100, 3, STREAM),
	CONNECT(100, 3, A, -ENETUNREACH, .out = FAIL_A " errno=ENETUNREACH"),
};
static const struct step boot_forks[] = {	/* nor does an exit */
	EXIT(200), BOOT(), OPEN_A, FORK(100, 200), EXIT(100),
	EXIT(200, .out = "connect stop TCP - -> " A " 200 prog opener=100 via=exit"),
};
/* An inode number is reused before the release of its last socket is read; the cookie
 * distinguishes them. */
static const struct step m_cookie[] = {
	MOD(CONNECT, 100, 7, L, A, .cookie = 21),
	MOD(ESTABLISHED, 100, 7, L, A, .cookie = 21, .out = M_START),
	MOD(ACCEPT, 100, 7, "10.0.0.5:22", "203.0.113.9:1", .cookie = 22, .out = M_ACCEPT),
	MOD(RELEASE, 100, 7, L, A, .cookie = 21, .state = 1, .out = M_STOP),
	MOD(ESTABLISHED, 100, 7, L, B, .cookie = 23,
	    .out = "connect start TCP " L " -> " B " 100 prog"),
	MOD(RELEASE, 100, 7, "10.0.0.5:22", "203.0.113.9:1", .cookie = 22, .state = 1,
	    .out = "connect stop TCP 10.0.0.5:22 <- 203.0.113.9:1 100 prog"),
	/* a completion after the release of another socket of that inode is no late one */
	MOD(CONNECT, 100, 7, L, A, .cookie = 24), MOD(RELEASE, 100, 7, L, A, .cookie = 24,
	    .state = 2, .out = M_FAIL " via=close errno=ECONNABORTED"),
	MOD(ESTABLISHED, 100, 7, L, A, .cookie = 24),
	MOD(ESTABLISHED, 100, 7, L, A, .cookie = 25, .out = M_START),
};
static const struct step m_exec[] = {
	M_OPEN(100, 7),
	/* records of the module do not show descriptors: nothing is closed */
	SOCKET(100, 4, STREAM, .exe = "/bin/other", .comm = "other"),
	EXEC(100, "/bin/third", .comm = "third"),
	MOD(RELEASE, 100, 7, L, A, .state = 1, .exe = "", .comm = "third",
	    .out = "connect stop TCP " L " -> " A " 100 third"),
};

struct row {
	const char *name;
	const struct step *steps;
	size_t count;
	bool quick;		/* its events are 10 ms apart, not a second */
};
#define ROW(text, steps, ...) { text, steps, sizeof(steps) / sizeof(*steps), __VA_ARGS__ }

static const struct row rows[] = {
	ROW("socket, connect, close", tcp),
	ROW("socket alone", socket_alone),
	ROW("bind before connect", bound),
	ROW("bind of a part", bound_in_part),
	ROW("bind refused", bind_refused),
	ROW("IPv6", ipv6),
	ROW("protocols", protocols),
	ROW("raw and ping sockets", not_logged),
	ROW("EINPROGRESS, then 0", progress_done),
	ROW("EINPROGRESS, then EISCONN", progress_isconn),
	ROW("EINPROGRESS, then ECONNREFUSED", progress_refused),
	ROW("EINPROGRESS twice", progress_again),
	ROW("found open", m_found),
	ROW("found open: accepted", m_found_accepted),
	ROW("found open: direction unknown", m_found_sending),
	ROW("found: a listener", m_found_listener),
	ROW("found: known already", m_found_known),
	ROW("found while it connects", m_found_connecting),
	ROW("found while it fails, or while SCTP connects", m_found_failing),
	ROW("found, but read after its end", m_found_ended),
	ROW("found: datagrams", m_found_datagram),
	ROW("EINPROGRESS, then another succeeds", progress_then_other),
	ROW("EINPROGRESS, then another fails", progress_then_other_fails),
	ROW("EINTR", interrupted),
	ROW("refused, then again", refused),
	ROW("refused, no stop", refused_alone),
	ROW("errors of the call", misuse),
	ROW("errors of the call on an unknown socket", misuse_of_unknown),
	ROW("socket opened unseen", unknown_socket),
	ROW("exit of a program that became a daemon", daemon_listens),
	ROW("exit of a server that accepts itself", server_exits),
	ROW("exit of a server whose child accepts on", late_child),
	ROW("exit of a server that forks", server_forks),
	ROW("exit of a server that forked before it listened", server_forked_before),
	ROW("exit of a server that runs programs", server_executes),
	ROW("a connection that the module does not see", unclaimed),
	ROW("a connection that the module claims", claimed),
	ROW("the rules' connect has another peer", unclaimed_peer),
	ROW("the rules' connect has another protocol", unclaimed_proto),
	ROW("the rules' accept has another peer", unclaimed_accept),
	ROW("claimed: an attempt's outcome", claimed_attempt),
	ROW("claimed: the same peer, written differently", claimed_peer),
	ROW("claimed: the kernel replaced the peer", claimed_rewritten),
	ROW("claimed: no record joins a call", claimed_unjoined),
	ROW("exit of a listener whose forks are audited", no_child),
	ROW("events that are late", late_events),
	ROW("events later than the exit", late_after_exit),
	ROW("late, of sockets that are known", late_known_socket),
	ROW("late attempt of a connect", late_attempt, .quick = true),
	ROW("late outcome of a connect", late_outcome, .quick = true),
	ROW("late attempt and outcome of a connect", late_both, .quick = true),
	ROW("late socket of a connect", late_socket, .quick = true),
	ROW("late, of the second socket with the number", late_second_socket),
	ROW("late, of the first socket with the number", late_first_socket),
	ROW("late, of a socket of an earlier boot", late_other_boot),
	ROW("EINPROGRESS again, same peer", progress_same_peer),
	ROW("a child's first event, late", late_first_event),
	ROW("renamed since", renamed),
	ROW("no SOCKADDR", no_address),
	ROW("Unix sockets", other_family),
	ROW("no pid", no_process),
	ROW("UDP", udp),
	ROW("UDP reconnect", udp_reconnect),
	ROW("UDP port 0", udp_port_0),
	ROW("UDP refused", udp_refused),
	ROW("UDP bound", udp_bound),
	ROW("UDP bound, port 0", udp_bound_port_0),
	ROW("UDP, address of another family", udp_misuse),
	ROW("bind with AF_UNSPEC", bind_unspec),
	ROW("connect to the any-address", connect_any),
	ROW("TCP disconnect", tcp_disconnect),
	ROW("server", server),
	ROW("server on an address, port unknown", server_address),
	ROW("accept(fd, NULL, NULL)", accept_null),
	ROW("accept, listener unknown", accept_unknown),
	ROW("accept refused", accept_failed),
	ROW("listen without bind", listen_unbound),
	ROW("listen refused", listen_refused),
	ROW("listen on an unknown socket", listen_unknown),
	ROW("descriptor reuse", reuse),
	ROW("descriptor reuse by accept", reuse_by_accept),
	ROW("connected again", reuse_by_connect),
	ROW("socket refused", failed_socket),
	ROW("dup", dups),
	ROW("dup2 to itself", dup_itself),
	ROW("dup2 over another", dup_over),
	ROW("dup refused", dup_failed),
	ROW("close_range", close_range_all),
	ROW("close_range, close-on-exec", close_range_cloexec),
	ROW("exec", exec_cloexec),
	ROW("exec, close-on-exec set later", exec_cloexec_set),
	ROW("exec, close-on-exec cleared", exec_cloexec_cleared),
	ROW("exec unseen", exec_unseen),
	ROW("a newcomer by its name", newcomer_by_name),
	ROW("a newcomer uses the number", newcomer_reuses),
	ROW("exec after dup", exec_dup),
	ROW("fork by ppid", fork_by_ppid),
	ROW("fork by ppid, child is last", fork_by_ppid_last),
	ROW("fork and exec", fork_exec),
	ROW("fork seen", fork_seen),
	ROW("fork, exit alone seen", fork_exit_alone),
	ROW("fork reported after the child's exit", fork_reported_late),
	ROW("fork and exec: the name", fork_exec_named),
	ROW("fork: another has the pid", fork_reuses_pid),
	ROW("fork after the pid's exit", fork_after_exit),
	ROW("exit and exit_group", exits),
	ROW("two nodes, same pids", nodes),
	ROW("boot", boot),
	ROW("socket table full", full_sockets),
	ROW("socket table full of what is not open", full_not_open),
	ROW("process table full", full_processes),
	ROW("module: connect, established, release", m_tcp),
	ROW("module: fail", m_fail),
	ROW("module: fail, then again", m_fail_then_again),
	ROW("module: aborted in SYN_SENT", m_aborted),
	ROW("module: SCTP shut down while it connects", m_sctp_shut),
	ROW("module: reset", m_reset),
	ROW("module: connect lost", m_connect_lost),
	ROW("module: release lost", m_release_lost),
	ROW("module: release of a listener lost", m_listen_release_lost),
	ROW("module: listen, accept", m_accept),
	ROW("module: UDP", m_udp),
	ROW("module: UDP, not bound", m_udp_unbound),
	ROW("module: rules beside it", m_beside_rules),
	ROW("module: refused locally", m_refused_locally),
	ROW("module: refused at 0.0.0.0", m_refused_any),
	ROW("module: refused, of the same call", m_refused_any_here),
	ROW("module: a thread of io_uring", m_io_thread),
	ROW("module: start unseen", m_unseen),
	ROW("module: no inode", m_nothing),
	ROW("module: no pid", m_no_process),
	ROW("module: on one of two nodes", m_nodes),
	ROW("module: unload", m_unload),
	ROW("module: left behind", m_left),
	ROW("module: left behind, and loaded again", m_left_reloaded),
	ROW("module: adopts a connection", m_adopt),
	ROW("module: adopts one in progress", m_adopt_progress),
	ROW("module: adopts a listener", m_adopt_listener),
	ROW("module: accepts from a listener of the rules", m_adopt_accept_first),
	ROW("module: second connection to the same server", m_adopt_second),
	ROW("module: a connection of another port", m_adopt_port),
	ROW("module: one of two that fit", m_adopt_two),
	ROW("module: a flow beside a listener", m_flow),
	ROW("module: a flow, then connected", m_flow_connected),
	ROW("module: a flow, then a boot", m_flow_boot),
	ROW("module: a flow, left behind", m_flow_unload),
	ROW("module: disconnected while it connects", m_disconnect_connecting),
	ROW("module: refused before a boot", m_boot),
	ROW("fork of a pid that exited before a boot", boot_forks),
	ROW("module: an inode that comes again", m_cookie),
	ROW("module: exec", m_exec),
	ROW("module: completion after release", m_late),
};

/* ---- the machinery ---- */

struct known {
	struct stamp ev;
	struct conn_id id;
	int64_t time;
	bool open;
};

static struct {
	char out[4096];
	size_t used;
	int64_t dur_ms, now;
	bool quick;
	struct known starts[512];
	size_t count;
	unsigned int open;
	struct conn_id last;
	struct input_errors complaints;
	int late;
} seen;

static struct known *find_start(const struct stamp *ev)
{
	for (size_t i = 0; i < seen.count; i++)
		if (!memcmp(&seen.starts[i].ev, ev, sizeof(*ev)))
			return &seen.starts[i];
	return NULL;
}

/* A start before its stop, one stop for each start, the same ev; each start and each failure
 * has a different ev. */
static void check_pairs(const struct entry *r)
{
	struct known *k = find_start(&r->ev);

	if (!seen.late && !seen.quick)
		assert_int_equal(r->time.sec, seen.now);
	if (r->via == VIA_CORRECTED) {	/* revokes the stop */
		assert_true(r->what == CONNECT_START || r->what == LISTEN_START);
		assert_true(k && !k->open);
		assert_memory_equal(&k->id, &r->id, sizeof(k->id));
		k->open = true;
		seen.open++;
		return;
	}
	switch (r->what) {
	case CONNECT_START:
	case LISTEN_START:
	case CONNECT_FAIL:
		assert_null(k);
		assert_false(r->incomplete);
		assert_true(seen.count < 512);
		k = &seen.starts[seen.count++];
		assert_true(r->id.nth > 0);
		for (size_t i = 0; i + 1 < seen.count; i++)
			assert_memory_not_equal(&seen.starts[i].id, &r->id, sizeof(r->id));
		k->ev = r->ev;
		k->id = r->id;
		k->time = r->time.sec;
		k->open = r->what != CONNECT_FAIL;
		seen.open += k->open;
		break;
	default:
		if (r->incomplete) {
			assert_int_equal(r->ev.serial, 0);
			assert_int_equal(r->id.nth, 0);
			break;
		}
		assert_non_null(k);
		assert_true(k->open);
		assert_true(k->time <= r->time.sec);
		assert_memory_equal(&k->id, &r->id, sizeof(k->id));
		k->open = false;
		seen.open--;
	}
}

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	seen.used += vsnprintf(seen.out + seen.used, sizeof(seen.out) - seen.used,
			       format, ap);
	va_end(ap);
	assert_true(seen.used < sizeof(seen.out));
}

static void on_record(const struct entry *r, void *arg)
{
	char text[NETADDR_TEXT_MAX], comm[64] = "-";

	assert_ptr_equal(arg, &seen);
	assert_non_null(r->identity);
	check_pairs(r);
	seen.last = r->id;
	netaddr_format(&r->local, text);
	put("%s%s %s %s", seen.used ? "\n" : "", entry_kind_name(r->what),
	    entry_proto_name(r->proto), text);
	netaddr_format(&r->remote, text);
	if (r->what != LISTEN_START && r->what != LISTEN_STOP)
		put(" %s %s", r->unknown_direction ? "-" : r->inbound ? "<-" : "->", text);
	if (r->identity->comm)
		audit_text(r->identity->comm, comm, sizeof(comm));
	if (r->identity->pid >= 0)
		put(" %lld %s", (long long)r->identity->pid, comm);
	else
		put(" - %s", comm);
	if (r->opener != ID_UNKNOWN)
		put(" opener=%lld", (long long)r->opener);
	if (r->via)
		put(" via=%s", entry_via_name(r->via));
	if (r->err)
		put(" errno=%s", strerrorname_np(r->err));
	if (r->tx >= 0)
		put(" tx=%lld rx=%lld", (long long)r->tx, (long long)r->rx);
	if (r->incomplete)
		put(" incomplete");
	if (r->node)
		put(" node=%s", r->node);
	seen.dur_ms = r->dur_ms;
}

static struct track *begin(unsigned int sockets, unsigned int processes)
{
	struct track_limits limits = { sockets, processes };
	struct track_io io = { .emit = on_record, .arg = &seen };
	struct track *t;

	memset(&seen, 0, sizeof(seen));
	seen.now = 1000;
	t = track_new(&limits, &io, &seen.complaints);
	assert_non_null(t);
	return t;
}

static struct netaddr read_addr(const char *text)
{
	struct netaddr_range r = { 0 };

	if (text && netaddr_parse_range(text, &r))
		fail_msg("bad address %s", text);
	return r.addr;
}

static void read_sockaddr(struct event *f, const char *text)
{
	if (!text)
		return;
	f->has_sockaddr = true;
	if (!strcmp(text, "unix")) {
		f->sa_family = AF_UNIX;
	} else if (!strcmp(text, "unspec")) {
		f->sa_family = AF_UNSPEC;
	} else {
		f->addr = read_addr(text);
		f->sa_family = f->addr.family;
	}
}

static const char *absent(const char *text)
{
	return *text ? text : NULL;
}

static struct stamp stamp_of(int64_t now)
{
	if (seen.quick)
		return (struct stamp){ 1000, (now - 1000) * 10, now - 999 };
	return (struct stamp){ now, 1, now - 999 };
}

static void fact_of(const struct step *s, struct event *f)
{
	seen.late = s->late || s->early;
	*f = (struct event){
		.kind = s->kind, .node = s->node,
		.stamp = stamp_of(seen.now - s->late),
		.task = { .pid = s->pid, .ppid = s->ppid ? s->ppid : 1, .auid = 1000,
			  .ses = 3, .sid = ID_UNKNOWN,
			  .comm = s->comm ? absent(s->comm) : "prog",
			  .exe = s->exe ? absent(s->exe) : "/bin/prog" },
		.fd = s->fd, .newfd = s->newfd, .result = s->result,
		.cloexec = s->cloexec, .family = s->family, .type = s->type,
		.proto = s->proto, .op = s->op, .ino = s->ino,
		.cookie = s->cookie, .netns = -1,
		.mono = -1, .tx = s->tx, .rx = s->rx, .missed = -1, .lost = -1,
		.err = s->err, .state = s->state, .direction = s->direction,
		.local = read_addr(s->local), .remote = read_addr(s->remote),
	};
	read_sockaddr(f, s->addr);
	if (s->unspec)
		f->sa_family = AF_UNSPEC;
}

static void check_complaint(const struct input_errors *before, const char *bad,
			    size_t step)
{
	for (int i = 0; i < INPUT_ERROR_COUNT; i++) {
		uint64_t more = seen.complaints.count[i] - before->count[i];

		if (more != (bad && !strcmp(bad, input_error_key(i))))
			fail_msg("step %zu: %d complaints of %s", step, (int)more,
				 input_error_key(i));
	}
}

static void check_open(const struct track *t)
{
	struct track_stats stats;

	track_stats(t, &stats);
	assert_int_equal(stats.open +
			 seen.complaints.count[INPUT_ERROR_EVICTED], seen.open);
}

static void test_row(void **state)
{
	const struct row *row = *state;
	struct track *t = begin(16, 16);

	seen.quick = row->quick;
	for (size_t i = 0; i < row->count; i++) {
		const struct step *s = &row->steps[i];
		struct input_errors before = seen.complaints;
		struct event f;

		seen.used = 0;
		seen.out[0] = 0;
		seen.now++;
		fact_of(s, &f);
		track_event(t, &f);
		if (strcmp(seen.out, s->out ? s->out : ""))
			fail_msg("step %zu gave:\n%s\nexpected:\n%s", i, seen.out,
				 s->out ? s->out : "");
		check_complaint(&before, s->bad, i);
		check_open(t);
	}
	track_free(t);
}

static void step(struct track *t, const struct step *s)
{
	struct event f;

	seen.used = 0;
	seen.out[0] = 0;
	seen.now++;
	fact_of(s, &f);
	track_event(t, &f);
}
#define STEP(t, ...) step(t, &(struct step)__VA_ARGS__)

/* More connections than are remembered, between a connect and its outcome: it may have had a
 * record, so that it is not written twice. A connect that did not wait is not hidden by them. */
static void test_claim_forgotten(void **state)
{
	const struct step before[] = {
		LOADED, JOINED(200, 3, 7, A), SOCKET(100, 5, STREAM), SOCKET(100, 4, STREAM),
		CONNECT(100, 4, B, -EINPROGRESS),
	};
	const struct step after[] = { CONNECT(100, 4, B, 0), OTHER, OTHER, OTHER, OTHER };
	struct track *t = begin(4096, 64);

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		step(t, &before[i]);
	for (int i = 0; i < 1100; i++)
		step(t, &(struct step)MOD(CONNECT, 300, 1000 + i, L, B));
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++) {
		step(t, &after[i]);
		assert_string_equal(seen.out, "");
	}
	step(t, &(struct step)CONNECT(100, 5, B, 0));
	step(t, &(struct step)OTHER);
	step(t, &(struct step)WROTE(.out = START_B));
	assert_string_equal(seen.out, START_B);
	track_free(t);
}

/* A parent that forks for ever, children never heard of: the table is bounded. */
static void test_fork_bound(void **state)
{
	struct track *t = begin(16, 16);
	struct track_stats stats;

	(void)state;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	for (int pid = 1000; pid < 1500; pid++) {
		STEP(t, FORK(100, pid));
		track_stats(t, &stats);
		assert_true(stats.processes <= 16);
	}
	track_free(t);
}

/* One socket with more descriptors than the table holds. */
static void test_descriptor_bound(void **state)
{
	struct track *t = begin(16, 16);
	unsigned int open;

	(void)state;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	for (int fd = 4; fd < 200; fd++)
		STEP(t, DUP(100, 3, fd));
	check_open(t);
	assert_true(input_error_total(&seen.complaints) > 0);
	STEP(t, SOCKET(100, 300, STREAM));
	STEP(t, CONNECT(100, 300, B, 0));
	assert_string_equal(seen.out, START_B);
	check_open(t);
	open = seen.open;
	STEP(t, EXIT(100));
	assert_true(seen.open <= open);
	check_open(t);
	track_free(t);
}

/* Descriptors of many processes: inherited ones are bounded, and counted. */
static void test_inherit_bound(void **state)
{
	struct track *t = begin(16, 64);
	struct track_stats stats;

	(void)state;
	for (int fd = 3; fd < 19; fd++)
		STEP(t, SOCKET(100, fd, STREAM));
	for (int pid = 200; pid < 260; pid++)
		STEP(t, SOCKET(pid, 100, STREAM, .ppid = 100));
	assert_true(seen.complaints.count[INPUT_ERROR_EVICTED] > 0);
	track_stats(t, &stats);
	assert_int_equal(stats.open, seen.open);
	assert_int_equal(stats.processes, 61);
	track_free(t);
}

/* Many nodes: more than the table holds are counted, the others stay right. */
static void test_node_bound(void **state)
{
	struct track *t = begin(1024, 1024);
	char name[16];

	(void)state;
	for (int i = 0; i < INPUT_HOSTS_MAX + 44; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		STEP(t, SOCKET(100, 3, STREAM, .node = name));
	}
	assert_int_equal(seen.complaints.count[INPUT_ERROR_HOSTS], 44);
	STEP(t, CONNECT(100, 3, A, 0, .node = "n16383"));
	assert_string_equal(seen.out, START_A " node=n16383");
	STEP(t, CONNECT(100, 3, A, 0, .node = "n16384"));
	assert_string_equal(seen.out, "");
	track_free(t);
}

/* Flows and listeners evict each other. */
static void test_flow_bound(void **state)
{
	for (unsigned int max = 1; max < 6; max++) {
		struct track *t = begin(max, 16);

		for (int i = 0; i < 60; i++) {
			STEP(t, MOD(BIND, 100, 7 + i % 4, "0.0.0.0:53", NULL, UDP));
			STEP(t, MOD(FLOW, 100, 7 + i % 4, "10.0.0.5:53", i % 3 ? A : B, UDP));
			check_open(t);
		}
		STEP(t, BOOT());
		check_open(t);
		track_free(t);
	}
	(void)state;
}

static void test_limits_of_one(void **state)
{
	struct track *t = begin(0, 0);

	(void)state;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	STEP(t, ACCEPT(100, 3, 4, B));
	STEP(t, FORK(100, 200));
	STEP(t, CLOSE(200, 3));
	STEP(t, MOD(CONNECT, 300, 7, L, A));
	STEP(t, MOD(ESTABLISHED, 300, 7, L, A));
	STEP(t, CONNECT(300, 3, B, -ENETUNREACH));
	track_free(t);
}

static void test_duration(void **state)
{
	struct track *t = begin(16, 16);
	struct event f;

	(void)state;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	seen.now += 9;
	STEP(t, CLOSE(100, 3));
	assert_int_equal(seen.dur_ms, 10000);
	/* time that goes back is not a duration */
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	for (size_t i = 0; i < seen.count; i++)
		seen.starts[i].time = 0;
	seen.now -= 9;
	STEP(t, CLOSE(100, 3));
	assert_int_equal(seen.dur_ms, -1);
	/* audit's time of an accept is when the waiting began */
	seen.now += 100;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, ACCEPT(100, 3, 4, B));
	STEP(t, CLOSE(100, 4));
	assert_int_equal(seen.dur_ms, -1);
	/* the module's clock is exact */
	seen.now++;
	fact_of(&(struct step)MOD(ACCEPT, 100, 7, L, A), &f);
	f.mono = 5000000000;
	track_event(t, &f);
	seen.now++;
	fact_of(&(struct step)MOD(RELEASE, 100, 7, L, A, .state = 1), &f);
	f.mono = 5123456789;
	track_event(t, &f);
	assert_int_equal(seen.dur_ms, 123);
	/* and counts from the start line: when the connect completed */
	fact_of(&(struct step)MOD(CONNECT, 100, 8, L, A), &f);
	f.mono = 6000000000;
	track_event(t, &f);
	fact_of(&(struct step)MOD(ESTABLISHED, 100, 8, L, A, .state = 2), &f);
	f.mono = 7000000000;
	track_event(t, &f);
	fact_of(&(struct step)MOD(RELEASE, 100, 8, L, A, .state = 1), &f);
	f.mono = 7250000000;
	track_event(t, &f);
	assert_int_equal(seen.dur_ms, 250);
	track_free(t);
}

/* BPF found it open: its start is not known. */
static void test_duration_found(void **state)
{
	struct track *t = begin(16, 16);
	struct event f;

	(void)state;
	fact_of(&(struct step)MOD(FOUND, 100, 9, L, A, .state = 1), &f);
	f.mono = 8000000000;
	track_event(t, &f);
	fact_of(&(struct step)MOD(RELEASE, 100, 9, L, A, .state = 1), &f);
	f.mono = 8250000000;
	track_event(t, &f);
	assert_int_equal(seen.dur_ms, -1);
	track_free(t);
}

/* Between start and stop the clock was set: no difference of times is a duration. */
static void test_duration_clock_set(void **state)
{
	struct track *t = begin(16, 16);

	(void)state;
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	seen.now -= 100;
	STEP(t, SOCKET(200, 3, STREAM));
	seen.now += 109;
	STEP(t, CLOSE(100, 3));
	assert_int_equal(seen.dur_ms, -1);
	track_free(t);
	/* a machine without a clock of its own starts in 1970 */
	t = begin(16, 16);
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	seen.now = 1795243080;
	STEP(t, CLOSE(100, 3));
	assert_int_equal(seen.dur_ms, -1);
	/* an event a few seconds late is no sign of it */
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, A, 0));
	seen.now -= 5;
	STEP(t, SOCKET(200, 3, STREAM));
	seen.now += 14;
	STEP(t, CLOSE(100, 3));
	assert_int_equal(seen.dur_ms, 11000);
	track_free(t);
}

/* The serial of the start's event where no cookie is known, of this boot or not. */
static void test_id(void **state)
{
	static const struct track_boot this_boot = { .node = "a", .id = 0xfeed, .since = 1003 };
	struct track *t = begin(16, 16);

	(void)state;
	track_set_boot(t, &this_boot);
	STEP(t, SOCKET(100, 3, DGRAM));
	STEP(t, CONNECT(100, 3, A, 0));		/* at 1002 */
	assert_false(seen.starts[0].id.has_boot);
	assert_true(seen.starts[0].id.by_serial);
	assert_int_equal(seen.starts[0].id.number, seen.starts[0].ev.serial);
	STEP(t, CONNECT(100, 3, B, 0));
	assert_true(seen.starts[1].id.has_boot);
	assert_int_equal(seen.starts[1].id.boot, 0xfeed);
	assert_int_equal(seen.starts[1].id.nth, 2);
	STEP(t, CONNECT(100, 3, A, 0, .node = "a"));
	STEP(t, CONNECT(100, 3, A, 0, .node = "b"));
	assert_true(seen.starts[2].id.has_boot);
	assert_false(seen.starts[3].id.has_boot);
	track_free(t);
}

/* The module's cookie is the number, and counts on. */
static void test_id_of_cookie(void **state)
{
	struct track *t = begin(16, 16);
	struct event f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		seen.now++;
		fact_of(&(struct step)MOD(DGRAM, 100, 7, L, i ? A : B, UDP), &f);
		f.cookie = 0x2a;
		track_event(t, &f);
		assert_false(seen.starts[i].id.by_serial);
		assert_int_equal(seen.starts[i].id.number, 0x2a);
		assert_int_equal(seen.starts[i].id.nth, i + 1);
	}
	track_free(t);
}

/* A socket is forgotten when its connect has failed; its count continues. Another socket with
 * its inode starts a new count. */
static void test_id_after_failure(void **state)
{
	static const struct { uint64_t cookie; uint32_t nth; } fails[] = {
		{ 0x2a, 1 }, { 0x2a, 2 }, { 0x2a, 3 }, { 0x2b, 1 }, { 0x2a, 4 },
	};
	struct track *t = begin(16, 16);
	struct event f;

	(void)state;
	for (size_t i = 0; i < sizeof(fails) / sizeof(*fails); i++) {
		seen.now++;
		fact_of(&(struct step)MOD(FAIL, 100, 7, L, A, .err = ECONNREFUSED), &f);
		f.cookie = fails[i].cookie;
		track_event(t, &f);
		assert_int_equal(seen.last.number, fails[i].cookie);
		assert_int_equal(seen.last.nth, fails[i].nth);
	}
	track_free(t);
}

static bool ignores_b = true;

static bool on_ignores(const struct entry *r, void *arg)
{
	assert_ptr_equal(arg, &seen);
	assert_true(r->what == CONNECT_START || r->what == CONNECT_FAIL);
	return ignores_b && r->remote.port == 80;
}

/* Decided at the start; the stop follows, even if the list has changed by then. */
static void test_ignored(void **state)
{
	struct track_io io = { .emit = on_record, .ignores = on_ignores, .arg = &seen };
	struct track_limits limits = { 16, 16 };
	struct track_stats stats;
	struct track *t;

	(void)state;
	track_free(begin(16, 16));
	t = track_new(&limits, &io, &seen.complaints);
	STEP(t, SOCKET(100, 3, STREAM));
	STEP(t, CONNECT(100, 3, B, 0));
	assert_string_equal(seen.out, "");
	STEP(t, SOCKET(100, 4, STREAM));
	STEP(t, CONNECT(100, 4, B, -ECONNREFUSED));
	assert_string_equal(seen.out, "");
	ignores_b = false;
	STEP(t, CLOSE(100, 3));
	assert_string_equal(seen.out, "");
	STEP(t, CONNECT(100, 4, B, 0));
	assert_string_equal(seen.out, START_B);
	ignores_b = true;
	STEP(t, CLOSE(100, 4));
	assert_string_equal(seen.out, STOP_B " via=close");
	track_stats(t, &stats);
	assert_int_equal(stats.ignored, 3);
	assert_int_equal(stats.records, 5);
	track_free(t);
}

static void test_module_counts(void **state)
{
	struct track *t = begin(16, 16);
	struct track_stats stats;
	struct event f;

	(void)state;
	track_stats(t, &stats);
	assert_int_equal(stats.module_lost, -1);
	assert_false(stats.module);
	fact_of(&(struct step)MOD(LOAD, 1, 0, NULL, NULL), &f);
	f.lost = 3;
	f.missed = 4;
	track_event(t, &f);
	track_stats(t, &stats);
	assert_int_equal(stats.module_lost, 3);
	assert_int_equal(stats.module_missed, 4);
	assert_true(stats.module);
	STEP(t, MOD(UNLOAD, 1, 0, NULL, NULL));
	track_stats(t, &stats);
	assert_false(stats.module);
	track_free(t);
}

int main(void)
{
	const struct CMUnitTest rest[] = {
		cmocka_unit_test(test_claim_forgotten),
		cmocka_unit_test(test_fork_bound),
		cmocka_unit_test(test_descriptor_bound),
		cmocka_unit_test(test_inherit_bound),
		cmocka_unit_test(test_node_bound),
		cmocka_unit_test(test_limits_of_one), cmocka_unit_test(test_flow_bound),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_duration_found),
		cmocka_unit_test(test_duration_clock_set),
		cmocka_unit_test(test_id), cmocka_unit_test(test_id_of_cookie),
		cmocka_unit_test(test_id_after_failure),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_module_counts),
	};

	return table_run("sequence", test_row, ROWS(rows)) +
	       cmocka_run_group_tests_name("track", rest, NULL, NULL);
}
