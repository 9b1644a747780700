// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Socket operations for the scripts in this directory. It prints the facts that
 * they then look for in the log, one per line:
 *	process PID
 *	opened LOCAL -> REMOTE		a connection of this host
 *	accepted LOCAL <- REMOTE
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/shown/fd_pass.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif
#define LO "127.0.0.1"
#define THREADS 64

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sockets: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void sleep_ms(int ms)
{
	poll(NULL, 0, ms);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static struct sockaddr_in address(const char *ip, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

static struct sockaddr_in end_of(int fd, int (*which)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);

	if (which(fd, (struct sockaddr *)&a, &len))
		die("getsockname, getpeername");
	return a;
}

static int port_of(int fd)
{
	return ntohs(end_of(fd, getsockname).sin_port);
}

static void tell(const char *what, int fd)
{
	struct sockaddr_in l = end_of(fd, getsockname), r = end_of(fd, getpeername);
	char local[16], remote[16];

	inet_ntop(AF_INET, &l.sin_addr, local, sizeof(local));
	inet_ntop(AF_INET, &r.sin_addr, remote, sizeof(remote));
	printf("%s %s:%u %s %s:%u\n", what, local, ntohs(l.sin_port),
	       strcmp(what, "opened") ? "<-" : "->", remote, ntohs(r.sin_port));
}

static int new_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt");
}

static int bound(int port)
{
	struct sockaddr_in a = address(LO, port);
	int fd = new_tcp();

	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	return fd;
}

static int listener(int port, int backlog)
{
	int fd = bound(port);

	if (listen(fd, backlog))
		die("listen");
	return fd;
}

static int dial_to(int fd, const char *ip, int port)
{
	struct sockaddr_in a = address(ip, port);

	return connect(fd, (void *)&a, sizeof(a)) ? errno : 0;
}

static int dial(int port)
{
	int fd = new_tcp();

	if (dial_to(fd, LO, port))
		die("connect");
	return fd;
}

static int answer(int listener)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	int fd = accept(listener, (void *)&from, &len);

	if (fd < 0)
		die("accept");
	return fd;
}

/* A separate network namespace. */
static void own_net(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("lo up");
	close(fd);
}

static void await_file(const char *path)
{
	while (access(path, F_OK))
		sleep_ms(10);
}

/* How many sockets are in this state (/proc/net/tcp). */
static int in_state(unsigned int state)
{
	FILE *f = fopen("/proc/net/tcp", "re");
	unsigned int st;
	char line[512];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += sscanf(line, " %*d: %*s %*s %x", &st) == 1 && st == state;
	if (f)
		fclose(f);
	return n;
}

/* ---- one PORT [FILE]: both ends of a connection, until FILE is there ---- */

static void one(char **args)
{
	int l = listener(atoi(args[0]), 5), c = dial(port_of(l)), s = answer(l);

	tell("opened", c);
	tell("accepted", s);
	fflush(stdout);
	if (args[1])
		await_file(args[1]);
	close(c);
	close(s);
	close(l);
}

/* ---- serve PORT: one connection, until its peer ends it ---- */

static void serve(char **args)
{
	int l = listener(atoi(args[0]), 5), s;
	char byte;

	printf("listening\n");
	fflush(stdout);
	s = answer(l);
	tell("accepted", s);
	fflush(stdout);
	if (read(s, &byte, 1))
		die("read");
	close(s);
	close(l);
}

/* ---- many N: as many connections, both ends, one after the other ---- */

static void many(char **args)
{
	int l = listener(0, 16);

	for (int n = atoi(args[0]); n; n--) {
		int c = dial(port_of(l)), s = answer(l);

		tell("opened", c);
		tell("accepted", s);
		close(c);
		close(s);
	}
	close(l);
}

/* Does the same from a given port: the same one in two namespaces. */
static void twin(char **args)
{
	struct sockaddr_in from = address(LO, 40000);
	int l = listener(7000, 5), c = new_tcp(), s;

	if (bind(c, (void *)&from, sizeof(from)) || dial_to(c, LO, 7000))
		die("connect");
	s = answer(l);
	tell("opened", c);
	tell("accepted", s);
	fflush(stdout);
	await_file(args[0]);
	close(c);
	close(s);
	close(l);
}

