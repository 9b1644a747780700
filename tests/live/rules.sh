#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/live/rules.sh: does this kernel take every line of rules/, and do the
# events come that they promise, and no others? Needs root and kernel audit
# (exit 77 where there is none). From the environment: AUDITCTL, another auditctl
# to load with; RULES, where the rules are; CALLS, the program at the end, built.
# Leaves rules, enabled flag and backlog limit as they were, also when stopped.
set -u

here=$(cd "$(dirname "$0")" && pwd)
rules=${RULES:-$here/../../rules}
read -ra auditctl <<<"${AUDITCTL:-auditctl}"
tmp='' watcher='' failed=0 taken=0 before_enabled='' before_backlog=''

skip() { echo "skip - $*"; exit 77; }
broken() { echo "not ok - $*"; exit 99; }

result()
{
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
		[ $# -lt 3 ] || sed 's/^/#   /' "$3"
	fi
}

status_field() { auditctl -s | awk -v f="$1" '$1 == f { print $2 }'; }
no_rules() { auditctl -D >/dev/null; }

put_back()
{
	[ "$taken" -eq 1 ] || return 0
	taken=0
	no_rules
	"$tmp/calls" restore "$tmp/before" ||
		{ echo "not ok - put the rules back: $tmp/before.txt"; tmp=; failed=1; return; }
	auditctl -b "$before_backlog" >/dev/null
	auditctl -e "$before_enabled" >/dev/null
}

# shellcheck disable=SC2317 # called by the trap
finish()
{
	trap '' HUP INT TERM
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
	put_back
	[ -z "$tmp" ] || rm -rf "$tmp"
}

take()
{
	before_enabled=$(status_field enabled)
	before_backlog=$(status_field backlog_limit)
	case $before_enabled in
	0 | 1) ;;
	*) skip "the audit configuration is locked, or there is no kernel audit" ;;
	esac
	auditctl -l >"$tmp/before.txt"
	"$tmp/calls" save "$tmp/before" || broken "cannot read the kernel's rules"
	taken=1
	no_rules
	auditctl -b 8192 >/dev/null
	auditctl -e 1 >/dev/null
}

lines_of() { grep -v -e '^#' -e '^$' "$1"; }

