// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/bench/generate: an audit stream as the rules of 30-netlog.rules make it
 * on a busy host, on standard output; always the same for the same options.
 *
 * Some forty processes at a time take turns: servers that accept, daemons that
 * connect again and again, short-lived clients that ask the resolver first,
 * checks that are refused, and programs that only exit. Their close() calls are
 * not in the stream, as close is not audited, but descriptor numbers come back.
 * The number of lines that must come of it goes to standard error.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SLOTS 40
#define FDS 64
#define NR_SOCKET 41
#define NR_CONNECT 42
#define NR_BIND 49
#define NR_LISTEN 50
#define NR_EXIT 60
#define NR_EXIT_GROUP 231
#define NR_ACCEPT4 288
#define CLOEXEC 02000000
#define NONBLOCK 04000
#define FIRST_SEC 1795241079
#define INTERLEAVED 3		/* percent of events that mix with another */
#define BURST_PROCESSES 50
#define UNSET 4294967295U

struct options {
	bool enriched, eoe;
	unsigned long records, burst, others, pace;
	const char *node;
};

/* The connection that the tracker must have open for a descriptor number. */
enum open { OPEN_NONE, OPEN_CONNECT, OPEN_LISTEN };

struct program;

struct process {
	const struct program *program;
	unsigned int pid, ppid, uid, ses, step, life;
	char title[512];		/* hex */
	bool used[FDS];
	enum open open[FDS];
	int fd, listener, family;
};

struct program {
	void (*step)(struct process *p);
	const char *comm, *exe, *title, *tty;
	const char *user;
	unsigned int uid, ses, life;
};

struct event {
	char text[6][2048];
	unsigned int count;
};

struct address {
	int family;
	unsigned char ip[16];
	unsigned int port;
};

static struct {
	struct options o;
	uint64_t random, serial, ms;
	unsigned long written, events, other;
	unsigned int next_pid;
	struct process slots[SLOTS];
	struct event event;
	struct {
		unsigned long connect_start, connect_stop, connect_fail,
			listen_start, listen_stop;
	} expected;
} g = { .random = 20240229, .serial = 58000, .next_pid = 2100 };

