// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/vm/shown/sharing: servers in which another process than the one that accepted uses
 * the connection. Each way serves one client, which sends a byte and waits for its echo.
 * Prints:
 *	process PID		the server
 *	client PID
 *	accepted LOCAL <- REMOTE
 *	user PID		who alone reads and writes at the server's end
 *
 * usage: sharing prefork | inherited | passed | privsep | inetd PROGRAM
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/shown/fd_pass.h"

static const char *program;	/* of inetd */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sharing: %s: %s\n", what, strerror(errno));
	exit(99);
}

static int listener(struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (void *)a, len) || listen(fd, 5) || getsockname(fd, (void *)a, &len))
		die("listen");
	return fd;
}

static pid_t client(const struct sockaddr_in *to)
{
	pid_t pid = fork();
	char byte = 'x';
	int fd;

	if (pid)
		return pid;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (const void *)to, sizeof(*to)) || write(fd, &byte, 1) != 1 ||
	    read(fd, &byte, 1) != 1)
		die("client");
	_exit(0);
}

static int take(int l)
{
	struct sockaddr_in peer, own;
	socklen_t len = sizeof(peer), own_len = sizeof(own);
	int fd = accept(l, (void *)&peer, &len);

	if (fd < 0 || getsockname(fd, (void *)&own, &own_len))
		die("accept");
	printf("accepted 127.0.0.1:%u <- 127.0.0.1:%u\n", ntohs(own.sin_port), ntohs(peer.sin_port));
	return fd;
}

static void echo(int fd)
{
	char byte;

	printf("user %d\n", getpid());
	fflush(stdout);
	if (read(fd, &byte, 1) != 1 || write(fd, &byte, 1) != 1)
		die("echo");
}

static void await(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		die("a process fails");
}

/* Workers that inherit the listener accept by themselves: no other process is a user. */
static void prefork(int l)
{
	pid_t pid = fork();

	if (!pid) {
		echo(take(l));
		_exit(0);
	}
	await(pid);
}

/* The child of a server that forks for each connection. */
static void inherited(int l)
{
	int fd = take(l);
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		echo(fd);
		_exit(0);
	}
	close(fd);
	await(pid);
}

/* To a worker that was there before. */
static void passed(int l)
{
	int via[2], fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, via))
		die("socketpair");
	pid = fork();
	if (!pid) {
		echo(fd_pass_receive(via[1]));
		_exit(0);
	}
	fd = take(l);
	fflush(stdout);
	fd_pass_send(via[0], fd);
	close(fd);
	await(pid);
}

/* As sshd: a monitor keeps root, and its unprivileged child communicates. */
static void privsep(int l)
{
	int fd = take(l);
	pid_t monitor, pid;

	fflush(stdout);
	monitor = fork();
	if (!monitor) {
		pid = fork();
		if (!pid) {
			if (setgid(65534) || setuid(65534))
				die("setuid");
			echo(fd);
			_exit(0);
		}
		await(pid);
		_exit(0);
	}
	close(fd);
	await(monitor);
}

/* Another program, with the connection as its input and output. */
static void inetd(int l)
{
	int fd = take(l);
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		dprintf(STDOUT_FILENO, "user %d\n", getpid());
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		close(fd);
		execl(program, program, "-c", "1", (char *)NULL);
		die(program);
	}
	close(fd);
	await(pid);
}

static const struct {
	const char *name;
	void (*serve)(int listener);
} ways[] = {
	{ "prefork", prefork }, { "inherited", inherited }, { "passed", passed },
	{ "privsep", privsep }, { "inetd", inetd },
};

int main(int argc, char **argv)
{
	struct sockaddr_in a;
	pid_t pid;
	int l;

	program = argc > 2 ? argv[2] : "/bin/cat";
	for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(ways[i].name, argv[1]))
			continue;
		l = listener(&a);
		printf("process %d\n", getpid());
		fflush(stdout);
		pid = client(&a);
		printf("client %d\n", pid);
		fflush(stdout);
		ways[i].serve(l);
		await(pid);
		return 0;
	}
	fprintf(stderr, "usage: %s prefork | inherited | passed | privsep | inetd PROGRAM\n", argv[0]);
	return 99;
}
