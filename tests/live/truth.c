// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/live/truth: prints what must be found in the log. */
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define UNSET 4294967295U

/* Audit's clock is the coarse one (the last tick's): so the times here are of
 * the same, and an event cannot fall outside of its window. BPF's times, and the
 * durations that it and the module measure, are of the fine one. */
static _Thread_local struct timespec before, before_real, before_fine;
static _Thread_local const char *extra = "";
static unsigned int conns;

/* Programs that make thousands of connections pause after some of them. */
#define PAUSES 20

struct line {
	char text[8192];
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static void put(struct line *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	l->len += vsnprintf(l->text + l->len, sizeof(l->text) - l->len, format, ap);
	va_end(ap);
	if (l->len >= sizeof(l->text))
		die("line too long");
}

/* One write: several processes have the same standard output. */
static void write_line(struct line *l)
{
	put(l, "\n");
	if (write(1, l->text, l->len) != (ssize_t)l->len)
		_exit(99);
}

void die(const char *what)
{
	struct line l = { .len = 0 };

	put(&l, "broken %s: %s", what, strerror(errno));
	write_line(&l);
	_exit(99);
}

void skip(const char *why)
{
	struct line l = { .len = 0 };

	put(&l, "skip %s", why);
	write_line(&l);
	_exit(77);
}

/* As audit sees it, which a process with a namespace of pids of its own does not:
 * /proc is of the namespace outside. */
pid_t truth_pid(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	if (n < 0)
		die("/proc/self");
	text[n] = 0;
	return atoi(text);
}

void truth_process(pid_t pid)
{
	struct line l = { .len = 0 };

	put(&l, "process %d", (int)pid);
	write_line(&l);
}

void truth_init(const char *scenario)
{
	struct line l = { .len = 0 };

	put(&l, "scenario %s", scenario);
	write_line(&l);
	truth_process(truth_pid());
}

void truth_done(void)
{
	struct line l = { .len = 0 };

	put(&l, "done");
	write_line(&l);
}

pid_t truth_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		truth_process(truth_pid());
	return pid;
}

pid_t truth_fork_as(pid_t pid)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};
	pid_t child = syscall(SYS_clone3, &args, sizeof(args));

	if (child < 0 && (errno == EPERM || errno == ENOSYS))
		skip("the pid of a new process cannot be chosen");
	if (child < 0)
		die("clone3");
	return child;
}

static void escape(const char *from, size_t len, char *to, size_t size)
{
	const char *end = to + size - 5;

	/* Text that would look like "unknown" or nothing is escaped as well. */
	if (len == 1 && *from == '-') {
		strcpy(to, "\\x2D");
		return;
	}
	if (!len) {
		strcpy(to, "\\x00");
		return;
	}
	for (size_t i = 0; i < len && to < end; i++) {
		unsigned char c = from[i];

		if (c > ' ' && c < 0x7f && !strchr("\"'\\", c))
			*to++ = c;
		else
			to += sprintf(to, "\\x%02X", c);
	}
	*to = 0;
}

/* For the caller the thread's entry: the first thread may have exited. */
static void proc_path(pid_t pid, const char *name, char *path, size_t size)
{
	if (pid == truth_pid())
		snprintf(path, size, "/proc/thread-self/%s", name);
	else
		snprintf(path, size, "/proc/%d/%s", (int)pid, name);
}

static size_t read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	proc_path(pid, name, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	n = read(fd, buf, size - 1);
	if (n < 0)
		die(path);
	close(fd);
	buf[n] = 0;
	return n;
}

static void read_link(pid_t pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t n;

	proc_path(pid, name, path, sizeof(path));
	n = readlink(path, buf, size - 1);
	if (n < 0)
		die(path);
	buf[n] = 0;
}

/* -1 where the kernel is built without it: then audit has it unset, too. */
static unsigned int read_id(pid_t pid, const char *name)
{
	char path[64], buf[32];

	proc_path(pid, name, path, sizeof(path));
	if (access(path, R_OK))
		return UNSET;
	read_proc(pid, name, buf, sizeof(buf));
	return strtoul(buf, NULL, 10);
}

static void read_stat(struct who *w)
{
	char buf[1024], *p;
	int ppid, sid;

	read_proc(w->pid, "stat", buf, sizeof(buf));
	p = strrchr(buf, ')');
	if (!p || sscanf(p, ") %*c %d %*d %d", &ppid, &sid) != 2)
		die("stat");
	w->ppid = ppid;
	w->sid = sid;
}

static void read_uid(struct who *w)
{
	char buf[4096], *p;

	read_proc(w->pid, "status", buf, sizeof(buf));
	p = strstr(buf, "\nUid:");
	if (!p || sscanf(p, "\nUid: %u", &w->uid) != 1)
		die("status");
}