/* ---- waiting: 64 threads blocked in accept, 64 in connect ---- */

static void *accept_one(void *arg)
{
	int fd = accept(*(int *)arg, NULL, NULL);

	if (fd < 0)
		die("accept");
	return (void *)(long)fd;
}

static void *connect_one(void *arg)
{
	return (void *)(long)dial(port_of(*(int *)arg));
}

static void start_threads(pthread_t *t, void *(*run)(void *), int *arg)
{
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, run, arg))
			die("thread");
}

static void end_threads(pthread_t *t)
{
	void *fd;

	for (int i = 0; i < THREADS; i++) {
		if (pthread_join(t[i], &fd))
			die("join");
		close((int)(long)fd);
	}
}

static void waiting(char **args)
{
	pthread_t accepting[THREADS], connecting[THREADS];
	int open = listener(0, THREADS), full = listener(0, 0);
	int filler = dial(port_of(full)), fd[THREADS + 1];

	(void)args;
	start_threads(accepting, accept_one, &open);
	start_threads(connecting, connect_one, &full);
	while (in_state(2) < THREADS)	/* SYN_SENT: a full queue drops the SYN */
		sleep_ms(10);
	sleep_ms(100);
	for (int i = 0; i < THREADS; i++)
		fd[i] = dial(port_of(open));
	end_threads(accepting);
	for (int i = 0; i < THREADS; i++)
		close(fd[i]);
	/* Now there is room: the SYNs that are sent again are answered. */
	if (listen(full, 2 * THREADS))
		die("listen");
	for (int i = 0; i <= THREADS; i++)
		fd[i] = answer(full);
	end_threads(connecting);
	for (int i = 0; i <= THREADS; i++)
		close(fd[i]);
	close(filler);
	close(open);
	close(full);
}

/* ---- stream: the log is watched while connects complete in softirq ---- */

#define STREAM 150
#define STREAM_PORT 20000
#define UNDER_WAY 8

static double sent[STREAM], seen[STREAM];
static volatile bool stream_over;

static void note(const char *line)
{
	char own[32];
	const char *at = strstr(line, " connect start UDP ");
	int port;

	snprintf(own, sizeof(own), " %d ", getpid());
	if (!at || !strstr(at, own))
		return;
	at = strstr(at, "-> " LO ":");
	port = at ? atoi(at + strlen("-> " LO ":")) - STREAM_PORT : -1;
	if (port >= 0 && port < STREAM && !seen[port])
		seen[port] = now();
}

static void *watch(void *arg)
{
	FILE *f = fopen(arg, "re");
	char line[4096];
	size_t have = 0;

	if (!f)
		die(arg);
	fseek(f, 0, SEEK_END);
	while (!stream_over) {
		clearerr(f);
		if (!fgets(line + have, sizeof(line) - have, f)) {
			sleep_ms(2);
			continue;
		}
		have = strlen(line);
		if (line[have - 1] != '\n' && have < sizeof(line) - 1)
			continue;
		note(line);
		have = 0;
	}
	fclose(f);
	return NULL;
}

/* Every other one is refused; both ends come as a packet that lo delays. */
static void *complete(void *arg)
{
	int l = *(int *)arg, open = port_of(l), fd[UNDER_WAY], n = 0, i = 0;

	memset(fd, -1, sizeof(fd));
	for (; !stream_over; i = (i + 1) % UNDER_WAY, sleep_ms(25)) {
		struct pollfd p = { .fd = fd[i], .events = POLLOUT };

		if (fd[i] >= 0) {
			if (!poll(&p, 1, 0))
				continue;
			n++;
			close(fd[i]);
			p = (struct pollfd){ .fd = l, .events = POLLIN };
			if (poll(&p, 1, 0) > 0)
				close(answer(l));
		}
		fd[i] = new_tcp();
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
		if (dial_to(fd[i], LO, i % 2 ? 9 : open) != EINPROGRESS)
			die("not in progress");
	}
	return (void *)(long)n;
}

