// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/listening: listen and accept (section B of SCENARIOS). */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define WORKERS 64

static void expect_errno(int result, int wanted, const char *what)
{
	if (result != -1 || errno != wanted)
		die(what);
}

static int bound(const char *ip, unsigned int port, int option)
{
	int fd = new_socket(address(ip, port).sa.sa_family, SOCK_STREAM);

	if (option)
		set_option(fd, SOL_SOCKET, option, 1);
	bind_to(fd, ip, port);
	return fd;
}

static unsigned int port_of(int fd)
{
	return ntohs(address_of(fd).four.sin_port);
}

/* B1: the address is in the bind. */
static void plain(void)
{
	unsigned int port;
	struct conn l;
	int fd;

	/* a port that is free now, given by number in the bind under test */
	fd = bound(LO, 0, SO_REUSEADDR);
	port = port_of(fd);
	drop(fd);
	listen_with(&l, bound(LO, port, SO_REUSEADDR), 16);
	hang_up(&l);
}

/* B2 */
static void unbound(void)
{
	struct conn l;

	listen_with(&l, new_socket(AF_INET, SOCK_STREAM), 16);
	hang_up(&l);
}

/* B3: a new backlog, not a new listener. */
static void twice(void)
{
	struct conn l;

	listen_at(&l, LO, 0);
	if (listen(l.fd, 32))
		die("listen");
	hang_up(&l);
}

/* B4: none of these listens. */
static void failed(void)
{
	struct conn l, c;
	int fd;

	listen_at(&l, LO, 0);
	fd = new_socket(AF_INET, SOCK_STREAM);
	{
		struct address a = address_of(l.fd);

		expect_errno(bind(fd, &a.sa, a.len), EADDRINUSE, "bind");
	}
	drop(fd);
	fd = new_socket(AF_INET, SOCK_DGRAM);
	expect_errno(listen(fd, 1), EOPNOTSUPP, "listen UDP");
	drop(fd);
	dial(&c, &l);
	expect_errno(listen(c.fd, 1), EINVAL, "listen connected");
	hang_up(&c);
	hang_up(&l);
}

/* B4: two bound to one port, which only one of them may listen at. */
static void failed_in_use(void)
{
	int one = bound(LO, 0, SO_REUSEADDR);
	int two = bound(LO, port_of(one), SO_REUSEADDR);
	struct conn l;

	listen_with(&l, one, 1);
	expect_errno(listen(two, 1), EADDRINUSE, "listen");
	drop(two);
	hang_up(&l);
}

/* B5 */
static void port_zero(void)
{
	struct conn l, any;

	listen_with(&l, bound(LO, 0, 0), 16);
	listen_with(&any, bound("::", 0, 0), 16);
	hang_up(&l);
	hang_up(&any);
}

/* B6 */
static void stop_exit(void)
{
	struct conn l;

	listen_at(&l, LO, 0);
	leave(&l);
}

static void stop_kill(void)
{
	struct conn *l = shared(1);
	struct gate up;
	struct who w;
	pid_t pid;

	gate_make(&up);
	pid = truth_fork();
	if (!pid) {
		listen_at(l, LO, 0);
		gate_open(&up);
		for (;;)
			pause();
	}
	gate_wait(&up);
	truth_who(pid, &w);
	truth_before();
	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	truth_extra("hidden=killed");
	truth_stopped_as(l, "kill", &w);
}

/* shutdown() ends the listening, close() the listener: one stop. */
static void stop_shutdown(void)
{
	struct conn l;

	listen_at(&l, LO, 0);
	truth_before();
	if (shutdown(l.fd, SHUT_RDWR) || close(l.fd))
		die("shutdown");
	truth_stopped(&l, "close");
}

static void worker(struct conn *l, struct gate *leave_now, bool last)
{
	struct conn s;

	answer(&s, l);
	s.tx = -1;
	hang_up(&s);
	gate_wait(leave_now);
	if (last)
		leave(l);
	_exit(0);
}

