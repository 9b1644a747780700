// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/outcome: how a connect ends (section A of SCENARIOS). */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define SYN_SENT 2
#define ONLY_PORT 40001		/* the local port in a namespace of own_net() */
#define ONLY_END LO ":40001"

static int begin(int fd, const struct address *to)
{
	truth_before();
	return connect(fd, &to->sa, to->len) ? errno : 0;
}

static int nonblocking(void)
{
	int fd = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);

	return fd;
}

static void expect_error(int got, int wanted, const char *what)
{
	errno = got;
	if (got != wanted)
		die(what);
}

/* A1: connect, talk both ways, close both. */
static void blocking(void)
{
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	dial(&c, &l);
	answer(&s, &l);
	talk(&c, &s, 512);
	talk(&s, &c, 900);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

static void blocking6(void)
{
	struct conn l, c, s;

	listen_at(&l, "::1", 0);
	dial(&c, &l);
	answer(&s, &l);
	hang_up(&s);
	hang_up(&c);
	hang_up(&l);
}

/* Connects to an address that means "this host": the kernel chooses which. */
static void to_any(void)
{
	static const char *const any[] = { "0.0.0.0", "::" };

	for (int i = 0; i < 2; i++) {
		struct conn l, c, s;
		struct address to = address(any[i], 0);
		int fd = new_socket(to.sa.sa_family, SOCK_STREAM);

		bind_to(fd, any[i], 0);
		listen_with(&l, fd, 4);
		to = address_of(fd);
		dial_with(&c, new_socket(to.sa.sa_family, SOCK_STREAM), &to);
		answer(&s, &l);
		hang_up(&c);
		hang_up(&s);
		hang_up(&l);
	}
}

/* Does the same, and the exit of the process ends them. */
static void blocking_exit(void)
{
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	dial(&c, &l);
	answer(&s, &l);
	leave(&c);
	leave(&s);
	leave(&l);
}

/* A2 */
static void refused(void)
{
	struct address to = address(LO, 81);

	own_net(ONLY_PORT);
	expect_error(begin(new_socket(AF_INET, SOCK_STREAM), &to), ECONNREFUSED,
		     "connect");
	truth_failed("TCP", ONLY_END, LO ":81", ECONNREFUSED);
}

/* A3 */
static void timeout(void)
{
	struct address to = address(LO, 81);
	struct silent s;
	int fd;

	own_net(ONLY_PORT);
	silent_at(&s, LO, 81);
	fd = new_socket(AF_INET, SOCK_STREAM);
	set_option(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	expect_error(begin(fd, &to), ETIMEDOUT, "connect");
	truth_failed("TCP", ONLY_END, LO ":81", ETIMEDOUT);
	silent_end(&s);
}

static void no_way_by(int type, const char *ip, int err)
{
	struct address to = address(ip, 81);
	char remote[TRUTH_END];
	int fd = new_socket(to.sa.sa_family, type);

	truth_end(&to.sa, remote);
	expect_error(begin(fd, &to), err, ip);
	truth_failed(type == SOCK_DGRAM ? "UDP" : "TCP", "-", remote, err);
	drop(fd);
}

static void no_way(const char *ip, int err)
{
	no_way_by(SOCK_STREAM, ip, err);
}

/* A4: no route, and a route of type unreachable. */
static void unreachable(void)
{
	own_net(0);
	need("ip route add unreachable 198.51.100.0/24");
	no_way("203.0.113.1", ENETUNREACH);
	no_way("198.51.100.1", EHOSTUNREACH);
	no_way("2001:db8::1", ENETUNREACH);
}

/* A5: an administrator forbids it. */
static void prohibited(void)
{
	own_net(0);
	need("ip route add prohibit 198.51.100.0/24");
	no_way("198.51.100.1", EACCES);
}

/* r0 = 0; exit: the program that allows nothing. */
static int refusing_program(int attach_type)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.expected_attach_type = attach_type,
		.insns = (unsigned long)code,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.license = (unsigned long)"GPL",
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		skip("no BPF programs for control groups");
	return fd;
}

static void refuse_in(int group, int attach_type)
{
	union bpf_attr attr = {
		.target_fd = group,
		.attach_bpf_fd = refusing_program(attach_type),
		.attach_type = attach_type,
	};

	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)))
		skip("no BPF programs for control groups");
}