/* splitmix64 */
static uint32_t rnd(uint32_t below)
{
	uint64_t z = g.random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

/* ---- records ---- */

static void record(const char *type, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void record(const char *type, const char *format, ...)
{
	char *text = g.event.text[g.event.count++];
	size_t size = sizeof(*g.event.text);
	int n;
	va_list ap;

	n = snprintf(text, size, "%s%s%stype=%s msg=audit(%llu.%03u:%llu): ",
		     g.o.node ? "node=" : "", g.o.node ? g.o.node : "",
		     g.o.node ? " " : "", type,
		     (unsigned long long)(FIRST_SEC + g.ms / 1000),
		     (unsigned int)(g.ms % 1000), (unsigned long long)g.serial);
	va_start(ap, format);
	n += vsnprintf(text + n, size - n, format, ap);
	va_end(ap);
	if (n >= (int)size - 1)
		abort();
	strcpy(text + n, "\n");
}

static const char *enriched(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
static const char *enriched(const char *format, ...)
{
	static char text[512];
	va_list ap;

	*text = 0;
	if (!g.o.enriched)
		return text;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return text;
}

static const char *call_name(int nr)
{
	switch (nr) {
	case NR_SOCKET:		return "socket";
	case NR_CONNECT:	return "connect";
	case NR_BIND:		return "bind";
	case NR_LISTEN:		return "listen";
	case NR_ACCEPT4:	return "accept4";
	case NR_EXIT:		return "exit";
	}
	return "exit_group";
}

static void event_begin(void)
{
	g.serial++;
	g.ms += rnd(g.o.pace);
	g.events++;
	g.event.count = 0;
}

static void syscall_record(const struct process *p, int nr, long result,
			   const uint64_t a[4])
{
	const struct program *q = p->program;
	const char *u = q->user, *au = p->ses == UNSET ? "unset" : q->user;
	unsigned int auid = p->ses == UNSET ? UNSET : p->uid, i = p->uid;
	char outcome[48] = "";

	if (nr != NR_EXIT && nr != NR_EXIT_GROUP)
		snprintf(outcome, sizeof(outcome), " success=%s exit=%ld",
			 result < 0 ? "no" : "yes", result);
	record("SYSCALL", "arch=c000003e syscall=%d%s a0=%llx a1=%llx a2=%llx "
	       "a3=%llx items=0 ppid=%u pid=%u auid=%u uid=%u gid=%u euid=%u "
	       "suid=%u fsuid=%u egid=%u sgid=%u fsgid=%u tty=%s ses=%u "
	       "comm=\"%s\" exe=\"%s\" key=\"netlog\"%s", nr, outcome,
	       (unsigned long long)a[0], (unsigned long long)a[1],
	       (unsigned long long)a[2], (unsigned long long)a[3], p->ppid,
	       p->pid, auid, i, i, i, i, i, i, i, i, q->tty, p->ses, q->comm,
	       q->exe,
	       enriched("\035ARCH=x86_64 SYSCALL=%s AUID=\"%s\" UID=\"%s\" "
			"GID=\"%s\" EUID=\"%s\" SUID=\"%s\" FSUID=\"%s\" "
			"EGID=\"%s\" SGID=\"%s\" FSGID=\"%s\"", call_name(nr), au,
			u, u, u, u, u, u, u, u));
}

static void sockaddr_record(const struct address *a)
{
	char saddr[64], ip[INET6_ADDRSTRLEN], *to;

	if (a->family == AF_UNSPEC) {
		record("SOCKADDR", "saddr=00000000000000000000000000000000%s",
		       enriched("\035SADDR=unknown-family(0)"));
		return;
	}
	to = saddr + sprintf(saddr, "%02X00%04X%s", a->family, a->port,
			     a->family == AF_INET6 ? "00000000" : "");
	for (int i = 0; i < (a->family == AF_INET6 ? 16 : 4); i++)
		to += sprintf(to, "%02X", a->ip[i]);
	strcpy(to, a->family == AF_INET6 ? "00000000" : "0000000000000000");
	inet_ntop(a->family, a->ip, ip, sizeof(ip));
	record("SOCKADDR", "saddr=%s%s", saddr,
	       enriched("\035SADDR={ saddr_fam=%s laddr=%s lport=%u }",
			a->family == AF_INET6 ? "inet6" : "inet", ip, a->port));
}

static void write_record(const char *text)
{
	fputs(text, stdout);
	g.written++;
}

static void write_event(void)
{
	for (unsigned int i = 0; i < g.event.count; i++)
		write_record(g.event.text[i]);
	g.event.count = 0;
}

/* One system call of a process: sockaddr may be NULL. */
static void call(struct process *p, int nr, long result, uint64_t a0,
		 uint64_t a1, uint64_t a2, uint64_t a3, const struct address *a)
{
	event_begin();
	syscall_record(p, nr, result, (uint64_t[]){ a0, a1, a2, a3 });
	if (a)
		sockaddr_record(a);
	record("PROCTITLE", "proctitle=%s", p->title);
	if (g.o.eoe)
		record("EOE", "%s", "");
}

/* ---- what processes do, and what the log must say of it ---- */

static int free_fd(const struct process *p)
{
	for (int fd = 3; fd < FDS; fd++)
		if (!p->used[fd])
			return fd;
	abort();
}

static void gone(struct process *p, int fd)
{
	g.expected.connect_stop += p->open[fd] == OPEN_CONNECT;
	g.expected.listen_stop += p->open[fd] == OPEN_LISTEN;
	p->open[fd] = OPEN_NONE;
}

static void opened(struct process *p, int fd, enum open what)
{
	g.expected.connect_start += what == OPEN_CONNECT;
	g.expected.listen_start += what == OPEN_LISTEN;
	p->open[fd] = what;
}

static uint64_t pointer(void)
{
	return 0x7ffd00000000 + rnd(0x10000000) * 16;
}

static int do_socket(struct process *p, int family, int type)
{
	int fd = free_fd(p);

	gone(p, fd);
	p->used[fd] = true;
	call(p, NR_SOCKET, fd, family, type, 0, pointer(), NULL);
	return fd;
}

static void do_connect(struct process *p, int fd, const struct address *a,
		       int result)
{
	if (a->family == AF_UNSPEC) {
		gone(p, fd);
	} else if (result == 0 || result == -115) {
		if (a->port && !p->open[fd])
			opened(p, fd, OPEN_CONNECT);
	} else {
		g.expected.connect_fail++;
	}
	call(p, NR_CONNECT, result, fd, pointer(),
	     a->family == AF_INET6 ? 28 : 16, rnd(2) ? 0 : pointer(), a);
}

static void do_bind(struct process *p, int fd, const struct address *a,
		    bool datagram)
{
	if (datagram)
		opened(p, fd, OPEN_LISTEN);
	call(p, NR_BIND, 0, fd, pointer(), a->family == AF_INET6 ? 28 : 16, 0, a);
}

static void do_listen(struct process *p, int fd)
{
	opened(p, fd, OPEN_LISTEN);
	call(p, NR_LISTEN, 0, fd, 511, 0, pointer(), NULL);
}

static void do_accept(struct process *p, int fd, const struct address *a)
{
	int new = free_fd(p);

	gone(p, new);
	p->used[new] = true;
	opened(p, new, OPEN_CONNECT);
	call(p, NR_ACCEPT4, new, fd, pointer(), pointer(), CLOEXEC | NONBLOCK, a);
}

static void do_exit_group(struct process *p)
{
	for (int fd = 0; fd < FDS; fd++)
		gone(p, fd);
	call(p, NR_EXIT_GROUP, 0, rnd(8) ? 0 : 1, 231, 60, pointer(), NULL);
	p->program = NULL;	/* the slot is free */
}

static void do_exit_thread(struct process *p)
{
	call(p, NR_EXIT, 0, 0, pointer(), 0, 0, NULL);
}

static struct address v4(unsigned int a, unsigned int b, unsigned int c,
			 unsigned int d, unsigned int port)
{
	return (struct address){ AF_INET, { a, b, c, d }, port };
}

static struct address v6(unsigned int low, unsigned int port)
{
	return (struct address){ AF_INET6,
		{ 0x20, 0x01, 0x0d, 0xb8, 0x40, 0x01, 0, 0, 0, 0, 0, 0, 0, 0,
		  low >> 8, low }, port };
}

static const struct address unspec = { AF_UNSPEC, { 0 }, 0 };

static struct address resolver(void)
{
	return v4(127, 0, 0, 53, 53);
}

/* curl, wget: resolver, the choice of a source address, a connect in progress. */
static void step_client(struct process *p)
{
	struct address to;

	switch (p->step++) {
	case 0:
		p->fd = do_socket(p, AF_INET, SOCK_DGRAM | CLOEXEC | NONBLOCK);
		return;
	case 1:
		to = resolver();
		do_connect(p, p->fd, &to, 0);
		p->used[p->fd] = false;
		return;
	case 2:
		p->fd = do_socket(p, AF_INET, SOCK_DGRAM | CLOEXEC);
		return;
	case 3:
		to = v4(192, 0, 2, 1 + rnd(250), p->pid % 2 ? 443 : 0);
		do_connect(p, p->fd, &to, 0);
		return;
	case 4:
		do_connect(p, p->fd, &unspec, 0);
		p->used[p->fd] = false;
		return;
	case 5:
		do_exit_thread(p);
		return;
	case 6:
		p->fd = do_socket(p, AF_INET, SOCK_STREAM | CLOEXEC | NONBLOCK);
		return;
	case 7:
		to = v4(192, 0, 2, 1 + rnd(250), 443);
		do_connect(p, p->fd, &to, -115);
		return;
	default:
		do_exit_group(p);
	}
}

/* A monitoring check: up, or nobody listens there. */
static void step_check(struct process *p)
{
	struct address to = v4(10, 0, 0, 1 + rnd(200), 5432);

	switch (p->step++) {
	case 0:
		p->fd = do_socket(p, AF_INET, SOCK_STREAM);
		return;
	case 1:
		do_connect(p, p->fd, &to, rnd(2) ? -111 : 0);
		return;
	default:
		do_exit_group(p);
	}
}

static void close_some(struct process *p, unsigned int percent)
{
	for (int fd = 3; fd < FDS; fd++)
		if (p->used[fd] && fd != p->listener && rnd(100) < percent)
			p->used[fd] = false;
}

/* A daemon that keeps a few connections and opens new ones. */
static void step_daemon(struct process *p)
{
	unsigned int port = rnd(2) ? 443 : 5671;
	struct address to;

	if (p->step >= p->life && p->step % 2 == 0) {
		do_exit_group(p);
	} else if (p->step++ % 2 == 0) {
		close_some(p, 12);
		if (free_fd(p) > 20)
			close_some(p, 80);
		p->family = rnd(4) ? AF_INET : AF_INET6;
		p->fd = do_socket(p, p->family, SOCK_STREAM | CLOEXEC | NONBLOCK);
	} else {
		to = p->family == AF_INET ? v4(192, 0, 2, 1 + rnd(250), port) :
					    v6(1 + rnd(4000), port);
		do_connect(p, p->fd, &to, rnd(10) ? -115 : rnd(2) ? 0 : -111);
	}
}

static void step_server(struct process *p)
{
	struct address a = v4(0, 0, 0, 0, p->pid % 2 ? 443 : 8080);

	switch (p->step++) {
	case 0:
		p->listener = do_socket(p, AF_INET, SOCK_STREAM | CLOEXEC);
		return;
	case 1:
		do_bind(p, p->listener, &a, false);
		return;
	case 2:
		do_listen(p, p->listener);
		return;
	}
	if (p->step > p->life) {
		do_exit_group(p);
		return;
	}
	close_some(p, 15);
	if (free_fd(p) > 30)
		close_some(p, 80);
	a = rnd(5) ? v4(10, 0, rnd(4), 1 + rnd(250), 32768 + rnd(28000)) :
		     v6(1 + rnd(4000), 32768 + rnd(28000));
	do_accept(p, p->listener, &a);
}

/* A resolver: a bound socket, and one with a port of its own per question. */
static void step_datagram(struct process *p)
{
	struct address a = v4(0, 0, 0, 0, 53);

	if (p->step == 0) {
		p->listener = do_socket(p, AF_INET, SOCK_DGRAM | CLOEXEC);
	} else if (p->step == 1) {
		do_bind(p, p->listener, &a, true);
	} else if (p->step >= p->life && p->step % 2 == 0) {
		do_exit_group(p);
		return;
	} else if (p->step % 2 == 0) {
		close_some(p, 70);
		p->fd = do_socket(p, AF_INET, SOCK_DGRAM | CLOEXEC);
	} else {
		a = v4(198, 51, 100, 1 + rnd(250), 53);
		do_connect(p, p->fd, &a, 0);
	}
	p->step++;
}

static void step_exit(struct process *p)
{
	do_exit_group(p);
}

/* ---- processes ---- */

static const struct program programs[] = {
	/* step, comm, exe, title (%u: a number), tty, user, uid, ses, life */
	{ step_server, "nginx", "/usr/sbin/nginx", "nginx: worker process",
	  "(none)", "www-data", 33, UNSET, 3000 },
	{ step_server, "java", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
	  "/usr/bin/java\n-Xmx2g\n-Djava.security.egd=file:/dev/urandom\n-jar\n"
	  "/srv/orders/orders-service.jar\n--server.port=8080",
	  "(none)", "orders", 998, UNSET, 2500 },
	{ step_daemon, "python3", "/usr/bin/python3.11",
	  "/usr/bin/python3\n/srv/app/manage.py\nrunworker\n--queue\nmail-%u",
	  "(none)", "app", 997, UNSET, 800 },
	{ step_daemon, "telegraf", "/usr/bin/telegraf",
	  "/usr/bin/telegraf\n-config\n/etc/telegraf/telegraf.conf\n"
	  "-config-directory\n/etc/telegraf/telegraf.d",
	  "(none)", "telegraf", 996, UNSET, 1200 },
	{ step_datagram, "unbound", "/usr/sbin/unbound", "/usr/sbin/unbound\n-d\n-p",
	  "(none)", "unbound", 110, UNSET, 2000 },
	{ step_client, "curl", "/usr/bin/curl",
	  "curl\n-fsS\nhttps://updates.example.com/v2/channel/stable/%u.json",
	  "pts0", "alice", 1000, 12, 0 },
	{ step_client, "wget", "/usr/bin/wget", "wget\n-q\nhttps://example.org/%u",
	  "(none)", "root", 0, UNSET, 0 },
	{ step_check, "check_tcp", "/usr/lib/nagios/plugins/check_tcp",
	  "/usr/lib/nagios/plugins/check_tcp\n-H\n10.0.0.%u\n-p\n5432",
	  "(none)", "nagios", 115, UNSET, 0 },
	{ step_exit, "sh", "/usr/bin/dash", "/bin/sh\n-c\n/usr/lib/sysstat/debian-sa1 "
	  "1 1", "(none)", "root", 0, 33, 0 },
	{ step_exit, "grep", "/usr/bin/grep", "grep\n-c\n^processor", "pts0", "alice",
	  1000, 12, 0 },
};

static const unsigned char shares[] = { 0, 0, 0, 1, 2, 2, 3, 4 };

/* The first slots belong to what lives long, one program each. */
static const struct program *program_of(unsigned int slot)
{
	static const unsigned char short_lived[] = { 5, 5, 5, 6, 7, 7, 8, 9 };

	if (slot < sizeof(shares) * 2)
		return &programs[shares[slot / 2]];
	return &programs[short_lived[rnd(sizeof(short_lived))]];
}

static void hex_title(struct process *p)
{
	char title[256], *to = p->title;
	int n;

	n = snprintf(title, sizeof(title), "%s", p->program->title);
	if (strstr(p->program->title, "%u")) {
		const char *at = strstr(p->program->title, "%u");

		n = snprintf(title, sizeof(title), "%.*s%u%s",
			     (int)(at - p->program->title), p->program->title,
			     1 + rnd(250), at + 2);
	}
	for (int i = 0; i < n && i < 128; i++)	/* the kernel cuts it there */
		to += sprintf(to, "%02X", title[i] == '\n' ? 0 : title[i]);
}

static void new_process(struct process *p)
{
	unsigned int slot = p - g.slots;

	memset(p, 0, sizeof(*p));
	p->program = program_of(slot);
	g.next_pid += 1 + rnd(3);
	if (g.next_pid > 4194303)
		g.next_pid = 300000;
	p->pid = g.next_pid;
	p->ppid = p->program->ses == UNSET ? 1 : 1200 + p->program->ses;
	p->uid = p->program->uid;
	p->ses = p->program->ses;
	p->life = p->program->life + rnd(100);
	p->listener = -1;
	hex_title(p);
}

static void step(struct process *p)
{
	if (!p->program)
		new_process(p);
	p->program->step(p);
}

/* Two events whose records come mixed, as from two processors. */
static void mix(struct process *p, struct process *q)
{
	static struct event first;

	step(p);
	first = g.event;
	step(q);
	write_record(first.text[0]);
	write_record(g.event.text[0]);
	for (unsigned int i = 1; i < first.count; i++)
		write_record(first.text[i]);
	for (unsigned int i = 1; i < g.event.count; i++)
		write_record(g.event.text[i]);
}

/* SYSCALL records whose events never end: the kernel lost the rest. No line
 * comes of them: sockets that nobody uses, connects without an address. */
static void burst(void)
{
	static const struct program lossy = {
		NULL, "flood", "/usr/local/bin/flood", "", "(none)", "root", 0,
		UNSET, 0
	};

	for (unsigned long i = 0; i < g.o.burst; i++) {
		unsigned int n = i % BURST_PROCESSES;
		struct process p = { .program = &lossy, .pid = 1300 + n,
				     .ppid = 1, .ses = UNSET };
		uint64_t fd = 3 + i / BURST_PROCESSES % 40;

		event_begin();
		if (i / BURST_PROCESSES % 2)
			syscall_record(&p, NR_CONNECT, -115, (uint64_t[]){
				       fd - 1, pointer(), 16, 0 });
		else
			syscall_record(&p, NR_SOCKET, fd, (uint64_t[]){
				       AF_INET, SOCK_STREAM, 0, 0 });
		write_event();
	}
}

/* Other events of a host: logins, and programs that an execve rule watches. */
static void other_event(void)
{
	static const char *const units[] = { "cron", "sshd", "man-db", "fstrim", "logrotate" };
	unsigned int pid = g.next_pid + rnd(50), uid = rnd(2) ? 0 : 1000;

	event_begin();
	if (rnd(3)) {
		record(rnd(2) ? "SERVICE_START" : "USER_ACCT", "pid=%u uid=%u auid=%u ses=%u "
		       "subj=unconfined msg='unit=%s comm=\"systemd\" "
		       "exe=\"/usr/lib/systemd/systemd\" hostname=? addr=192.0.2.%u "
		       "terminal=? res=success'", pid, uid, UNSET, UNSET, units[rnd(5)],
		       1 + rnd(250));
	} else {
		record("SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 a0=%llx a1=%llx "
		       "a2=%llx a3=8 items=2 ppid=1200 pid=%u auid=%u uid=%u gid=0 euid=0 "
		       "suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=12 comm=\"ls\" "
		       "exe=\"/usr/bin/ls\" key=\"exec\"", (unsigned long long)pointer(),
		       (unsigned long long)pointer(), (unsigned long long)pointer(), pid, uid,
		       uid);
		record("EXECVE", "argc=3 a0=\"ls\" a1=\"-l\" a2=\"/srv/app/%u\"", rnd(1000));
		record("CWD", "cwd=\"/home/alice\"");
		record("PATH", "item=0 name=\"/usr/bin/ls\" inode=131 dev=fe:00 mode=0100755 "
		       "ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 "
		       "cap_fver=0 cap_frootid=0");
		record("PROCTITLE", "proctitle=6C73002D6C");
	}
	g.other += g.event.count;
	write_event();
}

static void generate(void)
{
	unsigned long end = g.o.records;

	burst();
	end += g.written;
	while (g.written < end) {
		struct process *p, *q;

		if (g.other * 100 < g.written * g.o.others) {
			other_event();
			continue;
		}
		p = &g.slots[rnd(SLOTS)];
		q = &g.slots[rnd(SLOTS)];
		if (rnd(100) < INTERLEAVED && p != q) {
			mix(p, q);
			continue;
		}
		step(p);
		write_event();
	}
}

static void read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "enriched", no_argument, NULL, 'e' },
		{ "records", required_argument, NULL, 'n' },
		{ "burst", required_argument, NULL, 'b' },
		{ "node", required_argument, NULL, 'N' },
		{ "no-eoe", no_argument, NULL, 'x' },
		{ "others", required_argument, NULL, 'o' },
		{ "pace", required_argument, NULL, 'p' },
		{ 0 }
	};
	int c;

	*o = (struct options){ .records = 1000000, .eoe = true, .pace = 4 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0) {
		switch (c) {
		case 'e':	o->enriched = true; break;
		case 'n':	o->records = strtoul(optarg, NULL, 10); break;
		case 'b':	o->burst = strtoul(optarg, NULL, 10); break;
		case 'N':	o->node = optarg; break;
		case 'x':	o->eoe = false; break;
		case 'o':	o->others = strtoul(optarg, NULL, 10); break;
		case 'p':	o->pace = 2 * strtoul(optarg, NULL, 10); break;
		default:
			fprintf(stderr, "usage: generate [--records N] [--enriched] "
				"[--burst K] [--node NAME] [--no-eoe] [--others PERCENT] "
				"[--pace MILLISECONDS]\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	static char buffer[1 << 16];

	read_options(&g.o, argc, argv);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	generate();
	if (fflush(stdout) || ferror(stdout)) {
		perror("generate: standard output");
		return 1;
	}
	fprintf(stderr, "records=%lu events=%lu connect_start=%lu connect_stop=%lu "
		"connect_fail=%lu listen_start=%lu listen_stop=%lu\n", g.written,
		g.events, g.expected.connect_start, g.expected.connect_stop,
		g.expected.connect_fail, g.expected.listen_start,
		g.expected.listen_stop);
	return 0;
}
