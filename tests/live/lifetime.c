// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/lifetime: events that end a socket (section C of SCENARIOS). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* A listener, a connection to it, and its accepted end. */
struct trio {
	struct conn l, c, s;
};

static void trio(struct trio *t)
{
	listen_at(&t->l, LO, 0);
	dial(&t->c, &t->l);
	answer(&t->s, &t->l);
}

static void trio_rest(struct trio *t)
{
	hang_up(&t->s);
	hang_up(&t->l);
}

/* C1: the second close is the end. */
static void dup_one(void)
{
	struct trio t;
	int fd;

	trio(&t);
	fd = dup(t.c.fd);
	if (fd < 0)
		die("dup");
	drop(t.c.fd);
	t.c.fd = fd;
	talk(&t.c, &t.s, 100);
	hang_up(&t.c);
	trio_rest(&t);
}

/* C2: another descriptor takes its place. */
static void dup_over(void)
{
	struct trio t;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	trio(&t);
	truth_before();
	if (dup2(null, t.c.fd) < 0)
		die("dup2");
	truth_stopped(&t.c, "close");
	hang_up(&t.s);
	truth_before();
	if (dup3(null, t.l.fd, O_CLOEXEC) < 0)
		die("dup3");
	truth_stopped(&t.l, "close");
}

/* C3: the child inherits it, the parent closes, the child ends. */
static void fork_child_last(void)
{
	struct gate closed;
	struct trio t;
	pid_t pid;

	trio(&t);
	hang_up(&t.s);
	hang_up(&t.l);
	gate_make(&closed);
	pid = truth_fork();
	if (!pid) {
		gate_wait(&closed);
		truth_holds(&t.c, getppid());
		leave(&t.c);
		_exit(0);
	}
	drop(t.c.fd);
	gate_open(&closed);
	await_exit(pid);
}

/* C3: the parent exits long before the child; only the reader of its output waits for the
 * child. */
static void fork_parent_gone(void)
{
	struct trio t;
	pid_t middle, pid;
	int alive[2];
	char c;

	if (pipe2(alive, O_CLOEXEC))
		die("pipe");
	middle = truth_fork();
	if (!middle) {
		trio(&t);
		hang_up(&t.s);
		hang_up(&t.l);
		pid = truth_fork();
		if (!pid) {
			pid_t parent = t.c.opener;

			truth_holds(&t.c, parent);
			while (getppid() == parent)
				poll(NULL, 0, 1);
			poll(NULL, 0, 150);	/* long: more than clocks differ */
			leave(&t.c);
			_exit(0);
		}
		_exit(0);
	}
	await_exit(middle);
	close(alive[1]);
	if (read(alive[0], &c, 1) != 0)	/* the last holder of the pipe ends */
		die("read");
}

/* C4: without close-on-exec the new program has it. cat ends when its input does, and the
 * scenario waits for that. */
static void exec_keeps(void)
{
	struct who now;
	struct trio t;
	int input[2];
	pid_t pid;

	trio(&t);
	if (pipe2(input, O_CLOEXEC))
		die("pipe");
	pid = truth_fork();
	if (!pid)
		exec_cat(input[0]);
	await_cat(pid, &now);
	drop(t.c.fd);
	/* the child has the other two as well */
	drop(t.s.fd);
	drop(t.l.fd);
	truth_before();
	close(input[1]);
	truth_holds(&t.c, getpid());
	truth_holds(&t.s, getpid());
	truth_holds(&t.l, getpid());
	truth_stopped_as(&t.c, "exit", &now);
	truth_stopped_as(&t.s, "exit", &now);
	truth_stopped_as(&t.l, "exit", &now);
	await_exit(pid);
}

/* C4: with it the exec is the end, in the middle of becoming another program:
 * both names are right. */
