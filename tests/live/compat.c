// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/live/compat: the system calls of a 32-bit program (A20 of SCENARIOS).
 * "int $0x80" makes a call a 32-bit one, for the kernel and for audit (arch=40000003): no
 * 32-bit libc is needed.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#ifdef __x86_64__

/* Their numbers on i386. */
enum {
	CLOSE = 6, SOCKETCALL = 102,
	SOCKET = 359, BIND = 361, CONNECT = 362, LISTEN = 363, ACCEPT4 = 364,
};

/* The first argument of socketcall(2). */
enum {
	SC_SOCKET = 1, SC_BIND = 2, SC_CONNECT = 3, SC_LISTEN = 4, SC_ACCEPT = 5,
	SC_ACCEPT4 = 18,
};

/* In the lower 4 GiB, where a 32-bit pointer reaches. */
static struct low {
	uint32_t args[6];
	struct sockaddr_in addr;
	socklen_t len;
} *low;

/* One way to make these calls: by number, and by socketcall. */
struct way {
	bool direct, old_accept;
};

static int call(int number, long a, long b, long c, long d)
{
	int result;

	asm volatile("int $0x80" : "=a" (result)
		     : "a" (number), "b" (a), "c" (b), "d" (c), "S" (d)
		     : "memory", "r8", "r9", "r10", "r11");
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int socketcall(int what, long a, long b, long c, long d)
{
	low->args[0] = a;
	low->args[1] = b;
	low->args[2] = c;
	low->args[3] = d;
	return call(SOCKETCALL, what, (long)low->args, 0, 0);
}

static int checked(int result, const char *what)
{
	if (result < 0)
		die(what);
	return result;
}

static int socket32(const struct way *w)
{
	return checked(w->direct ? call(SOCKET, AF_INET, SOCK_STREAM, 0, 0) :
		       socketcall(SC_SOCKET, AF_INET, SOCK_STREAM, 0, 0), "socket");
}

static void listen32(const struct way *w, struct conn *l)
{
	int fd = socket32(w);

	low->addr = address(LO, 0).four;
	checked(w->direct ? call(BIND, fd, (long)&low->addr, sizeof(low->addr), 0) :
		socketcall(SC_BIND, fd, (long)&low->addr, sizeof(low->addr), 0), "bind");
	truth_before();
	checked(w->direct ? call(LISTEN, fd, 4, 0, 0) :
		socketcall(SC_LISTEN, fd, 4, 0, 0), "listen");
	truth_listening(l, fd, "TCP");
}

static void dial32(const struct way *w, struct conn *c, const struct conn *l)
{
	int fd = socket32(w);

	low->addr = address_of(l->fd).four;
	truth_before();
	checked(w->direct ? call(CONNECT, fd, (long)&low->addr, sizeof(low->addr), 0) :
		socketcall(SC_CONNECT, fd, (long)&low->addr, sizeof(low->addr), 0),
		"connect");
	truth_connected(c, fd, "TCP");
}

static void answer32(const struct way *w, struct conn *s, const struct conn *l)
{
	long addr = (long)&low->addr, len = (long)&low->len;
	int fd;

	low->len = sizeof(low->addr);
	truth_before();
	if (w->direct)
		fd = call(ACCEPT4, l->fd, addr, len, 0);
	else if (w->old_accept)
		fd = socketcall(SC_ACCEPT, l->fd, addr, len, 0);
	else
		fd = socketcall(SC_ACCEPT4, l->fd, addr, len, 0);
	truth_accepted(s, checked(fd, "accept"), "TCP");
}

static void hang_up32(struct conn *c)
{
	truth_before();
	checked(call(CLOSE, c->fd, 0, 0, 0), "close");
	truth_stopped(c, "close");
}

static void on_fault(int sig)
{
	(void)sig;
	skip("no 32-bit system calls in this kernel");
}

static void prepare(void)
{
	signal(SIGSEGV, on_fault);
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (low == MAP_FAILED)
		die("mmap");
	call(CLOSE, -1, 0, 0, 0);
	signal(SIGSEGV, SIG_DFL);
}

static void in_way(const struct way *w)
{
	struct conn l, c, s;

	prepare();
	listen32(w, &l);
	dial32(w, &c, &l);
	answer32(w, &s, &l);
	talk(&c, &s, 100);
	hang_up32(&c);
	hang_up32(&s);
	hang_up32(&l);
}

/* A20: as programs did before Linux 4.3, and many still do. */
static void by_socketcall(void)
{
	in_way(&(struct way){ .direct = false });
}

static void by_socketcall_accept(void)
{
	in_way(&(struct way){ .old_accept = true });
}

/* A20 */
static void direct(void)
{
	in_way(&(struct way){ .direct = true });
}

#else

static void by_socketcall(void) { skip("not x86-64"); }
static void by_socketcall_accept(void) { skip("not x86-64"); }
static void direct(void) { skip("not x86-64"); }

#endif

const struct scenario scenarios[] = {
	{ "socketcall", by_socketcall },
	{ "socketcall_accept", by_socketcall_accept },
	{ "direct", direct },
	{ NULL, NULL },
};
