// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attempts of an ordinary user to hide a connection, to have a false line written, or to
 * stall the plugin. Each command drops root before it begins; guest.sh calls them in a
 * virtual machine.
 *
 * usage: hostile COMMAND [ARGUMENT...]
 *   run LIBRARY PROGRAM [ARGUMENT...]  runs a program with a library preloaded; "": none
 *   answer PORT                 a listener that accepts everything
 *   call PORT [SECONDS]         one connection, held so long
 *   smc PORT                    the same, inside an AF_SMC socket
 *   table NAME                  an nf_tables table in namespaces of its own
 *   message TYPE TEXT           an audit message, with CAP_AUDIT_WRITE and nothing else
 *   diag INODE                  answers of sock_diag, sent to every other port of a
 *                               network namespace of its own, for 20 s
 *   diag INODE endless          the same, with a length of 4 GiB
 *   dups PORT COUNT SECONDS     one connection at so many descriptors
 *   flood SECONDS PROCESSES PORT  binds and closes datagram sockets; 20 connections meanwhile
 *   hold KIND COUNT             udp, tcp: so many sockets at exit; slot: one descriptor, there
 *   lost SECONDS                (as root) "TIME COUNT" each time that audit has lost more
 *   nest PORT COUNT             so many processes, each forked by the one before, one socket
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USER 1000
#ifndef AF_SMC
#define AF_SMC 43
#endif

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Drops root permanently, and keeps only the requested capability. */
static void become_user(bool audit_write)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2] = { { 0 } };

	if (audit_write) {
		prctl(PR_SET_KEEPCAPS, 1);
		d[0].effective = d[0].permitted = 1u << CAP_AUDIT_WRITE;
	}
	if (setgroups(0, NULL) || setgid(USER) || setuid(USER))
		die("setuid");
	if (audit_write && syscall(SYS_capset, &h, d))
		die("capset");
	/* A process that changed its user is not dumpable, and cannot write its own uid_map. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void all_descriptors(void)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int dial(int family, int port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	if (connect(fd, (void *)&a, sizeof(a)))
		die("connect");
	return fd;
}

static int listener(int port)
{
	struct sockaddr_in a = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(fd, (void *)&a, sizeof(a)) || listen(fd, 128))
		die("listen");
	return fd;
}

static void run(char **args)
{
	become_user(false);
	if (*args[0])
		setenv("LD_PRELOAD", args[0], 1);
	execvp(args[1], args + 1);
	exit(errno == EACCES ? 126 : 127);
}

static void answer(char **args)
{
	int fd = listener(atoi(args[0])), c;
	char byte;

	become_user(false);
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		if (fork()) {
			close(c);
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
			continue;
		}
		while (read(c, &byte, 1) > 0)
			;
		exit(0);
	}
}

static void call(char **args)
{
	become_user(false);
	dial(AF_INET, atoi(args[0]));
	usleep(args[1] ? atof(args[1]) * 1e6 : 0);
}

static void smc(char **args)
{
	become_user(false);
	dial(AF_SMC, atoi(args[0]));
	usleep(200000);
}

/* ---- a name with a newline, which the kernel writes into a record ---- */

static size_t add_message(char *to, int type, int flags, int family, int subsystem)
{
	struct nlmsghdr *n = (void *)to;
	struct nfgenmsg *g = NLMSG_DATA(n);

	n->nlmsg_len = NLMSG_LENGTH(sizeof(*g));
	n->nlmsg_type = type;
	n->nlmsg_flags = NLM_F_REQUEST | flags;
	n->nlmsg_seq = 1;
	g->nfgen_family = family;
	g->res_id = htons(subsystem);
	return n->nlmsg_len;
}

static int acknowledged(int fd)
{
	struct {
		struct nlmsghdr n;
		int err;
		char rest[1000];
	} answer_of;

	return recv(fd, &answer_of, sizeof(answer_of), 0) < 0 ? -errno : answer_of.err;
}

