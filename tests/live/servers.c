// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/servers: how real servers use their sockets (section G of SCENARIOS). */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define LONG_MS 1700	/* longer than anything is waited for */

/* A listener at a port that its bind names. */
static void listen_by_number(struct conn *l)
{
	int fd = new_socket(AF_INET, SOCK_STREAM);
	unsigned int port;

	bind_to(fd, LO, 0);
	port = ntohs(address_of(fd).four.sin_port);
	drop(fd);
	fd = new_socket(AF_INET, SOCK_STREAM);
	bind_to(fd, LO, port);
	listen_with(l, fd, 16);
}

/* Becomes the child of a parent that exits at once; the original waits for its end. */
static void become_daemon(struct conn *l, void (*listen_now)(struct conn *l))
{
	int alive[2];
	pid_t first;
	char c;

	if (pipe2(alive, O_CLOEXEC))
		die("pipe");
	first = truth_fork();
	if (first) {
		await_exit(first);
		close(alive[1]);
		if (read(alive[0], &c, 1) != 0)	/* the last holder of the pipe ends */
			die("read");
		truth_done();
		exit(0);
	}
	listen_now(l);
	if (truth_fork())
		_exit(0);
	while (getppid() == l->opener)
		poll(NULL, 0, 1);
	truth_holds(l, l->opener);
}

/* G1: no call shows that the child has the listener. */
static void daemon_by_number(void)
{
	struct conn l;

	become_daemon(&l, listen_by_number);
	poll(NULL, 0, LONG_MS);
	leave(&l);
	_exit(0);
}

/* G2: the child makes no socket call, and the parent uses the number again. */
static void forking(void)
{
	struct conn l, c[3], s[3];
	pid_t pid[3];
	struct gate ready;

	gate_make(&ready);
	listen_by_number(&l);
	for (int i = 0; i < 3; i++)
		dial(&c[i], &l);
	for (int i = 0; i < 3; i++) {
		answer(&s[i], &l);
		pid[i] = truth_fork();
		if (!pid[i]) {
			close(l.fd);
			for (int k = 0; k < 3; k++)
				close(c[k].fd);
			truth_holds(&s[i], s[i].opener);
			gate_open(&ready);
			poll(NULL, 0, LONG_MS);
			leave(&s[i]);
			_exit(0);
		}
		gate_wait(&ready);
		drop(s[i].fd);
	}
	for (int i = 0; i < 3; i++) {
		await_exit(pid[i]);
		truth_holds(&l, pid[i]);
		truth_holds(&c[i], pid[i]);
	}
	for (int i = 0; i < 3; i++)
		hang_up(&c[i]);
	hang_up(&l);
}

/* G3: the worker of a daemon accepts: none of its ancestors' forks is audited. */
static void inherited(void)
{
	struct conn l, c, s;
	pid_t worker;

	become_daemon(&l, listen_by_number);
	worker = truth_fork();
	if (!worker) {
		truth_holds(&l, getppid());
		answer(&s, &l);
		poll(NULL, 0, LONG_MS);
		hang_up(&s);
		_exit(0);
	}
	poll(NULL, 0, 200);
	dial(&c, &l);
	await_exit(worker);
	hang_up(&c);
	truth_holds(&l, worker);
	leave(&l);
	_exit(0);
}

static void send_fd(int to, int fd)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(fd))]; } u = { 0 };
	char byte = 0;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &u,
			    .msg_controllen = sizeof(u) };

	u.h.cmsg_level = SOL_SOCKET;
	u.h.cmsg_type = SCM_RIGHTS;
	u.h.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&u.h), &fd, sizeof(fd));
	if (sendmsg(to, &m, 0) != 1)
		die("sendmsg");
}

static int take_fd(int from)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } u;
	char byte;
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &u,
			    .msg_controllen = sizeof(u) };
	int fd;

	if (recvmsg(from, &m, 0) != 1)
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(&u.h), sizeof(fd));
	return fd;
}

/* G4: the listener is passed, and accept4(fd, NULL, NULL) has no address. */
static void passed_listener(void)
{
	struct conn *l = shared(1), c, s;
	int pair[2], fd;
	pid_t worker;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	worker = truth_fork();	/* before the listener is there */
	if (!worker) {
		l->fd = take_fd(pair[1]);
		truth_extra("hidden=passed");
		truth_before();
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			die("accept4");
		truth_accepted(&s, fd, "TCP");
		close(l->fd);
		poll(NULL, 0, LONG_MS);
		hang_up(&s);
		_exit(0);
	}
	listen_by_number(l);
	fd = l->fd;
	send_fd(pair[0], fd);
	poll(NULL, 0, 200);
	l->fd = fd;
	dial(&c, l);
	await_exit(worker);
	hang_up(&c);
	l->fd = fd;
	truth_holds(l, worker);
	hang_up(l);
}

/* G6: a reload hands the listener over to the next program; the one that opened it exits. */
static void handed_over(void)
{
	struct conn *l = shared(1), c, s;
	int pair[2], fd;
	pid_t old;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	old = truth_fork();
	if (!old) {
		listen_by_number(l);
		send_fd(pair[0], l->fd);
		_exit(0);
	}
	fd = take_fd(pair[1]);
	await_exit(old);
	l->fd = fd;
	truth_holds(l, old);
	poll(NULL, 0, LONG_MS);
	dial(&c, l);
	answer(&s, l);
	hang_up(&c);
	hang_up(&s);
	hang_up(l);
}

/* H7: a killed process leaves no event. The next one with its pid and its descriptor
 * number is another user's. */
static void pid_reuse_other(void)
{
	struct conn *c = shared(1), l, s;
	struct gate up;
	struct who w;
	pid_t pid;

	listen_by_number(&l);
	gate_make(&up);
	pid = truth_fork();
	if (!pid) {
		dial(c, &l);
		gate_open(&up);
		for (;;)
			pause();
	}
	gate_wait(&up);
	answer(&s, &l);
	truth_who(pid, &w);
	truth_before();
	kill(pid, SIGKILL);
	await_exit(pid);
	truth_extra("hidden=killed");
	truth_stopped_as(c, "kill", &w);
	hang_up(&s);
	if (!truth_fork_as(pid)) {
		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			die("setresuid");
		prctl(PR_SET_NAME, "newcomer");
		dial(c, &l);
		hang_up(c);
		_exit(0);
	}
	await_exit(pid);
	answer(&s, &l);
	hang_up(&s);
	truth_holds(&l, pid);
	truth_extra("hidden=killed");	/* inherited by the killed one */
	hang_up(&l);
}

const struct scenario scenarios[] = {
	{ "daemon_by_number", daemon_by_number },
	{ "forking", forking },
	{ "inherited", inherited },
	{ "passed_listener", passed_listener },
	{ "handed_over", handed_over },
	{ "pid_reuse_other", pid_reuse_other },
	{ NULL, NULL },
};
