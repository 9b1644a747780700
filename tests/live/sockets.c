// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/sockets: the moves that many scenarios share. */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 20
#define FILLER_PORT 50000

struct address address(const char *ip, unsigned int port)
{
	struct address a;

	memset(&a, 0, sizeof(a));
	if (inet_pton(AF_INET, ip, &a.four.sin_addr) == 1) {
		a.four.sin_family = AF_INET;
		a.four.sin_port = htons(port);
		a.len = sizeof(a.four);
	} else if (inet_pton(AF_INET6, ip, &a.six.sin6_addr) == 1) {
		a.six.sin6_family = AF_INET6;
		a.six.sin6_port = htons(port);
		a.len = sizeof(a.six);
	} else {
		die(ip);
	}
	return a;
}

struct address address_of(int fd)
{
	struct address a = { .len = sizeof(a.six) };

	if (getsockname(fd, &a.sa, &a.len))
		die("getsockname");
	return a;
}

struct address peer_of(int fd)
{
	struct address a = { .len = sizeof(a.six) };

	if (getpeername(fd, &a.sa, &a.len))
		die("getpeername");
	return a;
}

int new_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd < 0 && errno == EAFNOSUPPORT)
		skip("address family not in this kernel");
	if (fd < 0)
		die("socket");
	return fd;
}

void bind_to(int fd, const char *ip, unsigned int port)
{
	struct address a = address(ip, port);

	if (bind(fd, &a.sa, a.len))
		die("bind");
}

void set_option(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		die("setsockopt");
}

void set_nonblock(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		die("O_NONBLOCK");
}

void listen_with(struct conn *l, int fd, int backlog)
{
	truth_before();
	if (listen(fd, backlog))
		die("listen");
	truth_listening(l, fd, "TCP");
}

void listen_at(struct conn *l, const char *ip, unsigned int port)
{
	int fd = new_socket(address(ip, port).sa.sa_family, SOCK_STREAM);

	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	bind_to(fd, ip, port);
	listen_with(l, fd, 16);
}

void dial_with(struct conn *c, int fd, const struct address *to)
{
	truth_before();
	if (connect(fd, &to->sa, to->len))
		die("connect");
	truth_connected(c, fd, "TCP");
}

void dial(struct conn *c, const struct conn *l)
{
	struct address to = address_of(l->fd);

	dial_with(c, new_socket(to.sa.sa_family, SOCK_STREAM), &to);
}

void answer(struct conn *s, const struct conn *l)
{
	struct address from = { .len = sizeof(from.six) };
	int fd;

	truth_before();
	fd = accept(l->fd, &from.sa, &from.len);
	if (fd < 0)
		die("accept");
	truth_accepted(s, fd, "TCP");
}

