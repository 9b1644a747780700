// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/bench/cycle [CYCLES [PAUSE_US [BYTES [DATAGRAMS]]]]: what one connect, accept and two
 * closes on the loopback (between them BYTES times send and recv of one byte, and DATAGRAMS
 * times sendto and recv by two UDP sockets without a peer) cost this program,
 * and what they cost the machine until the audit daemons have digested them. For
 * bench-module, in a virtual machine whose clock counts instructions; prints one line, in
 * nanoseconds a cycle:
 *
 *   cycles=N ruler=2.000 elapsed=NS self=NS kauditd=NS auditd=NS plugin=NS other=NS
 *
 * self is this program's own CPU time, interrupts that fell into it included
 * (the handshake runs there). The others are the CPU time that these tasks took,
 * from the first cycle until they had nothing more to do. ruler is what one
 * instruction takes.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 200

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		die("clock_gettime");
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static void pause_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* ---- the cycle ---- */

static int listener(struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)a, len) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)a, &len))
		die("listen");
	return fd;
}

struct work {
	long pause;			/* us, after each cycle */
	int bytes, datagrams;
	int listening;
	struct sockaddr_in a;		/* of listening */
	int from, to;			/* UDP sockets */
	struct sockaddr_in to_a;
};

static void open_datagrams(struct work *w)
{
	socklen_t len = sizeof(w->to_a);

	w->from = socket(AF_INET, SOCK_DGRAM, 0);
	w->to = socket(AF_INET, SOCK_DGRAM, 0);
	w->to_a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (w->from < 0 || w->to < 0 || bind(w->to, (struct sockaddr *)&w->to_a, len) ||
	    getsockname(w->to, (struct sockaddr *)&w->to_a, &len))
		die("UDP");
}

static void cycle(const struct work *w)
{
	const void *to = &w->to_a;
	char byte = 'x';
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	int client, server;

	client = socket(AF_INET, SOCK_STREAM, 0);
	if (client < 0 || connect(client, (const void *)&w->a, sizeof(w->a)))
		die("connect");
	server = accept(w->listening, (struct sockaddr *)&peer, &len);
	if (server < 0)
		die("accept");
	for (int i = 0; i < w->bytes; i++)
		if (send(client, &byte, 1, 0) != 1 || recv(server, &byte, 1, 0) != 1)
			die("send, recv");
	for (int i = 0; i < w->datagrams; i++)
		if (sendto(w->from, &byte, 1, 0, to, sizeof(w->to_a)) != 1 || recv(w->to, &byte, 1, 0) != 1)
			die("sendto, recv");
	close(client);
	close(server);
}

static void cycles(const struct work *w, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		cycle(w);
		if (w->pause)
			pause_us(w->pause);
	}
}

/* ---- cost of the other tasks ---- */

enum { KAUDITD, AUDITD, PLUGIN, OTHER, GROUPS };

static const char *const group_name[] = { "kauditd", "auditd", "plugin", "other" };
static const char *const group_comm[] = { "kauditd", "auditd", "audisp-netlog" };

static int read_file(const char *path, char *to, size_t size)
{
	FILE *f = fopen(path, "r");
	int ok;

	if (!f)
		return 0;
	ok = fgets(to, size, f) != NULL;
	fclose(f);
	if (ok)
		to[strcspn(to, "\n")] = '\0';
	return ok;
}

static int group_of(const char *pid)
{
	char path[300], comm[64];
	int g;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if (!read_file(path, comm, sizeof(comm)))
		return OTHER;
	for (g = 0; g < OTHER; g++)
		if (!strcmp(comm, group_comm[g]))
			return g;
	return OTHER;
}

/* All threads of a process. */
static uint64_t runtime(const char *pid)
{
	char path[600], text[100];
	uint64_t sum = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/proc/%s/task/%s/schedstat", pid,
			 e->d_name);
		if (e->d_name[0] != '.' && read_file(path, text, sizeof(text)))
			sum += strtoull(text, NULL, 10);
	}
	if (d)
		closedir(d);
	return sum;
}

static void take_stock(uint64_t ns[GROUPS])
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	memset(ns, 0, GROUPS * sizeof(*ns));
	if (!d)
		die("/proc");
	while ((e = readdir(d)))
		if (atoi(e->d_name) > 0 && atoi(e->d_name) != getpid())
			ns[group_of(e->d_name)] += runtime(e->d_name);
	closedir(d);
}

static uint64_t audit_sum(const uint64_t ns[GROUPS])
{
	return ns[KAUDITD] + ns[AUDITD] + ns[PLUGIN];
}

/*
 * Waits until the daemons only read their counters, as the plugin does each second, in each of
 * six half seconds. Waiting is free, since an idle machine's clock leaps. @busy is their CPU
 * time when that began, @idle their CPU time now: the difference is reading counters and
 * belongs to no cycle.
 */
#define ONE_LOOK 2000000 /* ns; less than three cycles cost */
#define MAX_ROUNDS 600

static void settle(uint64_t busy[GROUPS], uint64_t idle[GROUPS])
{
	int quiet = 0, rounds = 0;

	take_stock(idle);
	while (quiet < 6) {
		if (!quiet)
			memcpy(busy, idle, GROUPS * sizeof(*busy));
		pause_us(500000);
		take_stock(idle);
		quiet = audit_sum(idle) - audit_sum(busy) < (quiet + 1u) * ONE_LOOK ? quiet + 1 : 0;
		if (++rounds == MAX_ROUNDS) {
			fprintf(stderr, "cycle: the daemons are not idle after five minutes\n");
			exit(1);
		}
	}
}

/* ---- the ruler ---- */

/* The shortest of many: an interrupt each millisecond (7.2) adds 2 % to a long one. */
static double instruction_ns(void)
{
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < 100; i++) {
		long n = 100000;
		uint64_t took = now(CLOCK_THREAD_CPUTIME_ID);

#ifdef __x86_64__
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(n) : : "cc");
#endif
		took = now(CLOCK_THREAD_CPUTIME_ID) - took;
		if (took < shortest)
			shortest = took;
	}
	return shortest / 2e5;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 2000;
	struct work w = {
		.pause = argc > 2 ? atol(argv[2]) : 0,
		.bytes = argc > 3 ? atoi(argv[3]) : 0,
		.datagrams = argc > 4 ? atoi(argv[4]) : 0,
	};
	uint64_t busy[GROUPS], before[GROUPS], after[GROUPS], idle[GROUPS], elapsed, self;
	double ruler;
	int g;

	if (n <= 0 || w.pause < 0 || w.bytes < 0 || w.datagrams < 0) {
		fprintf(stderr, "usage: cycle [CYCLES [PAUSE_US [BYTES [DATAGRAMS]]]]\n");
		return 1;
	}
	w.listening = listener(&w.a);
	open_datagrams(&w);
	cycles(&w, WARM_UP);
	ruler = instruction_ns();
	settle(busy, before);
	elapsed = now(CLOCK_MONOTONIC);
	self = now(CLOCK_THREAD_CPUTIME_ID);
	cycles(&w, n);
	self = now(CLOCK_THREAD_CPUTIME_ID) - self;
	elapsed = now(CLOCK_MONOTONIC) - elapsed;
	settle(after, idle);
	printf("cycles=%d ruler=%.3f elapsed=%.0f self=%.0f", n, ruler,
	       (double)elapsed / n, (double)self / n);
	for (g = 0; g < GROUPS; g++)
		printf(" %s=%.0f", group_name[g],
		       (double)(after[g] - before[g]) / n);
	printf("\n");
	return 0;
}