/* Reads it in audit's form: at most 128 bytes, NULs as blanks, none at the end. */
static void read_proctitle(struct who *w)
{
	char buf[129];
	size_t n = read_proc(w->pid, "cmdline", buf, sizeof(buf));

	while (n && !buf[n - 1])
		n--;
	for (size_t i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	escape(buf, n, w->proctitle, sizeof(w->proctitle));
}

void truth_who(pid_t pid, struct who *w)
{
	char buf[512];
	size_t n;

	w->pid = pid ? pid : truth_pid();
	read_stat(w);
	read_uid(w);
	read_proctitle(w);
	w->auid = read_id(w->pid, "loginuid");
	w->ses = read_id(w->pid, "sessionid");
	n = read_proc(w->pid, "comm", buf, sizeof(buf));
	escape(buf, n ? n - 1 : 0, w->comm, sizeof(w->comm));
	read_link(w->pid, "exe", buf, sizeof(buf));
	escape(buf, strlen(buf), w->exe, sizeof(w->exe));
	read_link(w->pid, "ns/net", buf, sizeof(buf));
	if (sscanf(buf, "net:[%lu]", &w->netns) != 1)
		die("ns/net");
}

void truth_before(void)
{
	clock_gettime(CLOCK_REALTIME_COARSE, &before);
	clock_gettime(CLOCK_REALTIME, &before_real);
	clock_gettime(CLOCK_MONOTONIC, &before_fine);
}

void truth_not_yet(void)
{
	clock_gettime(CLOCK_MONOTONIC, &before_fine);
}

void truth_extra(const char *text)
{
	extra = text;
}

static void put_id(struct line *l, const char *key, unsigned int id)
{
	if (id == UNSET)
		put(l, " %s=unset", key);
	else
		put(l, " %s=%u", key, id);
}

static void put_who(struct line *l, const struct who *w)
{
	put(l, " pid=%d uid=%u comm=%s exe=%s", (int)w->pid, w->uid, w->comm, w->exe);
	put_id(l, "auid", w->auid);
	put_id(l, "ses", w->ses);
	put(l, " ppid=%d proctitle=%s", (int)w->ppid, w->proctitle);
}

static void put_time(struct line *l, const struct timespec *t)
{
	put(l, "%lld.%03ld", (long long)t->tv_sec, t->tv_nsec / 1000000);
}

static void put_between(struct line *l, const char *key, clockid_t clock,
			const struct timespec *begin, bool ended)
{
	struct timespec now;

	put(l, " %s=", key);
	put_time(l, begin);
	put(l, ",");
	if (!ended)
		return;
	clock_gettime(clock, &now);
	put_time(l, &now);
}

/* The end of a process, not ended, comes after this line. */
static void put_window(struct line *l, bool ended)
{
	put_between(l, "t", CLOCK_REALTIME_COARSE, &before, ended);
	put_between(l, "fine", CLOCK_REALTIME, &before_real, ended);
	put_between(l, "mono", CLOCK_MONOTONIC, &before_fine, ended);
}

static void put_conn(struct line *l, const char *what, const struct conn *c)
{
	put(l, "expect %s %s conn=%s proto=%s local=%s",
	    c->listener ? "listen" : "connect", what, c->id, c->proto, c->local);
	if (!c->listener)
		put(l, " dir=%s remote=%s", c->inbound ? "<-" : "->", c->remote);
}

static void put_extra(struct line *l)
{
	if (*extra)
		put(l, " %s", extra);
	extra = "";
}

static void put_module(struct line *l, const struct conn *c,
		       const struct who *w, bool bytes)
{
	put(l, " module.sid=%d module.netns=%lu", (int)w->sid, c->netns);
	if (bytes && !c->listener && c->tx >= 0 && !strcmp(c->proto, "TCP"))
		put(l, " module.tx=%lld module.rx=%lld", c->tx, c->rx);
}

void truth_stay(void)
{
	static unsigned int pauses;
	const char *ms = getenv("TRUTH_PAUSE");

	if (ms && __atomic_fetch_add(&pauses, 1, __ATOMIC_RELAXED) < PAUSES)
		usleep(atoi(ms) * 1000);
}

static void start_as(struct conn *c, int fd, const char *proto, const struct who *w)
{
	struct line l = { .len = 0 };

	c->fd = fd;
	c->proto = proto;
	c->opener = w->pid;
	c->netns = w->netns;
	c->holders[0] = 0;
	c->tx = c->rx = 0;
	snprintf(c->id, sizeof(c->id), "%d.%u", (int)w->pid,
		 __atomic_add_fetch(&conns, 1, __ATOMIC_RELAXED));
	put_conn(&l, "start", c);
	put_who(&l, w);
	put_extra(&l);
	put_window(&l, true);
	put_module(&l, c, w, false);
	write_line(&l);
	truth_stay();
}

static void start(struct conn *c, int fd, const char *proto)
{
	struct who w;

	truth_who(0, &w);
	start_as(c, fd, proto, &w);
}

void truth_end(const struct sockaddr *sa, char *text)
{
	const struct sockaddr_in6 *six = (const void *)sa;
	const struct sockaddr_in *four = (const void *)sa;
	char ip[INET6_ADDRSTRLEN], scope[16] = "";

	if (sa->sa_family == AF_INET) {
		inet_ntop(AF_INET, &four->sin_addr, ip, sizeof(ip));
		sprintf(text, "%s:%u", ip, ntohs(four->sin_port));
	} else if (sa->sa_family != AF_INET6) {
		strcpy(text, "-");
	} else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], ip, sizeof(ip));
		sprintf(text, "%s:%u", ip, ntohs(six->sin6_port));
	} else {
		inet_ntop(AF_INET6, &six->sin6_addr, ip, sizeof(ip));
		if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr) && six->sin6_scope_id)
			sprintf(scope, "%%%u", six->sin6_scope_id);
		sprintf(text, "[%s%s]:%u", ip, scope, ntohs(six->sin6_port));
	}
}