static void exec_closes(void)
{
	struct who old, now, either;
	struct conn *c = shared(1);
	struct conn l, s;
	struct gate go;
	int input[2];
	pid_t pid;

	listen_at(&l, LO, 0);
	fcntl(l.fd, F_SETFD, FD_CLOEXEC);
	if (pipe2(input, O_CLOEXEC))
		die("pipe");
	gate_make(&go);
	pid = truth_fork();
	if (!pid) {
		struct address to = address_of(l.fd);

		drop(l.fd);
		dial_with(c, new_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC), &to);
		gate_wait(&go);
		exec_cat(input[0]);
	}
	answer(&s, &l);
	while (!*(volatile char *)c->id || !c->netns)
		poll(NULL, 0, 1);
	truth_who(pid, &old);
	truth_before();
	gate_open(&go);
	await_cat(pid, &now);
	await(s.fd, POLLIN);	/* its end: after the new name is seen */
	either = now;
	snprintf(either.comm, sizeof(either.comm), "%.200s|%.200s", old.comm, now.comm);
	snprintf(either.exe, sizeof(either.exe), "%.300s|%.300s", old.exe, now.exe);
	snprintf(either.proctitle, sizeof(either.proctitle), "%.300s|%.300s",
		 old.proctitle, now.proctitle);
	truth_stopped_as(c, "exec", &either);
	close(input[1]);
	await_exit(pid);
	hang_up(&s);
	truth_holds(&l, pid);
	hang_up(&l);
}

static void send_fd(int over, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u = { 0 };
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	if (sendmsg(over, &msg, 0) != 1)
		die("sendmsg");
}

static int receive_fd(int over)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	char c;
	struct iovec iov = { .iov_base = &c, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = u.buf, .msg_controllen = sizeof(u.buf),
	};
	int fd;

	await(over, POLLIN);
	if (recvmsg(over, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

static void socket_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
}

/* C5: the other process gets it and is the last to have it. */
static void passed(void)
{
	struct conn *c = shared(1);
	struct gate go;
	struct conn l, s;
	int pair[2];
	pid_t pid;

	socket_pair(pair);
	gate_make(&go);
	pid = truth_fork();
	if (!pid) {
		int fd = receive_fd(pair[1]);

		gate_wait(&go);
		c->fd = fd;
		truth_holds(c, getppid());
		hang_up(c);
		_exit(0);
	}
	listen_at(&l, LO, 0);
	dial(c, &l);
	answer(&s, &l);
	send_fd(pair[0], c->fd);
	drop(c->fd);
	gate_open(&go);
	await_exit(pid);
	hang_up(&s);
	hang_up(&l);
}

/* C5: in transit in a Unix socket that no process reads. */
static void passed_in_flight(void)
{
	struct trio t;
	int pair[2];

	trio(&t);
	socket_pair(pair);
	send_fd(pair[0], t.c.fd);
	drop(t.c.fd);
	drop(pair[0]);
	truth_before();
	drop(pair[1]);
	truth_stopped(&t.c, "close");
	trio_rest(&t);
}

/* C6: the child takes it from the parent. */
static void taken(void)
{
	struct gate closed, taken;
	struct trio t;
	pid_t pid;

	gate_make(&closed);
	gate_make(&taken);
	trio(&t);
	hang_up(&t.s);
	hang_up(&t.l);
	fcntl(t.c.fd, F_SETFD, FD_CLOEXEC);
	pid = truth_fork();
	if (!pid) {
		int pidfd = syscall(SYS_pidfd_open, getppid(), 0);
		int fd = pidfd < 0 ? -1 : syscall(SYS_pidfd_getfd, pidfd, t.c.fd, 0);

		if (fd < 0)
			die("pidfd_getfd");
		drop(t.c.fd);
		t.c.fd = fd;
		gate_open(&taken);
		gate_wait(&closed);
		truth_holds(&t.c, getppid());
		hang_up(&t.c);
		_exit(0);
	}
	gate_wait(&taken);
	drop(t.c.fd);
	gate_open(&closed);
	await_exit(pid);
}

/* C7 */
static void close_many(void)
{
	struct conn l, c[3];

	listen_at(&l, LO, 0);
	for (int i = 0; i < 3; i++)
		dial(&c[i], &l);
	truth_before();
	if (syscall(SYS_close_range, c[0].fd, c[2].fd, 0)) {
		if (errno == ENOSYS)
			skip("no close_range");
		die("close_range");
	}
	for (int i = 0; i < 3; i++)
		truth_stopped(&c[i], "close");
	hang_up(&l);
}

static void *dial_and_end(void *arg)
{
	struct trio *t = arg;

	dial(&t->c, &t->l);
	return NULL;	/* exit(2) of this thread */
}

static void in_thread(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, arg) || pthread_join(thread, NULL))
		die("thread");
}