/* Without a shell: busybox's has its own tc. */
static void delay_lo(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execlp("tc", "tc", "qdisc", "add", "dev", "lo", "root", "netem",
		       "delay", "30ms", NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("tc");
}

static void stream(char **args)
{
	pthread_t watcher, completer;
	double worst = 0, sum = 0, end;
	void *completed;
	int l, n = 0;

	own_net();
	delay_lo();
	l = listener(0, 64);
	if (pthread_create(&watcher, NULL, watch, args[0]) ||
	    pthread_create(&completer, NULL, complete, &l))
		die("thread");
	sleep_ms(200);
	for (int i = 0; i < STREAM; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		sent[i] = now();
		if (fd < 0 || dial_to(fd, LO, STREAM_PORT + i))
			die("udp");
		sleep_ms(25);
		close(fd);
	}
	for (end = now() + 10; n < STREAM && now() < end; sleep_ms(20))
		for (n = 0; n < STREAM && seen[n]; n++)
			;
	stream_over = true;
	pthread_join(watcher, NULL);
	pthread_join(completer, &completed);
	for (int i = 0; i < STREAM; i++) {
		double d = seen[i] ? seen[i] - sent[i] : 99;

		sum += d;
		worst = d > worst ? d : worst;
	}
	printf("seen %d of %d\ncompleted %ld\nworst %d ms\nmean %d ms\n", n, STREAM,
	       (long)completed, (int)(worst * 1000), (int)(sum / STREAM * 1000));
}

/* ---- Fast Open, both ways, from both sides ---- */

static bool data_went_with_syn(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
	return info.tcpi_options & TCPI_OPT_SYN_DATA;
}

static int fast_sendto(int port)
{
	struct sockaddr_in a = address(LO, port);
	int fd = new_tcp();

	if (sendto(fd, "hello", 5, MSG_FASTOPEN, (void *)&a, sizeof(a)) != 5)
		die("sendto");
	return fd;
}

static int fast_connect(int port)
{
	int fd = new_tcp();

	set(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	if (dial_to(fd, LO, port) || write(fd, "hello", 5) != 5)
		die("connect");
	return fd;
}

static void fast_open(char **args)
{
	int (*const way[])(int) = { fast_sendto, fast_connect };
	int l, with_syn = 0;
	char buf[8];
	FILE *f;

	(void)args;
	own_net();
	f = fopen("/proc/sys/net/ipv4/tcp_fastopen", "w");
	if (!f || fputs("3", f) < 0 || fclose(f))
		die("tcp_fastopen");
	l = listener(0, 5);
	set(l, IPPROTO_TCP, TCP_FASTOPEN, 5);
	for (int i = 0; i < 6; i++) {	/* the first one fetches the cookie */
		int c = way[i % 2](port_of(l)), s = answer(l);

		if (recv(s, buf, 5, MSG_WAITALL) != 5 || write(s, "hi", 2) != 2 ||
		    recv(c, buf, 2, MSG_WAITALL) != 2)
			die("talk");
		with_syn += data_went_with_syn(c);
		tell("opened", c);
		tell("accepted", s);
		close(c);
		sleep_ms(20);
		close(s);
	}
	printf("syn_data %d\n", with_syn);
	close(l);
}

/* ---- descriptors in flight ---- */

static void pair(int *fd)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		die("socketpair");
}

/* Sent by a child that has exited when it is received. */
static void in_flight_taken(int l)
{
	int via[2], fd;
	pid_t pid;

	pair(via);
	pid = fork();
	if (!pid) {
		fd = dial(port_of(l));
		tell("opened", fd);
		fflush(stdout);
		fd_pass_send(via[0], fd);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(answer(l));
	fd = fd_pass_receive(via[1]);
	printf("closer %d\n", getpid());
	close(fd);
	close(via[0]);
	close(via[1]);
}

/* Never received: it ends with the message. */
static void in_flight_dropped(int l)
{
	int via[2], fd = dial(port_of(l));

	pair(via);
	tell("opened", fd);
	fd_pass_send(via[0], fd);
	close(fd);
	sleep_ms(30);
	close(via[0]);
	close(via[1]);
	close(answer(l));
}

/* The end of a socket with a message in it sets the kernel's collector off; not while
 * it runs (7.2). */
static void collect(char **args)
{
	int via[2];

	(void)args;
	pair(via);
	fd_pass_send(via[0], STDIN_FILENO);
	close(via[0]);
	close(via[1]);
}

/* In a message in a socket that is in a message in itself: garbage. */
static void in_flight_cycle(int l)
{
	int via[2], fd = dial(port_of(l));

	pair(via);
	tell("opened", fd);
	fd_pass_send(via[0], fd);
	fd_pass_send(via[0], via[1]);
	close(fd);
	close(via[0]);
	close(via[1]);
	close(answer(l));
	collect(NULL);
	sleep_ms(300);
}

static void in_flight(char **args)
{
	int l = listener(0, 5);

	(void)args;
	in_flight_taken(l);
	in_flight_dropped(l);
	in_flight_cycle(l);
	close(l);
}

/* ---- refused by this host: no route ---- */

static void no_route(char **args)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	int fd = new_tcp(), six_fd = socket(AF_INET6, SOCK_STREAM, 0),
	    udp = socket(AF_INET, SOCK_DGRAM, 0);

	(void)args;
	inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
	if (dial_to(fd, "203.0.113.1", 80) != ENETUNREACH ||
	    !connect(six_fd, (void *)&six, sizeof(six)) || errno != ENETUNREACH ||
	    dial_to(udp, "203.0.113.1", 53) != ENETUNREACH)
		die("not ENETUNREACH");
}

/* ---- killed PORT FILE: sockets that "ss -K" destroys meanwhile ---- */

static void killed(char **args)
{
	int l = listener(atoi(args[0]), 5), c = dial(port_of(l)), s = answer(l),
	    udp = socket(AF_INET, SOCK_DGRAM, 0);

	if (dial_to(udp, LO, port_of(l)))
		die("connect");
	tell("opened", c);
	tell("accepted", s);
	fflush(stdout);
	await_file(args[1]);
	close(udp);
	close(c);
	close(s);
	close(l);
}

/* ---- taken: the connection is there already, by another socket ---- */

static void taken(char **args)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int l = listener(7304, 5), other = listener(7305, 5);
	int first = bound(7306), second = bound(7306);

	(void)args;
	/* disconnect leaves an error, which does not belong to the next connect */
	if (dial_to(first, LO, 7304) || dial_to(second, LO, 7305) ||
	    connect(second, &none, sizeof(none)) || dial_to(second, LO, 7304) != EADDRNOTAVAIL)
		die("not EADDRNOTAVAIL");
	close(l);
	close(other);
	close(first);
	close(second);
}

