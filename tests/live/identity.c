// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/identity: who it was (section D of SCENARIOS). */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenario.h"
#include "sockets.h"

#define NOBODY 65534

struct pair {
	struct conn l, c;
};

static void *dial_in_thread(void *arg)
{
	struct pair *p = arg;

	dial(&p->c, &p->l);
	hang_up(&p->c);
	return NULL;
}

/* D1: the pid is the process's, not the thread's. */
static void thread(void)
{
	struct pair p;
	pthread_t t;

	listen_at(&p.l, LO, 0);
	if (pthread_create(&t, NULL, dial_in_thread, &p) || pthread_join(t, NULL))
		die("thread");
	hang_up(&p.l);
}

/* D2: a child without exec. */
static void child(void)
{
	struct conn l, c;
	pid_t pid;

	listen_at(&l, LO, 0);
	pid = truth_fork();
	if (!pid) {
		dial(&c, &l);
		leave(&c);
		_exit(0);
	}
	await_exit(pid);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* D3: the program that ends it is not the one that began it. */
static void exec_between(void)
{
	struct conn *c = shared(1), l;
	struct who now;
	struct gate up, go;
	int input[2];
	pid_t pid;

	listen_at(&l, LO, 0);
	fcntl(l.fd, F_SETFD, FD_CLOEXEC);
	gate_make(&up);
	gate_make(&go);
	if (pipe2(input, O_CLOEXEC))
		die("pipe");
	pid = truth_fork();
	if (!pid) {
		dial(c, &l);
		gate_open(&up);
		gate_wait(&go);
		if (dup2(input[0], 0) < 0)
			die("dup2");
		execlp("cat", "cat", NULL);
		die("cat");
	}
	gate_wait(&up);
	gate_open(&go);
	do
		truth_who(pid, &now);
	while (strcmp(now.comm, "cat") || strcmp(now.proctitle, "cat"));
	truth_before();
	close(input[1]);
	truth_stopped_as(c, "exit", &now);
	await_exit(pid);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* D4: it drops its privileges in between. */
static void privileges(void)
{
	struct conn l, c;
	pid_t pid;

	listen_at(&l, LO, 0);
	pid = truth_fork();
	if (!pid) {
		struct who w;

		dial(&c, &l);
		truth_who(0, &w);
		truth_before();
		if (setgid(NOBODY) || setuid(NOBODY))
			die("setuid");
		w.uid = NOBODY;
		truth_stopped_as(&c, "exit", &w);
		_exit(0);
	}
	await_exit(pid);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* D5: a logged-in user becomes another by su: auid and ses stay. */
static void su(void)
{
	char path[512], command[640], port[16];
	struct conn l, c;
	pid_t pid, other;
	ssize_t n;

	listen_at(&l, LO, 0);
	fcntl(l.fd, F_SETFD, FD_CLOEXEC);
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n < 0)
		die("/proc/self/exe");
	path[n] = 0;
	snprintf(port, sizeof(port), "%u", ntohs(address_of(l.fd).four.sin_port));
	pid = truth_fork();
	if (!pid) {
		if (access("/proc/self/loginuid", W_OK))
			skip("no loginuid in this kernel");
		write_setting("/proc/self/loginuid", "1000");
		dial(&c, &l);
		hang_up(&c);
		other = truth_fork();
		if (other) {
			await_exit(other);
			_exit(0);
		}
		setenv("NETLOG_PORT", port, 1);
		snprintf(command, sizeof(command), "exec %s dial_as_asked", path);
		execlp("su", "su", "-s", "/bin/sh", "nobody", "-c", command, NULL);
		die("su");
	}
	await_exit(pid);
	truth_holds(&l, pid);
	hang_up(&l);
}

/* D5: what su runs. */
static void dial_as_asked(void)
{
	const char *port = getenv("NETLOG_PORT");
	struct address to;
	struct conn c;
	struct who w;

	if (!port)
		die("NETLOG_PORT");
	truth_who(0, &w);
	if (w.auid != 1000 || w.ses == (unsigned int)-1 || !w.uid)
		die("not the session of 1000, or not nobody");
	to = address(LO, atoi(port));
	dial_with(&c, new_socket(AF_INET, SOCK_STREAM), &to);
	hang_up(&c);
}

/* D6: processes that live for a moment. */
static void short_processes(void)
{
	struct conn l;

	listen_at(&l, LO, 0);
	for (int i = 0; i < 12; i++) {
		pid_t pid = truth_fork();

		if (!pid) {
			struct conn c;

			dial(&c, &l);
			leave(&c);
			_exit(0);
		}
		await_exit(pid);
		truth_holds(&l, pid);
	}
	hang_up(&l);
}

/* D7: names that a program may give itself. */
static void odd_names(void)
{
	static const char *const names[] = {
		"two words", "new\nline", "a\"b'c\\d", "]: =pid=1", "\xff\xfe\x80",
		"h\xc3\xa9", "deadbeef", "-", "(null)", "%s%n", "41424344", " ",
		"connect stop UDP", "\"", "(none)", "?",
	};
	struct conn l, c;

	listen_at(&l, LO, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		prctl(PR_SET_NAME, names[i]);
		dial(&c, &l);
		hang_up(&c);
	}
	prctl(PR_SET_NAME, "identity");
	hang_up(&l);
}

static int close_shared(void *arg)
{
	struct conn *c = arg;

	truth_process(getpid());
	hang_up(c);
	_exit(0);
}

/* D15: two processes with one table of descriptors. */
static void shared_table(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct conn l, *c = shared(1);
	pid_t pid;

	listen_at(&l, LO, 0);
	dial(c, &l);
	truth_holds(c, getpid());
	pid = clone(close_shared, stack + sizeof(stack),
		    CLONE_FILES | CLONE_VFORK | SIGCHLD, c);
	if (pid < 0)
		die("clone");
	await_exit(pid);
	hang_up(&l);
}

/* D14: a socket of one network namespace, used from another. */
static void other_net(void)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct conn l, c;
	struct address to;
	struct who w;
	int fd;

	truth_who(0, &w);
	listen_at(&l, LO, 0);
	to = address_of(l.fd);
	fd = new_socket(AF_INET, SOCK_STREAM);
	own_net(0);
	truth_before();
	if (connect(fd, &to.sa, to.len))
		die("connect");
	/* the start has the socket's namespace, not the process's */
	if (setns(own, CLONE_NEWNET))
		die("setns");
	truth_connected(&c, fd, "TCP");
	hang_up(&c);
	hang_up(&l);
}

const struct scenario scenarios[] = {
	{ "thread", thread },
	{ "child", child },
	{ "exec_between", exec_between },
	{ "privileges", privileges },
	{ "su", su },
	{ "dial_as_asked", dial_as_asked },	/* not one of the table */
	{ "short_processes", short_processes },
	{ "odd_names", odd_names },
	{ "shared_table", shared_table },
	{ "other_net", other_net },
	{ NULL, NULL },
};