# One rule a line, as auditctl -l prints them, without what it prints its own
# way: the order of calls, hex, 4.0 no unknown number.
normal()
{
	sed -E -e 's/-F key=/-k /' -e 's/ -S [0-9]+//g' -e 's/(-S [a-z]+) -S /\1,/' "$1" | while read -ra w; do
		for i in "${!w[@]}"; do
			case ${w[i]} in
			a[0-3]*0x*) w[i]=${w[i]%0x*}$((${w[i]##*[=&>]})) ;;
			*,*) w[i]=$(tr , '\n' <<<"${w[i]}" | sort | paste -sd,) ;;
			esac
		done
		echo "${w[*]}"
	done
}

loads_whole()
{
	local f=$tmp/$1

	cp "$rules/$1" "$f"	# of root's: auditctl 3.0 takes no other
	"${auditctl[@]}" -R "$f" >"$tmp/out" 2>"$tmp/err"
	result $? "$1: auditctl -R takes it" "$tmp/out"
	! [ -s "$tmp/err" ]
	result $? "$1: auditctl -R says nothing" "$tmp/err"
	lines_of "$f" >"$tmp/given"
	normal "$tmp/given" >"$tmp/want"
	"${auditctl[@]}" -l >"$tmp/listed"
	normal "$tmp/listed" | diff "$tmp/want" - >"$tmp/diff"
	result $? "$1: auditctl -l shows every line kept, in order" "$tmp/diff"
	auditctl -D -k netlog >/dev/null
	auditctl -l | grep -q '^No rules'
	result $? "$1: auditctl -D -k netlog removes it"
}

# auditctl -R complains to syslog; one line at a time it does to stderr.
no_line_complains()
{
	local words

	while read -ra words; do
		"${auditctl[@]}" "${words[@]}" || echo "refused: ${words[*]}"
	done < <(lines_of "$rules/$1") >"$tmp/err" 2>&1
	! [ -s "$tmp/err" ]
	result $? "$1: no line draws a complaint" "$tmp/err"
	no_rules
}

# All records of earlier events have come when the marker's has.
sync_watch()
{
	local mark=netlog-rules-$RANDOM$RANDOM tries

	auditctl -m "$mark" >/dev/null
	for ((tries = 0; tries < 100; tries++)); do
		grep -q "$mark" "$tmp/records" && return
		sleep 0.1
	done
	broken "audit records do not arrive"
}

# "ARCH NUMBER SUCCESS" of what our rules showed of a process.
shown()
{
	grep '^type=1300 ' "$tmp/records" | grep " pid=$1 " | grep 'key="netlog"' |
		sed -E 's/.* arch=([0-9a-f]+) syscall=([0-9]+) (success=([a-z]+))?.*/\1 \2 \4/; s/ $/ -/'
}

# Runs calls (or a copy under another name); its pid is left in $pid.
run_calls()
{
	local program=$1
	shift
	"$program" "$@" >"$tmp/want" &
	pid=$!
	wait "$pid" || broken "$* does not run here"
	sync_watch
	shown "$pid" >"$tmp/got"
}

# Less what the shell and the loader do before it and after the exec.
without_loader()
{
	awk -v first="$(head -1 "$tmp/want")" -v last="$(tail -1 "$tmp/want")" '
		$0 == first { n = 0; on = 1 }
		on { kept[++n] = $0 }
		on && $0 == last { on = 0 }
		END { for (i = 1; i <= n; i++) print kept[i] }' "$tmp/got" >"$tmp/cut"
	mv "$tmp/cut" "$tmp/got"
}

shows()
{
	run_calls "$tmp/calls" "$2" "$3"
	[ "$3" = net ] || without_loader
	diff "$tmp/want" "$tmp/got" >"$tmp/diff"
	result $? "$1: $2: the events promised ($(wc -l <"$tmp/want")), no others" "$tmp/diff"
}

load_for()
{
	auditctl -R "$tmp/$1" >/dev/null || broken "$1 does not load"
}

# A program that a rule excludes can hide what others make it do.
excludes_nobody()
{
	grep -nE -e '-F (exe|pid|uid|auid|subj_)' -e '^-a .*never' "$rules"/*.rules >"$tmp/got"
	! [ -s "$tmp/got" ]
	result $? "no rule excludes a program or a user" "$tmp/got"
}

build()
{
	command -v auditctl >/dev/null || skip "no auditctl"
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ "$(uname -m)" = x86_64 ] || skip "calls are x86_64's and i386's"
	if [ -n "${CALLS:-}" ]; then
		cp "$CALLS" "$tmp/calls"
		return
	fi
	calls_source >"$tmp/calls.c"
	"${CC:-cc}" -O1 -Wall -o "$tmp/calls" "$tmp/calls.c" -pthread -laudit ||
		broken "cannot build calls.c"
}

start_watch()
{
	local tries

	"$tmp/calls" watch >"$tmp/records" &
	watcher=$!
	for ((tries = 0; tries < 100; tries++)); do
		[ -s "$tmp/records" ] && return
		kill -0 "$watcher" 2>/dev/null || skip "no audit multicast group here"
		sleep 0.05
	done
	broken "the watcher does not start"
}

main()
{
	local file abi

	tmp=$(mktemp -d) || exit 99
	trap finish EXIT
	trap 'exit 99' HUP INT TERM
	excludes_nobody
	build
	exec 9>/tmp/netlog-audit.lock
	flock -w 300 9 || skip "kernel audit is in use by another test"
	auditctl -s >/dev/null 2>&1 || skip "no kernel audit"
	take

	for file in 30-netlog.rules 31-netlog-close.rules 32-netlog-io_uring.rules; do
		if [ "$file" = 32-netlog-io_uring.rules ] && ! knows_io_uring; then
			echo "skip - $file: this auditctl does not know the io_uring list"
			continue
		fi
		loads_whole "$file"
		no_line_complains "$file"
	done

	start_watch
	load_for 30-netlog.rules
	for abi in 64 32 socketcall; do
		shows 30-netlog.rules "$abi" net
	done
	no_rules
	load_for 31-netlog-close.rules
	for abi in 64 32; do
		shows 31-netlog-close.rules "$abi" descriptors
	done

	put_back
	auditctl -l | diff "$tmp/before.txt" - >"$tmp/diff"
	result $? "the rules that were there before are back" "$tmp/diff"
	[ "$(status_field enabled)" = "$before_enabled" ]
	result $? "the enabled flag is as it was"
	exit "$failed"
}

knows_io_uring()
{
	local words

	read -ra words < <(lines_of "$rules/32-netlog-io_uring.rules")
	"${auditctl[@]}" "${words[@]}" >/dev/null 2>&1 || return 1
	no_rules
}

calls_source()
{
	cat <<'EOF'
/* calls ABI SCENARIO: makes system calls and prints, for each one that the
 * rules must show, "ARCH NUMBER SUCCESS" as in its SYSCALL record; the calls
 * that they must not show are made in between and print nothing.
 * watch: prints audit records as they come. save, restore FILE: the kernel's
 * rules, byte for byte (what auditctl -l prints may say something else). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static enum { ABI_64, ABI_32, ABI_SOCKETCALL } abi;

enum call { SOCKET, BIND, CONNECT, LISTEN, ACCEPT, ACCEPT4, EXIT, EXIT_GROUP,
	    CLOSE, CLOSE_RANGE, DUP, DUP2, DUP3, FCNTL, FCNTL64, IOCTL, FORK, VFORK,
	    CLONE, EXECVE };

/* 64-bit and i386 numbers (0: none), and the number within socketcall. */
static const struct { short nr64, nr32, socketcall; } numbers[] = {
	[SOCKET] = { SYS_socket, 359, 1 },	[BIND] = { SYS_bind, 361, 2 },
	[CONNECT] = { SYS_connect, 362, 3 },	[LISTEN] = { SYS_listen, 363, 4 },
	[ACCEPT] = { SYS_accept, 0, 5 },	[ACCEPT4] = { SYS_accept4, 364, 18 },
	[EXIT] = { SYS_exit, 1 },		[EXIT_GROUP] = { SYS_exit_group, 252 },
	[CLOSE] = { SYS_close, 6 },		[CLOSE_RANGE] = { 436, 436 },
	[DUP] = { SYS_dup, 41 },		[DUP2] = { SYS_dup2, 63 },
	[DUP3] = { SYS_dup3, 330 },		[FCNTL] = { SYS_fcntl, 55 },
	[FCNTL64] = { 0, 221 },			[FORK] = { SYS_fork, 2 },
	[VFORK] = { SYS_vfork, 190 },		[CLONE] = { SYS_clone, 120 },
	[EXECVE] = { SYS_execve, 11 },		[IOCTL] = { SYS_ioctl, 54 },
};

/* Memory that a 32-bit pointer reaches. */
static char *low;

static long int80(long nr, long a, long b, long c, long d)
{
	long ret;

	asm volatile("int $0x80" : "=a"(ret)
		     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(0)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static long nr_of(enum call c)
{
	if (abi == ABI_SOCKETCALL && numbers[c].socketcall)
		return 102;
	return abi == ABI_64 ? numbers[c].nr64 : numbers[c].nr32;
}

static long do_call(enum call c, long a0, long a1, long a2, long a3)
{
	uint32_t *args = (uint32_t *)(low + 2048);

	if (abi == ABI_64) {
		a0 = syscall(numbers[c].nr64, a0, a1, a2, a3);
		return a0 < 0 ? -errno : a0;
	}
	if (nr_of(c) != 102)
		return int80(nr_of(c), a0, a1, a2, a3);
	args[0] = a0, args[1] = a1, args[2] = a2, args[3] = a3;
	return int80(102, numbers[c].socketcall, (long)args, 0, 0);
}

static void expect(enum call c, const char *success)
{
	printf("%s %ld %s\n", abi == ABI_64 ? "c000003e" : "40000003", nr_of(c), success);
	fflush(stdout);
}

/* A call that has to be seen, and one that must not be. */
static long seen(enum call c, long a0, long a1, long a2, long a3)
{
	long ret = do_call(c, a0, a1, a2, a3);

	expect(c, ret < 0 ? "no" : "yes");
	return ret;
}

static long unseen(enum call c, long a0, long a1, long a2, long a3)
{
	return do_call(c, a0, a1, a2, a3);
}

static long in4(int port, int family)
{
	struct sockaddr_in *sin = (void *)low;

	*sin = (struct sockaddr_in){ .sin_family = family, .sin_port = port,
		.sin_addr.s_addr = htonl(family ? INADDR_LOOPBACK : INADDR_ANY) };
	return (long)low;
}

static long in6(int port)
{
	struct sockaddr_in6 *sin6 = (void *)low;

	*sin6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = port,
				       .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	return (long)low;
}

static long other(int family)
{
	memset(low, 0, 128);
	((struct sockaddr *)low)->sa_family = family;
	if (family == AF_UNIX)
		strcpy(((struct sockaddr_un *)low)->sun_path + 1, "netlog-rules-nobody");
	return (long)low;
}

static int port_of(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	getsockname(fd, (struct sockaddr *)&sin, &len);
	return sin.sin_port;
}

static void *thread(void *arg)
{
	if (abi == ABI_64)
		syscall(SYS_exit, 0);
	int80(1, 0, 0, 0, 0);
	return arg;
}

static void end_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	expect(EXIT, "-");
}

/* The socket() of a family that the rules leave out. Through socketcall, where
 * they cannot, it is seen. */
static long socket_other(int family, int type)
{
	return (abi == ABI_SOCKETCALL ? seen : unseen)(SOCKET, family, type, 0, 0);
}

static int server(void)
{
	int fd = seen(SOCKET, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, 0);

	seen(BIND, fd, in4(0, AF_INET), 16, 0);
	seen(LISTEN, fd, 5, 0, 0);
	unseen(LISTEN, -1, 5, 0, 0);
	return fd;
}

static void try_accept(int server, bool ready)
{
	*(int *)(low + 256) = 128;
	if (nr_of(ACCEPT))
		(ready ? seen : unseen)(ACCEPT, server, 0, 0, 0);
	(ready ? seen : unseen)(ACCEPT4, server, (long)low, (long)low + 256, SOCK_CLOEXEC);
}

static void streams(void)
{
	int listener = server(), port = port_of(listener), fd;

	try_accept(listener, false);
	for (int i = 0; i < 2; i++) {
		fd = seen(SOCKET, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0, 0);
		seen(CONNECT, fd, in4(port, AF_INET), 16, 0);
	}
	try_accept(listener, true);
	fd = seen(SOCKET, AF_INET, SOCK_STREAM, 0, 0);
	seen(CONNECT, fd, in4(htons(1), AF_INET), 16, 0);
	fd = seen(SOCKET, AF_INET, SOCK_STREAM, 0, 0);
	seen(BIND, fd, in4(0, AF_UNSPEC), 16, 0);
}

static void datagrams(void)
{
	int fd = seen(SOCKET, AF_INET, SOCK_DGRAM, 0, 0);

	seen(CONNECT, fd, in4(htons(9), AF_INET), 16, 0);
	seen(CONNECT, fd, other(AF_UNSPEC), 16, 0);
	fd = seen(SOCKET, AF_INET6, SOCK_DGRAM, 0, 0);
	seen(CONNECT, fd, in6(htons(9)), 28, 0);
	fd = seen(SOCKET, AF_INET6, SOCK_DGRAM, 0, 0);
	seen(BIND, fd, in6(0), 28, 0);
}

static void other_families(void)
{
	int fd;

	unseen(SOCKET, AF_INET, 99, 0, 0);
	fd = socket_other(AF_UNIX, SOCK_STREAM);
	unseen(CONNECT, fd, other(AF_UNIX), 40, 0);
	seen(BIND, fd, other(AF_UNIX), 2, 0);
	unseen(BIND, fd, other(AF_UNIX), 2000, 0);
	fd = socket_other(AF_NETLINK, SOCK_RAW);
	unseen(BIND, fd, other(AF_NETLINK), 12, 0);
	unseen(CONNECT, fd, other(AF_NETLINK), 12, 0);
	fd = socket_other(AF_PACKET, SOCK_DGRAM);
	unseen(SOCKET, AF_UNIX, 99, 0, 0);
}

static void net(void)
{
	streams();
	datagrams();
	other_families();
	end_thread();
	expect(EXIT_GROUP, "-");
	do_call(EXIT_GROUP, 0, 0, 0, 0);
}

static int thread_by_clone(void *arg)
{
	(void)arg;
	return 0;
}

static void clone_thread(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static int alive = 1;

	clone(thread_by_clone, stack + sizeof(stack),
	      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM |
	      CLONE_THREAD | CLONE_CHILD_CLEARTID, NULL, NULL, NULL, &alive);
	while (__atomic_load_n(&alive, __ATOMIC_ACQUIRE))
		usleep(1000);
}

static void child(enum call c, long flags)
{
	pid_t pid = do_call(c, flags, 0, 0, 0);

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	expect(c, "yes");
}

static void exec_true(void)
{
	strcpy(low, "/bin/true");
	memset(low + 64, 0, 64);
	if (abi == ABI_64)
		*(char **)(low + 64) = low;
	else
		*(uint32_t *)(low + 64) = (uintptr_t)low;
	expect(EXECVE, "yes");
	do_call(EXECVE, (long)low, (long)low + 64, (long)low + 120, 0);
	_exit(1);
}

/* The calls from the first dup2 to the execve. */
static void descriptors(void)
{
	const enum call fcntls[] = { FCNTL, FCNTL64 };
	int fd;

	unseen(CLOSE, -1, 0, 0, 0);
	seen(DUP2, 0, 900, 0, 0);
	seen(CLOSE, 900, 0, 0, 0);
	unseen(CLOSE, 900, 0, 0, 0);
	fd = seen(DUP, 0, 0, 0, 0);
	seen(DUP3, fd, 901, O_CLOEXEC, 0);
	unseen(DUP3, fd, fd, 0, 0);
	for (int i = 0; i < 2; i++) {
		if (!nr_of(fcntls[i]))
			continue;
		seen(fcntls[i], 0, F_DUPFD, 910, 0);
		seen(fcntls[i], 0, F_DUPFD_CLOEXEC, 910, 0);
		unseen(fcntls[i], 0, F_GETFL, 0, 0);
		seen(fcntls[i], 0, F_SETFD, 0, 0);
	}
	seen(IOCTL, 0, FIOCLEX, 0, 0);
	seen(IOCTL, 0, FIONCLEX, 0, 0);
	unseen(IOCTL, 0, FIONBIO, (long)low, 0);
	seen(CLOSE_RANGE, 900, 1000, 0, 0);
	clone_thread();
	child(FORK, 0);
	child(CLONE, SIGCHLD);
	exec_true();
}

static int watch(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK,
				  .nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1) };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), size = 32 << 20;
	struct audit_message m;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&nl, sizeof(nl)))
		return 1;
	do {
		puts("watching");
		fflush(stdout);
		while ((n = recv(fd, &m, sizeof(m) - 1, 0)) > 0) {
			printf("type=%d %.*s\n", m.nlh.nlmsg_type,
			       (int)(n - NLMSG_HDRLEN), m.data);
			fflush(stdout);
		}
	} while (errno == EINTR);
	return 1;
}