/* ---- nowhere: Fast Open without an address ---- */

static void nowhere(char **args)
{
	const struct {
		int family, protocol;
	} kinds[] = { { AF_INET, 0 }, { AF_INET6, 0 }, { AF_INET, 262 }, { AF_INET6, 262 } };

	(void)args;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int fd = socket(kinds[i].family, SOCK_STREAM, kinds[i].protocol);

		if (fd < 0)
			continue;	/* no MPTCP, no IPv6 */
		if (send(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL) >= 0)
			die("sent to nowhere");
		close(fd);
	}
}

/* ---- bad-address: accepted, and closed by the kernel ---- */

static void bad_address(char **args)
{
	int l = listener(0, 5), c = dial(port_of(l));
	socklen_t len = sizeof(struct sockaddr_in);

	(void)args;
	tell("opened", c);
	if (accept(l, (void *)8L, &len) >= 0 || errno != EFAULT)
		die("not EFAULT");
	close(c);
	close(l);
}

/* ---- dup-race N: dup() while another thread closes the original ---- */

static int race_fd;
static atomic_int race_turn, race_seen, race_copy;

static void *race_dup(void *arg)
{
	for (int turn = 1; turn <= *(int *)arg; turn++) {
		while (race_turn != turn)
			;
		race_seen = turn;
		race_copy = dup(race_fd);
	}
	return NULL;
}

static void dup_race(char **args)
{
	int l = listener(0, 5), turns = atoi(args[0]), s = -1, won = 0;
	pthread_t thread;

	race_fd = -1;
	if (pthread_create(&thread, NULL, race_dup, &turns))
		die("thread");
	for (int turn = 1; turn <= turns; turn++) {
		if (race_fd < 0) {
			if (s >= 0)
				close(s);
			race_fd = dial(port_of(l));
			s = answer(l);
			tell("accepted", s);
		}
		race_copy = -2;
		race_turn = turn;
		while (race_seen != turn)
			;
		for (volatile int i = rand() % 400; i > 0; i--)
			;
		close(race_fd);
		while (race_copy == -2)
			;
		race_fd = race_copy;
		won += race_fd >= 0;
	}
	pthread_join(thread, NULL);
	printf("won %d of %d\n", won, turns);
	close(race_fd);
	close(s);
	close(l);
}

