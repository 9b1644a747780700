// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/tools: real programs; the server they talk to reports their connections. */
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define ONLY_PORT 40001

/* Runs it; its standard output is not that of the scenario. */
static pid_t run(char *const argv[])
{
	pid_t pid = truth_fork();

	if (!pid) {
		if (dup2(2, 1) < 0)
			die("dup2");
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* accept with a deadline. */
static int accept_from(int fd, struct address *from)
{
	int accepted;

	from->len = sizeof(from->six);
	await(fd, POLLIN);
	accepted = accept(fd, &from->sa, &from->len);
	if (accepted < 0)
		die("accept");
	return accepted;
}

static void read_until(int fd, const char *end)
{
	char buf[2048];
	size_t n = 0;

	do {
		ssize_t got;

		await(fd, POLLIN);
		got = read(fd, buf + n, sizeof(buf) - 1 - n);
		if (got <= 0)
			die("read");
		n += got;
		buf[n] = 0;
	} while (!strstr(buf, end));
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("write");
}

/* Both ends of the connection that the program with this pid opened to l. */
static void told_by(pid_t pid, struct conn *c, struct conn *s, const struct conn *l,
		    int fd, const struct address *from, struct who *w)
{
	char local[TRUTH_END];

	truth_end(&from->sa, local);
	truth_who(pid, w);
	truth_connected_as(c, w, "TCP", local, l->local);
	truth_accepted(s, fd, "TCP");
	s->tx = -1;
}

/* A14: one of the two addresses of a name does not answer; curl tries the other and aborts the
 * first attempt. The request shows that it did. */
static void happy_eyeballs(void)
{
	char *const argv[] = { "curl", "-q", "-s", "-m", "20", "--noproxy", "*",
		"--resolve", "both.example:8080:[::1],127.0.0.1",
		"http://both.example:8080/", NULL };
	struct address from;
	struct silent deaf;
	struct conn l, c, s;
	struct who w;
	pid_t pid;
	int fd;

	own_net(ONLY_PORT);
	silent_at(&deaf, "::1", 8080);
	listen_at(&l, LO, 8080);
	truth_before();
	pid = run(argv);
	fd = accept_from(l.fd, &from);
	read_until(fd, "\r\n\r\n");
	told_by(pid, &c, &s, &l, fd, &from, &w);
	truth_extra("via=close");
	truth_failed_as(&w, "TCP", "[::1]:40001", "[::1]:8080", ECONNABORTED);
	truth_before();
	say(fd, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
	await_exit(pid);
	truth_stopped_as(&c, "close", &w);
	hang_up(&s);
	truth_holds(&l, pid);
	truth_holds(&deaf.filler, pid);
	truth_holds(&deaf.listener, pid);
	hang_up(&l);
	silent_end(&deaf);
}

/* The first child of a process; it is made known. */
static pid_t child_of(pid_t pid)
{
	char path[64];
	int child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	if (access("/proc/thread-self/children", R_OK))
		skip("the kernel does not tell who is whose child");
	f = fopen(path, "re");
	if (!f || fscanf(f, "%d", &child) != 1)
		die(path);
	fclose(f);
	truth_process(child);
	return child;
}

static void await_gone(pid_t pid)
{
	for (int i = 0; i < 20000 && !kill(pid, 0); i++)
		poll(NULL, 0, 1);
	if (!kill(pid, 0))
		die("the process does not end");
}

/* Sends one word to the listener, and back. */
static void dial_and_talk(struct conn *c, unsigned int port)
{
	struct address to = address(LO, port);
	int fd = new_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
	char buf[5];

	truth_before();
	if (connect(fd, &to.sa, to.len))
		die("connect");
	say(fd, "hello");
	await(fd, POLLIN);
	if (recv(fd, buf, 5, MSG_WAITALL) != 5)
		die("recv");
	truth_connected(c, fd, "TCP");
	c->tx = c->rx = 5;
}

/* B18: socat accepts, and a process that it forks for this serves the connection. */
static void forking_server(void)
{
	char *const argv[] = { "socat", "TCP4-LISTEN:8080,bind=127.0.0.1,reuseaddr,fork",
		"EXEC:cat", NULL };
	struct conn l = { .local = LO ":8080" }, c, s;
	struct who parent, child;
	pid_t pid;

	own_net(0);
	truth_before();
	pid = run(argv);
	await_state(8080, 10);	/* TCP_LISTEN */
	truth_who(pid, &parent);
	truth_listening_as(&l, &parent, "TCP");
	dial_and_talk(&c, 8080);
	truth_accepted_as(&s, &parent, "TCP", c.remote, c.local);
	truth_who(child_of(pid), &child);
	truth_before();
	if (shutdown(c.fd, SHUT_WR))
		die("shutdown");
	await_gone(child.pid);
	truth_holds(&s, pid);
	truth_stopped_as(&s, "close", &child);
	hang_up(&c);
	truth_before();
	kill(pid, SIGTERM);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	truth_holds(&l, child.pid);
	truth_stopped_as(&l, "close", &parent);
}

/* D8: an interpreter; which script it runs is in proctitle=. */
static void script(void)
{
	char path[64], text[256], *argv[] = { "python3", path, NULL };
	struct address from;
	struct conn l, c, s;
	struct who w;
	pid_t pid;
	FILE *f;
	int fd;

	listen_at(&l, LO, 0);
	snprintf(path, sizeof(path), "/tmp/netlog-script-%d.py", (int)getpid());
	snprintf(text, sizeof(text), "import socket\ns = socket.socket()\n"
		 "s.connect(('127.0.0.1', %u))\ns.recv(1)\ns.close()\n",
		 ntohs(address_of(l.fd).four.sin_port));
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		die(path);
	truth_before();
	pid = run(argv);
	fd = accept_from(l.fd, &from);
	unlink(path);
	told_by(pid, &c, &s, &l, fd, &from, &w);
	if (!strstr(w.proctitle, path))
		die("the script is not in the command line");
	truth_before();
	say(fd, "x");
	await_exit(pid);
	truth_stopped_as(&c, "close", &w);
	hang_up(&s);
	truth_holds(&l, pid);
	hang_up(&l);
}

static void ask(unsigned int port)
{
	struct __res_state state = { 0 };
	unsigned char buf[512];

	if (res_ninit(&state))
		die("res_ninit");
	state.nscount = 1;
	state.nsaddr_list[0] = address(LO, port).four;
	if (res_nquery(&state, "name.example", ns_c_in, ns_t_a, buf, sizeof(buf)) >= 0 ||
	    state.res_h_errno != HOST_NOT_FOUND)
		_exit(1);
	_exit(0);
}

/* Answers one question by "no such name". */
static void deny(int fd, const unsigned char *query, ssize_t n,
		 const struct address *to)
{
	unsigned char reply[512];

	memcpy(reply, query, n);
	reply[2] |= 0x80;
	reply[3] = 0x83;
	if (sendto(fd, reply, n, 0, &to->sa, to->len) != n)
		die("sendto");
}

/* dig resolves in a thread with a name of its own, and binds first: for that moment its socket
 * listens. */
static void binds_first(const char *local, struct who *w)
{
	struct conn own;

	strcpy(w->comm, "dig|isc-net-0000");
	snprintf(own.local, sizeof(own.local), "0.0.0.0%s", strchr(local, ':'));
	truth_listening_as(&own, w, "UDP");
	truth_stopped_as(&own, "reconnect", w);
}

/* The client of a name server, a process that lives for a moment. */
static void resolve(const struct conn *l, pid_t pid, bool is_dig)
{
	struct address from = { .len = sizeof(from.six) };
	unsigned char query[512];
	char local[TRUTH_END];
	struct conn c;
	struct who w;
	ssize_t n;

	await(l->fd, POLLIN);
	n = recvfrom(l->fd, query, sizeof(query), 0, &from.sa, &from.len);
	if (n < 12)
		die("recvfrom");
	truth_end(&from.sa, local);
	truth_who(pid, &w);
	if (is_dig)
		binds_first(local, &w);
	truth_connected_as(&c, &w, "UDP", local, l->local);
	truth_before();
	deny(l->fd, query, n, &from);
	await_exit(pid);
	truth_stopped_as(&c, "close", &w);
}

static void name_server(struct conn *l)
{
	int fd = new_socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);

	truth_before();
	bind_to(fd, LO, 0);
	truth_listening(l, fd, "UDP");
}

/* E6: libc's resolver. */
static void resolver(void)
{
	struct conn l;
	pid_t pid;

	name_server(&l);
	for (int i = 0; i < 3; i++) {
		truth_before();
		pid = truth_fork();
		if (!pid)
			ask(ntohs(address_of(l.fd).four.sin_port));
		resolve(&l, pid, false);
		truth_holds(&l, pid);
	}
	hang_up(&l);
}

/* E6: dig. */
static void dig(void)
{
	char port[8], *const argv[] = { "dig", "+tries=1", "+time=15", "-p", port,
		"@" LO, "name.example", "A", NULL };
	struct conn l;
	pid_t pid;

	name_server(&l);
	snprintf(port, sizeof(port), "%u", ntohs(address_of(l.fd).four.sin_port));
	truth_before();
	pid = run(argv);
	resolve(&l, pid, true);
	truth_holds(&l, pid);
	hang_up(&l);
}

const struct scenario scenarios[] = {
	{ "happy_eyeballs", happy_eyeballs },
	{ "forking_server", forking_server },
	{ "script", script },
	{ "resolver", resolver },
	{ "dig", dig },
	{ NULL, NULL },
};