/* C8: the thread that made it has exited, the connection is still open. */
static void thread_ends(void)
{
	struct trio t;

	listen_at(&t.l, LO, 0);
	in_thread(dial_and_end, &t);
	answer(&t.s, &t.l);
	talk(&t.c, &t.s, 10);
	hang_up(&t.c);
	trio_rest(&t);
}

static void *end_all(void *arg)
{
	struct trio *t = arg;

	leave(&t->c);
	leave(&t->s);
	leave(&t->l);
	truth_done();
	_exit(0);	/* exit_group(2) */
}

/* C8: any thread ends the group. */
static void group_ends(void)
{
	struct trio t;

	trio(&t);
	in_thread(end_all, &t);
}

static pthread_t first_thread;

static void *end_last(void *arg)
{
	struct trio *t = arg;

	if (pthread_join(first_thread, NULL))
		die("join");
	talk(&t->c, &t->s, 10);
	return end_all(t);
}

/* C8: the first thread ends before the others. */
static void leader_ends(void)
{
	static struct trio t;
	pthread_t thread;

	trio(&t);
	first_thread = pthread_self();
	if (pthread_create(&thread, NULL, end_last, &t))
		die("thread");
	syscall(SYS_exit, 0);	/* pthread_exit() needs libgcc_s, too */
}

static void killed_by(int sig)
{
	struct conn *c = shared(1), l, s;
	struct gate up;
	struct who w;
	pid_t pid;

	listen_at(&l, LO, 0);
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
	kill(pid, sig);
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	truth_extra("hidden=killed");
	truth_stopped_as(c, "kill", &w);
	hang_up(&s);
	truth_holds(&l, pid);
	truth_extra("hidden=killed");	/* inherited by the killed one */
	hang_up(&l);
}

/* C9 */
static void sigkill(void) { killed_by(SIGKILL); }
static void sigterm(void) { killed_by(SIGTERM); }
static void sigsegv(void) { killed_by(SIGSEGV); }

/* C10 */
static void half_close(void)
{
	struct trio t;
	char c;

	trio(&t);
	if (shutdown(t.c.fd, SHUT_WR) || read(t.s.fd, &c, 1))
		die("shutdown");
	talk(&t.s, &t.c, 300);
	hang_up(&t.s);
	hang_up(&t.c);
	hang_up(&t.l);
}

/* C11: no event for longer than auparse waits for the end of an event. */
static void idle(void)
{
	struct trio t;

	trio(&t);
	poll(NULL, 0, 3000);	/* the waiting is the scenario */
	hang_up(&t.c);
	trio_rest(&t);
}

/* C12 */
static void reset_by_peer(void)
{
	struct linger at_once = { .l_onoff = 1 };
	struct trio t;

	trio(&t);
	if (setsockopt(t.s.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)))
		die("SO_LINGER");
	hang_up(&t.s);
	await(t.c.fd, POLLHUP);
	truth_extra("module.errno=ECONNRESET");
	hang_up(&t.c);
	hang_up(&t.l);
}

/* C13: closed with data that the peer has not received: for a while the kernel keeps a socket
 * that no process has. */