/* ---- half-shut PORT...: SCTP, shut down while it connects to each of them ---- */

static void half_shut(char **args)
{
	int fd;

	own_net();
	delay_lo();
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP);
	for (; *args; args++)
		if (dial_to(fd, LO, atoi(*args)) != EINPROGRESS)
			die("not in progress");
	if (!shutdown(fd, SHUT_WR) || errno != ENOTCONN)	/* and yet it does it */
		die("shutdown");
	sleep_ms(200);
	close(fd);
}

/* ---- sctp PORT: one-to-one style: served, refused, refused without waiting ---- */

static int new_sctp(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, IPPROTO_SCTP);

	if (fd < 0)
		die("socket, SCTP");
	return fd;
}

static void sctp(char **args)
{
	int port = atoi(args[0]), l = new_sctp(0), c = new_sctp(0), s, refused = new_sctp(0);
	int later = new_sctp(SOCK_NONBLOCK);
	struct pollfd p = { .fd = later, .events = POLLOUT };
	struct sockaddr_in a = address(LO, port);

	if (bind(l, (void *)&a, sizeof(a)) || listen(l, 5))
		die("listen");
	if (dial_to(c, LO, port))
		die("connect");
	s = answer(l);
	tell("opened", c);
	tell("accepted", s);
	if (dial_to(refused, LO, port + 1) != ECONNREFUSED)
		die("connect is not refused");
	if (dial_to(later, LO, port + 2) != EINPROGRESS || poll(&p, 1, 5000) != 1)
		die("connect, non-blocking");
	sleep_ms(100);
	close(later);
	close(refused);
	close(c);
	close(s);
	close(l);
}

/* ---- held-in-message PORT FILE: no descriptor holds it until FILE is there ---- */

static void held_in_message(char **args)
{
	int l = listener(atoi(args[0]), 5), fd = dial(port_of(l)), s = answer(l), via[2];

	pair(via);
	tell("opened", fd);
	tell("accepted", s);
	fd_pass_send(via[0], fd);
	close(fd);
	fflush(stdout);
	await_file(args[1]);
	close(fd_pass_receive(via[1]));
	close(s);
	close(l);
}

/* ---- flows: datagrams without connect ---- */

static void send_to(int fd, const char *ip, int port)
{
	struct sockaddr_in four = address(ip, port);
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool mapped = inet_pton(AF_INET6, ip, &six.sin6_addr) == 1;

	if (sendto(fd, "x", 1, 0, mapped ? (void *)&six : (void *)&four,
		   mapped ? sizeof(six) : sizeof(four)) != 1)
		die("sendto");
}

static void flows(char **args)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), six = socket(AF_INET6, SOCK_DGRAM, 0);
	const int ports[] = { 7301, 7301, 7302, 7302, 7301 };

	(void)args;
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		send_to(fd, LO, ports[i]);
	for (int i = 0; i < 3; i++)
		send_to(six, "::ffff:" LO, 7303);
	close(six);
	close(fd);
}

/* A server of datagrams answers two clients, and both again. */
static void flow_server(char **args)
{
	struct sockaddr_in a = address(LO, 7304);
	int l = socket(AF_INET, SOCK_DGRAM, 0);

	(void)args;
	if (l < 0 || bind(l, (void *)&a, sizeof(a)))
		die("bind");
	for (int i = 0; i < 4; i++)
		send_to(l, LO, 7305 + i % 2);
	sleep_ms(300);
	close(l);
}

/* ---- unused: connected datagram sockets ---- */

static int connected(const char *ip, int port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool v6 = inet_pton(AF_INET6, ip, &six.sin6_addr) == 1;
	struct sockaddr_in four = address(v6 ? LO : ip, port);
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	if (connect(fd, v6 ? (void *)&six : (void *)&four, v6 ? sizeof(six) : sizeof(four)))
		die("connect");
	return fd;
}