static void table(char **args)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	static _Alignas(struct nlmsghdr) char buf[4096];
	struct nlmsghdr *table_of;
	struct nlattr *name;
	size_t len;
	int fd, err;

	become_user(false);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("unshare");
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	len = add_message(buf, NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES);
	table_of = (void *)(buf + len);
	add_message(buf + len, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
		    NLM_F_ACK | NLM_F_CREATE, NFPROTO_IPV4, 0);
	name = (void *)((char *)table_of + table_of->nlmsg_len);
	name->nla_type = NFTA_TABLE_NAME;
	name->nla_len = NLA_HDRLEN + strlen(args[0]) + 1;
	strcpy((char *)name + NLA_HDRLEN, args[0]);
	table_of->nlmsg_len += NLA_ALIGN(name->nla_len);
	len += table_of->nlmsg_len;
	len += add_message(buf + len, NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES);
	if (sendto(fd, buf, len, 0, (void *)&kernel, sizeof(kernel)) < 0)
		die("sendto");
	err = acknowledged(fd);
	printf("table: %s\n", err ? strerror(-err) : "made");
}

/* ---- a message of audit's ---- */

static void message(char **args)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct {
		struct nlmsghdr n;
		char text[900];
	} m = { .n = { .nlmsg_type = atoi(args[0]), .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		       .nlmsg_seq = 1 } };
	int fd, err;

	become_user(true);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	snprintf(m.text, sizeof(m.text), "%s", args[1]);
	m.n.nlmsg_len = NLMSG_LENGTH(strlen(m.text) + 1);
	if (sendto(fd, &m, m.n.nlmsg_len, 0, (void *)&kernel, sizeof(kernel)) < 0)
		die("sendto");
	err = acknowledged(fd);
	printf("message %s: %s\n", args[0], err ? strerror(-err) : "taken");
}

/* ---- answers of sock_diag ---- */

static unsigned int others(unsigned int *to, unsigned int max, unsigned int own)
{
	unsigned int n = 0, proto, port;
	FILE *f = fopen("/proc/self/net/netlink", "r");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %u %u", &proto, &port) == 2 &&
		    proto == NETLINK_SOCK_DIAG && port && port != own && n < max)
			to[n++] = port;
	if (f)
		fclose(f);
	return n;
}

static bool send_answer(int fd, unsigned int port, unsigned int seq, unsigned int inode,
			bool endless)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = port };
	struct {
		struct nlmsghdr n;
		struct inet_diag_msg m;
	} m = { { sizeof(m), SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, seq, 0 },
		{ .idiag_family = AF_INET, .idiag_state = 1, .idiag_inode = inode } };

	m.m.id.idiag_sport = htons(6666);
	m.m.id.idiag_dport = htons(443);
	inet_pton(AF_INET, "6.6.6.6", m.m.id.idiag_src);
	inet_pton(AF_INET, "9.9.9.9", m.m.id.idiag_dst);
	m.m.id.idiag_cookie[0] = 77777;
	m.m.id.idiag_cookie[1] = 7;
	if (endless)
		m.n.nlmsg_len = 0xffffffff;
	return sendto(fd, &m, sizeof(m), MSG_DONTWAIT, (void *)&to, sizeof(to)) >= 0;
}

static void loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &r))
		die("lo");
}

static void diag(char **args)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(own);
	unsigned int port[16], sent = 0, most = 0;
	time_t end;
	int fd;

	become_user(false);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		die("unshare");
	loopback_up();
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	if (bind(fd, (void *)&own, sizeof(own)) || getsockname(fd, (void *)&own, &len))
		die("bind");
	listener(4444);
	dial(AF_INET, 4444);
	for (end = time(NULL) + 20; time(NULL) < end; usleep(20000)) {
		unsigned int n = others(port, 16, own.nl_pid);

		most = n > most ? n : most;
		for (unsigned int i = 0; i < n * 64; i++)
			sent += send_answer(fd, port[i / 64], i % 64, strtoul(args[0], NULL, 10),
					    args[1]);
	}
	printf("diag: %u ports of others, %u messages taken\n", most, sent);
}

/* ---- many of something ---- */

static void dups(char **args)
{
	int fd, i, n = atoi(args[1]);

	all_descriptors();
	become_user(false);
	fd = dial(AF_INET, atoi(args[0]));
	for (i = 0; i < n && dup(fd) >= 0; i++)
		;
	printf("dups: %d descriptors\n", i);
	fflush(stdout);
	sleep(atoi(args[2]));
}