/* A5: a control group forbids it, before TCP is asked. */
static void forbidden(void)
{
	char group[64], procs[96], pid[16];
	pid_t child;
	int fd;

	snprintf(group, sizeof(group), "/sys/fs/cgroup/netlog-test-%d", (int)getpid());
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	if (access("/sys/fs/cgroup/cgroup.procs", W_OK) || mkdir(group, 0755))
		skip("no control groups (version 2)");
	child = truth_fork();
	if (!child) {
		fd = open(group, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		refuse_in(fd, BPF_CGROUP_INET4_CONNECT);
		refuse_in(fd, BPF_CGROUP_INET6_CONNECT);
		close(fd);
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		write_setting(procs, pid);
		no_way(LO, EPERM);
		no_way("::1", EPERM);
		no_way_by(SOCK_DGRAM, LO, EPERM);
		no_way_by(SOCK_DGRAM, "::1", EPERM);
		_exit(0);
	}
	if (waitpid(child, &fd, 0) != child)
		die("waitpid");
	rmdir(group);
	if (fd)
		_exit(WIFEXITED(fd) ? WEXITSTATUS(fd) : 99);
}

/* A5: a security module forbids it, before any protocol is asked: Landlock, by a
 * ruleset that allows no TCP connect (Linux 6.7; older headers lack it). */
static void landlocked(void)
{
	const struct {
		uint64_t files, net;
	} connect_tcp = { .net = 1 << 1 };
	int rules = syscall(SYS_landlock_create_ruleset, &connect_tcp, sizeof(connect_tcp), 0);

	if (rules < 0)
		skip("no Landlock that knows TCP");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, rules, 0))
		die("landlock");
	close(rules);
	no_way(LO, EACCES);
	no_way("::1", EACCES);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void alarm_soon(void)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval soon = { .it_value.tv_usec = 50000 };

	if (sigaction(SIGALRM, &sa, NULL) || setitimer(ITIMER_REAL, &soon, NULL))
		die("alarm");
}

/* Lets the connection of fd complete now. The other end's start is in a thread, and has its own
 * time. */
struct completion {
	struct silent *silent;
	struct conn *accepted;
};

static void *let_complete(void *arg)
{
	struct completion *c = arg;

	silent_answer(c->silent, c->accepted);
	return NULL;
}

/* The last check before completion: it makes the start's window narrow, and rejects a duration
 * that counts from the first SYN. */
static void await_narrowly(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int tries = 400;

	do {
		if (!tries--)
			die("connect does not complete");
		truth_not_yet();
	} while (!poll(&p, 1, 50));
}

static void begun_since(struct silent *s, struct conn *accepted, int fd,
			struct conn *c)
{
	struct completion completion = { s, accepted };
	pthread_t thread;

	if (pthread_create(&thread, NULL, let_complete, &completion) ||
	    pthread_join(thread, NULL))
		die("thread");
	await_narrowly(fd);
	if (so_error(fd))
		die("SO_ERROR");
	truth_connected(c, fd, "TCP");
}

/* A6: the call is interrupted, the connection completes all the same. */
static void interrupted(void)
{
	struct conn c, first, second;
	struct address to;
	struct silent s;
	int fd;

	silent_at(&s, LO, 0);
	to = address_of(s.listener.fd);
	fd = new_socket(AF_INET, SOCK_STREAM);
	alarm_soon();
	expect_error(begin(fd, &to), EINTR, "connect");
	begun_since(&s, &first, fd, &c);
	answer(&second, &s.listener);
	hang_up(&c);
	hang_up(&first);
	hang_up(&second);
	silent_end(&s);
}