static void again(int fd, int port)
{
	struct sockaddr_in a = address(LO, port);

	if (port ? connect(fd, (void *)&a, sizeof(a)) :
		   connect(fd, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(a)))
		die("connect");
}

/* Ports 7320 to 7324 are not used, those from 7330 on are. */
static void unused(char **args)
{
	char byte;
	int fd;

	(void)args;
	close(connected(LO, 7320));
	close(connected("::1", 7321));
	close(connected("::ffff:" LO, 7322));
	fd = connected(LO, 7323);
	again(fd, 0);		/* as glibc's getaddrinfo() */
	again(fd, 7324);
	again(fd, 7330);
	send(fd, "x", 1, 0);
	close(fd);
	fd = connected(LO, 7331);
	recv(fd, &byte, 1, MSG_DONTWAIT);
	close(fd);
	fd = connected("::ffff:" LO, 7332);
	send(fd, "x", 1, 0);
	close(fd);
	fd = connected("::1", 7333);
	recv(fd, &byte, 1, MSG_DONTWAIT);
	close(fd);
	fd = connected(LO, 7334);	/* held open for long */
	sleep_ms(3000);
	close(fd);
}

/* ---- ignored: with a list of ports 7341 and 7342, and an exception of 127.0.0.9 ---- */

static void talk(const char *ip, int l, int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;

	if (dial_to(fd, ip, port))
		die("connect");
	peer = accept(l, NULL, NULL);
	close(fd);
	close(peer);
}

static void ignored(char **args)
{
	struct sockaddr_in a = address("0.0.0.0", 7341), b = address(LO, 7343);
	int l = socket(AF_INET, SOCK_STREAM, 0), one = 1, fd;

	(void)args;
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l, (void *)&a, sizeof(a)) || listen(l, 5))
		die("listen");
	talk(LO, l, 7341);		/* both ends */
	talk("127.0.0.9", l, 7341);	/* the exception: the end that connects */
	close(l);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	dial_to(fd, LO, 7342);		/* refused */
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	dial_to(fd, LO, 7342);		/* refused, then another peer: refused, and shown */
	dial_to(fd, LO, 7345);
	close(fd);
	close(connected(LO, 7342));
	fd = connected(LO, 7342);	/* then a peer that is shown */
	again(fd, 7346);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);	/* a listener that is shown, then an ignored peer */
	if (bind(fd, (void *)&b, sizeof(b)))
		die("bind");
	again(fd, 7342);
	close(fd);
}

/* ---- odd-calls N SEED: calls that no sane program makes ---- */

#define POOL 12

static int odd_address(struct sockaddr_storage *a, socklen_t *len)
{
	static const char *const ips[] = { "::1", "::ffff:" LO, "::", "::ffff:0.0.0.0", "fe80::1" };
	struct sockaddr_in6 six = {
		.sin6_family = AF_INET6, .sin6_port = htons(7400 + rand() % 4),
	};
	struct sockaddr_in four = address(rand() % 4 ? LO : "0.0.0.0", 7400 + rand() % 4);

	memset(a, 0, sizeof(*a));
	inet_pton(AF_INET6, ips[rand() % 5], &six.sin6_addr);
	if (rand() % 2)
		memcpy(a, &six, sizeof(six));
	else
		memcpy(a, &four, sizeof(four));
	if (rand() % 8 == 0)
		a->ss_family = rand() % 3 ? AF_UNSPEC : AF_UNIX;
	if (rand() % 8 == 0)
		((struct sockaddr_in *)a)->sin_port = 0;
	*len = rand() % 2 ? sizeof(six) : sizeof(four);
	if (rand() % 6 == 0)
		*len = rand() % 30;
	return rand() % 12;	/* 0: no address at all */
}

static int odd_socket(void)
{
	static const int families[] = { AF_INET, AF_INET6 },
			 types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW },
			 protocols[] = { 0, 0, 132, 136, 262 };

	return socket(families[rand() % 2],
		      types[rand() % 7 ? rand() % 2 : rand() % 4] | SOCK_NONBLOCK,
		      protocols[rand() % 5]);
}