static void bind_and_close(time_t end)
{
	struct sockaddr_in a = loopback(0);
	int fd[500];

	while (time(NULL) < end) {
		for (int i = 0; i < 500; i++) {
			fd[i] = socket(AF_INET, SOCK_DGRAM, 0);
			if (bind(fd[i], (void *)&a, sizeof(a)))
				usleep(100);
		}
		for (int i = 0; i < 500; i++)
			close(fd[i]);
	}
}

static void flood(char **args)
{
	time_t end = time(NULL) + atoi(args[0]);

	become_user(false);
	for (int i = atoi(args[1]); i; i--)
		if (!fork()) {
			bind_and_close(end);
			_exit(0);
		}
	sleep(3);
	for (int i = 0; i < 20; i++) {
		int fd = dial(AF_INET, atoi(args[2]));

		usleep(100000);
		close(fd);
	}
	while (wait(NULL) > 0)
		;
}

/* Pauses now and then: a kernel without audit=1 drops what auditd does not read in time. */
static int fill(const char *kind, int count)
{
	struct sockaddr_in a = loopback(0);
	int i;

	if (!strcmp(kind, "slot"))
		return dup2(0, count) < 0 ? -1 : 1;
	for (i = 0; i < count; i++) {
		int fd = socket(AF_INET, *kind == 'u' ? SOCK_DGRAM : SOCK_STREAM, 0);

		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / 20000);
		a.sin_port = htons(1024 + i % 20000);
		if (fd < 0 || (*kind == 'u' && bind(fd, (void *)&a, sizeof(a))))
			break;
		if (i % 50 == 49)
			usleep(100000);
	}
	return i;
}

/* Milliseconds from the last instruction of the process to its end. */
static void hold(char **args)
{
	struct timespec from, to;
	int p[2];
	char byte;

	all_descriptors();
	become_user(false);
	if (pipe2(p, O_CLOEXEC))
		die("pipe");
	if (!fork()) {
		printf("held %d\n", fill(args[0], atoi(args[1])));
		fflush(stdout);
		clock_gettime(CLOCK_MONOTONIC, &from);
		if (write(p[1], &from, sizeof(from)) < 0)
			die("write");
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &from, sizeof(from)) < 0 || read(p[0], &byte, 1))
		die("read");
	wait(NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("ms %.1f\n", (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6);
}

/* Asks ten times a second. The kernel answers, and then lets the sender sleep while the
 * backlog is full: so a child sends. */
static void lost(char **args)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr request = { .nlmsg_len = sizeof(request), .nlmsg_type = AUDIT_GET,
				    .nlmsg_flags = NLM_F_REQUEST };
	struct {
		struct nlmsghdr n;
		struct audit_status s;
		char rest[64];
	} answer_of;
	time_t end = time(NULL) + atoi(args[0]);
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), asleep = 0;
	unsigned int last = 0, first = 1;

	while (time(NULL) < end) {
		if (asleep < 8 && ++asleep && !fork()) {
			sendto(fd, &request, sizeof(request), 0, (void *)&kernel, sizeof(kernel));
			_exit(0);
		}
		usleep(100000);
		while (recv(fd, &answer_of, sizeof(answer_of), MSG_DONTWAIT) > 0) {
			struct timespec now;

			clock_gettime(CLOCK_REALTIME, &now);
			if (!first && answer_of.s.lost > last)
				printf("%lld%03ld %u\n", (long long)now.tv_sec,
				       now.tv_nsec / 1000000, answer_of.s.lost);
			last = answer_of.s.lost;
			first = 0;
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			asleep--;
	}
}

static void nest(char **args)
{
	int depth = atoi(args[1]);

	become_user(false);
	dial(AF_INET, atoi(args[0]));
	while (depth-- && !fork())
		;
	wait(NULL);
}

static const struct {
	const char *name;
	int args;
	void (*run)(char **args);
} commands[] = {
	{ "run", 2, run }, { "answer", 1, answer }, { "call", 1, call }, { "smc", 1, smc },
	{ "table", 1, table }, { "message", 2, message }, { "diag", 1, diag },
	{ "lost", 1, lost }, { "dups", 3, dups }, { "flood", 3, flood }, { "hold", 2, hold }, { "nest", 2, nest },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, argv[1]) && argc >= 2 + commands[i].args) {
			commands[i].run(argv + 2);
			return 0;
		}
	fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]: see the head of hostile.c\n", argv[0]);
	return 99;
}