static void orphan(void)
{
	static char buf[65536];
	struct trio t;

	trio(&t);
	set_nonblock(t.c.fd);
	while (send(t.c.fd, buf, sizeof(buf), 0) > 0)
		;
	if (errno != EAGAIN)
		die("send");
	t.c.tx = t.s.tx = -1;
	hang_up(&t.c);
	while (recv(t.s.fd, buf, sizeof(buf), 0) > 0)
		;
	hang_up(&t.s);
	hang_up(&t.l);
}

/* C14: two connections in a row with one descriptor number. */
static void fd_reuse(void)
{
	struct conn l1, l2, c1, c2;

	listen_at(&l1, LO, 0);
	listen_at(&l2, LO, 0);
	dial(&c1, &l1);
	hang_up(&c1);
	dial(&c2, &l2);
	if (c1.fd != c2.fd)
		die("another descriptor");
	hang_up(&c2);
	hang_up(&l1);
	hang_up(&l2);
}

static void *many_dials(void *l)
{
	struct conn c;

	for (int i = 0; i < 50; i++) {
		dial(&c, l);
		hang_up(&c);
	}
	return NULL;
}

/* C14: two threads at a time, so numbers go back and forth between them. */
static void fd_reuse_threads(void)
{
	pthread_t thread[2];
	struct conn l[2];

	for (int i = 0; i < 2; i++) {
		int fd = new_socket(AF_INET, SOCK_STREAM);

		bind_to(fd, LO, 0);
		listen_with(&l[i], fd, 200);
	}
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, many_dials, &l[i]))
			die("thread");
	for (int i = 0; i < 2; i++)
		if (pthread_join(thread[i], NULL))
			die("join");
	for (int i = 0; i < 2; i++)
		hang_up(&l[i]);
}

/* C15: the kernel's memory for sockets comes back soon. */
static void short_lives(void)
{
	struct conn l, c, s;

	listen_at(&l, LO, 0);
	for (int i = 0; i < 1000; i++) {
		dial(&c, &l);
		answer(&s, &l);
		c.tx = s.tx = -1;
		hang_up(&c);
		hang_up(&s);
	}
	hang_up(&l);
}

/* C16: a killed process leaves no event; the next one has its pid, and its
 * descriptor numbers. */
static void pid_reuse(void)
{
	struct conn *c = shared(1), l, s;
	struct gate up;
	struct who w;
	pid_t pid;

	listen_at(&l, LO, 0);
	gate_make(&up);
	pid = truth_fork();
	if (!pid) {
		prctl(PR_SET_NAME, "first");
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
	if (waitpid(pid, NULL, 0) != pid)
		die("waitpid");
	truth_extra("hidden=killed");
	truth_stopped_as(c, "kill", &w);
	hang_up(&s);
	if (!truth_fork_as(pid)) {
		prctl(PR_SET_NAME, "second");
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
	{ "dup_one", dup_one },
	{ "dup_over", dup_over },
	{ "fork_child_last", fork_child_last },
	{ "fork_parent_gone", fork_parent_gone },
	{ "exec_keeps", exec_keeps },
	{ "exec_closes", exec_closes },
	{ "passed", passed },
	{ "passed_in_flight", passed_in_flight },
	{ "taken", taken },
	{ "close_many", close_many },
	{ "thread_ends", thread_ends },
	{ "group_ends", group_ends },
	{ "leader_ends", leader_ends },
	{ "sigkill", sigkill },
	{ "sigterm", sigterm },
	{ "sigsegv", sigsegv },
	{ "half_close", half_close },
	{ "idle", idle },
	{ "reset_by_peer", reset_by_peer },
	{ "orphan", orphan },
	{ "fd_reuse", fd_reuse },
	{ "fd_reuse_threads", fd_reuse_threads },
	{ "short_lives", short_lives },
	{ "pid_reuse", pid_reuse },
	{ NULL, NULL },
};