static void odd_option(int fd)
{
	static const int options[][2] = {
		{ IPPROTO_TCP, TCP_FASTOPEN }, { IPPROTO_TCP, 30 /* FASTOPEN_CONNECT */ },
		{ IPPROTO_TCP, TCP_DEFER_ACCEPT }, { IPPROTO_IPV6, 1 /* ADDRFORM */ },
		{ IPPROTO_IPV6, 26 /* V6ONLY */ }, { SOL_SOCKET, SO_REUSEADDR },
		{ SOL_SOCKET, SO_REUSEPORT }, { IPPROTO_TCP, TCP_REPAIR },
	};
	const int *o = options[rand() % 8];
	int value = o[1] == 1 ? AF_INET : rand() % 2;
	struct linger hard = { .l_onoff = 1 };

	if (rand() % 8)
		setsockopt(fd, o[0], o[1], &value, sizeof(value));
	else
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

static void odd_call(int *fd)
{
	struct sockaddr_storage a;
	socklen_t len;
	struct sockaddr *to = odd_address(&a, &len) ? (struct sockaddr *)&a : NULL;
	const int flags[] = { 0, MSG_FASTOPEN, MSG_FASTOPEN | MSG_DONTWAIT, MSG_MORE };
	int *other = fd + rand() % 2;

	switch (rand() % 12) {
	case 0: bind(*fd, to, len); break;
	case 1:
	case 2: connect(*fd, to, len); break;
	case 3: listen(*fd, rand() % 3); break;
	case 4:
		close(*other);
		*other = accept4(*fd, rand() % 2 ? NULL : to, &len, SOCK_NONBLOCK);
		break;
	case 5:
	case 6: sendto(*fd, "odd", rand() % 4, MSG_NOSIGNAL | flags[rand() % 4], to, len); break;
	case 7: odd_option(*fd); break;
	case 8: shutdown(*fd, rand() % 4); break;
	case 9:
		if (*other != *fd) {
			close(*other);
			*other = dup(*fd);
		}
		break;
	case 10: recv(*fd, &a, sizeof(a), MSG_DONTWAIT); break;
	default:
		close(*fd);
		*fd = odd_socket();
	}
}

static void odd_calls(char **args)
{
	int pool[POOL + 1];

	srand(atoi(args[1]));
	for (int i = 0; i <= POOL; i++)
		pool[i] = odd_socket();
	if (setuid(1000))
		die("setuid");
	for (int n = atoi(args[0]); n; n--)
		odd_call(pool + rand() % POOL);
	for (int i = 0; i <= POOL; i++)
		close(pool[i]);
}

/* ---- rejected IP: connects that a router rejects, each aborted at once ---- */

static int dial_nonblock(const char *ip)
{
	struct sockaddr_in a = address(ip, 7501);
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_port = htons(7501) };
	bool v6 = inet_pton(AF_INET6, ip, &a6.sin6_addr) == 1;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (connect(fd, v6 ? (void *)&a6 : (void *)&a, v6 ? sizeof(a6) : sizeof(a)) &&
	    errno != EINPROGRESS)
		die("connect");
	return fd;
}

/* One reads the error, one closes without reading it. */
static void rejected(char **args)
{
	int fd = dial_nonblock(args[0]), err = 0;
	socklen_t len = sizeof(err);

	for (double end = now() + 0.5; !err && now() < end; sleep_ms(10))
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
			die("SO_ERROR");
	printf("error %s\n", strerrorname_np(err));
	close(fd);
	fd = dial_nonblock(args[0]);
	sleep_ms(100);
	close(fd);
}

/* ---- smc: AF_SMC at either end, at both, and where the peer refuses ---- */

static int smc_socket(void)
{
	int fd = socket(AF_SMC, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket(AF_SMC)");
	return fd;
}

static int smc_listener(void)
{
	struct sockaddr_in a = address(LO, 0);
	int fd = smc_socket();

	if (bind(fd, (void *)&a, sizeof(a)) || listen(fd, 4))
		die("AF_SMC: listen");
	return fd;
}

static void both_ends(int c, int l)
{
	int s;

	if (dial_to(c, LO, port_of(l)))
		die("AF_SMC: connect");
	s = answer(l);
	tell("opened", c);
	tell("accepted", s);
	if (write(c, "x", 1) != 1 || read(s, &(char){ 0 }, 1) != 1)
		die("AF_SMC: a byte");
	close(c);
	close(s);
}

static void smc(char **args)
{
	int tcp = listener(0, 4), l = smc_listener(), c;

	(void)args;
	c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SMC);	/* since Linux 6.11 */
	both_ends(c < 0 ? smc_socket() : c, tcp);
	both_ends(smc_socket(), tcp);
	both_ends(new_tcp(), l);
	both_ends(smc_socket(), l);
	c = smc_socket();
	if (dial_to(c, LO, 9) != ECONNREFUSED)
		die("AF_SMC: refused");
	close(c);
	close(tcp);
	close(l);
}

