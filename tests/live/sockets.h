/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/live/sockets: steps that many scenarios share. Each makes the system call, ends the
 * program if the call has the wrong result, and prints the expected record.
 */
#ifndef LIVE_SOCKETS_H
#define LIVE_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "truth.h"

/* An address of either family, with its length. */
struct address {
	union {
		struct sockaddr sa;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	};
	socklen_t len;
};

struct address address(const char *ip, unsigned int port);
struct address address_of(int fd);	/* getsockname */
struct address peer_of(int fd);		/* getpeername */

int new_socket(int family, int type);
void bind_to(int fd, const char *ip, unsigned int port);
void set_option(int fd, int level, int name, int value);
void set_nonblock(int fd);

/* A listening TCP socket; port 0 lets the kernel choose. */
void listen_at(struct conn *l, const char *ip, unsigned int port);
/* Calls listen() on a bound socket. */
void listen_with(struct conn *l, int fd, int backlog);

/* A blocking connect to where l listens. */
void dial(struct conn *c, const struct conn *l);
void dial_with(struct conn *c, int fd, const struct address *to);
/* accept with an address. */
void answer(struct conn *s, const struct conn *l);
/* Sends n bytes and receives them at the other end. */
void talk(struct conn *from, struct conn *to, int n);
/* close, which ends it. */
void hang_up(struct conn *c);
/* Does the same for a descriptor that is not the last: nothing is logged. */
void drop(int fd);
/* It is ended by the exit of this process, which comes next. */
void leave(struct conn *c);

void udp_dial(struct conn *c, int fd, const struct address *to);

/*
 * A listener that answers no further SYN: its queue is full. filler is the
 * connection in the queue.
 */
struct silent {
	struct conn listener, filler;
};
void silent_at(struct silent *s, const char *ip, unsigned int port);
/* Makes room in the queue: the next SYN is answered. */
void silent_answer(struct silent *s, struct conn *accepted);
void silent_end(struct silent *s);

/* Enters a separate network namespace, with loopback up. port is the only local port that the
 * kernel can choose, if it is set: so the port is known even if a connect fails. */
void own_net(unsigned int port);
void write_setting(const char *path, const char *text);
/* Runs a program, its arguments separated by blanks; skips the scenario when it fails. Without
 * a shell: busybox's has its own ip. */
void need(const char *command);

/* Waits for poll() events, with a deadline of 20 s. */
void await(int fd, short events);
/* Waits until the TCP socket with this local port has the state (/proc/net/tcp). */
void await_state(unsigned int port, unsigned int state);
void await_not_state(unsigned int port, unsigned int state);
int so_error(int fd);
void await_exit(pid_t pid);

/* Becomes cat, which ends when its input does; and waits until pid is. */
_Noreturn void exec_cat(int in);
void await_cat(pid_t pid, struct who *now);

/* n connections that this process and its children see alike. */
struct conn *shared(unsigned int n);

/* A pipe over which processes wait for each other. */
struct gate { int fd[2]; };
void gate_make(struct gate *g);
void gate_open(struct gate *g);	/* one waiter passes */
void gate_wait(struct gate *g);

#define LO "127.0.0.1"

#endif
