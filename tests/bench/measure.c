// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tests/bench/measure: runs a command and writes its cost to a file, as "CPU_MICROSECONDS
 * PEAK_RSS_KIB EXIT_STATUS". Unlike time(1) it does not round.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long micro(struct timeval t)
{
	return t.tv_sec * 1000000L + t.tv_usec;
}

static int report(const char *path, const struct rusage *u, int status)
{
	FILE *to = fopen(path, "w");

	if (!to || fprintf(to, "%ld %ld %d\n", micro(u->ru_utime) +
			   micro(u->ru_stime), u->ru_maxrss, status) < 0 ||
	    fclose(to)) {
		perror(path);
		return 125;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct rusage u;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT]...\n");
		return 125;
	}
	pid = fork();
	if (pid < 0) {
		perror("fork");
		return 125;
	}
	if (!pid) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &u) != pid) {
		perror("wait4");
		return 125;
	}
	return report(argv[1], &u, WIFEXITED(status) ? WEXITSTATUS(status) :
						      128 + WTERMSIG(status));
}