/* ---- wide SLOTS: how long a process exits that has such a descriptor table ---- */

static double exit_time(int slots)
{
	double start;
	char byte;
	int p[2];

	if (pipe2(p, O_CLOEXEC))
		die("pipe");
	if (!fork()) {
		if (dup2(0, slots - 1) < 0)
			die("dup2");
		start = now();
		if (write(p[1], &start, sizeof(start)) != sizeof(start))
			die("write");
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &start, sizeof(start)) != sizeof(start) || read(p[0], &byte, 1))
		die("read");	/* the end of the file comes with the end of the process */
	close(p[0]);
	if (wait(NULL) < 0)
		die("wait");
	return now() - start;
}

/* Microseconds, the best of 20. */
static void wide(char **args)
{
	double best = 1e9, t;

	for (int i = 0; i < 20; i++) {
		t = exit_time(atoi(args[0]));
		best = t < best ? t : best;
	}
	printf("us %.0f\n", best * 1e6);
}

/* ---- storm [US]: as much as it can, until killed; or with a pause after each round ---- */

static void storm(char **args)
{
	struct timespec pause = { .tv_nsec = args[0] ? atol(args[0]) * 1000 : 0 };
	int l = listener(0, 64), full = listener(0, 0), port = port_of(l);
	unsigned int n = 0;
	char *buf = malloc(1 << 16);

	fcntl(l, F_SETFL, O_NONBLOCK);
	dial(port_of(full));
	for (;; n++) {
		int c = new_tcp(), udp = socket(AF_INET, SOCK_DGRAM, 0), s;
		struct pollfd p = { .fd = c, .events = POLLOUT };
		const int to[] = { port, 9, port, port_of(full) };

		fcntl(c, F_SETFL, O_NONBLOCK);
		dial_to(c, LO, to[n % 4]);
		if (n % 3 == 0)
			poll(&p, 1, 1);
		s = accept(l, NULL, NULL);
		if (s >= 0 && n % 5 == 0 && write(s, buf, 4096) < 0)
			errno = 0;
		dial_to(udp, LO, 53);
		close(udp);
		close(c);
		if (s >= 0)
			close(s);
		s = new_tcp();
		listen(s, 1);
		close(s);
		if (pause.tv_nsec)
			nanosleep(&pause, NULL);
	}
}

/* When its end is in the log, so is all that came before. */
static void sentinel(char **args)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)args;
	if (fd < 0 || dial_to(fd, LO, 10))
		die("sentinel");
	send(fd, "x", 1, 0);	/* one that is used is never left out */
	close(fd);
}

static const struct {
	const char *name;
	void (*run)(char **args);
} commands[] = {
	{ "one", one }, { "twin", twin }, { "waiting", waiting },
	{ "serve", serve }, { "many", many },
	{ "stream", stream }, { "fast-open", fast_open }, { "nowhere", nowhere },
	{ "in-flight", in_flight }, { "collect", collect }, { "no-route", no_route },
	{ "killed", killed }, { "taken", taken }, { "dup-race", dup_race },
	{ "bad-address", bad_address }, { "half-shut", half_shut },
	{ "rejected", rejected }, { "smc", smc }, { "wide", wide },
	{ "sctp", sctp }, { "held-in-message", held_in_message },
	{ "odd-calls", odd_calls }, { "flows", flows }, { "flow-server", flow_server },
	{ "unused", unused }, { "ignored", ignored },
	{ "storm", storm }, { "sentinel", sentinel },
};

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, argv[1]))
			continue;
		printf("process %d\n", getpid());
		fflush(stdout);
		commands[i].run(argv + 2);
		return 0;
	}
	fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]\n", argv[0]);
	return 99;
}
