/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests/live/truth: prints what must be found in the log, one line per record.
 * The form is in README.md; `judge` reads it.
 *
 * A struct conn is one connection or one listener from its start to its stop.
 * The order of calls: truth_before(), the system call, then the truth_…() that
 * says what the call did; both times become the window in which it happened.
 */
#ifndef LIVE_TRUTH_H
#define LIVE_TRUTH_H

#include <stdbool.h>
#include <sys/types.h>

#define TRUTH_END 80
#define TRUTH_TEXT 640

/* A process as it is at one moment; texts are escaped as the log line has them. */
struct who {
	pid_t pid, ppid, sid;
	unsigned int uid, auid, ses;
	unsigned long netns;
	char comm[TRUTH_TEXT], exe[TRUTH_TEXT], proctitle[TRUTH_TEXT];
};

struct conn {
	int fd;
	bool listener, inbound;
	const char *proto;
	char id[24];
	char local[TRUTH_END], remote[TRUTH_END];
	pid_t opener;
	char holders[128];	/* other processes that held it: "12,13" */
	long long tx, rx;	/* TCP: bytes the program moved; -1: not to be judged */
	unsigned long netns;
};

/* Everything later printed belongs to this scenario; names this process. */
void truth_init(const char *scenario);
void truth_done(void);
/* fork(2); the child is made known as belonging to the scenario. */
pid_t truth_fork(void);
/* fork() with a pid of our choice (Linux 5.5); skips the scenario where that cannot be. */
pid_t truth_fork_as(pid_t pid);
/* A process of the scenario that does not run this code. */
void truth_process(pid_t pid);

/* The caller's pid outside of any namespace of its own. */
pid_t truth_pid(void);

/* Reads who a process is from /proc; pid 0 is the caller. */
void truth_who(pid_t pid, struct who *w);

void truth_before(void);
/* It was asked for since truth_before(), but has not happened yet: durations count
 * from here on, while the time of the system call is right, too. */
void truth_not_yet(void);
/* Leaves everything as it is for TRUTH_PAUSE milliseconds, so that somebody who looks
 * now and then can follow. Starts do so by themselves. */
void truth_stay(void);
/* Further fields of the next line, as "hidden=killed". */
void truth_extra(const char *text);

void truth_listening(struct conn *c, int fd, const char *proto);
void truth_connected(struct conn *c, int fd, const char *proto);
void truth_accepted(struct conn *c, int fd, const char *proto);
/* An accepted connection whose ends getsockname cannot tell any more. */
void truth_accepted_from(struct conn *c, int fd, const char *proto,
			 const char *local, const char *remote);
/* Of a program that does not run this code; what bytes it moved is not judged. */
void truth_connected_as(struct conn *c, const struct who *w, const char *proto,
			const char *local, const char *remote);
void truth_accepted_as(struct conn *c, const struct who *w, const char *proto,
		       const char *local, const char *remote);
/* c->local says where. */
void truth_listening_as(struct conn *c, const struct who *w, const char *proto);
/* "-" where there is no local end. */
void truth_failed(const char *proto, const char *local, const char *remote,
		  int err);
/* The same, told of another process. */
void truth_failed_as(const struct who *w, const char *proto, const char *local,
		     const char *remote, int err);
/* by: what ended it: close exit kill exec disconnect reconnect reuse. */
void truth_stopped(struct conn *c, const char *by);
void truth_stopped_as(struct conn *c, const char *by, const struct who *w);
/* Another process has it, too. */
void truth_holds(struct conn *c, pid_t pid);

/* Text of an address; both ends of a descriptor. */
struct sockaddr;
void truth_end(const struct sockaddr *sa, char *text);
void truth_local(int fd, char *text);
void truth_remote(int fd, char *text);

/* Ends the program: the test is broken (99), or cannot be run here (77). */
_Noreturn void die(const char *what);
_Noreturn void skip(const char *why);

#endif
