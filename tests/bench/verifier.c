// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/bench/verifier: a library for LD_PRELOAD. It asks the kernel for the verifier's
 * statistics of each BPF program that the process loads, and writes one line per program to
 * the file $VERIFIER_LOG:
 *
 *	PROGRAM instructions=N verified=N states=N ns=N
 *
 * ns is the time of the system call, the just-in-time compiler's included.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STATISTICS 4	/* the verifier's log level; since Linux 5.2 */

typedef long syscall_fn(long, ...);

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long value_of(const char *log, const char *name)
{
	const char *at = strstr(log, name);

	return at ? atol(at + strlen(name)) : -1;
}

static long load(syscall_fn *real, union bpf_attr *attr, unsigned int size)
{
	static char log[1 << 16];
	const char *path = getenv("VERIFIER_LOG");
	union bpf_attr a = { 0 };
	long long begun;
	FILE *out;
	long fd;
	int err;

	memcpy(&a, attr, size < sizeof(a) ? size : sizeof(a));
	if (a.log_level || !path)
		return real(SYS_bpf, BPF_PROG_LOAD, attr, size);
	a.log_level = STATISTICS;
	a.log_buf = (unsigned long)log;
	a.log_size = sizeof(log);
	*log = 0;
	begun = now();
	fd = real(SYS_bpf, BPF_PROG_LOAD, &a, size);
	err = errno;
	out = fopen(path, "a");
	if (out && fd >= 0) {
		fprintf(out, "%.16s instructions=%u verified=%ld states=%ld ns=%lld\n",
			a.prog_name, a.insn_cnt, value_of(log, "processed "),
			value_of(log, "total_states "), now() - begun);
	}
	if (out && fd < 0)
		fprintf(out, "%.16s: %s\n%s", a.prog_name, strerror(err), log);
	if (out)
		fclose(out);
	errno = err;
	return fd;
}

long syscall(long number, ...)
{
	syscall_fn *real = (syscall_fn *)dlsym(RTLD_NEXT, "syscall");
	unsigned long arg[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (number == SYS_bpf && arg[0] == BPF_PROG_LOAD)
		return load(real, (union bpf_attr *)arg[1], arg[2]);
	return real(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}