static int save(FILE *f)
{
	int fd = audit_open();
	struct audit_reply rep;

	if (!f || audit_request_rules_list_data(fd) <= 0)
		return 1;
	while (audit_get_reply(fd, &rep, GET_REPLY_BLOCKING, 0) > 0) {
		if (rep.type == NLMSG_DONE)
			return fclose(f);
		if (rep.type != AUDIT_LIST_RULES)
			continue;
		fwrite(&rep.len, sizeof(rep.len), 1, f);
		fwrite(rep.ruledata, rep.len, 1, f);
	}
	return 1;
}

static int restore(FILE *f)
{
	static union { struct audit_rule_data rule; char bytes[MAX_AUDIT_MESSAGE_LENGTH]; } u;
	int fd = audit_open(), len, failed = !f;

	while (!failed && fread(&len, sizeof(len), 1, f) == 1)
		failed = fread(&u, len, 1, f) != 1 ||
			audit_add_rule_data(fd, &u.rule, u.rule.flags, u.rule.action) <= 0;
	return failed;
}

int main(int argc, char **argv)
{
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (argc < 2 || low == MAP_FAILED)
		return 1;
	if (!strcmp(argv[1], "watch"))
		return watch();
	if (!strcmp(argv[1], "save"))
		return save(fopen(argv[2], "w"));
	if (!strcmp(argv[1], "restore"))
		return restore(fopen(argv[2], "r"));
	abi = !strcmp(argv[1], "64") ? ABI_64 : !strcmp(argv[1], "32") ? ABI_32 : ABI_SOCKETCALL;
	if (!strcmp(argv[2], "net"))
		net();
	else
		descriptors();
	return 1;
}
EOF
}

main