static bool late(time_t since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - since > DEADLINE_S;
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Until the other end has acknowledged everything: from then on the number of
 * bytes is a fact. */
static void await_acknowledged(int fd)
{
	time_t since = seconds();
	int left;

	do {
		if (ioctl(fd, SIOCOUTQ, &left))
			die("SIOCOUTQ");
		if (late(since))
			die("no acknowledgement");
		if (left)
			poll(NULL, 0, 1);
	} while (left);
}

void talk(struct conn *from, struct conn *to, int n)
{
	char buf[1024] = "";

	if (n > (int)sizeof(buf))
		die("too much to say");
	if (send(from->fd, buf, n, 0) != n)
		die("send");
	if (recv(to->fd, buf, n, MSG_WAITALL) != n)
		die("recv");
	from->tx += n;
	to->rx += n;
	if (!strcmp(from->proto, "TCP"))
		await_acknowledged(from->fd);
}

void hang_up(struct conn *c)
{
	truth_before();
	if (close(c->fd))
		die("close");
	truth_stopped(c, "close");
}

void drop(int fd)
{
	if (close(fd))
		die("close");
	truth_stay();
}

void leave(struct conn *c)
{
	truth_before();
	truth_stopped(c, "exit");
}

void udp_dial(struct conn *c, int fd, const struct address *to)
{
	truth_before();
	if (connect(fd, &to->sa, to->len))
		die("connect");
	truth_connected(c, fd, "UDP");
}

/* With a backlog of 0 one connection fits into the queue, and until it is accepted the kernel
 * drops every further SYN. */
void silent_at(struct silent *s, const char *ip, unsigned int port)
{
	struct address to = address(ip, port);
	int fd = new_socket(to.sa.sa_family, SOCK_STREAM);

	bind_to(fd, ip, port);
	listen_with(&s->listener, fd, 0);
	to = address_of(fd);
	fd = new_socket(to.sa.sa_family, SOCK_STREAM);
	if (port)	/* own_net(): leave the only local port to the scenario */
		bind_to(fd, ip, FILLER_PORT);
	dial_with(&s->filler, fd, &to);
}

void silent_answer(struct silent *s, struct conn *accepted)
{
	answer(accepted, &s->listener);
}

void silent_end(struct silent *s)
{
	hang_up(&s->filler);
	hang_up(&s->listener);
}

void write_setting(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("lo up");
	close(fd);
}

void own_net(unsigned int port)
{
	char range[32];

	if (unshare(CLONE_NEWNET))
		skip("no network namespaces");
	loopback_up();
	if (!port)
		return;
	snprintf(range, sizeof(range), "%u %u", port, port);
	write_setting("/proc/sys/net/ipv4/ip_local_port_range", range);
}

void need(const char *command)
{
	char text[256], *argv[16], *rest = text;
	int argc = 0, status;
	pid_t pid;

	snprintf(text, sizeof(text), "%s", command);
	while (argc < 15 && (argv[argc] = strsep(&rest, " ")))
		argc++;
	argv[argc] = NULL;
	pid = truth_fork();
	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		skip(command);
}

void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, DEADLINE_S * 1000) != 1)
		die("poll");
}

static bool has_state(const char *file, unsigned int port, unsigned int state)
{
	char line[512];
	unsigned int p, st;
	bool found = false;
	FILE *f = fopen(file, "re");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, " %*d: %*[^:]:%x %*s %x", &p, &st) == 2 &&
			p == port && st == state;
	fclose(f);
	return found;
}

static void await_whether(unsigned int port, unsigned int state, bool wanted)
{
	time_t since = seconds();

	while ((has_state("/proc/net/tcp", port, state) ||
		has_state("/proc/net/tcp6", port, state)) != wanted) {
		if (late(since))
			die("socket does not come to its state");
		poll(NULL, 0, 1);
	}
}

void await_state(unsigned int port, unsigned int state)
{
	await_whether(port, state, true);
}

void await_not_state(unsigned int port, unsigned int state)
{
	await_whether(port, state, false);
}

int so_error(int fd)
{
	socklen_t len = sizeof(int);
	int err;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		die("SO_ERROR");
	return err;
}

void await_exit(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status))
		_exit(WEXITSTATUS(status));
}

void exec_cat(int in)
{
	if (dup2(in, 0) < 0)
		die("dup2");
	execlp("cat", "cat", NULL);
	die("cat");
}

void await_cat(pid_t pid, struct who *now)
{
	do {
		poll(NULL, 0, 1);
		truth_who(pid, now);
	} while (strcmp(now->comm, "cat") || strcmp(now->proctitle, "cat"));
}

struct conn *shared(unsigned int n)
{
	void *p = mmap(NULL, n * sizeof(struct conn), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

void gate_make(struct gate *g)
{
	if (pipe2(g->fd, O_CLOEXEC))
		die("pipe");
}

void gate_open(struct gate *g)
{
	if (write(g->fd[1], "", 1) != 1)
		die("gate");
}

void gate_wait(struct gate *g)
{
	char c;

	await(g->fd[0], POLLIN);
	if (read(g->fd[0], &c, 1) != 1)
		die("gate");
}