void truth_local(int fd, char *text)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		die("getsockname");
	truth_end((struct sockaddr *)&ss, text);
}

void truth_remote(int fd, char *text)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len))
		die("getpeername");
	truth_end((struct sockaddr *)&ss, text);
}

void truth_listening(struct conn *c, int fd, const char *proto)
{
	c->listener = true;
	c->inbound = false;
	truth_local(fd, c->local);
	start(c, fd, proto);
}

static void connection(struct conn *c, int fd, const char *proto, bool inbound)
{
	c->listener = false;
	c->inbound = inbound;
	truth_local(fd, c->local);
	truth_remote(fd, c->remote);
	start(c, fd, proto);
}

void truth_connected(struct conn *c, int fd, const char *proto)
{
	connection(c, fd, proto, false);
}

void truth_accepted(struct conn *c, int fd, const char *proto)
{
	connection(c, fd, proto, true);
}

void truth_accepted_from(struct conn *c, int fd, const char *proto,
			 const char *local, const char *remote)
{
	c->listener = false;
	c->inbound = true;
	strcpy(c->local, local);
	strcpy(c->remote, remote);
	start(c, fd, proto);
}

static void connection_as(struct conn *c, const struct who *w, const char *proto,
			  const char *local, const char *remote, bool inbound)
{
	c->listener = false;
	c->inbound = inbound;
	strcpy(c->local, local);
	strcpy(c->remote, remote);
	start_as(c, -1, proto, w);
	c->tx = c->rx = -1;
}

void truth_connected_as(struct conn *c, const struct who *w, const char *proto,
			const char *local, const char *remote)
{
	connection_as(c, w, proto, local, remote, false);
}

void truth_accepted_as(struct conn *c, const struct who *w, const char *proto,
		       const char *local, const char *remote)
{
	connection_as(c, w, proto, local, remote, true);
}

void truth_listening_as(struct conn *c, const struct who *w, const char *proto)
{
	c->listener = true;
	c->inbound = false;
	start_as(c, -1, proto, w);
}

void truth_failed_as(const struct who *w, const char *proto, const char *local,
		     const char *remote, int err)
{
	struct conn c = { .proto = proto, .netns = w->netns };
	struct line l = { .len = 0 };

	strcpy(c.local, local);
	strcpy(c.remote, remote);
	snprintf(c.id, sizeof(c.id), "%d.%u", (int)w->pid,
		 __atomic_add_fetch(&conns, 1, __ATOMIC_RELAXED));
	put_conn(&l, "fail", &c);
	put_who(&l, w);
	put(&l, " errno=%s", strerrorname_np(err));
	put_extra(&l);
	put_window(&l, true);
	put_module(&l, &c, w, false);
	write_line(&l);
}

void truth_failed(const char *proto, const char *local, const char *remote,
		  int err)
{
	struct who w;

	truth_who(0, &w);
	truth_failed_as(&w, proto, local, remote, err);
}

void truth_stopped_as(struct conn *c, const char *by, const struct who *w)
{
	bool ended = strcmp(by, "exit") != 0;
	struct line l = { .len = 0 };

	put_conn(&l, "stop", c);
	put_who(&l, w);
	if (w->pid != c->opener)
		put(&l, " opener=%d", (int)c->opener);
	if (*c->holders)
		put(&l, " holders=%s", c->holders);
	put(&l, " by=%s", by);
	put_extra(&l);
	put_window(&l, ended);
	put_module(&l, c, w, true);
	write_line(&l);
}

void truth_stopped(struct conn *c, const char *by)
{
	struct who w;

	truth_who(0, &w);
	truth_stopped_as(c, by, &w);
}

void truth_holds(struct conn *c, pid_t pid)
{
	size_t n = strlen(c->holders);

	snprintf(c->holders + n, sizeof(c->holders) - n, "%s%d", n ? "," : "",
		 (int)pid);
}