/* A7: the process is killed while its SYN is out. */
static void killed(void)
{
	char local[TRUTH_END];
	struct silent s;
	struct gate g;
	struct who w;
	pid_t pid;
	int fd;

	silent_at(&s, LO, 0);
	gate_make(&g);
	fd = new_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
	bind_to(fd, LO, 0);
	truth_local(fd, local);
	pid = truth_fork();
	if (!pid) {
		struct address to = address_of(s.listener.fd);

		gate_wait(&g);
		begin(fd, &to);
		die("connect came back");
	}
	drop(fd);
	gate_open(&g);
	await_state(ntohs(address_of(s.filler.fd).four.sin_port), 1);
	await_state(atoi(strchr(local, ':') + 1), SYN_SENT);
	truth_who(pid, &w);
	truth_holds(&s.listener, pid);
	truth_holds(&s.filler, pid);
	truth_before();
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	truth_extra("hidden=killed via=close");
	truth_failed_as(&w, "TCP", local, s.listener.local, ECONNABORTED);
	/* It held these, too, and its end was not to be seen. */
	truth_extra("hidden=killed");
	hang_up(&s.filler);
	truth_extra("hidden=killed");
	hang_up(&s.listener);
}

/* A8: O_NONBLOCK, poll, SO_ERROR. */
static void nonblock(void)
{
	struct conn l, c, s;
	struct address to;
	int fd = nonblocking();

	listen_at(&l, LO, 0);
	to = address_of(l.fd);
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	await(fd, POLLOUT);
	expect_error(so_error(fd), 0, "SO_ERROR");
	truth_connected(&c, fd, "TCP");
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* A9 */
static void nonblock_refused(void)
{
	struct address to = address(LO, 81);
	int fd;

	own_net(ONLY_PORT);
	fd = nonblocking();
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	await(fd, POLLOUT);
	expect_error(so_error(fd), ECONNREFUSED, "SO_ERROR");
	truth_failed("TCP", ONLY_END, LO ":81", ECONNREFUSED);
}

/* A9, in the shared namespace: the local end is looked up, not arranged. */
static void nonblock_refused_here(void)
{
	char local[80], remote[80];
	struct address to;
	struct conn l;
	int fd;

	listen_at(&l, LO, 0);
	to = address_of(l.fd);
	hang_up(&l);		/* nothing listens there now */
	fd = nonblocking();
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	truth_local(fd, local);
	truth_end(&to.sa, remote);
	await(fd, POLLOUT);
	expect_error(so_error(fd), ECONNREFUSED, "SO_ERROR");
	truth_failed("TCP", local, remote, ECONNREFUSED);
	close(fd);
}

/* A10 */
static void nonblock_timeout(void)
{
	struct address to = address(LO, 81);
	struct silent s;
	int fd;

	own_net(ONLY_PORT);
	silent_at(&s, LO, 81);
	fd = nonblocking();
	set_option(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	await(fd, POLLOUT);
	expect_error(so_error(fd), ETIMEDOUT, "SO_ERROR");
	truth_failed("TCP", ONLY_END, LO ":81", ETIMEDOUT);
	silent_end(&s);
}

/* A11: it just writes when it can. */
static void never_polled(void)
{
	struct conn l, c, s;
	struct address to;
	int fd = nonblocking();

	listen_at(&l, LO, 0);
	to = address_of(l.fd);
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	while (write(fd, "x", 1) != 1)
		if (errno != EAGAIN)
			die("write");
	truth_connected(&c, fd, "TCP");
	c.tx = -1;
	answer(&s, &l);
	s.tx = -1;
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* A12: closed while the SYN is out. */
static void closed_early(void)
{
	char local[TRUTH_END];
	struct address to;
	struct silent s;
	int fd;

	silent_at(&s, LO, 0);
	to = address_of(s.listener.fd);
	fd = nonblocking();
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	truth_local(fd, local);
	drop(fd);
	truth_extra("via=close");
	truth_failed("TCP", local, s.listener.local, ECONNABORTED);
	silent_end(&s);
}

/* A13: again while it is in progress (EALREADY), when it is done (0), and again (EISCONN): one
 * connection. */
static void again(void)
{
	struct conn c, first, second;
	struct address to;
	struct silent s;
	int fd;

	silent_at(&s, LO, 0);
	to = address_of(s.listener.fd);
	fd = nonblocking();
	expect_error(begin(fd, &to), EINPROGRESS, "connect");
	/* not begin(): the connection began above */
	if (connect(fd, &to.sa, to.len) != -1 || errno != EALREADY)
		die("second connect");
	begun_since(&s, &first, fd, &c);
	expect_error(begin(fd, &to), 0, "third connect");
	expect_error(begin(fd, &to), EISCONN, "fourth connect");
	answer(&second, &s.listener);
	hang_up(&c);
	hang_up(&first);
	hang_up(&second);
	silent_end(&s);
}

/* A13: refused, then the same socket connects elsewhere. */
static void after_failure(void)
{
	struct address to = address(LO, 81);
	struct conn l, c, s;
	int fd;

	own_net(ONLY_PORT);
	listen_at(&l, LO, 80);
	fd = new_socket(AF_INET, SOCK_STREAM);
	expect_error(begin(fd, &to), ECONNREFUSED, "connect");
	truth_failed("TCP", ONLY_END, LO ":81", ECONNREFUSED);
	to = address_of(l.fd);
	dial_with(&c, fd, &to);
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* A15: the peer has reset it already when AF_UNSPEC clears the rest. */
static void disconnect_reset(void)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct linger linger = { .l_onoff = 1 };
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	dial(&c, &l);
	answer(&s, &l);
	setsockopt(s.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	hang_up(&s);
	await(c.fd, POLLHUP);
	truth_before();
	if (connect(c.fd, &nobody, sizeof(nobody)))
		die("disconnect");
	truth_stopped(&c, "disconnect");
	close(c.fd);
	hang_up(&l);
}

/* A15: AF_UNSPEC takes the peer away; then another. */
static void disconnect(void)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct conn l1, l2, c1, c2, s1, s2;
	struct address to;

	listen_at(&l1, LO, 0);
	listen_at(&l2, LO, 0);
	dial(&c1, &l1);
	answer(&s1, &l1);
	truth_before();
	if (connect(c1.fd, &nobody, sizeof(nobody)))
		die("disconnect");
	truth_stopped(&c1, "disconnect");
	to = address_of(l2.fd);
	dial_with(&c2, c1.fd, &to);
	answer(&s2, &l2);
	hang_up(&c2);
	s1.tx = -1;
	truth_extra("module.errno=ECONNRESET");
	hang_up(&s1);
	hang_up(&s2);
	hang_up(&l1);
	hang_up(&l2);
}

/* A16: a socket connected to itself. */
static void to_itself(void)
{
	struct address to;
	struct conn c;
	int fd = new_socket(AF_INET, SOCK_STREAM);

	bind_to(fd, LO, 0);
	to = address_of(fd);
	dial_with(&c, fd, &to);
	hang_up(&c);
}

/* A17: the program chose its own end, in three ways. */
static void bound_source(void)
{
	struct conn l, c, s;
	struct address to;

	listen_at(&l, LO, 0);
	to = address_of(l.fd);
	for (int way = 0; way < 3; way++) {
		int fd = new_socket(AF_INET, SOCK_STREAM);

		if (way == 2)
			set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
		bind_to(fd, way == 0 ? "127.0.0.5" : "127.0.0.6",
			way == 0 ? 20000 + getpid() % 10000 : 0);
		dial_with(&c, fd, &to);
		answer(&s, &l);
		/* the server first: its side keeps TIME_WAIT */
		hang_up(&s);
		hang_up(&c);
	}
	hang_up(&l);
}

static void fast_open_net(void)
{
	own_net(0);
	write_setting("/proc/sys/net/ipv4/tcp_fastopen", "3");
}

static void fast_open_listener(struct conn *l)
{
	int fd = new_socket(AF_INET, SOCK_STREAM);

	bind_to(fd, LO, 0);
	set_option(fd, IPPROTO_TCP, TCP_FASTOPEN, 5);
	listen_with(l, fd, 5);
}

static void one_way(struct conn *c, const struct conn *l)
{
	struct conn s;

	answer(&s, l);
	c->tx = s.tx = -1;
	hang_up(c);
	hang_up(&s);
}

/* A18: data with the SYN by sendto(); the first one fetches the cookie. */
static void fast_open_sendto(void)
{
	struct address to;
	struct conn l, c;

	fast_open_net();
	fast_open_listener(&l);
	to = address_of(l.fd);
	for (int i = 0; i < 2; i++) {
		int fd = new_socket(AF_INET, SOCK_STREAM);

		truth_before();
		if (sendto(fd, "hello", 5, MSG_FASTOPEN, &to.sa, to.len) != 5)
			die("sendto");
		truth_extra("hidden=fastopen");
		truth_connected(&c, fd, "TCP");
		one_way(&c, &l);
	}
	hang_up(&l);
}

/* A18: connect() returns at once, the SYN goes with the first write. */
static void fast_open_connect(void)
{
	struct address to;
	struct conn l, c;

	fast_open_net();
	fast_open_listener(&l);
	to = address_of(l.fd);
	for (int i = 0; i < 2; i++) {
		int fd = new_socket(AF_INET, SOCK_STREAM);

		set_option(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
		expect_error(begin(fd, &to), 0, "connect");
		if (write(fd, "hello", 5) != 5)
			die("write");
		truth_connected(&c, fd, "TCP");
		one_way(&c, &l);
	}
	hang_up(&l);
}

/* A21: a client and a server that are two processes of one host: each has its
 * own record of the connection. */
static void between_processes(void)
{
	struct conn l, c, s;
	pid_t pid;

	listen_at(&l, LO, 0);
	pid = truth_fork();
	if (!pid) {
		dial(&c, &l);
		hang_up(&c);
		_exit(0);
	}
	answer(&s, &l);
	await_exit(pid);
	hang_up(&s);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* A22: many in a row. */
static void refused_many(void)
{
	struct address to = address(LO, 81);

	own_net(ONLY_PORT);
	for (int i = 0; i < 1200; i++) {
		int fd = new_socket(AF_INET, SOCK_STREAM);

		expect_error(begin(fd, &to), ECONNREFUSED, "connect");
		truth_failed("TCP", ONLY_END, LO ":81", ECONNREFUSED);
		drop(fd);
	}
}

const struct scenario scenarios[] = {
	{ "blocking", blocking },
	{ "blocking6", blocking6 },
	{ "to_any", to_any },
	{ "blocking_exit", blocking_exit },
	{ "refused", refused },
	{ "timeout", timeout },
	{ "unreachable", unreachable },
	{ "prohibited", prohibited },
	{ "forbidden", forbidden }, { "landlocked", landlocked },
	{ "interrupted", interrupted },
	{ "killed", killed },
	{ "nonblock", nonblock },
	{ "nonblock_refused", nonblock_refused },
	{ "nonblock_refused_here", nonblock_refused_here },
	{ "nonblock_timeout", nonblock_timeout },
	{ "never_polled", never_polled },
	{ "closed_early", closed_early },
	{ "again", again },
	{ "after_failure", after_failure },
	{ "disconnect", disconnect },
	{ "disconnect_reset", disconnect_reset },
	{ "to_itself", to_itself },
	{ "bound_source", bound_source },
	{ "fast_open_sendto", fast_open_sendto },
	{ "fast_open_connect", fast_open_connect },
	{ "between_processes", between_processes },
	{ "refused_many", refused_many },
	{ NULL, NULL },
};