/* B7: the parent opens it, two workers accept, the last of them ends it. */
static void workers(void)
{
	struct gate leave_now[2];
	struct conn l, c[2];
	pid_t pid[2];

	listen_at(&l, LO, 0);
	for (int i = 0; i < 2; i++) {
		gate_make(&leave_now[i]);
		pid[i] = fork();
		if (pid[i] < 0)
			die("fork");
		if (!pid[i]) {
			/* both are holders from the beginning */
			truth_process(getpid());
			truth_holds(&l, getppid());
			truth_holds(&l, i ? pid[0] : getpid());
			worker(&l, &leave_now[i], i == 1);
		}
	}
	for (int i = 0; i < 2; i++)
		dial(&c[i], &l);
	drop(l.fd);
	for (int i = 0; i < 2; i++) {
		gate_open(&leave_now[i]);
		await_exit(pid[i]);
		c[i].tx = -1;
		hang_up(&c[i]);
	}
}

/* B7: each has its own, on one port. */
static void reuseport(void)
{
	int fd = bound(LO, 0, SO_REUSEPORT);
	unsigned int port = port_of(fd);
	struct conn l[3];

	listen_with(&l[0], fd, 4);
	for (int i = 1; i < 3; i++)
		listen_with(&l[i], bound(LO, port, SO_REUSEPORT), 4);
	for (int i = 0; i < 3; i++)
		hang_up(&l[i]);
}

static void accepted(struct conn *s, int fd)
{
	if (fd < 0)
		die("accept");
	truth_accepted(s, fd, "TCP");
}

/* B8: the program does not ask for the peer's address. */
static void no_address(void)
{
	struct conn l, c[2], s[2];
	struct sockaddr_in nothing;
	socklen_t none = 0;

	listen_at(&l, LO, 0);
	dial(&c[0], &l);
	truth_before();
	accepted(&s[0], accept(l.fd, NULL, NULL));
	dial(&c[1], &l);
	truth_before();
	accepted(&s[1], accept(l.fd, (struct sockaddr *)&nothing, &none));
	for (int i = 0; i < 2; i++) {
		hang_up(&c[i]);
		hang_up(&s[i]);
	}
	hang_up(&l);
}

/* B9 */
static void accept4_flags(void)
{
	static const int flags[] = { SOCK_NONBLOCK, SOCK_CLOEXEC,
				     SOCK_NONBLOCK | SOCK_CLOEXEC };
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	for (int i = 0; i < 3; i++) {
		struct address from = { .len = sizeof(from.six) };

		dial(&c, &l);
		truth_before();
		accepted(&s, accept4(l.fd, &from.sa, &from.len, flags[i]));
		hang_up(&c);
		hang_up(&s);
	}
	hang_up(&l);
}

/* B10: asking in vain is nothing. */
static void storm(void)
{
	struct conn l;

	listen_at(&l, LO, 0);
	set_nonblock(l.fd);
	for (int i = 0; i < 20000; i++)
		expect_errno(accept(l.fd, NULL, NULL), EAGAIN, "accept");
	hang_up(&l);
}

static void *accept_one(void *l)
{
	struct conn *s = calloc(1, sizeof(*s));

	if (!s)
		die("calloc");
	answer(s, l);
	return s;
}

/* B11: accept waits longer than auparse waits for the end of an event, while
 * other events go by. */
static void slow(void)
{
	struct conn l, other, c, *s;
	pthread_t thread;

	listen_at(&l, LO, 0);
	if (pthread_create(&thread, NULL, accept_one, &l))
		die("thread");
	for (int i = 0; i < 6; i++) {
		poll(NULL, 0, 600);	/* the waiting is the scenario */
		listen_at(&other, LO, 0);
		hang_up(&other);
	}
	dial(&c, &l);
	if (pthread_join(thread, (void **)&s))
		die("join");
	hang_up(&c);
	hang_up(s);
	hang_up(&l);
	free(s);
}

