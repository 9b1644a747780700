// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/storm/storm: processes that make short connections at a given rate, in turns
 * a blocking one, a non-blocking one, one of UDP and a refused one, each process with
 * itself over loopback. Prints what it did: the lines that must be in the log, the
 * system calls that the rules show, the records that the module writes.
 *
 * usage: storm PROCESSES CONNECTIONS RATE
 *   CONNECTIONS   of each process
 *   RATE          of all together, in connections a second; 0: as fast as it goes
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NSEC 1000000000LL

enum { BLOCKING, NONBLOCK, DATAGRAM, REFUSED, KINDS };

struct counts {
	unsigned long made[KINDS];
	long long slept;	/* ns ahead of the clock; 0: it could not keep up */
};

struct address {
	struct sockaddr_in in;
	socklen_t len;
};

/* The results of one process. */
struct place {
	int listener, datagrams, closed;
	struct address to[KINDS];
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(99);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC + t.tv_nsec;
}

static int new_socket(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static int bound(int type, struct address *a)
{
	int fd = new_socket(type);

	a->in = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	a->len = sizeof(a->in);
	if (bind(fd, (struct sockaddr *)&a->in, a->len) ||
	    getsockname(fd, (struct sockaddr *)&a->in, &a->len))
		die("bind");
	return fd;
}

static void settle(struct place *p)
{
	p->listener = bound(SOCK_STREAM, &p->to[BLOCKING]);
	if (listen(p->listener, 64))
		die("listen");
	p->to[NONBLOCK] = p->to[BLOCKING];
	p->datagrams = bound(SOCK_DGRAM, &p->to[DATAGRAM]);
	p->closed = bound(SOCK_STREAM, &p->to[REFUSED]);	/* nobody listens */
}

/* By a reset: no port stays in TIME_WAIT, so there are always enough. */
static void hang_up(int fd)
{
	struct linger none = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	close(fd);
}

static void answer(struct place *p, int fd)
{
	int peer = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);

	if (peer < 0)
		die("accept");
	hang_up(fd);
	close(peer);
}

static int dial(int fd, const struct address *to)
{
	return connect(fd, (const struct sockaddr *)&to->in, to->len) ? errno : 0;
}

static void blocking(struct place *p)
{
	int fd = new_socket(SOCK_STREAM);

	if ((errno = dial(fd, &p->to[BLOCKING])))
		die("connect");
	answer(p, fd);
}

static void nonblock(struct place *p)
{
	int fd = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	errno = dial(fd, &p->to[NONBLOCK]);
	if (errno && errno != EINPROGRESS)
		die("connect, non-blocking");
	if (poll(&ready, 1, 60000) != 1 || ready.revents & (POLLERR | POLLHUP))
		die("poll");
	answer(p, fd);
}

static void datagram(struct place *p)
{
	int fd = new_socket(SOCK_DGRAM);
	char byte = 0;

	if ((errno = dial(fd, &p->to[DATAGRAM])))
		die("connect, UDP");
	if (send(fd, &byte, 1, 0) != 1 || recv(p->datagrams, &byte, 1, 0) != 1)
		die("datagram");
	close(fd);
}

static void refused(struct place *p)
{
	int fd = new_socket(SOCK_STREAM);

	if (dial(fd, &p->to[REFUSED]) != ECONNREFUSED)
		die("connect is not refused");
	close(fd);
}

static void (*const kinds[])(struct place *p) = {
	[BLOCKING] = blocking, [NONBLOCK] = nonblock,
	[DATAGRAM] = datagram, [REFUSED] = refused,
};

/* Until the i-th connection is due. */
static long long await_turn(long long begin, unsigned long i, double each)
{
	long long due = begin + i * each, ahead = due - now();
	struct timespec t = { .tv_sec = due / NSEC, .tv_nsec = due % NSEC };

	if (ahead <= 0)
		return 0;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
	return ahead;
}

static void work(struct counts *c, int ready, int go, unsigned long count, double each)
{
	struct place p;
	long long begin;
	char byte;

	settle(&p);
	close(ready);
	if (read(go, &byte, 1) != 0)
		die("go");
	begin = now();
	for (unsigned long i = 0; i < count; i++) {
		if (each > 0)
			c->slept += await_turn(begin, i, each);
		kinds[i % KINDS](&p);
		c->made[i % KINDS]++;
	}
}

/*
 * What must be found. A stop for each start, and those of the listeners: of each
 * process one of TCP, one of UDP. The rules show what it calls and its end; of the
 * module's records a refused connect has no release, and a socket that is only bound
 * has none at all.
 */
static void tell(unsigned int n, const unsigned long m[KINDS], double seconds)
{
	unsigned long tcp = m[BLOCKING] + m[NONBLOCK];
	unsigned long all = tcp + m[DATAGRAM] + m[REFUSED];

	printf("made blocking=%lu nonblock=%lu udp=%lu refused=%lu all=%lu seconds=%.3f\n",
	       m[BLOCKING], m[NONBLOCK], m[DATAGRAM], m[REFUSED], all, seconds);
	printf("lines start=%lu stop=%lu fail=%lu listen=%u unlisten=%u\n",
	       2 * tcp + m[DATAGRAM], 2 * tcp + m[DATAGRAM], m[REFUSED], 2 * n, 2 * n);
	printf("calls socket=%lu connect=%lu accept=%lu bind=%u listen=%u exit_group=%u\n",
	       all + 3 * n, all, tcp, 3 * n, n, n + 1);
	printf("records connect=%lu established=%lu fail=%lu accept=%lu dgram=%lu "
	       "bind=%u listen=%u release=%lu\n", tcp + m[REFUSED], tcp, m[REFUSED], tcp,
	       m[DATAGRAM], n, n, 2 * tcp + m[DATAGRAM] + 2 * n);
	printf("sessions tcp=%lu\n", 2 * tcp + m[REFUSED]);
}

int main(int argc, char **argv)
{
	unsigned int n = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	unsigned long count = n ? strtoul(argv[2], NULL, 10) : 0, made[KINDS] = { 0 };
	double rate = n ? strtod(argv[3], NULL) : 0;
	int ready[2], go[2], status;
	struct counts *counts;
	bool failed = false;
	long long begin;
	char byte;

	if (!n || !count) {
		fprintf(stderr, "usage: storm PROCESSES CONNECTIONS RATE\n");
		return 99;
	}
	counts = mmap(NULL, n * sizeof(*counts), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED || pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC))
		die("pipe");
	for (unsigned int i = 0; i < n; i++) {
		switch (fork()) {
		case -1:
			die("fork");
		case 0:
			close(go[1]);
			close(ready[0]);
			work(&counts[i], ready[1], go[0], count, rate > 0 ? NSEC * n / rate : 0);
			_exit(0);
		}
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 0)	/* the end: all have settled */
		die("ready");
	begin = now();
	close(go[1]);
	while (wait(&status) > 0)
		failed |= status != 0;
	for (unsigned int i = 0; i < n; i++)
		for (int k = 0; k < KINDS; k++)
			made[k] += counts[i].made[k];
	tell(n, made, (now() - begin) / 1e9);
	return failed ? 99 : 0;
}