/* B13 */
static void many_waiting(void)
{
	pthread_t thread[WORKERS];
	struct conn l, c[WORKERS], *s[WORKERS];

	listen_at(&l, LO, 0);
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&thread[i], NULL, accept_one, &l))
			die("thread");
	for (int i = 0; i < WORKERS; i++)
		dial(&c[i], &l);
	for (int i = 0; i < WORKERS; i++)
		if (pthread_join(thread[i], (void **)&s[i]))
			die("join");
	for (int i = 0; i < WORKERS; i++) {
		hang_up(&c[i]);
		hang_up(s[i]);
		free(s[i]);
	}
	hang_up(&l);
}

/* B14: the client resets it in the queue. Linux still hands it to accept(). */
static void reset_in_queue(void)
{
	struct linger at_once = { .l_onoff = 1 };
	struct address from = { .len = sizeof(from.six) };
	char remote[TRUTH_END];
	struct conn l, c, s;
	int fd;

	listen_at(&l, LO, 0);
	dial(&c, &l);
	if (setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)))
		die("SO_LINGER");
	hang_up(&c);
	truth_before();
	fd = accept(l.fd, &from.sa, &from.len);
	if (fd >= 0) {
		truth_end(&from.sa, remote);
		if (strcmp(remote, c.local))
			die("accept: another peer");
		truth_accepted_from(&s, fd, "TCP", l.local, remote);
		truth_extra("module.errno=ECONNRESET");
		hang_up(&s);
	} else if (errno != ECONNABORTED) {
		die("accept");
	}
	hang_up(&l);
}

/* B15 */
static void mapped(void)
{
	int fd = new_socket(AF_INET6, SOCK_STREAM);
	struct conn l, c, s;
	struct address to;

	set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	bind_to(fd, "::", 0);
	listen_with(&l, fd, 4);
	to = address(LO, port_of(fd));
	dial_with(&c, new_socket(AF_INET, SOCK_STREAM), &to);
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	to = address("::ffff:127.0.0.1", port_of(fd));
	dial_with(&c, new_socket(AF_INET6, SOCK_STREAM), &to);
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* B16 */
static void link_local(void)
{
	int fd = new_socket(AF_INET6, SOCK_STREAM);
	struct address a = address("fe80::1", 0);
	struct conn l, c, s;

	own_net(0);
	need("ip link add v0 type veth peer name v1");
	need("ip link set v0 up");
	need("ip link set v1 up");
	need("ip addr add fe80::1/64 dev v0 nodad");
	drop(fd);	/* it belongs to the former namespace */
	fd = new_socket(AF_INET6, SOCK_STREAM);
	a.six.sin6_scope_id = if_nametoindex("v0");
	if (bind(fd, &a.sa, a.len))
		die("bind");
	listen_with(&l, fd, 4);
	dial(&c, &l);
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

/* Becomes this program again, with another scenario. */
static void exec_self(char *scenario)
{
	char path[512], *argv[] = { path, scenario, NULL };
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		die("/proc/self/exe");
	path[n] = 0;
	execv(path, argv);
	die(path);
}

/* B18: a program that is started with the listener as its descriptor 3. */
static void activated_service(void)
{
	struct conn l = { .fd = 3 }, s;

	answer(&s, &l);
	hang_up(&s);
}

/* B18: one process listens, as systemd does, and another program accepts. */
static void activated(void)
{
	struct conn l, c;
	pid_t pid;

	listen_at(&l, LO, 0);
	fcntl(l.fd, F_SETFD, FD_CLOEXEC);
	dial(&c, &l);
	fcntl(c.fd, F_SETFD, FD_CLOEXEC);
	pid = truth_fork();
	if (!pid) {
		if (l.fd == 3 ? fcntl(3, F_SETFD, 0) : dup2(l.fd, 3) < 0)
			die("descriptor 3");
		exec_self("activated_service");
	}
	await_exit(pid);
	hang_up(&c);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* B18: inetd accepts and hands the connection to another program. */
static void inetd(void)
{
	struct conn l, c, s;
	struct who now;
	pid_t pid;

	listen_at(&l, LO, 0);
	fcntl(l.fd, F_SETFD, FD_CLOEXEC);
	dial(&c, &l);
	fcntl(c.fd, F_SETFD, FD_CLOEXEC);
	answer(&s, &l);
	pid = truth_fork();
	if (!pid) {
		fcntl(s.fd, F_SETFD, FD_CLOEXEC);
		if (dup2(s.fd, 1) < 0)
			die("dup2");
		exec_cat(s.fd);
	}
	await_cat(pid, &now);
	drop(s.fd);
	talk(&c, &c, 5);	/* cat confirms it */
	s.tx = s.rx = 5;
	truth_holds(&s, truth_pid());
	truth_before();
	truth_stopped_as(&s, "exit", &now);
	if (shutdown(c.fd, SHUT_WR))
		die("shutdown");
	await_exit(pid);
	hang_up(&c);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* One SYN from a host that does not exist, by a raw socket. */
static void send_syn(int raw, const char *from, const char *to, unsigned int port)
{
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} p = {
		.ip = { .ihl = 5, .version = 4, .ttl = 64, .protocol = IPPROTO_TCP },
		.tcp = { .doff = 5, .syn = 1, .window = 0xffff, .seq = 1 },
	};
	struct address a = address(to, port);
	const uint16_t *word = (void *)&p;
	uint32_t sum = htons(IPPROTO_TCP) + htons(sizeof(p.tcp));

	p.ip.saddr = address(from, 0).four.sin_addr.s_addr;
	p.ip.daddr = a.four.sin_addr.s_addr;
	p.tcp.source = htons(1024 + port);
	p.tcp.dest = htons(port);
	/* saddr, daddr and all of TCP */
	for (size_t i = 6; i < sizeof(p) / 2; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	p.tcp.check = ~(sum + (sum >> 16));
	if (sendto(raw, &p, sizeof(p), 0, &a.sa, a.len) != sizeof(p))
		die("sendto");
}

/* B19: SYNs without a following ACK, and a port scan whose prober resets every SYN: no
 * connections. The real connect afterwards is one. */
static void syn_flood(void)
{
	struct conn l, c, s;
	char from[32];
	int raw;

	own_net(0);
	need("ip link add v0 type veth peer name v1");	/* nothing listens there */
	need("ip addr add 198.51.100.1/24 dev v0");
	need("ip link set v0 up");
	need("ip link set v1 up");
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (raw < 0)
		die("raw socket");
	listen_at(&l, "198.51.100.1", 80);
	for (int i = 2; i < 250; i++) {
		snprintf(from, sizeof(from), "198.51.100.%d", i);
		send_syn(raw, from, "198.51.100.1", 80);
	}
	await_state(80, 3);	/* TCP_SYN_RECV: they did arrive */
	for (int port = 1; port < 250; port++)
		send_syn(raw, "198.51.100.1", "198.51.100.1", port);
	drop(raw);
	dial(&c, &l);
	answer(&s, &l);
	hang_up(&c);
	hang_up(&s);
	hang_up(&l);
}

const struct scenario scenarios[] = {
	{ "plain", plain },
	{ "unbound", unbound },
	{ "twice", twice },
	{ "failed", failed },
	{ "failed_in_use", failed_in_use },
	{ "port_zero", port_zero },
	{ "stop_exit", stop_exit },
	{ "stop_kill", stop_kill },
	{ "stop_shutdown", stop_shutdown },
	{ "workers", workers },
	{ "reuseport", reuseport },
	{ "no_address", no_address },
	{ "accept4_flags", accept4_flags },
	{ "storm", storm },
	{ "slow", slow },
	{ "many_waiting", many_waiting },
	{ "reset_in_queue", reset_in_queue },
	{ "mapped", mapped },
	{ "link_local", link_local },
	{ "activated", activated },
	{ "activated_service", activated_service },	/* not one of the table */
	{ "inetd", inetd },
	{ "syn_flood", syn_flood },
	{ NULL, NULL },
};
